// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// Cilium: the regeneration of an endpoint locks it, finds that it is being disconnected, and returns without to
// unlock; all that come for this endpoint later wait, those of the others go on.

func init() {
	leaking("cilium-endpoint-lock", func() { runCiliumAgent(false) }, "main.(*endpointEntry).")
	healthy("cilium-endpoint-lock-fixed", true, func() { runCiliumAgent(true) })
}

type endpointEntry struct {
	fixed    bool
	mu       sync.RWMutex
	gone     atomic.Bool
	revision int
}

func (e *endpointEntry) regenerate(revision int) bool {
	e.mu.Lock()
	if e.gone.Load() {
		if e.fixed {
			e.mu.Unlock()
		}
		return false
	}
	time.Sleep(time.Millisecond)
	e.revision = revision
	e.mu.Unlock()
	return true
}

func (e *endpointEntry) policyRevision() int {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.revision
}

type flowLog struct {
	in    chan int
	kept  [64]int
	total int
}

func (f *flowLog) consume() {
	for v := range f.in {
		f.kept[f.total%len(f.kept)] = v
		f.total++
	}
}

func runCiliumAgent(fixed bool) {
	endpoints := []*endpointEntry{}
	for i := 0; i < 8; i++ {
		endpoints = append(endpoints, &endpointEntry{fixed: fixed})
	}
	f := &flowLog{in: make(chan int, 32)}
	go f.consume()
	load(4, 7*time.Millisecond, func() { f.in <- 1 })
	go each(500*time.Millisecond, func() {
		for _, e := range endpoints {
			e.policyRevision()
		}
	})
	for revision := 1; ; revision++ {
		if revision == 6 {
			endpoints[5].gone.Store(true)
		}
		for _, e := range endpoints {
			go e.regenerate(revision)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
