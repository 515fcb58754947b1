// SPDX-License-Identifier: GPL-2.0
/* Strings as keys: the map's own copies of them, and those given by pointer and length. */
#include <linux/kernel.h>

#include "test.h"

HMAP_DEFINE(name_map, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING);
HMAP_WRAPPERS_N(name_map);
HMAP_DEFINE(name_rcu_map, const char *, u64, hmap_siphash_bytes, NULL, HMAP_STRING | HMAP_RCU);
HMAP_WRAPPERS_N(name_rcu_map);

static void string_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* The map keeps a copy: what happens to the caller's string does not matter. */
static void string_keys_are_copied(struct kunit *test)
{
	char key[16] = "one";
	const char *k = NULL;
	struct name_map m = { };
	u64 *v = NULL;

	KUNIT_ASSERT_EQ(test, name_map_insert(&m, key, 1, GFP_KERNEL), 0);
	memcpy(key, "two", sizeof("two"));
	KUNIT_EXPECT_FALSE(test, name_map_contains(&m, key));
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, key, 2, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, "", 3, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, *name_map_lookup(&m, "one"), 1);
	KUNIT_EXPECT_EQ(test, *name_map_lookup(&m, "two"), 2);
	KUNIT_EXPECT_EQ(test, *name_map_lookup(&m, ""), 3);
	hmap_for_each(name_map, &m, iter, k, v) {
		if (*v == 2)
			break;
	}
	KUNIT_EXPECT_STREQ(test, k, "two");
	KUNIT_EXPECT_TRUE(test, k != key);
	name_map_destroy(&m);
}

/* The first @len bytes of @text, and nothing behind them: a sanitizer would see who reads
 * on, as if there had to be a NUL.
 */
static char *bare_string(struct kunit *test, const char *text, size_t len)
{
	char *bare = kmalloc(len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bare);
	return memcpy(bare, text, len);
}

