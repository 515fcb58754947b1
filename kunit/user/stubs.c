// SPDX-License-Identifier: GPL-2.0
/* The functions behind stubs.h. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stubs.h"

unsigned int stub_warnings;
unsigned int stub_expected_warnings;
unsigned int stub_reports;
__thread unsigned int stub_rescheds;
unsigned int stub_fail_nth;
bool stub_fail_all;
bool stub_fail_rest;
size_t stub_fail_above = SIZE_MAX;
bool stub_reuse;
size_t stub_bytes;
size_t stub_unaccounted;
bool stub_killed;
size_t stub_largest;

struct module __this_module = { .name = "user" };

bool stub_dies(void (*run)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		/* Its report is not for the log. */
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		run();
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status;
}

/* Machines whose DMA wants large alignments have no small classes, as arm64 before 6.5. */
static const size_t classes[] = {
#ifndef HMAP_LARGE_CLASSES
	8, 16, 32, 64, 96,
#endif
	128,
#ifndef HMAP_LARGE_CLASSES
	192,
#endif
	256, 512, 1024, 2048, 4096, 8192
};

/* Of each class the block that was freed last, under stub_reuse. */
static u64 *freed[ARRAY_SIZE(classes)];

static u64 **freed_of(size_t class)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (class == classes[i])
			return &freed[i];
	return NULL;
}

static u64 *take_freed(size_t class)
{
	u64 **place = freed_of(class), *block = place ? *place : NULL;

	if (block)
		*place = NULL;
	return block;
}

/* What is before a block: its class, and a bit for __GFP_ACCOUNT. */
static size_t class_of(const u64 *block)
{
	return block[-1] & ~1ULL;
}

/* Keep @block, instead of one that was freed before; returns which one to free. */
static u64 *swap_freed(u64 *block)
{
	u64 **place = freed_of(class_of(block)), *last = place ? *place : block;

	/* One that was freed already is poisoned. */
	READ_ONCE(*(u8 *)block);
	if (place) {
		stub_poison(block, class_of(block));
		*place = block;
	}
	return last;
}

size_t kmalloc_size_roundup(size_t size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (size <= classes[i])
			return classes[i];
	return roundup_pow_of_two(size);
}

/*
 * As kmalloc() promises: blocks of a power of two are aligned to it, others to 8 only.
 * Before each block there is its size, and before that padding.
 */
static size_t alignment_of(size_t class)
{
	return is_power_of_2(class) ? min_t(size_t, class, PAGE_SIZE) : 8;
}

/* Where the padding begins, for an alignment that malloc() provides or not. */
static void *start_of(u64 *block)
{
	return (char *)block - max_t(size_t, 16, alignment_of(class_of(block))) +
	       (alignment_of(class_of(block)) == 8 ? 8 : 0);
}

static u64 *new_block(size_t class)
{
	size_t align = alignment_of(class);
	size_t pad = align == 8 ? 8 : max_t(size_t, 16, align);
	void *start;
	u64 *block;

	if (posix_memalign(&start, max_t(size_t, 16, align), pad + class))
		return NULL;
	block = (u64 *)((char *)start + pad);
	block[-1] = class;
	return block;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	size_t class = kmalloc_size_roundup(size);
	u64 *block = NULL;

	if (stub_fail_all || size > stub_fail_above)
		return NULL;
	if (stub_fail_nth && !--stub_fail_nth) {
		stub_fail_all = stub_fail_rest;
		return NULL;
	}
	if (stub_reuse)
		block = take_freed(class);
	if (!block)
		block = new_block(class);
	if (!block)
		return NULL;
	stub_unpoison(block, size);
	stub_poison((char *)block + size, class - size);
	/* Whoever reads what he has not written shall notice. */
	memset(block, 0xa5, size);
	block[-1] = class | !!(gfp & __GFP_ACCOUNT);
	stub_bytes += class;
	if (!(gfp & __GFP_ACCOUNT))
		stub_unaccounted += class;
	stub_largest = max_t(size_t, stub_largest, class);
	return block;
}

