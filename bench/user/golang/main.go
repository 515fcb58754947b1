// SPDX-License-Identifier: GPL-2.0

// Go's own maps, measured as ../loops.h measures the others. The collector runs as
// it does by default (GOGC=100), in this process and on its CPU, so its time counts.
//
// Usage: PROGRAM N REPETITIONS, or PROGRAM bytes N.
package main

import (
	"cmp"
	"os"
	"runtime"
	"strconv"
)

const (
	smallMaps    = 2000
	churnSteps   = 1024
	bytesEntries = 100000
)

type entries map[mapKey]uint64

// sink keeps results, and puts maps on the heap.
var sink any

func newMaps(nr int) []entries {
	maps := make([]entries, nr)
	for i := range maps {
		maps[i] = make(entries)
	}
	return maps
}

func insertAll(m entries, keys []key) {
	for i, k := range keys {
		m[k.owned()] = uint64(i)
	}
}

func timeInsert(maps []entries, w *workload) {
	start := now()
	for _, m := range maps {
		insertAll(m, w.present)
	}
	sample("insert", now()-start, w.n*len(maps))
	for _, m := range maps {
		check(len(m) == w.n, "insert")
	}
}

func timeLookup(op string, m entries, keys []key, found int) {
	start := now()
	var sum uint64
	nr := 0
	for _, k := range keys {
		if value, ok := m[k.get()]; ok {
			sum += value
			nr++
		}
	}
	sample(op, now()-start, len(keys))
	sink = sum
	check(nr == found, op)
}

func timeIterate(maps []entries, w *workload) {
	start := now()
	var sum uint64
	for _, m := range maps {
		for _, value := range m {
			sum += value
		}
	}
	sample("iterate", now()-start, w.n*len(maps))
	n := uint64(w.n)
	check(sum == uint64(len(maps))*(n*(n-1)/2), "iterate")
}

// replaceAll removes each entry, inserts another, and looks up an older one of those.
func replaceAll(m entries, from, to []key) int {
	var sum uint64
	nr := 0
	for i, k := range from {
		delete(m, k.get())
		m[to[i].owned()] = uint64(i)
		value, ok := m[to[i/2].get()]
		if !ok {
			break
		}
		sum += value
		nr++
	}
	sink = sum
	return nr
}

func timeChurn(m entries, w *workload) {
	passes := max(1, churnSteps/2/w.n)
	start := now()
	nr := 0
	for range passes {
		nr += replaceAll(m, w.shuffled, w.absent)
		nr += replaceAll(m, w.absent, w.shuffled)
	}
	sample("churn", now()-start, nr)
	check(nr == passes*2*w.n && len(m) == w.n, "churn")
}

func timeDelete(maps []entries, w *workload) {
	start := now()
	for _, m := range maps {
		for _, k := range w.shuffled {
			delete(m, k.get())
		}
	}
	sample("delete", now()-start, w.n*len(maps))
	for _, m := range maps {
		check(len(m) == 0, "delete")
	}
}

func timeOps(w *workload) {
	maps := newMaps(w.nrMaps)
	timeInsert(maps, w)
	timeLookup("hit", maps[0], w.hits, len(w.hits))
	timeLookup("miss", maps[0], w.misses, 0)
	timeIterate(maps, w)
	timeChurn(maps[0], w)
	timeDelete(maps, w)
}

var life entries

// timeLife creates a map, inserts n entries, and drops it.
func timeLife(op string, w *workload, n int) {
	start := now()
	nr := 0
	for range smallMaps {
		life = make(entries)
		insertAll(life, w.present[:n])
		nr += len(life)
	}
	life = nil
	sample(op, now()-start, smallMaps)
	check(nr == n*smallMaps, op)
}

func timeEmptyLookup(w *workload) {
	m := make(entries)
	sink = m
	start := now()
	nr := 0
	for _, k := range w.hits {
		if _, ok := m[k.get()]; ok {
			nr++
		}
	}
	sample("empty_lookup", now()-start, len(w.hits))
	check(nr == 0, "empty_lookup")
}

func timeSmall(w *workload) {
	timeLife("empty", w, 0)
	timeLife("one", w, 1)
	timeLife("eight", w, 8)
	timeEmptyLookup(w)
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func countBytes(n int) {
	nr := max(1, bytesEntries/max(n, 1))
	if n == 0 {
		nr = bytesEntries / 100
	}
	w := newWorkload(cmp.Or(n, 1))
	maps := make([]entries, nr)
	before := heap()
	for i := range maps {
		maps[i] = make(entries)
		insertAll(maps[i], w.present[:n])
	}
	reportBytes(n, float64(heap()-before)/float64(nr*max(n, 1)))
	runtime.KeepAlive(maps)
	runtime.KeepAlive(w)
}

func argument(i int) int {
	n, err := strconv.Atoi(os.Args[i])
	check(err == nil, "the command line")
	return n
}

func main() {
	check(len(os.Args) == 3, "the command line")
	if os.Args[1] == "bytes" {
		countBytes(argument(2))
		return
	}
	n := argument(1)
	w := newWorkload(cmp.Or(n, 8))
	for range argument(2) {
		if n != 0 {
			timeOps(w)
		} else {
			timeSmall(w)
		}
	}
	report(n)
}
