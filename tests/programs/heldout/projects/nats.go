// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"net"
	"sync"
	"time"
)

func init() {
	leaking("nats-write-loop", func() { runWriteLoop(false) }, "main.(*natsClient).writeLoop")
	healthy("nats-write-loop-fixed", false, func() { runWriteLoop(true) })
}

// A natsClient is the server's side of a connection: what is to be sent waits for its writer.
type natsClient struct {
	server  *natsServer
	conn    net.Conn
	mu      sync.Mutex
	flush   *sync.Cond
	pending []byte
	closed  bool
}

func (c *natsClient) readLoop() {
	r := bufio.NewReader(c.conn)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			c.closeConnection()
			return
		}
		compute(10)
		c.server.deliver(line)
	}
}

func (c *natsClient) writeLoop() {
	for {
		c.mu.Lock()
		for len(c.pending) == 0 && !c.closed {
			c.flush.Wait()
		}
		if c.closed {
			c.mu.Unlock()
			return
		}
		out := c.pending
		c.pending = nil
		c.mu.Unlock()
		if _, err := c.conn.Write(out); err != nil {
			return
		}
	}
}

func (c *natsClient) queue(line []byte) {
	c.mu.Lock()
	if !c.closed {
		c.pending = append(c.pending, line...)
		c.flush.Signal()
	}
	c.mu.Unlock()
}

func (c *natsClient) closeConnection() {
	c.server.remove(c)
	c.mu.Lock()
	c.closed = true
	if c.server.signals {
		c.flush.Broadcast()
	}
	c.mu.Unlock()
	_ = c.conn.Close()
}

type natsServer struct {
	mu      sync.RWMutex
	clients map[*natsClient]bool
	signals bool // the writer is woken when the connection ends
}

func (s *natsServer) acceptLoop(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.createClient(conn)
	}
}

func (s *natsServer) createClient(conn net.Conn) {
	c := &natsClient{server: s, conn: conn}
	c.flush = sync.NewCond(&c.mu)
	s.mu.Lock()
	s.clients[c] = true
	s.mu.Unlock()
	go c.readLoop()
	go c.writeLoop()
}

func (s *natsServer) remove(c *natsClient) {
	s.mu.Lock()
	delete(s.clients, c)
	s.mu.Unlock()
}

func (s *natsServer) deliver(line []byte) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for c := range s.clients {
		c.queue(line)
	}
}

// publisher sends and receives for a while; none is for ever.
func publisher(addr string, messages int, pause time.Duration) {
	conn, err := net.Dial("tcp", addr)
	must(err)
	go func() {
		var b [256]byte
		for {
			if _, err := conn.Read(b[:]); err != nil {
				return
			}
		}
	}()
	for i := 0; messages == 0 || i < messages; i++ {
		if _, err := conn.Write([]byte("PUB orders 5\n")); err != nil {
			break
		}
		time.Sleep(pause)
	}
	time.Sleep(5 * time.Millisecond)
	_ = conn.Close()
}

func runWriteLoop(signals bool) {
	s := &natsServer{clients: map[*natsClient]bool{}, signals: signals}
	l := listen()
	go s.acceptLoop(l)
	addr := l.Addr().String()
	for i := 0; i < 4; i++ {
		go publisher(addr, 0, 25*time.Millisecond)
	}
	each(90*time.Millisecond, func() { publisher(addr, 4, 10*time.Millisecond) })
}
