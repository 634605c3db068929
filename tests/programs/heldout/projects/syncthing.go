// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"errors"
	"net"
	"sync"
	"time"
)

func init() {
	leaking("syncthing-connection", func() { runPeerConnection(false) },
		"main.(*peerConnection).dispatcherLoop", "main.(*peerConnection).shutdown", "main.(*peerConnection).Close",
		"main.(*peerConnection).readerLoop", "main.(*syncModel).serveConnection")
	healthy("syncthing-connection-fixed", false, func() { runPeerConnection(true) })
}

var errUnknownMessage = errors.New("message before cluster config")

// A peerConnection has a reader, a dispatcher and a writer; its end is told when the dispatcher has ended.
type peerConnection struct {
	conn       net.Conn
	inbox      chan byte
	outbox     chan byte
	once       sync.Once
	closed     chan struct{}
	dispatched chan struct{} // the dispatcher has ended
	gone       chan struct{} // all is over
	apart      bool          // the dispatcher does not itself wait for its end
}

func newPeerConnection(conn net.Conn, apart bool) *peerConnection {
	c := &peerConnection{conn: conn, inbox: make(chan byte), outbox: make(chan byte), closed: make(chan struct{}),
		dispatched: make(chan struct{}), gone: make(chan struct{}), apart: apart}
	go c.readerLoop()
	go c.dispatcherLoop()
	go c.writerLoop()
	return c
}

func (c *peerConnection) readerLoop() {
	r := bufio.NewReader(c.conn)
	for {
		b, err := r.ReadByte()
		if err != nil {
			c.Close()
			return
		}
		select {
		case c.inbox <- b:
		case <-c.closed:
			return
		}
	}
}

func (c *peerConnection) dispatcherLoop() {
	defer close(c.dispatched)
	for {
		select {
		case b := <-c.inbox:
			if c.handle(b) != nil {
				c.fail()
				return
			}
		case <-c.closed:
			return
		}
	}
}

func (c *peerConnection) handle(b byte) error {
	compute(20)
	if b == 'x' {
		return errUnknownMessage
	}
	select {
	case c.outbox <- b:
	case <-c.closed:
	}
	return nil
}

func (c *peerConnection) writerLoop() {
	for {
		select {
		case b := <-c.outbox:
			if _, err := c.conn.Write([]byte{b}); err != nil {
				return
			}
		case <-c.closed:
			return
		}
	}
}

// fail closes the connection because of what the peer has sent.
func (c *peerConnection) fail() {
	if c.apart {
		go c.Close()
		return
	}
	c.Close()
}

func (c *peerConnection) Close() { c.once.Do(c.shutdown) }

func (c *peerConnection) shutdown() {
	close(c.closed)
	_ = c.conn.Close()
	<-c.dispatched
	close(c.gone)
}

type syncModel struct {
	mu    sync.Mutex
	conns map[*peerConnection]bool
	apart bool
}

func (m *syncModel) serveConnection(conn net.Conn) {
	c := newPeerConnection(conn, m.apart)
	m.mu.Lock()
	m.conns[c] = true
	m.mu.Unlock()
	<-c.gone
	m.mu.Lock()
	delete(m.conns, c)
	m.mu.Unlock()
}

// remoteDevice is the other side; one that is too new sends what the model does not know.
func remoteDevice(conn net.Conn, messages int, tooNew bool) {
	defer conn.Close()
	var b [1]byte
	for i := 0; messages == 0 || i < messages; i++ {
		if _, err := conn.Write([]byte{'i'}); err != nil {
			return
		}
		if _, err := conn.Read(b[:]); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	if tooNew {
		_, _ = conn.Write([]byte{'x'})
		_, _ = conn.Read(b[:]) // until it is closed
	}
}

func folderScanner() {
	ticker := time.NewTicker(35 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		compute(150)
	}
}

func runPeerConnection(apart bool) {
	m := &syncModel{conns: map[*peerConnection]bool{}, apart: apart}
	connect := func(messages int, tooNew bool) {
		here, there := net.Pipe()
		go remoteDevice(there, messages, tooNew)
		m.serveConnection(here)
	}
	for i := 0; i < 3; i++ {
		go folderScanner()
		go connect(0, false)
	}
	go each(180*time.Millisecond, func() { connect(4, false) })
	each(150*time.Millisecond, func() { connect(3, true) })
}