/* Strings by pointer and length are the same keys as those that end with a NUL. */
static void strings_by_pointer_and_length(struct kunit *test)
{
	static const char text[] = "a name of more than eight bytes, and more than sixteen";
	struct name_map m = { };
	bool inserted;
	u64 out = 0;
	size_t len;

	for (len = 1; len < sizeof(text); len++) {
		char *bare = bare_string(test, text, len);
		char with_nul[sizeof(text)] = { };

		memcpy(with_nul, text, len);
		KUNIT_ASSERT_EQ(test, !name_map_lookup_n(&m, bare, len), true);
		KUNIT_ASSERT_EQ(test, name_map_replace_n(&m, bare, len, len), -ENOENT);
		KUNIT_ASSERT_EQ(test, name_map_insert_n(&m, bare, len, len, GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, name_map_insert(&m, with_nul, 0, GFP_KERNEL), -EEXIST);
		KUNIT_ASSERT_EQ(test, *name_map_lookup(&m, with_nul), len);
		KUNIT_ASSERT_EQ(test, *name_map_lookup_n(&m, bare, len), len);
		KUNIT_ASSERT_EQ(test, *name_map_lookup_mut_n(&m, bare, len), len);
		KUNIT_ASSERT_EQ(test, name_map_contains_n(&m, bare, len), true);
		KUNIT_ASSERT_EQ(test, name_map_contains_n(&m, text, len), true);
		KUNIT_ASSERT_EQ(test, name_map_contains_n(&m, text, len + 1), false);
		KUNIT_ASSERT_EQ(test, name_map_contains_n(&m, bare, len - 1), len > 1);
		KUNIT_ASSERT_EQ(test, name_map_read_n(&m, bare, len, &out) && out == len, true);
		KUNIT_ASSERT_EQ(test, name_map_store_n(&m, bare, len, 7, GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, name_map_replace_n(&m, bare, len, len), 0);
		KUNIT_ASSERT_EQ(test, *name_map_get_or_insert_n(&m, bare, len, 0, &inserted,
								GFP_KERNEL), len);
		KUNIT_ASSERT_EQ(test, inserted, false);
		kfree(bare);
	}
	KUNIT_EXPECT_EQ(test, name_map_count(&m), sizeof(text) - 1);
	KUNIT_EXPECT_EQ(test, name_map_validate(&m), 0);
	for (len = 1; len < sizeof(text); len++) {
		char *bare = bare_string(test, text, len);

		if (len % 2) {
			KUNIT_ASSERT_EQ(test, name_map_take_n(&m, bare, len, &out), 0);
			KUNIT_ASSERT_EQ(test, out, len);
		} else {
			KUNIT_ASSERT_EQ(test, name_map_remove_n(&m, bare, len), 0);
		}
		KUNIT_ASSERT_EQ(test, name_map_remove_n(&m, bare, len), -ENOENT);
		kfree(bare);
	}
	KUNIT_EXPECT_TRUE(test, name_map_empty(&m));
	name_map_destroy(&m);
}

/* A cursor behind a name that is given without a NUL: the rest of all names comes. */
static void cursors_behind_strings(struct kunit *test)
{
	struct hmap_cursor cursor = { }, other;
	struct name_rcu_map m = { };
	const char *k, *next;
	char name[16];
	u32 i, visits = 0;

	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		KUNIT_ASSERT_EQ(test, name_rcu_map_insert_n(&m, name, strlen(name), i,
							    GFP_KERNEL), 0);
	}
	rcu_read_lock();
	while (name_rcu_map_next(&m, &cursor, &k)) {
		size_t len = strlen(k);

		visits++;
		/* Nothing of what is behind the length counts. */
		memset(name, 'x', sizeof(name));
		memcpy(name, k, len);
		name_rcu_map_cursor_after_n(&m, &other, name, len);
		next = NULL;
		name_rcu_map_next(&m, &other, &next);
		k = NULL;
		other = cursor;
		name_rcu_map_next(&m, &other, &k);
		KUNIT_ASSERT_EQ(test, next == k, true);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, visits, 500);
	name_rcu_map_destroy(&m);
}

/* What has a NUL in it is no string: what would write refuses it, and nothing finds it,
 * be it that what is before the NUL is in the map. (arguments_test.c expects the warning.)
 */
static void strings_with_a_nul_are_refused(struct kunit *test)
{
	static const char name[] = "one\0two";
	struct name_map m = { };
	u64 out = 3;
	u32 round;

	for (round = 0; round < 2; round++) {
		KUNIT_EXPECT_EQ(test, name_map_insert_n(&m, name, 7, 1, GFP_KERNEL), -EINVAL);
		KUNIT_EXPECT_EQ(test, name_map_insert_n(&m, name, 4, 1, GFP_KERNEL), -EINVAL);
		KUNIT_EXPECT_EQ(test, name_map_store_n(&m, name, 7, 1, GFP_KERNEL), -EINVAL);
		KUNIT_EXPECT_EQ(test, name_map_replace_n(&m, name, 7, 1), -EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(name_map_get_or_insert_n(&m, name, 7, 1, NULL,
								       GFP_KERNEL)), -EINVAL);
		KUNIT_EXPECT_NULL(test, name_map_lookup_n(&m, name, 7));
		KUNIT_EXPECT_NULL(test, name_map_lookup_n(&m, name, 4));
		KUNIT_EXPECT_FALSE(test, name_map_contains_n(&m, name, 7));
		KUNIT_EXPECT_FALSE(test, name_map_read_n(&m, name, 7, &out));
		KUNIT_EXPECT_EQ(test, out, 3);
		KUNIT_EXPECT_EQ(test, name_map_count(&m), round);
		KUNIT_EXPECT_EQ(test, name_map_store_n(&m, name, 3, 1, GFP_KERNEL), 0);
	}
	KUNIT_EXPECT_EQ(test, name_map_remove_n(&m, name, 7), -EINVAL);
	KUNIT_EXPECT_EQ(test, name_map_remove_n(&m, name, 3), 0);
	name_map_destroy(&m);
}

static struct kunit_case string_test_cases[] = {
	KUNIT_CASE(string_keys_are_copied),
	KUNIT_CASE(strings_by_pointer_and_length),
	KUNIT_CASE(cursors_behind_strings),
	KUNIT_CASE(strings_with_a_nul_are_refused),
	{}
};

static struct kunit_suite string_test_suite = {
	.name = "hmap_string",
	.exit = string_test_exit,
	.test_cases = string_test_cases,
};

kunit_test_suite(string_test_suite);
