// SPDX-License-Identifier: GPL-2.0

//go:build !bench_string

package main

type mapKey = uint64

type key uint64

func (k key) get() mapKey {
	return uint64(k)
}

func (k key) owned() mapKey {
	return uint64(k)
}

func randomKeys(n int) []key {
	keys := make([]key, n)
	for i := range keys {
		keys[i] = key(randomWord())
	}
	return keys
}

func copyKeys(keys []key) {
}
