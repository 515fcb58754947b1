// SPDX-License-Identifier: GPL-2.0
/* Arbitrary input for /dev/hmap_kv: good lines, bad ones, and what is none. */
#include <string.h>

#include "kv_fuzz.h"

/* More than max_entries of the guest, so that this limit is met. */
#define KEYS	1500

/* splitmix64: any state is as good as any other. */
unsigned long long arbitrary_u64(struct rng *rng)
{
	unsigned long long z = rng->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

size_t below(struct rng *rng, size_t limit)
{
	return arbitrary_u64(rng) % limit;
}

bool one_in(struct rng *rng, size_t n)
{
	return !below(rng, n);
}

static void add_many(struct text *text, char byte, size_t n)
{
	while (n--)
		text_add(text, &byte, 1);
}

static void add_bytes(struct text *text, struct rng *rng, size_t n)
{
	while (n--) {
		char byte = arbitrary_u64(rng);

		text_add(text, &byte, 1);
	}
}

/* Some keys are long, up to more than a line has place for. */
static void add_key(struct text *text, size_t nr)
{
	char key[32];

	snprintf(key, sizeof(key), "k%zu", nr);
	text_puts(text, key);
	if (nr % 50 == 0)
		add_many(text, 'x', 3 * nr);
}

/* Values that end a line just before, at and behind its longest, among others. */
static void add_value(struct text *text, struct rng *rng, size_t start)
{
	size_t len = text->len - start;
	size_t n = 1 + below(rng, 20);

	if (one_in(rng, 20))
		n = 1 + below(rng, LINE_SIZE);
	else if (one_in(rng, 20) && len < LINE_SIZE - 10)
		n = LINE_SIZE - 5 - len + below(rng, 8);
	if (one_in(rng, 10))
		text_puts(text, " ");
	add_many(text, 'a' + below(rng, 26), n);
}

static void add_set(struct text *text, struct rng *rng, size_t nr)
{
	size_t start = text->len;

	text_puts(text, "set ");
	add_key(text, nr);
	text_puts(text, " ");
	add_value(text, rng, start);
	text_puts(text, "\n");
}

static void add_del(struct text *text, size_t nr)
{
	text_puts(text, "del ");
	add_key(text, nr);
	text_puts(text, "\n");
}

/* So many entries come that tables are split; when they go again, tables merge. */
static void add_burst(struct text *text, struct rng *rng)
{
	size_t n = below(rng, KEYS), first = below(rng, KEYS), i;

	for (i = 0; i < n; i++)
		add_set(text, rng, (first + i) % KEYS);
	if (one_in(rng, 2))
		return;
	for (i = 0; i < n; i++)
		add_del(text, (first + i) % KEYS);
}

static void add_huge(struct text *text, struct rng *rng)
{
	size_t n = LINE_SIZE - 10 + below(rng, 20);

	if (one_in(rng, 10))
		n = below(rng, 3 * WRITE_MAX / 2);
	else if (one_in(rng, 2))
		n = below(rng, 10 * LINE_SIZE);
	text_puts(text, "set k ");
	add_many(text, 'h', n);
	text_puts(text, "\n");
}

/* A line, or several if newlines are among its bytes, none of which changes the
 * entries; but what looks like a line may be too long for one.
 */
void add_bad_line(struct text *text, struct rng *rng)
{
	static const char * const bad[] = {
		"", "set", "set ", "set a", "set a ", "set  a", " set a b", "SET a b",
		"del", "del ", "del  a", "del a b", "del absent", "clear ", "clear all",
		"put a b", "set\ta b", "\r", " ", "sett a b"
	};

	if (one_in(rng, 8)) {
		text_puts(text, "\xff");
		add_bytes(text, rng, below(rng, 200));
	} else if (one_in(rng, 8)) {
		text_puts(text, "put ");
		add_many(text, 'p', below(rng, 3 * LINE_SIZE));
	} else if (one_in(rng, 8)) {
		text_add(text, "set a\0b c", 9);
	} else {
		text_puts(text, bad[below(rng, ARRAY_SIZE(bad))]);
	}
	text_puts(text, "\n");
}

static void mutate(struct text *text, struct rng *rng, size_t start)
{
	text->bytes[start + below(rng, text->len - start)] = arbitrary_u64(rng);
}

static void add_lines(struct text *text, struct rng *rng)
{
	size_t start = text->len, choice = below(rng, 100);

	if (choice < 50)
		add_set(text, rng, below(rng, KEYS));
	else if (choice < 70)
		add_del(text, below(rng, KEYS));
	else if (choice < 88)
		add_bad_line(text, rng);
	else if (choice < 92)
		add_burst(text, rng);
	else if (choice < 95)
		add_huge(text, rng);
	else if (choice < 96)
		text_puts(text, "clear\n");
	else
		add_bytes(text, rng, below(rng, 300));
	if (text->len > start && one_in(rng, 20))
		mutate(text, rng, start);
}

/* It need not end with a newline. */
void add_input(struct text *text, struct rng *rng)
{
	size_t n = 1 + below(rng, 40);

	while (n--)
		add_lines(text, rng);
}
