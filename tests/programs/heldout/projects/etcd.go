// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	leaking("etcd-lease-checkpoint", func() { runLeaseCheckpoint(false) },
		"main.(*lessor).runLoop", "main.(*lessor).checkpointScheduled", "main.(*leaseServer).proposeCheckpoint",
		"main.(*leaseServer).applyLoop", "main.(*lessor).Checkpoint", "main.(*lessor).Renew",
		"main.(*leaseServer).keepAliveStream")
	healthy("etcd-lease-checkpoint-fixed", false, func() { runLeaseCheckpoint(true) })
	leaking("etcd-simple-token", func() { runSimpleToken(false) },
		"main.(*tokenProvider).assign", "main.(*tokenProvider).expire", "main.(*tokenKeeper).run",
		"main.(*authStore).authenticate")
	healthy("etcd-simple-token-fixed", false, func() { runSimpleToken(true) })
	leaking("etcd-node-status", func() { runNodeStatus(false) },
		"main.(*raftMember).Status", "main.(*statusPoller).poll")
	healthy("etcd-node-status-fixed", false, func() { runNodeStatus(true) })
}

type checkpoint struct{ id, remaining int }

// A lessor keeps leases and now and then writes through the log how long they have left.
type lessor struct {
	mu          sync.RWMutex
	leases      map[int]int
	propose     func([]checkpoint)
	unlockFirst bool
}

func (l *lessor) runLoop() {
	expiry := time.NewTicker(50 * time.Millisecond)
	points := time.NewTicker(600 * time.Millisecond)
	for {
		select {
		case <-expiry.C:
			l.mu.RLock()
			compute(len(l.leases))
			l.mu.RUnlock()
		case <-points.C:
			l.checkpointScheduled()
		}
	}
}

func (l *lessor) checkpointScheduled() {
	l.mu.Lock()
	due := make([]checkpoint, 0, len(l.leases))
	for id, left := range l.leases {
		due = append(due, checkpoint{id, left})
	}
	if l.unlockFirst {
		l.mu.Unlock()
		l.propose(due)
		return
	}
	defer l.mu.Unlock()
	l.propose(due)
}

// Checkpoint is called when an entry of the log is applied.
func (l *lessor) Checkpoint(id, remaining int) {
	l.mu.Lock()
	if _, known := l.leases[id]; known {
		l.leases[id] = remaining
	}
	l.mu.Unlock()
}

func (l *lessor) Renew(id int) {
	l.mu.Lock()
	l.leases[id] = 60
	l.mu.Unlock()
}

type logEntry struct {
	points []checkpoint
	done   chan struct{}
}

type leaseServer struct {
	applyC chan logEntry
	lessor *lessor
	failed atomic.Int32
}

func (s *leaseServer) proposeCheckpoint(points []checkpoint) {
	entry := logEntry{points, make(chan struct{})}
	s.applyC <- entry
	<-entry.done
}

func (s *leaseServer) applyLoop() {
	for entry := range s.applyC {
		disk(500 * time.Microsecond)
		for _, p := range entry.points {
			s.lessor.Checkpoint(p.id, p.remaining)
		}
		close(entry.done)
	}
}

func (s *leaseServer) put() {
	timeout := time.NewTimer(100 * time.Millisecond)
	defer timeout.Stop()
	entry := logEntry{done: make(chan struct{})}
	compute(40)
	select {
	case s.applyC <- entry:
	case <-timeout.C:
		s.failed.Add(1)
		return
	}
	select {
	case <-entry.done:
	case <-timeout.C:
		s.failed.Add(1)
	}
}

func (s *leaseServer) keepAliveStream(id int) {
	ticker := time.NewTicker(30 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		s.lessor.Renew(id)
	}
}

// kvIndex serves the reads.
type kvIndex struct {
	mu   sync.RWMutex
	keys map[string]int
}

func (x *kvIndex) get(key string) int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.keys[key]
}

