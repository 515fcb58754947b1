// SPDX-License-Identifier: GPL-2.0
/* Strings as keys: the map's own copies of them, and those given by pointer and length. */
#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "test.h"

HMAP_DEFINE(name_map, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING);
HMAP_WRAPPERS_N(name_map);
HMAP_DEFINE(name_rcu_map, const char *, u64, hmap_siphash_bytes, NULL, HMAP_STRING | HMAP_RCU);
HMAP_WRAPPERS_N(name_rcu_map);

/* Names of the caller's. */
struct person {
	u64 number;
	const char *name;
};

HMAP_DEFINE_OBJECT(people, struct person, name, hmap_hash_bytes, HMAP_STRING);

static const struct hmap_type string_type =
	HMAP_TYPE_STRING("strings", sizeof(u64), hmap_hash_bytes, HMAP_RCU | HMAP_SCALAR);

#define MOST		1000

/* It warns once, whichever case comes to it first. */
static void expect_bad_strings(struct kunit *test)
{
	static bool expected;

	if (!expected)
		expect_warning(test);
	expected = true;
}

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
 * be it that what is before the NUL is in the map.
 */
static void strings_with_a_nul_are_refused(struct kunit *test)
{
	static const char name[] = "one\0two";
	struct name_map m = { };
	u64 out = 3;
	u32 round;

	expect_bad_strings(test);
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

/* A NUL in the string, or no string. To a lookup the first is another string. */
static void refuse_string(struct kunit *test, struct hmap *map, u32 count,
			  const struct hmap_str *str)
{
	const struct hmap_type *type = &string_type;
	u64 value = 1;

	KUNIT_EXPECT_EQ(test, hmap_insert(map, str, &value, GFP_KERNEL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_store(map, str, &value, GFP_KERNEL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_replace(map, str, &value, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(map, str, &value, NULL, GFP_KERNEL,
							 type)), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_remove(map, str, type), count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_take(map, str, &value, type), count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_EQ(test, hmap_count(map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
}

static void bad_strings_are_refused(struct kunit *test)
{
	static const struct hmap_str bad[] = {
		{ NULL, 1 }, { "", 1 }, { "1\0", 2 }, { "1\0002", 3 }, { "\0001", 2 },
	};
	struct hmap map = { };
	char name[8];
	u64 n;
	u32 i, count = 0;

	expect_bad_strings(test);
	for (n = 0; n < MOST; n++) {
		/* Of a map that has nothing, a word, a table, a directory. */
		if (count == 0 || count == 1 || count == 20 || n == MOST - 1) {
			refuse_string(test, &map, count, NULL);
			for (i = 0; i < ARRAY_SIZE(bad); i++)
				refuse_string(test, &map, count, &bad[i]);
			for (i = 1; i < ARRAY_SIZE(bad); i++)
				KUNIT_EXPECT_FALSE(test, hmap_contains(&map, &bad[i],
								       &string_type));
		}
		snprintf(name, sizeof(name), "%llu", (unsigned long long)n);
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, HMAP_STR(name), &n, GFP_KERNEL,
						  &string_type), 0);
		count++;
	}
	hmap_destroy(&map, &string_type);
}

/* NULL for a name, which has no length: nothing reads it. */
static void refuse_null_name(struct kunit *test, struct name_map *m, u32 count)
{
	u64 out = 3;

	KUNIT_EXPECT_EQ(test, name_map_insert(m, NULL, 1, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, name_map_store(m, NULL, 1, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, name_map_replace(m, NULL, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(name_map_get_or_insert(m, NULL, 1, NULL, GFP_KERNEL)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, name_map_remove(m, NULL), count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, name_map_take(m, NULL, &out), count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, out, 3);
	KUNIT_EXPECT_EQ(test, name_map_count(m), count);
	KUNIT_EXPECT_EQ(test, name_map_validate(m), 0);
}

static void null_names_are_refused(struct kunit *test)
{
	struct name_map m = { };

	expect_bad_strings(test);
	refuse_null_name(test, &m, 0);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, "", 1, GFP_KERNEL), 0);
	refuse_null_name(test, &m, 1);
	name_map_destroy(&m);
}

static void refuse_nameless(struct kunit *test, struct people *m, u32 count)
{
	struct person nameless = { };

	KUNIT_EXPECT_EQ(test, people_insert(m, &nameless, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(people_store(m, &nameless, GFP_KERNEL)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(people_replace(m, &nameless)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(people_get_or_insert(m, &nameless, GFP_KERNEL)), -EINVAL);
	KUNIT_EXPECT_NULL(test, people_erase(m, NULL));
	KUNIT_EXPECT_FALSE(test, people_erase_object(m, &nameless));
	KUNIT_EXPECT_EQ(test, people_count(m), count);
	KUNIT_EXPECT_EQ(test, people_validate(m), 0);
}

/* Objects whose name is NULL: in the empty header, beside the object in it, in a table. */
static void nameless_objects_are_refused(struct kunit *test)
{
	static struct person persons[] = { { .name = "one" }, { .name = "" } };
	struct people m = { };
	u32 n;

	expect_bad_strings(test);
	refuse_nameless(test, &m, 0);
	for (n = 0; n < ARRAY_SIZE(persons); n++) {
		KUNIT_ASSERT_EQ(test, people_insert(&m, &persons[n], GFP_KERNEL), 0);
		refuse_nameless(test, &m, n + 1);
	}
	people_destroy(&m);
}

#define LONGEST		40

/* A name of @len bytes at @to, where one byte more is free, that differs from all shorter ones. */
static void write_name(char *to, size_t len)
{
	memset(to, 'x', len);
	if (len)
		to[len - 1] = 'a' + len % 20;
	to[len] = '\0';
}

static u64 one_hash(const void *key, size_t size, u64 seed)
{
	return 1;
}

/* With the last one, comparison alone tells strings apart. */
static const struct hmap_type compared_types[] = {
	HMAP_TYPE_STRING("hashed", sizeof(u64), hmap_hash_bytes, HMAP_SCALAR),
	HMAP_TYPE_STRING("product", sizeof(u64), hmap_product_bytes, HMAP_SCALAR),
	HMAP_TYPE_STRING("alike", sizeof(u64), one_hash, HMAP_SCALAR),
};

static bool has_name(const struct hmap *map, const struct hmap_type *type, const char *name,
		     size_t len)
{
	struct hmap_str str = { name, len };

	return hmap_contains(map, &str, type);
}

/* @name is there, by each way to tell it, and nothing that differs from it by a byte. */
static void find_name(struct kunit *test, const struct hmap *map, const struct hmap_type *type,
		      char *name, size_t len)
{
	const u64 *v = hmap_lookup(map, HMAP_STR(name), type);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, *v, len);
	name[len] = 'y';
	KUNIT_EXPECT_TRUE(test, has_name(map, type, name, len));
	name[len] = '\0';
	for (i = 0; i < len; i++) {
		name[i] ^= 1;
		KUNIT_EXPECT_FALSE(test, has_name(map, type, name, HMAP_TO_NUL));
		KUNIT_EXPECT_FALSE(test, has_name(map, type, name, len));
		name[i] ^= 1;
	}
	/* Its beginning is no name of the others, which end otherwise. */
	KUNIT_EXPECT_FALSE(test, len > 1 && has_name(map, type, name, len - 1));
}

/* User-Mode Linux's own hsiphash() of a string at the end of vmalloc'ed memory hangs: the page
 * behind is taken for one that has yet to be mapped.
 */
static bool has_page_ends(void)
{
	return !IS_ENABLED(CONFIG_UML);
}

/* @page: room for the longest at any place, and behind it there is none. */
static void find_names(struct kunit *test, const struct hmap_type *type, char *page)
{
	struct hmap map = { };
	size_t len, at;

	for (len = 0; len < LONGEST; len++) {
		write_name(page + len % 8, len);
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, HMAP_STR(page + len % 8), &(u64){ len },
						  GFP_KERNEL, type), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	for (len = 0; len < LONGEST; len++) {
		for (at = 0; at < 8; at++) {
			write_name(page + at, len);
			find_name(test, &map, type, page + at, len);
		}
		if (has_page_ends()) {
			write_name(page + PAGE_SIZE - len - 1, len);
			find_name(test, &map, type, page + PAGE_SIZE - len - 1, len);
		}
	}
	/* The longest, and one byte more. */
	write_name(page, LONGEST - 1);
	page[LONGEST - 1] = 'z';
	page[LONGEST] = '\0';
	KUNIT_EXPECT_FALSE(test, has_name(&map, type, page, HMAP_TO_NUL));
	for (len = 0; len < LONGEST; len++) {
		write_name(page, len);
		KUNIT_EXPECT_EQ(test, hmap_remove(&map, HMAP_STR(page), type), 0);
	}
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map, type));
	hmap_destroy(&map, type);
}

/*
 * Strings are read by words, so each length has to be tried at each place in a word, and at
 * the end of a page behind which there is none.
 */
static void strings_of_each_length_and_place(struct kunit *test)
{
	char *page = vmalloc(PAGE_SIZE);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < ARRAY_SIZE(compared_types); i++)
		find_names(test, &compared_types[i], page);
	vfree(page);
}

/* Objects with names are hashed by words as well, wherever these are. */
static void names_in_objects_of_each_length_and_place(struct kunit *test)
{
	static struct person persons[LONGEST];
	static char names[LONGEST][2 * LONGEST];
	struct people m = { };
	char name[LONGEST + 1];
	size_t len;

	for (len = 0; len < LONGEST; len++) {
		persons[len].name = names[len] + len % 8;
		write_name(names[len] + len % 8, len);
		KUNIT_ASSERT_EQ(test, people_insert(&m, &persons[len], GFP_KERNEL), 0);
	}
	KUNIT_EXPECT_EQ(test, people_validate(&m), 0);
	for (len = 0; len < LONGEST; len++) {
		write_name(name, len);
		KUNIT_EXPECT_PTR_EQ(test, people_lookup(&m, name), &persons[len]);
		KUNIT_EXPECT_PTR_EQ(test, people_erase(&m, name), &persons[len]);
		KUNIT_EXPECT_NULL(test, people_lookup(&m, name));
	}
	people_destroy(&m);
}

/* @stored and nothing else is the name of the one object, which is not hashed then. What is
 * looked for may be longer, and have the same NUL in it.
 */
static void find_stored(struct kunit *test, char *stored, size_t len)
{
	struct person person = { .number = len, .name = stored };
	struct people m = { };
	char name[LONGEST + 3] = { };

	write_name(stored, len);
	KUNIT_ASSERT_EQ(test, people_insert(&m, &person, GFP_KERNEL), 0);
	write_name(name, len);
	KUNIT_EXPECT_FALSE(test, has_name(&m.map, &people_type, name, len + 1));
	KUNIT_EXPECT_FALSE(test, has_name(&m.map, &people_type, name, len + 2));
	find_name(test, &m.map, &people_type, name, len);
	KUNIT_EXPECT_PTR_EQ(test, people_erase(&m, name), &person);
	people_destroy(&m);
}

/* Of what is stored nothing is read behind its NUL where the page ends; else there are others. */
static void names_in_objects_end_at_their_nul(struct kunit *test)
{
	char *page = vzalloc(PAGE_SIZE);
	size_t len, at;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (len = 0; len < LONGEST; len++) {
		for (at = 0; at < 8; at++) {
			memset(page, 0, 2 * LONGEST);
			find_stored(test, page + at, len);
		}
		find_stored(test, page + PAGE_SIZE - len - 1, len);
	}
	vfree(page);
}

/* Names of an object, with what is left behind the NUL of what was there before. */
struct tag {
	u64 number;
	char name[24];
};

HMAP_DEFINE_OBJECT(tags, struct tag, name, one_hash, HMAP_STRING);
HMAP_OBJECT_WRAPPERS_N(tags);

/* What is looked up may have a NUL byte in it, as it came from elsewhere: it is no name, whatever
 * follows the name that is stored. In the header nothing but the comparison tells, and in a table
 * of one hash.
 */
static void what_follows_a_name_is_not_compared(struct kunit *test)
{
	static struct tag both[] = {
		{ .name = "seven77\0behind\0" }, { .name = "1\0002\0" },
	};
	struct tags m = { };
	u32 i, n;

	for (n = 0; n < ARRAY_SIZE(both); n++) {
		KUNIT_ASSERT_EQ(test, tags_insert(&m, &both[n], GFP_KERNEL), 0);
		for (i = 0; i <= n; i++)
			KUNIT_EXPECT_PTR_EQ(test, tags_lookup(&m, both[i].name), &both[i]);
		KUNIT_EXPECT_NULL(test, tags_lookup_n(&m, "seven77\0", 8));
		KUNIT_EXPECT_NULL(test, tags_lookup_n(&m, "seven77\0behind", 14));
		KUNIT_EXPECT_NULL(test, tags_lookup_n(&m, "seven77\0behind\0\0", 16));
		KUNIT_EXPECT_NULL(test, tags_lookup_n(&m, "1\0", 2));
		KUNIT_EXPECT_NULL(test, tags_lookup_n(&m, "1\0002", 3));
	}
	tags_destroy(&m);
}

static struct kunit_case string_test_cases[] = {
	KUNIT_CASE(string_keys_are_copied),
	KUNIT_CASE(strings_by_pointer_and_length),
	KUNIT_CASE(cursors_behind_strings),
	KUNIT_CASE(strings_with_a_nul_are_refused),
	KUNIT_CASE(bad_strings_are_refused),
	KUNIT_CASE(null_names_are_refused),
	KUNIT_CASE(nameless_objects_are_refused),
	KUNIT_CASE(strings_of_each_length_and_place),
	KUNIT_CASE(names_in_objects_of_each_length_and_place),
	KUNIT_CASE(names_in_objects_end_at_their_nul),
	KUNIT_CASE(what_follows_a_name_is_not_compared),
	{}
};

static struct kunit_suite string_test_suite = {
	.name = "hmap_string",
	.exit = string_test_exit,
	.test_cases = string_test_cases,
};

kunit_test_suite(string_test_suite);
