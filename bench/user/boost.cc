// SPDX-License-Identifier: GPL-2.0
/* boost::unordered_flat_map, with boost::hash */
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "bench.h"

#ifdef BENCH_STRING
using flat_map_view = std::string_view;

/* Lets a key be looked up without a std::string made of it. */
struct text_hash : boost::hash<flat_map_view> {
	using is_transparent = void;
};

using flat_map = boost::unordered_flat_map<std::string, u64, text_hash,
					   std::equal_to<>>;
#else
using flat_map = boost::unordered_flat_map<u64, u64>;
#endif

#include "flat_map.hh"
#include "loops.h"
