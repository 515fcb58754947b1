// SPDX-License-Identifier: GPL-2.0

package main

import (
	"fmt"
	"math/bits"
	"os"
	"slices"
	"syscall"
	"unsafe"
)

// What ../bench.c has: keys, clock and samples.

const (
	smallRegion = 1024  // entries in the maps of a timed region
	minLookups  = 32768 // more than a branch predictor remembers

	clockProcessCPU = 2 // CLOCK_PROCESS_CPUTIME_ID
)

// now is the time that all threads have spent on the CPU, the collector's too.
func now() int64 {
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockProcessCPU,
		uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano()
}

// clockCost is what reading the clock adds to a timed region.
var clockCost = func() int64 {
	cost := int64(1) << 62
	for range 1000 {
		start := now()
		cost = min(cost, now()-start)
	}
	return cost
}()

func check(ok bool, what string) {
	if !ok {
		fmt.Fprintf(os.Stderr, "bench: %s went wrong\n", what)
		os.Exit(1)
	}
}

var randomState uint64 = 20260101

func randomWord() uint64 {
	randomState += 0x9e3779b97f4a7c15
	z := randomState
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func randomBelow(n int) int {
	high, _ := bits.Mul64(randomWord(), uint64(n))
	return int(high)
}

func shuffled(keys []key) []key {
	keys = slices.Clone(keys)
	for i := len(keys); i > 1; i-- {
		other := randomBelow(i)
		keys[i-1], keys[other] = keys[other], keys[i-1]
	}
	copyKeys(keys)
	return keys
}

// draw takes nr of the keys at random; each once if that is their number.
func draw(keys []key, nr int) []key {
	if nr == len(keys) {
		return shuffled(keys)
	}
	drawn := make([]key, nr)
	for i := range drawn {
		drawn[i] = keys[randomBelow(len(keys))]
	}
	copyKeys(drawn)
	return drawn
}

type workload struct {
	n, nrMaps                 int
	present, shuffled, absent []key
	hits, misses              []key
}

func newWorkload(n int) *workload {
	w := &workload{n: n, nrMaps: max(1, smallRegion/n)}
	nrLookups := max(n, minLookups)
	w.present = randomKeys(n)
	w.shuffled = shuffled(w.present)
	w.absent = randomKeys(n)
	w.hits = draw(w.present, nrLookups)
	w.misses = draw(w.absent, nrLookups)
	return w
}

var (
	ops     []string
	samples = map[string][]float64{}
)

func sample(op string, ns int64, nrOps int) {
	if _, ok := samples[op]; !ok {
		ops = append(ops, op)
	}
	samples[op] = append(samples[op], float64(ns-clockCost)/float64(nrOps))
}

func report(n int) {
	for _, op := range ops {
		s := samples[op]
		slices.Sort(s)
		fmt.Printf("%s,%d,ns,%.3f\n", op, n, s[len(s)/2])
	}
}

func reportBytes(n int, bytes float64) {
	fmt.Printf("bytes,%d,bytes,%.2f\n", n, bytes)
}
