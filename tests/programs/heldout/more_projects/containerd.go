// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// containerd: a shim that shuts down stops the one who forwards its events before those who publish them are
// through, and waits for them.

func init() {
	leaking("containerd-shim-shutdown", func() { runTaskService(false) },
		"main.(*shimPublisher).publish", "main.(*shimPublisher).shutdown")
	healthy("containerd-shim-shutdown-fixed", false, func() { runTaskService(true) })
}

type shimPublisher struct {
	fixed  bool
	events chan string
	closed chan struct{}
	wg     sync.WaitGroup
	sent   *atomic.Int64
}

func (p *shimPublisher) processQueue() {
	for {
		select {
		case <-p.events:
			p.sent.Add(1)
			time.Sleep(2 * time.Millisecond)
		case <-p.closed:
			return
		}
	}
}

func (p *shimPublisher) publish(topic string, n int) {
	defer p.wg.Done()
	for i := 0; i < n; i++ {
		p.events <- topic
	}
}

func (p *shimPublisher) shutdown() {
	if p.fixed {
		p.wg.Wait()
		close(p.closed)
		return
	}
	close(p.closed)
	p.wg.Wait()
}

type snapshotter struct {
	mu   sync.Mutex
	keys map[int]time.Time
}

func (s *snapshotter) prepare(k int) {
	s.mu.Lock()
	s.keys[k] = time.Now()
	s.mu.Unlock()
}

func (s *snapshotter) collectGarbage() {
	t := time.NewTicker(70 * time.Millisecond)
	defer t.Stop()
	for now := range t.C {
		s.mu.Lock()
		for k, at := range s.keys {
			if now.Sub(at) > 50*time.Millisecond {
				delete(s.keys, k)
			}
		}
		s.mu.Unlock()
	}
}

func runTaskService(fixed bool) {
	var sent, id atomic.Int64
	s := &snapshotter{keys: map[int]time.Time{}}
	go s.collectGarbage()
	load(4, 9*time.Millisecond, func() { s.prepare(int(id.Add(1))) })
	each(150*time.Millisecond, func() {
		p := &shimPublisher{fixed: fixed, events: make(chan string), closed: make(chan struct{}), sent: &sent}
		go p.processQueue()
		p.wg.Add(3)
		for _, topic := range []string{"/tasks/start", "/tasks/oom", "/tasks/exit"} {
			go p.publish(topic, 12)
		}
		time.Sleep(30 * time.Millisecond)
		p.shutdown()
	})
}
