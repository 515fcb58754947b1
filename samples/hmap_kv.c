// SPDX-License-Identifier: GPL-2.0
/*
 * Sample user of hmap: /dev/hmap_kv, a store in which every open file has a map
 * of its own from string to string. A file that nothing is written to costs one
 * struct kv, with the map's header embedded (a pointer that is NULL), and a struct
 * seq_file, but no table.
 *
 * write() takes lines; a blank is one space character:
 *
 *	set KEY VALUE	Add an entry, or overwrite it. KEY is not empty and has
 *			no blank. VALUE is all that follows the one blank behind
 *			KEY; it is not empty, and may have blanks anywhere.
 *	del KEY		Remove an entry.
 *	clear		Remove all entries, and give back their memory.
 *
 * A line has at most 4096 bytes, its newline included, and no NUL. It may come
 * in pieces, by several write() calls: it runs when its newline arrives. What is
 * unfinished when the file is closed is forgotten.
 *
 * A line can fail, and then has changed no entry:
 *
 *	EINVAL	It is none of the above, or too long.
 *	ENOENT	"del" of a key that is not there.
 *	ENOSPC	"set" of a new key when there are max_entries already.
 *	ENOMEM	No memory. EFAULT: no such memory of the caller's.
 *
 * A write() runs its lines in order up to the first that fails. If that line
 * starts behind the first byte of the write(), the lines before it count: the
 * result is the number of bytes up to its start, no error, and the next write()
 * is to begin there. If it starts with the write(), or has been started by one
 * before, the result is the error. ENOMEM leaves everything as it was, and the
 * same write() may be tried again. Any other error drops the line, together with
 * the part of it that was taken before: a program that goes on does so behind
 * the line's newline. So every write() gets on, or fails; like any other, it may
 * also take less than it was given.
 *
 * read() gives the entries, as lines "KEY VALUE" in no order, and takes the lock for
 * a buffer full of them at a time. An entry that stays is read exactly once,
 * whatever is written meanwhile; another one may be read or not, but never half of
 * its line. "clear" ends the text. A read at offset 0 begins anew: lseek() to 0 to
 * see what has changed. To get to any other offset but that of the last read's end,
 * by lseek() or pread(), all the text before is made again, as it is then. The
 * offset is the reader's alone, write() neither uses nor moves it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <hmap/hmap.h>

/* Bytes of a line, and of the buffer in which lines are put together. */
#define LINE_SIZE	4096

/* Bytes that one write() takes, so that it ends soon without a look at signals. */
#define WRITE_MAX	(1024 * 1024)

/* Who writes here pays for it. */
#define KV_GFP		GFP_KERNEL_ACCOUNT

static unsigned long max_entries = 1000000;
module_param(max_entries, ulong, 0444);
MODULE_PARM_DESC(max_entries, "most entries that an open file may have");

/* A map of pointers, to copies of the values that are the sample's own; the map keeps copies
 * of the keys. Nobody reads beside a writer, so there is no HMAP_RCU. A key is given by
 * pointer and length where a blank follows it, and by its string otherwise.
 */
HMAP_DEFINE(kv_map, const char *, char *, hmap_hash_bytes, NULL, HMAP_STRING);
HMAP_WRAPPERS_N(kv_map);

/* How far read() has come. */
struct reading {
	struct hmap_cursor	before;	/* the entry to show next */
	struct hmap_cursor	behind;	/* it */
	const char		*key;	/* its own, valid under the lock */
	const char		*value;
	unsigned long		clears;	/* as in struct kv, when it began */
};

/* One open file. */
struct kv {
	struct mutex	lock;		/* of all below */
	struct kv_map	map;
	char		*line;		/* NULL until the first write() */
	size_t		line_len;	/* of the unfinished line */
	unsigned long	clears;		/* each of which voids cursors */
	struct reading	reading;
};

static struct kv *kv_of(struct file *file)
{
	struct seq_file *m = file->private_data;

	return m->private;
}

