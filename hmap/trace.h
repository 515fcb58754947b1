/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: where memory is allocated or freed, or a table changes shape; none in a lookup.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hmap

#if !defined(_HMAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _HMAP_TRACE_H

#include <linux/tracepoint.h>
#include <trace/events/mmflags.h>

#include "hmap-types.h"

struct hmap_table;

DECLARE_EVENT_CLASS(hmap_table,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type,
		 const struct hmap_table *table, u32 bytes, u8 depth),
	TP_ARGS(map, type, table, bytes, depth),
	TP_STRUCT__entry(
		__field(const void *, map)
		__field(const void *, table)
		__string(type, type->name)
		__field(u32, bytes)
		__field(u8, depth)
	),
	TP_fast_assign(
		__entry->map = map;
		__entry->table = table;
		hmap_assign_str(type, type->name);
		__entry->bytes = bytes;
		__entry->depth = depth;
	),
	TP_printk("map=%p type=%s table=%p bytes=%u depth=%u",
		  __entry->map, __get_str(type), __entry->table, __entry->bytes, __entry->depth)
);

DEFINE_EVENT(hmap_table, hmap_table_alloc,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type,
		 const struct hmap_table *table, u32 bytes, u8 depth),
	TP_ARGS(map, type, table, bytes, depth)
);

/* Its memory goes now, or after a grace period. */
DEFINE_EVENT(hmap_table, hmap_table_free,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type,
		 const struct hmap_table *table, u32 bytes, u8 depth),
	TP_ARGS(map, type, table, bytes, depth)
);

/* A table is copied, for more room, for less, or to be rid of deleted slots. */
TRACE_EVENT(hmap_table_rebuild,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type, u32 bytes,
		 u32 new_bytes, u32 entries),
	TP_ARGS(map, type, bytes, new_bytes, entries),
	TP_STRUCT__entry(
		__field(const void *, map)
		__string(type, type->name)
		__field(u32, bytes)
		__field(u32, new_bytes)
		__field(u32, entries)
	),
	TP_fast_assign(
		__entry->map = map;
		hmap_assign_str(type, type->name);
		__entry->bytes = bytes;
		__entry->new_bytes = new_bytes;
		__entry->entries = entries;
	),
	TP_printk("map=%p type=%s bytes=%u new_bytes=%u entries=%u",
		  __entry->map, __get_str(type), __entry->bytes, __entry->new_bytes,
		  __entry->entries)
);

/* One table of @bytes becomes two halves, or those become one; entries: in both halves. */
DECLARE_EVENT_CLASS(hmap_halves,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type, u32 bytes, u32 half,
		 u32 other_half, u8 depth, u32 entries),
	TP_ARGS(map, type, bytes, half, other_half, depth, entries),
	TP_STRUCT__entry(
		__field(const void *, map)
		__string(type, type->name)
		__field(u32, bytes)
		__field(u32, half)
		__field(u32, other_half)
		__field(u32, entries)
		__field(u8, depth)
	),
	TP_fast_assign(
		__entry->map = map;
		hmap_assign_str(type, type->name);
		__entry->bytes = bytes;
		__entry->half = half;
		__entry->other_half = other_half;
		__entry->entries = entries;
		__entry->depth = depth;
	),
	TP_printk("map=%p type=%s bytes=%u halves=%u+%u depth=%u entries=%u",
		  __entry->map, __get_str(type), __entry->bytes, __entry->half,
		  __entry->other_half, __entry->depth, __entry->entries)
);

DEFINE_EVENT(hmap_halves, hmap_table_split,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type, u32 bytes, u32 half,
		 u32 other_half, u8 depth, u32 entries),
	TP_ARGS(map, type, bytes, half, other_half, depth, entries)
);

DEFINE_EVENT(hmap_halves, hmap_table_merge,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type, u32 bytes, u32 half,
		 u32 other_half, u8 depth, u32 entries),
	TP_ARGS(map, type, bytes, half, other_half, depth, entries)
);

/* No memory for a table, a directory, a block or what a walk wants kept. */
TRACE_EVENT(hmap_table_alloc_failed,
	TP_PROTO(const struct hmap *map, const struct hmap_type *type, size_t bytes, gfp_t gfp),
	TP_ARGS(map, type, bytes, gfp),
	TP_STRUCT__entry(
		__field(const void *, map)
		__string(type, type->name)
		__field(size_t, bytes)
		__field(unsigned long, gfp)
	),
	TP_fast_assign(
		__entry->map = map;
		hmap_assign_str(type, type->name);
		__entry->bytes = bytes;
		__entry->gfp = (__force unsigned long)gfp;
	),
	TP_printk("map=%p type=%s bytes=%zu gfp=%s", __entry->map, __get_str(type),
		  __entry->bytes, show_gfp_flags(__entry->gfp))
);

#endif /* _HMAP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
