// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions of maps of strings of 16 to 31 bytes -> u64; see instructions.h. A word's
 * digits begin the string that is made of it. The loop that finds it again is subtracted.
 */
#include "instructions.h"

#define PREFIX		"string, "
#define KEY(key)	((const char *)(uintptr_t)(key)->word)

HMAP_DEFINE(kind, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | FLAGS);

#include "instructions_kind.h"

#define TEXT_SIZE	32

static char *text_of(u64 word)
{
	char *text = malloc(TEXT_SIZE);

	bench_check(text, "allocating a string");
	snprintf(text, TEXT_SIZE, "%016llx%.*s", word, (int)(word % 16),
		 "/name-of-a-thing");
	return text;
}

static void make_texts(struct key *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		keys[i].word = (uintptr_t)text_of(keys[i].word);
}

static void make_strings(struct workload *w)
{
	make_texts(w->present, w->n);
	make_texts(w->shuffled, w->n);
	make_texts(w->hits, LOOKUPS);
	make_texts(w->misses, LOOKUPS);
}

/* The last of all kinds: there are no words left. */
void count_strings(void)
{
	make_strings(&few);
	make_strings(&some);
	make_strings(&many);
	count_kind();
}
