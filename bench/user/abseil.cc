// SPDX-License-Identifier: GPL-2.0
/* absl::flat_hash_map, with absl::Hash */
#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#include <string>

#include "bench.h"

#ifdef BENCH_STRING
using flat_map_view = absl::string_view;
using flat_map = absl::flat_hash_map<std::string, u64>;
#else
using flat_map = absl::flat_hash_map<u64, u64>;
#endif

#include "flat_map.hh"
#include "loops.h"
