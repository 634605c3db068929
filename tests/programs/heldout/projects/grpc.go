// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"context"
	"net"
	"sync/atomic"
	"time"
)

func init() {
	leaking("grpc-keepalive", func() { runKeepalive(false) }, "main.(*rpcTransport).keepalive")
	healthy("grpc-keepalive-fixed", false, func() { runKeepalive(true) })
}

// An rpcTransport is one connection to a server with its keepalive.
type rpcTransport struct {
	ctx      context.Context
	conn     net.Conn
	replies  chan byte
	awaken   chan struct{}
	activity atomic.Int32
	dormant  atomic.Bool
	pings    atomic.Int32
	drained  bool // it remembers that the timer's channel is empty
}

func dialTransport(ctx context.Context, addr string, drained bool) *rpcTransport {
	conn, err := net.Dial("tcp", addr)
	must(err)
	t := &rpcTransport{ctx: ctx, conn: conn, replies: make(chan byte, 1), awaken: make(chan struct{}, 1), drained: drained}
	go t.readFrames()
	go t.keepalive(150 * time.Millisecond)
	return t
}

func (t *rpcTransport) readFrames() {
	r := bufio.NewReader(t.conn)
	for {
		b, err := r.ReadByte()
		if err != nil {
			close(t.replies)
			return
		}
		t.replies <- b
	}
}

func (t *rpcTransport) keepalive(every time.Duration) {
	timer := time.NewTimer(every)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-t.ctx.Done():
			return
		}
		if t.activity.Swap(0) > 0 {
			timer.Reset(every)
			continue
		}
		// Nothing is under way: sleep until there is a stream again.
		t.dormant.Store(true)
		select {
		case <-t.awaken:
		case <-t.ctx.Done():
			return
		}
		t.pings.Add(1)
		if !t.drained {
			if !timer.Stop() {
				<-timer.C
			}
		}
		timer.Reset(every)
	}
}

func (t *rpcTransport) invoke() {
	if t.dormant.Swap(false) {
		select {
		case t.awaken <- struct{}{}:
		default:
		}
	}
	t.activity.Add(1)
	compute(20)
	_, err := t.conn.Write([]byte{1})
	must(err)
	<-t.replies
}

func serveRPC(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go serveStream(conn)
	}
}

func serveStream(conn net.Conn) {
	defer conn.Close()
	var frame [1]byte
	for {
		if _, err := conn.Read(frame[:]); err != nil {
			return
		}
		compute(40)
		if _, err := conn.Write(frame[:]); err != nil {
			return
		}
	}
}

// caller has calls for a while and then none.
func caller(t *rpcTransport) {
	for {
		for i := 0; i < 20; i++ {
			t.invoke()
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(500 * time.Millisecond)
	}
}

func resolverLoop() {
	ticker := time.NewTicker(40 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		compute(100)
	}
}

func runKeepalive(drained bool) {
	l := listen()
	go serveRPC(l)
	go resolverLoop()
	load(4, 15*time.Millisecond, func() { compute(80) })
	for i := 0; i < 4; i++ {
		go caller(dialTransport(context.Background(), l.Addr().String(), drained))
	}
}
