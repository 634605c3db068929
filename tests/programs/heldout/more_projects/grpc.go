// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// gRPC: a connection that changes its state tells the balancer while it holds its own lock; the balancer, given new
// addresses, holds its lock and takes that of each connection.

func init() {
	leaking("grpc-subconn-state", func() { runChannel(false) },
		"main.(*subConn).connect", "main.(*roundRobin).updateAddresses")
	healthy("grpc-subconn-state-fixed", true, func() { runChannel(true) })
}

type subConn struct {
	fixed bool
	mu    sync.Mutex
	addr  string
	state int
	owner *roundRobin
	calls chan chan string
}

type roundRobin struct {
	mu     sync.Mutex
	conns  []*subConn
	ready  map[*subConn]int
	picker atomic.Value
	next   atomic.Uint32
}

func (s *subConn) connect() {
	s.mu.Lock()
	s.state++
	state := s.state
	time.Sleep(3 * time.Millisecond)
	if s.fixed {
		s.mu.Unlock()
		s.owner.handleState(s, state)
		return
	}
	s.owner.handleState(s, state)
	s.mu.Unlock()
}

func (b *roundRobin) handleState(s *subConn, state int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ready[s] = state
	b.picker.Store(append([]*subConn(nil), b.conns...))
}

func (b *roundRobin) updateAddresses(addr string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.conns {
		time.Sleep(time.Millisecond)
		s.mu.Lock()
		s.addr = addr
		s.mu.Unlock()
	}
}

func (s *subConn) keepConnected() {
	for {
		s.connect()
		time.Sleep(12 * time.Millisecond)
	}
}

func (s *subConn) transport() {
	for reply := range s.calls {
		time.Sleep(time.Millisecond)
		reply <- "pong"
	}
}

func (b *roundRobin) invoke() {
	conns := b.picker.Load().([]*subConn)
	s := conns[int(b.next.Add(1))%len(conns)]
	reply := make(chan string, 1)
	s.calls <- reply
	<-reply
}

func runChannel(fixed bool) {
	b := &roundRobin{ready: map[*subConn]int{}}
	for i := 0; i < 4; i++ {
		b.conns = append(b.conns, &subConn{fixed: fixed, owner: b, calls: make(chan chan string)})
	}
	b.picker.Store(append([]*subConn(nil), b.conns...))
	for _, s := range b.conns {
		go s.transport()
		go s.keepConnected()
	}
	load(6, 10*time.Millisecond, b.invoke)
	time.Sleep(500 * time.Millisecond)
	for {
		b.updateAddresses("127.0.0.1:50051")
		time.Sleep(10 * time.Millisecond)
	}
}
