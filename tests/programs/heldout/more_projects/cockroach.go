// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// CockroachDB: gossip calls those who registered for a key while it holds the lock of the info store, and the one for
// the system config asks the store for another info.

func init() {
	leaking("cockroach-gossip-callback", func() { runGossipNode(false) }, "main.(*infoStore).")
	healthy("cockroach-gossip-callback-fixed", false, func() { runGossipNode(true) })
}

type infoStore struct {
	fixed     bool
	mu        sync.Mutex
	infos     map[string]int64
	callbacks []gossipCallback
}

type gossipCallback struct {
	prefix string
	call   func(key string)
}

func (is *infoStore) getInfo(key string) int64 {
	is.mu.Lock()
	defer is.mu.Unlock()
	return is.infos[key]
}

func (is *infoStore) addInfo(key string, value int64) {
	is.mu.Lock()
	is.infos[key] = value
	matched := []func(string){}
	for _, c := range is.callbacks {
		if strings.HasPrefix(key, c.prefix) {
			matched = append(matched, c.call)
		}
	}
	if is.fixed {
		is.mu.Unlock()
		for _, call := range matched {
			call(key)
		}
		return
	}
	for _, call := range matched {
		call(key)
	}
	is.mu.Unlock()
}

type kvBatch struct {
	key  string
	done *sync.WaitGroup
}

func serveReplica(in <-chan kvBatch) {
	rows := map[string]int{}
	for b := range in {
		rows[b.key]++
		time.Sleep(300 * time.Microsecond)
		b.done.Done()
	}
}

func runGossipNode(fixed bool) {
	is := &infoStore{fixed: fixed, infos: map[string]int64{}}
	is.callbacks = append(is.callbacks,
		gossipCallback{"node:", func(string) {}},
		gossipCallback{"system-db", func(string) { is.getInfo("sentinel") }})
	ranges := []chan kvBatch{}
	for i := 0; i < 4; i++ {
		ranges = append(ranges, make(chan kvBatch, 8))
		go serveReplica(ranges[i])
	}
	load(3, 10*time.Millisecond, func() {
		var done sync.WaitGroup
		done.Add(len(ranges))
		for i, r := range ranges {
			r <- kvBatch{fmt.Sprint("row", i), &done}
		}
		done.Wait()
	})
	load(5, 20*time.Millisecond, func() { is.addInfo("node:7", time.Now().UnixNano()) })
	time.Sleep(700 * time.Millisecond)
	for {
		is.addInfo("system-db", 1)
		time.Sleep(200 * time.Millisecond)
	}
}
