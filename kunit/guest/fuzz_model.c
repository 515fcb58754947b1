// SPDX-License-Identifier: GPL-2.0
/*
 * What one open file of /dev/hmap_kv is to hold, and what each write() is to return:
 * the comment at the top of hmap_kv.c once more, as simply as can be.
 */
#include <stdlib.h>
#include <string.h>

#include "kv_fuzz.h"

struct item {
	struct item	*next;
	char		*key;
	char		*value;
	unsigned int	seen;		/* at this stamp of the model */
};

static struct item **find(struct model *model, const char *key, size_t len)
{
	struct item **at;
	size_t i, hash = 0;

	for (i = 0; i < len; i++)
		hash = 31 * hash + (unsigned char)key[i];
	at = &model->buckets[hash % ARRAY_SIZE(model->buckets)];
	while (*at && (strncmp((*at)->key, key, len) || (*at)->key[len]))
		at = &(*at)->next;
	return at;
}

static char *copy_of(const char *string)
{
	char *copy = strdup(string);

	if (!copy)
		die("out of memory");
	return copy;
}

static void insert(struct model *model, const char *key, const char *value)
{
	struct item **at = find(model, key, strlen(key));

	*at = calloc(1, sizeof(**at));
	if (!*at)
		die("out of memory");
	(*at)->key = copy_of(key);
	(*at)->value = copy_of(value);
	model->count++;
}

static void delete(struct model *model, struct item **at)
{
	struct item *item = *at;

	*at = item->next;
	free(item->key);
	free(item->value);
	free(item);
	model->count--;
}

static void clear(struct model *model)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(model->buckets); i++)
		while (model->buckets[i])
			delete(model, &model->buckets[i]);
}

void model_free(struct model *model)
{
	clear(model);
	model->len = 0;
}

void model_copy(struct model *to, const struct model *from)
{
	const struct item *item;
	size_t i;

	model_free(to);
	for (i = 0; i < ARRAY_SIZE(from->buckets); i++)
		for (item = from->buckets[i]; item; item = item->next)
			insert(to, item->key, item->value);
	memcpy(to->line, from->line, LINE_SIZE);
	to->len = from->len;
}

static int run_set(struct model *model, char *key)
{
	char *value = strchr(key, ' ');
	struct item *item;

	if (!value || value == key || !value[1])
		return -EINVAL;
	*value++ = '\0';
	item = *find(model, key, strlen(key));
	if (item) {
		free(item->value);
		item->value = copy_of(value);
		return 0;
	}
	if (model->count >= max_entries)
		return -ENOSPC;
	insert(model, key, value);
	return 0;
}

static int run_del(struct model *model, const char *key)
{
	struct item **at;

	if (!*key || strchr(key, ' '))
		return -EINVAL;
	at = find(model, key, strlen(key));
	if (!*at)
		return -ENOENT;
	delete(model, at);
	return 0;
}

/* The line has all its bytes but the newline. */
static int run_line(struct model *model)
{
	char *line = model->line;

	if (model->len >= LINE_SIZE || memchr(line, '\0', model->len))
		return -EINVAL;
	line[model->len] = '\0';
	if (!strncmp(line, "set ", 4))
		return run_set(model, line + 4);
	if (!strncmp(line, "del ", 4))
		return run_del(model, line + 4);
	if (strcmp(line, "clear"))
		return -EINVAL;
	clear(model);
	return 0;
}

static void keep(struct model *model, const char *bytes, size_t n)
{
	size_t place = model->len < LINE_SIZE ? LINE_SIZE - model->len : 0;

	if (place)
		memcpy(model->line + model->len, bytes, n < place ? n : place);
	model->len += n;
}

/* What write() is to return, or -errno. */
ssize_t model_write(struct model *model, const char *bytes, size_t n)
{
	const char *newline;
	size_t at = 0;
	int err;

	if (n > WRITE_MAX)
		n = WRITE_MAX;
	while ((newline = memchr(bytes + at, '\n', n - at))) {
		keep(model, bytes + at, newline - bytes - at);
		err = run_line(model);
		model->len = 0;
		if (err)
			return at ? (ssize_t)at : err;
		at = newline + 1 - bytes;
	}
	keep(model, bytes + at, n - at);
	return n;
}

/* Note the entry of a line that was read. What is wrong with it, or NULL. */
static const char *see(struct model *model, const char *line, const char *newline)
{
	const char *blank = memchr(line, ' ', newline - line);
	struct item *item;
	size_t len;

	if (!blank)
		return "a line is no entry";
	item = *find(model, line, blank - line);
	if (!item)
		return "an entry should not be there";
	if (item->seen == model->stamp)
		return "an entry was read twice";
	len = newline - blank - 1;
	if (strlen(item->value) != len || memcmp(item->value, blank + 1, len))
		return "an entry has another value";
	item->seen = model->stamp;
	return NULL;
}

/*
 * What is wrong with @text, that was read from a file with the entries of @model, or
 * NULL. Lines that do not begin with @prefix belong to somebody else.
 */
const char *model_differs(struct model *model, const struct text *text,
			  const char *prefix)
{
	const char *line = text->bytes, *end = text->bytes + text->len;
	const char *newline, *why;
	size_t entries = 0;

	model->stamp++;
	for (; line < end; line = newline + 1) {
		newline = memchr(line, '\n', end - line);
		if (!newline)
			return "the last line is not complete";
		if (strncmp(line, prefix, strlen(prefix)))
			continue;
		why = see(model, line, newline);
		if (why)
			return why;
		entries++;
	}
	return entries == model->count ? NULL : "an entry was lost";
}
