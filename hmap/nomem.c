// SPDX-License-Identifier: GPL-2.0
/* That there was no memory, told by counter and by tracepoint. */
#include "internal.h"
#include "trace.h"

void hmap_alloc_failed(const struct hmap *map, size_t bytes, gfp_t gfp,
		       const struct hmap_type *type)
{
	hmap_counter_inc(alloc_failures);
	trace_hmap_table_alloc_failed(map, type, bytes, gfp);
}
