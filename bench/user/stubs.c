// SPDX-License-Identifier: GPL-2.0
/*
 * The functions behind kunit/user/stubs.h, in place of kunit/user/stubs.c: there
 * they look for mistakes, here they cost no more than they do in a kernel.
 */
#include "../../kunit/user/stubs.h"

#include <sys/mman.h>

#include "bench.h"

struct module __this_module = { .name = "bench" };

/* Blocks that wait for a grace period are freed so many at a time. */
#define RCU_BATCH	256

unsigned int stub_warnings, stub_reports;
__thread unsigned int stub_rescheds;
bool stub_killed;

/* kmalloc()'s classes: 8, 16, 32, 64, 96, 128, 192, 256, 512 and so on. */
size_t kmalloc_size_roundup(size_t size)
{
	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	return size <= 8 ? 8 : roundup_pow_of_two(size);
}

/*
 * Blocks of 1 KiB and more are aligned to their size, which the core relies on. As
 * malloc() takes its time over alignment, they come from chunks, each of one class, as
 * from a slab's pages; a chunk begins with its class, and is never given back. All
 * chunks are in one reserved range, which tells such blocks from others.
 */
#define RANGE		(4UL << 30)
#define CHUNK		0x100000UL
#define CHUNK_BLOCK_MIN	1024
#define CHUNK_BLOCK_MAX	8192

static char *range, *next_chunk;
static void *free_blocks[CHUNK_BLOCK_MAX / CHUNK_BLOCK_MIN + 1];

static void reserve_range(void)
{
	range = mmap(NULL, RANGE + CHUNK, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (range == MAP_FAILED)
		abort();
	range = (char *)round_up((uintptr_t)range, CHUNK);
	next_chunk = range;
}

static void put_block(void *block, size_t class)
{
	*(void **)block = free_blocks[class / CHUNK_BLOCK_MIN];
	free_blocks[class / CHUNK_BLOCK_MIN] = block;
}

static void add_chunk(size_t class)
{
	char *chunk, *block;

	if (!range)
		reserve_range();
	chunk = next_chunk;
	next_chunk += CHUNK;
	if (next_chunk > range + RANGE)
		abort();
	*(size_t *)chunk = class;
	for (block = chunk + CHUNK - class; block > chunk; block -= class)
		put_block(block, class);
}

static void *take_block(size_t class)
{
	void **list = &free_blocks[class / CHUNK_BLOCK_MIN];
	void *block;

	if (!*list)
		add_chunk(class);
	block = *list;
	*list = *(void **)block;
	bench_other_heap += class;
	return block;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	size_t class = kmalloc_size_roundup(size);

	if (class >= CHUNK_BLOCK_MIN && class <= CHUNK_BLOCK_MAX)
		return take_block(class);
	return class > CHUNK_BLOCK_MAX ? aligned_alloc(PAGE_SIZE, class) :
					 malloc(class);
}

void kfree(const void *p)
{
	if (range && (size_t)((const char *)p - range) < RANGE) {
		size_t class = *(size_t *)((uintptr_t)p & ~(CHUNK - 1));

		bench_other_heap -= class;
		put_block((void *)p, class);
	} else {
		free((void *)p);
	}
}

char *kstrdup(const char *s, gfp_t gfp)
{
	size_t size = strlen(s) + 1;
	char *copy = kmalloc(size, gfp);

	return copy ? memcpy(copy, s, size) : NULL;
}

static struct rcu_head *waiting;
static unsigned int nr_waiting;

void rcu_barrier(void)
{
	nr_waiting = 0;
	while (waiting) {
		struct rcu_head *head = waiting;

		waiting = head->next;
		/* As in the kernel, a small number is an offset in the block. */
		if ((uintptr_t)head->func < 4096)
			kvfree((char *)head - (uintptr_t)head->func);
		else
			head->func(head);
	}
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	/* The last block is still in use by the caller. */
	if (nr_waiting == RCU_BATCH)
		rcu_barrier();
	head->func = func;
	head->next = waiting;
	waiting = head;
	nr_waiting++;
}

void stub_free_rcu(struct rcu_head *head, size_t offset)
{
	call_rcu(head, (void (*)(struct rcu_head *))(uintptr_t)offset);
}

u32 get_random_u32(void)
{
	static u64 state = 20260101;

	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 32;
}

void get_random_bytes(void *buf, size_t size)
{
	u8 *p = buf;

	while (size--)
		*p++ = get_random_u32() >> 24;
}

/* SipHash (Aumasson, Bernstein 2012), a word at a time, as the kernel has it: two
 * and four rounds, and for hsiphash() on 64 bits one and three.
 */
struct sip {
	u64 v0, v1, v2, v3;
};

static __always_inline u64 rotl(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static __always_inline void sip_rounds(struct sip *s, unsigned int rounds)
{
	while (rounds--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotl(s->v1, 13) ^ s->v0;
		s->v3 = rotl(s->v3, 16) ^ s->v2;
		s->v0 = rotl(s->v0, 32) + s->v3;
		s->v2 += s->v1;
		s->v3 = rotl(s->v3, 21) ^ s->v0;
		s->v1 = rotl(s->v1, 17) ^ s->v2;
		s->v2 = rotl(s->v2, 32);
	}
}

static __always_inline void sip_word(struct sip *s, u64 word, unsigned int rounds)
{
	s->v3 ^= word;
	sip_rounds(s, rounds);
	s->v0 ^= word;
}

static __always_inline u64 load(const void *p)
{
	return get_unaligned((const u64 *)p);
}

/* The bytes behind the last whole word, in the low end of a word. */
static __always_inline u64 sip_tail(const u8 *data, size_t size)
{
	const size_t left = size % 8;
	u64 word = 0;
	size_t i;

	if (!left)
		return 0;
	if (size > 8)
		return load(data + size - 8) >> (8 - left) * 8;
	for (i = 0; i < left; i++)
		word |= (u64)data[i] << i * 8;
	return word;
}

static __always_inline u64 sip(const void *data, size_t size,
			       const siphash_key_t *key, unsigned int c,
			       unsigned int d)
{
	struct sip s = {
		key->key[0] ^ 0x736f6d6570736575, key->key[1] ^ 0x646f72616e646f6d,
		key->key[0] ^ 0x6c7967656e657261, key->key[1] ^ 0x7465646279746573,
	};
	const u8 *end = data + (size & ~7UL);
	const u8 *p;

	for (p = data; p < end; p += 8)
		sip_word(&s, load(p), c);
	sip_word(&s, sip_tail(data, size) | (u64)size << 56, c);
	s.v2 ^= 0xff;
	sip_rounds(&s, d);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

u64 siphash(const void *data, size_t size, const siphash_key_t *key)
{
	return sip(data, size, key, 2, 4);
}

u32 hsiphash(const void *data, size_t size, const hsiphash_key_t *key)
{
	return sip(data, size, key, 1, 3);
}
