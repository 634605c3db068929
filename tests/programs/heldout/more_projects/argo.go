// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"
)

// Argo: for each stream of logs a goroutine closes it when its context ends; the stream comes to its end by itself
// and nobody cancels.

func init() {
	leaking("argo-pod-logs", func() { runArgoServer(false) }, "main.(*podLogStreamer).closeOnDone")
	healthy("argo-pod-logs-fixed", false, func() { runArgoServer(true) })
}

type podLogStreamer struct {
	fixed bool
	base  context.Context
	mu    sync.Mutex
	lines int
}

func (s *podLogStreamer) closeOnDone(ctx context.Context, stream io.Closer) {
	<-ctx.Done()
	_ = stream.Close()
}

func (s *podLogStreamer) podLogs() {
	ctx, cancel := context.WithCancel(s.base)
	if s.fixed {
		defer cancel()
	}
	stream := io.NopCloser(strings.NewReader(strings.Repeat("step finished\n", 100)))
	go s.closeOnDone(ctx, stream)
	time.Sleep(8 * time.Millisecond)
	text, err := io.ReadAll(stream)
	if err != nil {
		cancel()
		return
	}
	s.mu.Lock()
	s.lines += strings.Count(string(text), "\n")
	s.mu.Unlock()
}

// workflowQueue hands keys to workers, none twice at a time.
type workflowQueue struct {
	mu   sync.Mutex
	cond *sync.Cond
	keys []string
	set  map[string]bool
}

func (q *workflowQueue) add(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.set[key] {
		return
	}
	q.set[key] = true
	q.keys = append(q.keys, key)
	q.cond.Signal()
}

func (q *workflowQueue) get() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.keys) == 0 {
		q.cond.Wait()
	}
	key := q.keys[0]
	q.keys = q.keys[1:]
	delete(q.set, key)
	return key
}

func (q *workflowQueue) runWorker() {
	for {
		q.get()
		time.Sleep(2 * time.Millisecond)
	}
}

func runArgoServer(fixed bool) {
	base, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := &podLogStreamer{fixed: fixed, base: base}
	q := &workflowQueue{set: map[string]bool{}}
	q.cond = sync.NewCond(&q.mu)
	for i := 0; i < 4; i++ {
		go q.runWorker()
	}
	load(3, 10*time.Millisecond, func() { q.add("argo/hello-" + time.Now().Format("05.000")) })
	each(70*time.Millisecond, s.podLogs)
}