/* Overwriting gives the old value back, and allocates nothing in the map. */
static int set_entry(struct kv *kv, const char *key, size_t len, const char *value)
{
	char *copy = kstrdup(value, KV_GFP);
	char *old;

	if (!copy)
		return -ENOMEM;
	if (kv_map_count(&kv->map) < max_entries || kv_map_contains_n(&kv->map, key, len))
		old = kv_map_store_n(&kv->map, key, len, copy, KV_GFP);
	else
		old = ERR_PTR(-ENOSPC);
	if (IS_ERR(old)) {
		kfree(copy);
		return PTR_ERR(old);
	}
	kfree(old);
	return 0;
}

static int run_set(struct kv *kv, const char *args)
{
	const char *blank = strchr(args, ' ');

	if (!blank || blank == args || !blank[1])
		return -EINVAL;
	return set_entry(kv, args, blank - args, blank + 1);
}

static int run_del(struct kv *kv, const char *key)
{
	char *value;

	if (!*key || strchr(key, ' '))
		return -EINVAL;
	value = kv_map_erase(&kv->map, key);
	if (!value)
		return -ENOENT;
	kfree(value);
	return 0;
}

static void free_value(void *value, void *arg)
{
	kfree(value);
}

/* Who calls this holds the lock, or is the last: nobody reads beside it, so the map may be
 * destroyed, which takes its time, but lets others run meanwhile. It can be used again.
 */
static void free_entries(struct kv *kv)
{
	kv_map_free_and_destroy(&kv->map, free_value, NULL);
}

static int run_clear(struct kv *kv)
{
	free_entries(kv);
	kv->clears++;
	return 0;
}

static int run_line(struct kv *kv, const char *line)
{
	if (strstarts(line, "set "))
		return run_set(kv, line + 4);
	if (strstarts(line, "del "))
		return run_del(kv, line + 4);
	if (!strcmp(line, "clear"))
		return run_clear(kv);
	return -EINVAL;
}

/* There is no place for its newline any more. Its bytes are not kept, only
 * counted, until that comes and the line fails.
 */
static bool too_long(const struct kv *kv)
{
	return kv->line_len >= LINE_SIZE;
}

static int finish_line(struct kv *kv, char *line, char *newline)
{
	if (too_long(kv))
		return -EINVAL;
	*newline = '\0';
	if (strlen(line) != newline - line)
		return -EINVAL;
	return run_line(kv, line);
}

/*
 * Run the lines that end in [new, end). Before @new stands what the unfinished
 * line had already. *@taken counts the new bytes; if a line fails, only those
 * before it or, if it was unfinished, none.
 */
static int run_lines(struct kv *kv, char *new, char *end, size_t *taken)
{
	char *line = kv->line;
	char *newline;
	int err;

	while ((newline = memchr(new, '\n', end - new))) {
		err = finish_line(kv, line, newline);
		if (err)
			return err;
		*taken += newline + 1 - new;
		kv->line_len = 0;
		line = newline + 1;
		new = line;
	}
	*taken += end - new;
	kv->line_len += end - new;
	memmove(kv->line, line, end - line);
	return 0;
}

static int take_chunk(struct kv *kv, const char __user *buf, size_t count,
		      size_t *taken)
{
	size_t kept = too_long(kv) ? 0 : kv->line_len;
	size_t n = min_t(size_t, count - *taken, LINE_SIZE - kept);
	char *new = kv->line + kept;

	if (copy_from_user(new, buf + *taken, n))
		return -EFAULT;
	return run_lines(kv, new, new + n, taken);
}

static int alloc_line(struct kv *kv)
{
	if (!kv->line)
		kv->line = kmalloc(LINE_SIZE, KV_GFP);
	return kv->line ? 0 : -ENOMEM;
}

/*
 * What a line's failure means for the write() that it happened in, whose @taken
 * bytes end with kv->line_len bytes of that line.
 */
