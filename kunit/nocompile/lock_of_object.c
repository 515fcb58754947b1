// SPDX-License-Identifier: GPL-2.0
/* EXPECT: negative width in bit-field */
#include <linux/spinlock.h>
#include <hmap/hmap.h>

HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL, 0);

struct session {
	spinlock_t	lock;	/* of numbers */
	u64		id;
	struct numbers	numbers;
};

static void __maybe_unused name_lock(struct session *session)
{
#ifdef MISTAKE
	hmap_set_lock(session, &session->lock);
#else
	hmap_set_lock(&session->numbers, &session->lock);
#endif
}
