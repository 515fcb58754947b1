// SPDX-License-Identifier: GPL-2.0
/*
 * What the drawings of design.rst show: sizes, offsets and tags, as the compiler and the core
 * have them. A line "name value" each, for draw.py.
 */
#include <stdio.h>

#include "hmap/internal.h"

HMAP_DEFINE(pairs, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);

#define NUMBER(name)		number(#name, name)
#define SIZE(type)		number("sizeof_" #type, sizeof(struct type))
#define MEMBER(type, member)						\
	(number(#type "." #member, offsetof(struct type, member)),	\
	 number(#type "." #member ".size", sizeof_field(struct type, member)))

static void number(const char *name, unsigned long long value)
{
	printf("%s %llu\n", name, value);
}

static void print_header(void)
{
	SIZE(hmap);
	NUMBER(HMAP_REF_DIR);
	NUMBER(HMAP_ROOT_OBJECT);
}

static void print_table(void)
{
	u32 smallest = hmap_table_size_exact(&pairs_type, 1);

	SIZE(hmap_table);
	MEMBER(hmap_table, rcu);
	MEMBER(hmap_table, bytes);
	NUMBER(HMAP_WORD_SLOTS);
	NUMBER(HMAP_WORD_OVERFLOW);
	NUMBER(HMAP_EMPTY);
	NUMBER(HMAP_DELETED);
	NUMBER(HMAP_ABSENT);
	NUMBER(HMAP_FULL);
	number("smallest", smallest);
	number("smallest.slots", hmap_table_slots(&pairs_type, smallest));
	number("slot", pairs_type.slot_size);
	number("largest", hmap_table_size_max(&pairs_type));
	number("largest.slots", hmap_table_slots(&pairs_type, HMAP_TABLE_MAX));
}

static void print_directory(void)
{
	number("hmap_dir.refs", offsetof(struct hmap_dir, refs));
	NUMBER(HMAP_DIR_MIN_BITS);
	NUMBER(HMAP_DIR_MAX_BITS);
	NUMBER(HMAP_DIR_TABLE_MIN);
	NUMBER(HMAP_MAX_DEPTH);
	number("tag_bits", __builtin_popcountll(hmap_full_byte(~0ULL) & ~HMAP_FULL));
	number("overflow_bits", 64 - HMAP_WORD_OVERFLOW);
}

int main(void)
{
	hmap_size_init();
	print_header();
	print_table();
	print_directory();
	return 0;
}
