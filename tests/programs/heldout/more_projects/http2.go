// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// HTTP/2: the streams of a connection wait on one condition for a window; when the connection goes away it signals
// one of them and not all.

func init() {
	leaking("http2-flow-goaway", func() { runReverseProxy(false) }, "main.(*h2ClientConn).awaitFlowControl")
	healthy("http2-flow-goaway-fixed", true, func() { runReverseProxy(true) })
}

var errGoAway = errors.New("connection goes away")

type h2ClientConn struct {
	fixed  bool
	mu     sync.Mutex
	cond   *sync.Cond
	window int
	closed bool
}

func (c *h2ClientConn) awaitFlowControl(want int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if c.closed {
			return errGoAway
		}
		if c.window >= want {
			c.window -= want
			return nil
		}
		c.cond.Wait()
	}
}

func (c *h2ClientConn) windowUpdate(n int) {
	c.mu.Lock()
	c.window += n
	c.cond.Broadcast()
	c.mu.Unlock()
}

func (c *h2ClientConn) goAway() {
	c.mu.Lock()
	c.closed = true
	if c.fixed {
		c.cond.Broadcast()
	} else {
		c.cond.Signal()
	}
	c.mu.Unlock()
}

func (c *h2ClientConn) writeBody(frames int, failed *atomic.Int64) {
	for i := 0; i < frames; i++ {
		if err := c.awaitFlowControl(16); err != nil {
			failed.Add(1)
			return
		}
	}
}

func runReverseProxy(fixed bool) {
	l := listen()
	front := http.NewServeMux()
	front.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Millisecond)
		_, _ = io.WriteString(w, r.URL.Path)
	})
	go func() { _ = http.Serve(l, front) }()
	load(4, 30*time.Millisecond, func() {
		if r, err := http.Get("http://" + l.Addr().String() + "/assets"); err == nil {
			discard(r.Body)
		}
	})
	var failed atomic.Int64
	for {
		c := &h2ClientConn{fixed: fixed}
		c.cond = sync.NewCond(&c.mu)
		for i := 0; i < 150; i++ {
			go c.writeBody(40, &failed)
		}
		for i := 0; i < 20; i++ {
			c.windowUpdate(16 * 50)
			time.Sleep(30 * time.Millisecond)
		}
		c.goAway()
		time.Sleep(200 * time.Millisecond)
	}
}
