// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"errors"
	"sync"
	"time"
)

func init() {
	leaking("tidb-hash-join", func() { runHashJoin(false) }, "main.(*hashJoin).probeWorker", "main.(*hashJoin).finish")
	healthy("tidb-hash-join-fixed", false, func() { runHashJoin(true) })
}

var errMemoryQuota = errors.New("out of memory quota")

// A hashJoin reads the inner side, then probes it with the chunks of the outer side.
type hashJoin struct {
	rows    int
	quota   int
	chunks  chan []int
	joined  chan int
	workers sync.WaitGroup
	table   map[int]int
	always  bool // the chunks end also when the reading fails
	failed  chan error
}

func (j *hashJoin) run() (int, error) {
	j.chunks = make(chan []int)
	j.joined = make(chan int, 5)
	j.failed = make(chan error, 1)
	j.table = map[int]int{}
	for i := 0; i < 50; i++ {
		j.table[i] = i
	}
	for i := 0; i < 5; i++ {
		j.workers.Add(1)
		go j.probeWorker()
	}
	go j.finish()
	go j.fetchOuter()
	sum := 0
	for {
		select {
		case n, more := <-j.joined:
			if !more {
				return sum, nil
			}
			sum += n
		case err := <-j.failed:
			return 0, err
		}
	}
}

func (j *hashJoin) fetchOuter() {
	if j.always {
		defer close(j.chunks)
	}
	for read := 0; read < j.rows; read += 32 {
		if read >= j.quota {
			j.failed <- errMemoryQuota
			return
		}
		chunk := make([]int, 32)
		for i := range chunk {
			chunk[i] = read + i
		}
		disk(time.Millisecond)
		j.chunks <- chunk
	}
	if !j.always {
		close(j.chunks)
	}
}

func (j *hashJoin) probeWorker() {
	defer j.workers.Done()
	sum := 0
	for chunk := range j.chunks {
		compute(10)
		for _, key := range chunk {
			sum += j.table[key%100]
		}
	}
	j.joined <- sum
}

func (j *hashJoin) finish() {
	j.workers.Wait()
	close(j.joined)
}

func planCacheLoop(in <-chan int) {
	cache := map[int]int{}
	for n := range in {
		cache[n%16]++
		compute(10)
	}
}

func domainReload() {
	ticker := time.NewTicker(30 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		compute(80)
	}
}

func runHashJoin(always bool) {
	plans := make(chan int, 4)
	go planCacheLoop(plans)
	go domainReload()
	load(4, 15*time.Millisecond, func() {
		plans <- 3
		compute(40)
	})
	load(2, 60*time.Millisecond, func() {
		j := &hashJoin{rows: 320, quota: 1000, always: always}
		_, err := j.run()
		must(err)
	})
	// A report that is too large for its quota.
	load(1, 180*time.Millisecond, func() {
		j := &hashJoin{rows: 640, quota: 256, always: always}
		_, _ = j.run()
	})
}