func (x *kvIndex) compactLoop() {
	for rev := 0; ; rev++ {
		x.mu.Lock()
		x.keys["/registry/"+strconv.Itoa(rev%100)] = rev
		x.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
}

func etcdReads() {
	index := &kvIndex{keys: map[string]int{}}
	go index.compactLoop()
	load(5, 10*time.Millisecond, func() {
		for i := 0; i < 10; i++ {
			index.get("/registry/" + strconv.Itoa(i))
		}
		compute(50)
	})
}

func runLeaseCheckpoint(unlockFirst bool) {
	l := &lessor{leases: map[int]int{1: 60, 2: 60, 3: 60}, unlockFirst: unlockFirst}
	server := &leaseServer{applyC: make(chan logEntry), lessor: l}
	l.propose = server.proposeCheckpoint
	etcdReads()
	go server.applyLoop()
	go l.runLoop()
	go server.keepAliveStream(1)
	go server.keepAliveStream(2)
	load(3, 15*time.Millisecond, server.put)
}

// A tokenKeeper drops tokens that are too old.
type tokenKeeper struct {
	addC   chan string
	expire func(string)
	ttl    time.Duration
}

func (k *tokenKeeper) run() {
	ticker := time.NewTicker(15 * time.Millisecond)
	defer ticker.Stop()
	until := map[string]time.Time{}
	for {
		select {
		case token := <-k.addC:
			until[token] = time.Now().Add(k.ttl)
		case now := <-ticker.C:
			for token, end := range until {
				if now.After(end) {
					k.expire(token)
					delete(until, token)
				}
			}
		}
	}
}

type tokenProvider struct {
	mu          sync.Mutex
	users       map[string]int
	keeper      *tokenKeeper
	unlockFirst bool
}

func (p *tokenProvider) assign(user int, token string) {
	p.mu.Lock()
	disk(5 * time.Millisecond) // the random source is slow
	p.users[token] = user
	if p.unlockFirst {
		p.mu.Unlock()
		p.keeper.addC <- token
		return
	}
	p.keeper.addC <- token
	p.mu.Unlock()
}

func (p *tokenProvider) expire(token string) {
	p.mu.Lock()
	delete(p.users, token)
	p.mu.Unlock()
}

type authStore struct {
	provider *tokenProvider
	next     atomic.Int64
}

func (a *authStore) authenticate() {
	n := int(a.next.Add(1))
	compute(100)
	a.provider.assign(n%5, "token."+strconv.Itoa(n))
}

func runSimpleToken(unlockFirst bool) {
	p := &tokenProvider{users: map[string]int{}, unlockFirst: unlockFirst}
	p.keeper = &tokenKeeper{addC: make(chan string), expire: p.expire, ttl: 150 * time.Millisecond}
	store := &authStore{provider: p}
	etcdReads()
	go p.keeper.run()
	each(20*time.Millisecond, store.authenticate)
}

type raftStatus struct{ term, applied int }

// A raftMember is one node of a group with its loop.
type raftMember struct {
	proposeC chan int
	statusC  chan chan raftStatus
	stopC    chan struct{}
	done     chan struct{}
	heedDone bool
}

func newRaftMember(heedDone bool) *raftMember {
	return &raftMember{make(chan int), make(chan chan raftStatus), make(chan struct{}), make(chan struct{}), heedDone}
}

func (m *raftMember) run() {
	defer close(m.done)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	var state raftStatus
	for {
		select {
		case <-ticker.C:
			compute(10)
		case n := <-m.proposeC:
			state.applied += n
		case c := <-m.statusC:
			c <- state
		case <-m.stopC:
			return
		}
	}
}

func (m *raftMember) Status() raftStatus {
	c := make(chan raftStatus)
	if m.heedDone {
		select {
		case m.statusC <- c:
			return <-c
		case <-m.done:
			return raftStatus{}
		}
	}
	m.statusC <- c
	return <-c
}

func (m *raftMember) Propose(n int) {
	select {
	case m.proposeC <- n:
	case <-m.done:
	}
}

func (m *raftMember) Stop() {
	close(m.stopC)
	<-m.done
}

type statusPoller struct {
	members []*raftMember
	applied atomic.Int64
}

func (p *statusPoller) poll() {
	sum := 0
	for _, m := range p.members {
		sum += m.Status().applied
	}
	p.applied.Store(int64(sum))
}

func runNodeStatus(heedDone bool) {
	poller := &statusPoller{}
	for i := 0; i < 3; i++ {
		m := newRaftMember(heedDone)
		poller.members = append(poller.members, m)
		go m.run()
	}
	etcdReads()
	load(4, 20*time.Millisecond, func() {
		for _, m := range poller.members {
			m.Propose(1)
		}
	})
	go each(100*time.Millisecond, poller.poll)
	time.Sleep(400 * time.Millisecond)
	poller.members[1].Stop() // the member is taken out of the group
}
