// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"time"
)

// etcd: a permission is looked up under the read lock of the auth store, and the range cache takes the same read lock
// again; an admin who adds a user waits between the two.

func init() {
	leaking("etcd-auth-permission", func() { runAuthServer(false) },
		"main.(*authStore).isOpPermitted", "main.(*authStore).rangeCached", "main.(*authStore).userAdd")
	healthy("etcd-auth-permission-fixed", true, func() { runAuthServer(true) })
}

type authStore struct {
	fixed    bool
	mu       sync.RWMutex
	users    map[string]int
	ranges   map[string]bool
	revision int
}

func (a *authStore) isOpPermitted(user, key string) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if _, known := a.users[user]; !known {
		return false
	}
	time.Sleep(2 * time.Millisecond)
	if a.fixed {
		return a.ranges[key]
	}
	return a.rangeCached(key)
}

func (a *authStore) rangeCached(key string) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.ranges[key]
}

func (a *authStore) userAdd(user string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users[user]++
	a.revision++
}

type raftEntry struct {
	index int
	saved chan struct{}
}

type raftNode struct {
	propc  chan raftEntry
	ticked int
}

func (n *raftNode) step() {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case e := <-n.propc:
			time.Sleep(500 * time.Microsecond)
			close(e.saved)
		case <-t.C:
			n.ticked++
		}
	}
}

func (n *raftNode) propose() {
	e := raftEntry{1, make(chan struct{})}
	n.propc <- e
	<-e.saved
}

func runAuthServer(fixed bool) {
	a := &authStore{fixed: fixed, users: map[string]int{"root": 1}, ranges: map[string]bool{"/registry": true}}
	n := &raftNode{propc: make(chan raftEntry, 4)}
	go n.step()
	load(4, 15*time.Millisecond, n.propose)
	load(6, 8*time.Millisecond, func() { a.isOpPermitted("root", "/registry") })
	time.Sleep(600 * time.Millisecond)
	for {
		a.userAdd("alice")
		time.Sleep(25 * time.Millisecond)
	}
}
