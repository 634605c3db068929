// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"hash/crc32"
	"sync/atomic"
	"time"
)

var sums atomic.Uint32

// compute burns a little processor time, as the encoding of a message does.
func compute(rounds int) {
	var block [512]byte
	sum := uint32(rounds)
	for i := 0; i < rounds; i++ {
		block[i%len(block)] = byte(sum)
		sum = crc32.Update(sum, crc32.IEEETable, block[:])
	}
	sums.Add(sum)
}

// disk waits as a slow device does.
func disk(d time.Duration) { time.Sleep(d) }
