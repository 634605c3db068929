// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

func init() {
	leaking("cockroach-heartbeats", func() { runHeartbeats(false) },
		"main.(*raftStore).heartbeatLoop", "main.(*raftStore).sendQueuedHeartbeats", "main.(*raftReplica).reportUnreachable",
		"main.(*raftReplica).processTicks", "main.(*raftReplica).tick", "main.(*raftStore).queueHeartbeat")
	healthy("cockroach-heartbeats-fixed", false, func() { runHeartbeats(true) })
	leaking("cockroach-restore", func() { runRestore(false) },
		"main.(*restoreJob).scatterSpan", "main.(*restoreJob).startScatter")
	healthy("cockroach-restore-fixed", false, func() { runRestore(true) })
}

// A raftStore collects the heartbeats of its replicas and sends them together.
type raftStore struct {
	coalesced sync.Mutex
	beats     map[int]int
	replicas  []*raftReplica
	down      atomic.Bool // the peer can not be reached
	copyFirst bool        // the queue is taken out before anything is sent
}

type raftReplica struct {
	raftMu      sync.Mutex
	id          int
	ticks       int
	unreachable int
	store       *raftStore
}

func (r *raftReplica) processTicks() {
	ticker := time.NewTicker(time.Duration(9+r.id) * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		r.tick()
	}
}

func (r *raftReplica) tick() {
	r.raftMu.Lock()
	defer r.raftMu.Unlock()
	r.ticks++
	compute(20)
	disk(2 * time.Millisecond)
	r.store.queueHeartbeat(r.id)
}

func (r *raftReplica) reportUnreachable() {
	r.raftMu.Lock()
	r.unreachable++
	r.raftMu.Unlock()
}

func (s *raftStore) queueHeartbeat(id int) {
	s.coalesced.Lock()
	s.beats[id]++
	s.coalesced.Unlock()
}

func (s *raftStore) heartbeatLoop() {
	ticker := time.NewTicker(7 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		s.sendQueuedHeartbeats()
	}
}

func (s *raftStore) sendQueuedHeartbeats() {
	s.coalesced.Lock()
	beats := s.beats
	s.beats = map[int]int{}
	if s.copyFirst {
		s.coalesced.Unlock()
	} else {
		defer s.coalesced.Unlock()
	}
	for id := range beats {
		if !s.transport(id) {
			s.replicas[id].reportUnreachable()
		}
	}
}

func (s *raftStore) transport(int) bool {
	compute(30)
	if s.down.Load() {
		disk(3 * time.Millisecond) // the dial fails
		return false
	}
	return true
}

type rangeCache struct {
	mu      sync.RWMutex
	entries map[int]int
}

func (c *rangeCache) lookup(key int) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.entries[key%64]
}

func (c *rangeCache) refreshLoop() {
	for i := 0; ; i++ {
		c.mu.Lock()
		c.entries[i%64] = i
		c.mu.Unlock()
		time.Sleep(5 * time.Millisecond)
	}
}

func gossipNode(in <-chan int, out chan<- int) {
	for info := range in {
		compute(10)
		time.Sleep(10 * time.Millisecond)
		out <- info + 1
	}
}

// sqlFront is the traffic of the clients of a node.
func sqlFront() {
	cache := &rangeCache{entries: map[int]int{}}
	go cache.refreshLoop()
	load(6, 12*time.Millisecond, func() {
		for i := 0; i < 8; i++ {
			cache.lookup(i)
		}
		compute(60)
	})
	ring := []chan int{make(chan int, 2), make(chan int, 2), make(chan int, 2)}
	for i, in := range ring {
		go gossipNode(in, ring[(i+1)%len(ring)])
	}
	ring[0] <- 1
}

func runHeartbeats(copyFirst bool) {
	store := &raftStore{beats: map[int]int{}, copyFirst: copyFirst}
	for i := 0; i < 3; i++ {
		store.replicas = append(store.replicas, &raftReplica{id: i, store: store})
	}
	sqlFront()
	go store.heartbeatLoop()
	for _, r := range store.replicas {
		go r.processTicks()
	}
	time.Sleep(500 * time.Millisecond)
	store.down.Store(true)
}

// A restoreJob splits and scatters the spans of a backup; the importers take those that are ready.
type restoreJob struct {
	spans    int
	bad      int // the span whose file is broken
	heedStop bool
	ready    chan int
}

var errBadFile = errors.New("checksum mismatch in backup file")

func (j *restoreJob) run(parent context.Context) error {
	g, ctx := errgroup.WithContext(parent)
	j.ready = make(chan int)
	j.startScatter(ctx)
	for w := 0; w < 4; w++ {
		g.Go(func() error { return j.importSpans(ctx) })
	}
	return g.Wait()
}

func (j *restoreJob) startScatter(ctx context.Context) {
	var left sync.WaitGroup
	left.Add(j.spans)
	for i := 0; i < j.spans; i++ {
		go j.scatterSpan(ctx, i, &left)
	}
	go func() {
		left.Wait()
		close(j.ready)
	}()
}

func (j *restoreJob) scatterSpan(ctx context.Context, span int, left *sync.WaitGroup) {
	defer left.Done()
	compute(20)
	disk(time.Duration(span%7) * time.Millisecond)
	if j.heedStop {
		select {
		case j.ready <- span:
		case <-ctx.Done():
		}
		return
	}
	j.ready <- span
}

func (j *restoreJob) importSpans(ctx context.Context) error {
	for {
		select {
		case span, more := <-j.ready:
			if !more {
				return nil
			}
			if span == j.bad {
				return errBadFile
			}
			compute(50)
			disk(2 * time.Millisecond)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func jobRegistry(small func()) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		small()
	}
}

func runRestore(heedStop bool) {
	sqlFront()
	go jobRegistry(func() {
		job := &restoreJob{spans: 12, bad: -1, heedStop: heedStop}
		must(job.run(context.Background()))
	})
	time.Sleep(700 * time.Millisecond)
	// The broken file is among the first that are ready.
	job := &restoreJob{spans: 260, bad: 7, heedStop: heedStop}
	_ = job.run(context.Background())
}
