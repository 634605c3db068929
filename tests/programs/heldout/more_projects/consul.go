// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// Consul: a session is renewed from a ticker for as long as it lives. To destroy it stops the ticker, which does not
// close its channel, and the renewal ranges over it.

func init() {
	leaking("consul-session-renew", func() { runConsulAgent(false) }, "main.(*sessionRenewer).renewPeriodic")
	healthy("consul-session-renew-fixed", true, func() { runConsulAgent(true) })
}

type sessionRenewer struct {
	ticker *time.Ticker
	done   chan struct{}
	fixed  bool
	count  atomic.Int64
}

func (s *sessionRenewer) renewPeriodic() {
	if !s.fixed {
		for range s.ticker.C {
			s.count.Add(1)
		}
		return
	}
	for {
		select {
		case <-s.ticker.C:
			s.count.Add(1)
		case <-s.done:
			return
		}
	}
}

func (s *sessionRenewer) destroy() {
	s.ticker.Stop()
	close(s.done)
}

type stateStore struct {
	mu      sync.Mutex
	index   int
	changed chan struct{}
}

func (s *stateStore) put() {
	s.mu.Lock()
	s.index++
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
}

func (s *stateStore) blockingQuery(wait time.Duration) int {
	s.mu.Lock()
	changed, index := s.changed, s.index
	s.mu.Unlock()
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-changed:
		return index + 1
	case <-t.C:
		return index
	}
}

func runConsulAgent(fixed bool) {
	s := &stateStore{changed: make(chan struct{})}
	load(8, 5*time.Millisecond, func() { s.blockingQuery(200 * time.Millisecond) })
	load(1, 35*time.Millisecond, s.put)
	each(80*time.Millisecond, func() {
		r := &sessionRenewer{ticker: time.NewTicker(15 * time.Millisecond), done: make(chan struct{}), fixed: fixed}
		go r.renewPeriodic()
		s.put()
		time.Sleep(50 * time.Millisecond)
		r.destroy()
	})
}
