// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"crypto/sha256"
	"sync/atomic"
	"time"
)

// MinIO: a distributed lock asks all nodes and goes on as soon as a quorum has granted it, or when the time is over;
// the answers of the slow nodes go to an unbuffered channel.

func init() {
	leaking("minio-dsync-quorum", func() { runObjectServer(false) }, "main.(*distMutex).askLocker")
	healthy("minio-dsync-quorum-fixed", false, func() { runObjectServer(true) })
}

type lockNode struct{ delay time.Duration }

type lockGrant struct {
	node int
	uid  string
}

type distMutex struct {
	fixed bool
	nodes []lockNode
}

func (d *distMutex) askLocker(i int, grants chan<- lockGrant) {
	time.Sleep(d.nodes[i].delay)
	grants <- lockGrant{i, "uid"}
}

func (d *distMutex) lock(timeout time.Duration) bool {
	size := 0
	if d.fixed {
		size = len(d.nodes)
	}
	grants := make(chan lockGrant, size)
	for i := range d.nodes {
		go d.askLocker(i, grants)
	}
	t := time.NewTimer(timeout)
	defer t.Stop()
	quorum := len(d.nodes)/2 + 1
	for got := 0; got < quorum; got++ {
		select {
		case <-grants:
		case <-t.C:
			return false
		}
	}
	return true
}

type objectPart struct {
	data []byte
	sum  chan [32]byte
}

func hashParts(in <-chan objectPart) {
	for p := range in {
		p.sum <- sha256.Sum256(p.data)
	}
}

func runObjectServer(fixed bool) {
	d := &distMutex{fixed: fixed, nodes: []lockNode{
		{time.Millisecond}, {2 * time.Millisecond}, {3 * time.Millisecond}, {30 * time.Millisecond}, {45 * time.Millisecond}}}
	parts := make(chan objectPart)
	for i := 0; i < 3; i++ {
		go hashParts(parts)
	}
	var stored atomic.Int64
	data := make([]byte, 32<<10)
	load(4, 20*time.Millisecond, func() {
		p := objectPart{data, make(chan [32]byte, 1)}
		parts <- p
		<-p.sum
	})
	each(60*time.Millisecond, func() {
		if d.lock(25 * time.Millisecond) {
			stored.Add(1)
		}
	})
}
