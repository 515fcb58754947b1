// SPDX-License-Identifier: GPL-2.0

//go:build bench_string

package main

import (
	"strings"
	"unsafe"
)

const (
	textMin = 16
	textMax = 31
	letters = "abcdefghijklmnopqrstuvwxyz012345"
)

type mapKey = string

// A key is a place in the text, not a string, so that the collector has no work with
// the keys of the benchmark itself. Each array of keys has its text in its order.
type key struct {
	start, len uint32
}

var text []byte

func (k key) get() mapKey {
	return unsafe.String(&text[k.start], k.len)
}

// owned is a copy: all the maps that are compared own their keys.
func (k key) owned() mapKey {
	return strings.Clone(k.get())
}

func randomKeys(n int) []key {
	keys := make([]key, n)
	for i := range keys {
		keys[i] = key{uint32(len(text)), textMin + uint32(randomBelow(textMax-textMin+1))}
		for range textMax + 1 {
			text = append(text, letters[randomBelow(32)])
		}
	}
	return keys
}

func copyKeys(keys []key) {
	for i, k := range keys {
		keys[i].start = uint32(len(text))
		text = append(text, text[k.start:k.start+textMax+1]...)
	}
}