static ssize_t end_failed(struct kv *kv, size_t taken, int err)
{
	ssize_t start = taken - kv->line_len;

	if (start > 0) {
		kv->line_len = 0;
		return start;
	}
	/* The buffer has what earlier calls brought: only a line that is not
	 * too long gets to ask for memory.
	 */
	kv->line_len = err == -ENOMEM ? -start : 0;
	return err;
}

static ssize_t take(struct kv *kv, const char __user *buf, size_t count)
{
	size_t taken = 0;
	int err = alloc_line(kv);

	while (!err && taken < count)
		err = take_chunk(kv, buf, count, &taken);
	return err ? end_failed(kv, taken, err) : taken;
}

static ssize_t kv_write(struct file *file, const char __user *buf, size_t count,
			loff_t *pos)
{
	struct kv *kv = kv_of(file);
	ssize_t ret;

	mutex_lock(&kv->lock);
	ret = take(kv, buf, min_t(size_t, count, WRITE_MAX));
	mutex_unlock(&kv->lock);
	return ret;
}

/* The entry that is to be shown next, and where it stands. */
static void *find_entry(struct kv *kv)
{
	struct reading *r = &kv->reading;

	r->behind = r->before;
	r->value = kv_map_next(&kv->map, &r->behind, &r->key);
	return r->value ? r : NULL;
}

/* seq_file begins at entry 0, or goes on with the entry that its last kv_next() has
 * come to. That may have gone meanwhile, and the one behind it takes its place.
 */
static void *kv_start(struct seq_file *m, loff_t *pos)
{
	struct kv *kv = m->private;

	mutex_lock(&kv->lock);
	if (!*pos)
		kv->reading = (struct reading){ .clears = kv->clears };
	else if (kv->reading.clears != kv->clears)
		return NULL;
	return find_entry(kv);
}

/* The current entry has been shown, or been passed over on the way to an offset. */
static void *kv_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct kv *kv = m->private;

	++*pos;
	kv->reading.before = kv->reading.behind;
	if (fatal_signal_pending(current))
		return ERR_PTR(-EINTR);
	cond_resched();
	return find_entry(kv);
}

static int kv_show(struct seq_file *m, void *v)
{
	const struct reading *r = v;

	seq_puts(m, r->key);
	seq_putc(m, ' ');
	seq_puts(m, r->value);
	seq_putc(m, '\n');
	return 0;
}

static void kv_stop(struct seq_file *m, void *v)
{
	struct kv *kv = m->private;

	mutex_unlock(&kv->lock);
}

static const struct seq_operations kv_seq_ops = {
	.start	= kv_start,
	.next	= kv_next,
	.stop	= kv_stop,
	.show	= kv_show,
};

static int kv_open(struct inode *inode, struct file *file)
{
	struct kv *kv;

	/* misc_open() leaves the device there, which we do not need. */
	file->private_data = NULL;
	kv = __seq_open_private(file, &kv_seq_ops, sizeof(*kv));
	if (!kv)
		return -ENOMEM;
	mutex_init(&kv->lock);
	hmap_set_lock(&kv->map, &kv->lock);
	/* seq_open() takes it away, but here pwrite() is as good as write(). */
	file->f_mode |= FMODE_PWRITE;
	/* write() puts the offset back that it began with, behind the back of a read()
	 * that has moved it, if not told to wait.
	 */
	file->f_mode |= FMODE_ATOMIC_POS;
	return 0;
}

static int kv_release(struct inode *inode, struct file *file)
{
	struct kv *kv = kv_of(file);

	free_entries(kv);
	kfree(kv->line);
	return seq_release_private(inode, file);
}

static const struct file_operations kv_fops = {
	.owner		= THIS_MODULE,
	.open		= kv_open,
	.release	= kv_release,
	.read		= seq_read,
	.write		= kv_write,
	.llseek		= seq_lseek,
};

static struct miscdevice kv_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "hmap_kv",
	.fops	= &kv_fops,
	.mode	= 0600,
};
module_misc_device(kv_device);

HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Sample user of hmap: a string store in every open file");
MODULE_LICENSE("GPL");
