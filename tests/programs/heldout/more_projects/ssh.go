// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"io"
	"sync"
	"time"
)

// x/crypto/ssh: nobody serves the global requests of a connection. The read loop waits for room in their channel and
// so never sees the reply that the keepalive waits for under a lock, which the port forwarding wants too.

func init() {
	leaking("ssh-mux-requests", func() { runGitSSH(false) }, "main.(*sshMux).", "main.(*sshPeer).", "main.(*sshServer).serveConn")
	healthy("ssh-mux-requests-fixed", true, func() { runGitSSH(true) })
}

type sshPacket struct {
	kind string
	want bool
}

// memPipe is one direction of a connection.
type memPipe struct {
	mu      sync.Mutex
	cond    *sync.Cond
	pending []sshPacket
	eof     bool
}

func newMemPipe() *memPipe {
	p := &memPipe{}
	p.cond = sync.NewCond(&p.mu)
	return p
}

func (p *memPipe) writePacket(s sshPacket) {
	p.mu.Lock()
	p.pending = append(p.pending, s)
	p.cond.Signal()
	p.mu.Unlock()
}

func (p *memPipe) readPacket() (sshPacket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.pending) == 0 {
		if p.eof {
			return sshPacket{}, io.EOF
		}
		p.cond.Wait()
	}
	s := p.pending[0]
	p.pending = p.pending[1:]
	return s, nil
}

func (p *memPipe) close() {
	p.mu.Lock()
	p.eof = true
	p.cond.Broadcast()
	p.mu.Unlock()
}

type sshMux struct {
	in, out  *memPipe
	sent     sync.Mutex
	replies  chan sshPacket
	requests chan sshPacket
}

func (m *sshMux) loop() {
	defer close(m.requests)
	defer close(m.replies)
	for {
		p, err := m.in.readPacket()
		if err != nil {
			return
		}
		if p.kind == "reply" {
			m.replies <- p
		} else {
			m.requests <- p
		}
	}
}

func (m *sshMux) sendRequest(kind string) bool {
	m.sent.Lock()
	defer m.sent.Unlock()
	m.out.writePacket(sshPacket{kind, true})
	_, ok := <-m.replies
	return ok
}

func (m *sshMux) discardRequests() {
	for range m.requests {
	}
}

type sshPeer struct{ in, out *memPipe }

// answer is the client: it asks for much and replies to what it is asked.
func (c *sshPeer) answer() {
	for i := 0; i < 24; i++ {
		c.out.writePacket(sshPacket{"no-more-sessions", false})
	}
	for {
		p, err := c.in.readPacket()
		if err != nil {
			return
		}
		if p.want {
			c.out.writePacket(sshPacket{"reply", false})
		}
	}
}

type sshServer struct {
	fixed bool
}

func (s *sshServer) serveConn() {
	a, b := newMemPipe(), newMemPipe()
	c := &sshPeer{in: b, out: a}
	m := &sshMux{in: a, out: b, replies: make(chan sshPacket, 1), requests: make(chan sshPacket, 16)}
	go c.answer()
	go m.loop()
	if s.fixed {
		go m.discardRequests()
	}
	time.Sleep(3 * time.Millisecond)
	var asked sync.WaitGroup
	asked.Add(2)
	for _, kind := range []string{"keepalive", "tcpip-forward"} {
		kind := kind
		go func() {
			defer asked.Done()
			for i := 0; i < 5; i++ {
				m.sendRequest(kind)
				time.Sleep(5 * time.Millisecond)
			}
		}()
	}
	asked.Wait()
	a.close()
	b.close()
}

func runGitSSH(fixed bool) {
	s := &sshServer{fixed}
	packs := make(chan chan int)
	for i := 0; i < 3; i++ {
		go func() {
			for reply := range packs {
				n := 0
				for i := 0; i < 50000; i++ {
					n += i % 7
				}
				reply <- n
			}
		}()
	}
	load(4, 15*time.Millisecond, func() {
		reply := make(chan int)
		packs <- reply
		<-reply
	})
	each(180*time.Millisecond, s.serveConn)
}
