// SPDX-License-Identifier: GPL-2.0
/*
 * Sample user of hmap: sessions, each with a map of objects of its own.
 *
 *	echo open 7 >/proc/hmap_sessions
 *	echo add 7 100 20 >/proc/hmap_sessions		20 bytes to object 100 of session 7
 *	echo close 7 >/proc/hmap_sessions
 *	cat /proc/hmap_sessions
 *
 * A timer ends the sessions that nobody has added to for timeout_ms, or that have grown above
 * max_bytes. What there is to learn from it:
 *
 * - Who changes a map, or an object in one, holds the lock. The timer runs in softirq and takes
 *   it, too: process context takes it by spin_lock_bh(), or the timer might come on top of that,
 *   on the same CPU, and wait for ever.
 * - Who only reads, in the timer or for /proc, is in an RCU read-side section, and takes no lock.
 * - What was in a map is freed after a grace period: objects by kfree_rcu(), sessions by
 *   call_rcu(), as they come from a cache of the module's own. The module waits for the
 *   callbacks, by rcu_barrier(), before it destroys that.
 * - A read() of /proc ends where the buffer is full. The next one goes on from a cursor, which
 *   refers to nothing: between the two nothing is held, and sessions may come and go.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

#include <hmap/hmap.h>

#define SWEEP_MS	100

static unsigned int timeout_ms = 60000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "sessions end when nobody has added to them for so long");

static unsigned long max_bytes = 1000000;
module_param(max_bytes, ulong, 0644);
MODULE_PARM_DESC(max_bytes, "sessions end when they have more");

struct object {
	u64		id;
	u64		bytes;
	struct rcu_head	rcu;
};

HMAP_DEFINE_OBJECT(objects, struct object, id, hmap_hash_u64, HMAP_RCU);

struct session {
	u32		id;
	unsigned long	used;		/* jiffies */
	struct objects	objects;
	struct rcu_head	rcu;
};

HMAP_DEFINE_OBJECT(sessions, struct session, id, hmap_hash_u32, HMAP_RCU);

static struct sessions all;
static DEFINE_SPINLOCK(lock);		/* of who changes sessions, or objects in them */
static struct kmem_cache *session_cache;

static int open_session(u32 id)
{
	struct session *session = kmem_cache_zalloc(session_cache, GFP_KERNEL);
	int err;

	if (!session)
		return -ENOMEM;
	session->id = id;
	session->used = jiffies;
	hmap_set_lock(&session->objects, &lock);
	spin_lock_bh(&lock);
	err = sessions_insert(&all, session, GFP_ATOMIC);
	spin_unlock_bh(&lock);
	if (err)
		kmem_cache_free(session_cache, session);
	return err;
}

/* Readers see both numbers while they change. */
static struct object *add_to(struct session *session, struct object *new, u64 bytes)
{
	struct object *object = objects_get_or_insert(&session->objects, new, GFP_ATOMIC);

	if (IS_ERR(object))
		return object;
	WRITE_ONCE(object->bytes, object->bytes + bytes);
	WRITE_ONCE(session->used, jiffies);
	return object;
}

/* What may sleep is done before the lock is taken. */
static int add_bytes(u32 session_id, u64 id, u64 bytes)
{
	struct object *new = kzalloc(sizeof(*new), GFP_KERNEL);
	struct session *session;
	struct object *object;

	if (!new)
		return -ENOMEM;
	new->id = id;
	spin_lock_bh(&lock);
	session = sessions_lookup(&all, session_id);
	object = session ? add_to(session, new, bytes) : ERR_PTR(-ENOENT);
	spin_unlock_bh(&lock);
	if (object != new)
		kfree(new);
	return PTR_ERR_OR_ZERO(object);
}

static void free_object_later(void *object, void *arg)
{
	kfree_rcu((struct object *)object, rcu);
}

static void free_session(struct rcu_head *rcu)
{
	kmem_cache_free(session_cache, container_of(rcu, struct session, rcu));
}

/* Under the lock, for a session that has just been taken out of the map: nobody finds it any
 * more, but readers who have may still be in it and in its objects.
 */
static void end_session(struct session *session)
{
	objects_clear_with(&session->objects, free_object_later, NULL);
	call_rcu(&session->rcu, free_session);
}

static int close_session(u32 id)
{
	struct session *session;

	spin_lock_bh(&lock);
	session = sessions_erase(&all, id);
	if (session)
		end_session(session);
	spin_unlock_bh(&lock);
	return session ? 0 : -ENOENT;
}

/* For readers, and for who has the lock. */
static u64 bytes_of(const struct session *session)
{
	struct object *object;
	u64 bytes = 0;

	hmap_for_each_object_rcu(objects, &session->objects, iter, object)
		bytes += READ_ONCE(object->bytes);
	return bytes;
}