void kfree(const void *p)
{
	u64 *block = (u64 *)p;

	if (!p)
		return;
	stub_bytes -= class_of(block);
	if (!(block[-1] & 1))
		stub_unaccounted -= class_of(block);
	if (stub_reuse)
		block = swap_freed(block);
	if (block)
		free(start_of(block));
}

/* The pages of the machine may be larger. What vfree() needs is in front. */
void *vmalloc(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE), used = PAGE_ALIGN(size);
	size_t room = round_up(used + PAGE_SIZE, page);
	char *memory = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t *block;

	if (memory == MAP_FAILED || mprotect(memory + room, page, PROT_NONE))
		abort();
	block = (size_t *)(memory + room - used);
	block[-1] = (uintptr_t)memory;
	block[-2] = room + page;
	return block;
}

void vfree(const void *p)
{
	const size_t *block = p;

	if (block)
		munmap((void *)block[-1], block[-2]);
}

char *kstrdup(const char *s, gfp_t gfp)
{
	char *copy = kmalloc(strlen(s) + 1, gfp);

	return copy ? strcpy(copy, s) : NULL;
}

/* As in the kernel, a small number in place of a function is the offset, in a block
 * to be freed, of its head.
 */
void stub_free_rcu(struct rcu_head *head, size_t offset)
{
	call_rcu(head, (void (*)(struct rcu_head *))(uintptr_t)offset);
}

void stub_run_rcu(struct rcu_head *head)
{
	while (head) {
		struct rcu_head *next = head->next;

		if ((uintptr_t)head->func < 4096)
			kvfree((char *)head - (uintptr_t)head->func);
		else
			head->func(head);
		head = next;
	}
}

/* splitmix64 (Steele, Lea, Flood 2014); each thread seeds its own */
static _Thread_local u64 random_state;

void stub_random_seed(u64 seed)
{
	random_state = seed;
}

static u64 random_u64(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

u32 get_random_u32(void)
{
	return random_u64() >> 32;
}

void get_random_bytes(void *buf, size_t size)
{
	u8 *p = buf;

	while (size--)
		*p++ = random_u64() >> 56;
}

/* SipHash (Aumasson, Bernstein 2012) with one and three rounds, which the
 * kernel's hsiphash uses on 64 bits, and two and four.
 */
struct sip {
	u64 v[4];
};

static u64 rotl(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static void sip_rounds(struct sip *s, unsigned int rounds)
{
	u64 *v = s->v;

	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] = rotl(v[0], 32) + v[3];
		v[2] += v[1];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[2] = rotl(v[2], 32);
	}
}

static void sip_word(struct sip *s, u64 word, unsigned int rounds)
{
	s->v[3] ^= word;
	sip_rounds(s, rounds);
	s->v[0] ^= word;
}

static u64 sip(const void *data, size_t size, const siphash_key_t *key,
	       unsigned int c, unsigned int d)
{
	struct sip s = { {
		key->key[0] ^ 0x736f6d6570736575, key->key[1] ^ 0x646f72616e646f6d,
		key->key[0] ^ 0x6c7967656e657261, key->key[1] ^ 0x7465646279746573,
	} };
	const u8 *p = data;
	u64 word = 0;
	size_t i;

	for (i = 0; i < size; i++) {
		word |= (u64)p[i] << i % 8 * 8;
		if (i % 8 == 7) {
			sip_word(&s, word, c);
			word = 0;
		}
	}
	sip_word(&s, word | (u64)size << 56, c);
	s.v[2] ^= 0xff;
	sip_rounds(&s, d);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

u64 siphash(const void *data, size_t size, const siphash_key_t *key)
{
	return sip(data, size, key, 2, 4);
}

u32 hsiphash(const void *data, size_t size, const hsiphash_key_t *key)
{
	return sip(data, size, key, 1, 3);
}