static unsigned int idle_ms(const struct session *session)
{
	return jiffies_to_msecs(jiffies - READ_ONCE(session->used));
}

static bool has_to_end(const struct session *session)
{
	return idle_ms(session) > READ_ONCE(timeout_ms) || bytes_of(session) > READ_ONCE(max_bytes);
}

/* In softirq. It was seen without the lock; since then it may have been used, or closed. */
static void end_unless_used(struct session *session)
{
	spin_lock(&lock);
	if (has_to_end(session) && sessions_erase_object(&all, session))
		end_session(session);
	spin_unlock(&lock);
}

static void sweep(struct timer_list *timer)
{
	struct session *session;

	rcu_read_lock();
	hmap_for_each_object_rcu(sessions, &all, iter, session)
		if (has_to_end(session))
			end_unless_used(session);
	rcu_read_unlock();
	mod_timer(timer, jiffies + msecs_to_jiffies(SWEEP_MS));
}

static DEFINE_TIMER(sweeper, sweep);

/* How far a reader of /proc has come. */
struct listing {
	struct hmap_cursor	before;		/* the session to show next */
	struct hmap_cursor	behind;		/* it */
};

static struct session *find_next(struct listing *listing)
{
	listing->behind = listing->before;
	return sessions_next(&all, &listing->behind);
}

static void *listing_start(struct seq_file *m, loff_t *pos) __acquires(RCU)
{
	struct listing *listing = m->private;

	rcu_read_lock();
	if (!*pos)
		listing->before = (struct hmap_cursor){ };
	return find_next(listing);
}

/* seq_file comes here when the last session is in its buffer, and starts with the one after it
 * again if that does not fit.
 */
static void *listing_next(struct seq_file *m, void *session, loff_t *pos)
{
	struct listing *listing = m->private;

	++*pos;
	listing->before = listing->behind;
	return find_next(listing);
}

static void listing_stop(struct seq_file *m, void *session) __releases(RCU)
{
	rcu_read_unlock();
}

static int listing_show(struct seq_file *m, void *v)
{
	const struct session *session = v;

	seq_printf(m, "session %u: %lu objects, %llu bytes, idle for %u ms\n", session->id,
		   objects_count(&session->objects), bytes_of(session), idle_ms(session));
	return 0;
}

static const struct seq_operations listing_ops = {
	.start	= listing_start,
	.next	= listing_next,
	.stop	= listing_stop,
	.show	= listing_show,
};

static int listing_open(struct inode *inode, struct file *file)
{
	return seq_open_private(file, &listing_ops, sizeof(struct listing));
}

static int run_line(const char *line)
{
	u64 object, bytes;
	u32 id;

	if (sscanf(line, "open %u", &id) == 1)
		return open_session(id);
	if (sscanf(line, "add %u %llu %llu", &id, &object, &bytes) == 3)
		return add_bytes(id, object, bytes);
	if (sscanf(line, "close %u", &id) == 1)
		return close_session(id);
	return -EINVAL;
}

/* One line at a time. */
static ssize_t listing_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char *line;
	int err;

	if (count > 100)
		return -EINVAL;
	line = memdup_user_nul(buf, count);
	if (IS_ERR(line))
		return PTR_ERR(line);
	err = run_line(line);
	kfree(line);
	return err ?: count;
}

static const struct proc_ops listing_proc_ops = {
	.proc_open	= listing_open,
	.proc_read	= seq_read,
	.proc_write	= listing_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= seq_release_private,
};

static int __init hmap_sessions_init(void)
{
	hmap_set_lock(&all, &lock);
	session_cache = kmem_cache_create("hmap_session", sizeof(struct session), 0, 0, NULL);
	if (!session_cache)
		return -ENOMEM;
	if (!proc_create("hmap_sessions", 0600, NULL, &listing_proc_ops)) {
		kmem_cache_destroy(session_cache);
		return -ENOMEM;
	}
	mod_timer(&sweeper, jiffies);
	return 0;
}

static void drop_object(void *object, void *arg)
{
	kfree(object);
}

static void drop_session(void *entry, void *arg)
{
	struct session *session = entry;

	objects_free_and_destroy(&session->objects, drop_object, NULL);
	kmem_cache_free(session_cache, session);
}

/* With the file and the timer the last readers go, and what is left can be freed at once. */
static void __exit hmap_sessions_exit(void)
{
	remove_proc_entry("hmap_sessions", NULL);
	timer_delete_sync(&sweeper);
	sessions_free_and_destroy(&all, drop_session, NULL);
	rcu_barrier();			/* free_session(), for those that have gone before */
	kmem_cache_destroy(session_cache);
}

module_init(hmap_sessions_init);
module_exit(hmap_sessions_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Sample user of hmap: sessions with a map of objects each");
MODULE_LICENSE("GPL");
