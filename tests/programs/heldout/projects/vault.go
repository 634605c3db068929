// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	leaking("vault-lease-restore", func() { runLeaseRestore(false) },
		"main.(*expirationManager).restoreWorker", "main.(*expirationManager).distribute")
	healthy("vault-lease-restore-fixed", false, func() { runLeaseRestore(true) })
}

var errDecrypt = errors.New("cipher: message authentication failed")

// An expirationManager loads the leases of a mount when it is unsealed.
type expirationManager struct {
	leases   int
	corrupt  int
	stopAll  bool // the workers are told when the restoring has failed
	restored atomic.Int64
}

func (m *expirationManager) restore() error {
	broker := make(chan int)
	quit := make(chan struct{})
	failures := make(chan error)
	results := make(chan int)
	var workers sync.WaitGroup
	for i := 0; i < 64; i++ {
		workers.Add(1)
		go m.restoreWorker(broker, quit, results, failures, &workers)
	}
	go m.distribute(broker, quit)
	if m.stopAll {
		defer workers.Wait()
		defer close(quit)
	}
	for n := 0; n < m.leases; n++ {
		select {
		case err := <-failures:
			return err
		case <-results:
			m.restored.Add(1)
		}
	}
	if !m.stopAll {
		close(quit)
		workers.Wait()
	}
	return nil
}

func (m *expirationManager) distribute(broker chan<- int, quit <-chan struct{}) {
	for id := 0; id < m.leases; id++ {
		select {
		case broker <- id:
		case <-quit:
			return
		}
	}
}

func (m *expirationManager) restoreWorker(broker <-chan int, quit <-chan struct{}, results chan<- int,
	failures chan<- error, workers *sync.WaitGroup) {
	defer workers.Done()
	for {
		select {
		case id := <-broker:
			lease, err := m.loadEntry(id)
			if err != nil {
				select {
				case failures <- err:
				case <-quit:
				}
				continue
			}
			select {
			case results <- lease:
			case <-quit:
				return
			}
		case <-quit:
			return
		}
	}
}

func (m *expirationManager) loadEntry(id int) (int, error) {
	disk(2 * time.Millisecond)
	compute(10)
	if id == m.corrupt {
		return 0, errDecrypt
	}
	return id, nil
}

type tokenStore struct {
	mu     sync.RWMutex
	tokens map[int]int
}

func (s *tokenStore) lookup(n int) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tokens[n]
}

func (s *tokenStore) renewLoop() {
	for n := 0; ; n++ {
		s.mu.Lock()
		s.tokens[n%50]++
		s.mu.Unlock()
		time.Sleep(8 * time.Millisecond)
	}
}

func auditLoop(in <-chan int) {
	for n := range in {
		compute(30 + n%10)
	}
}

func runLeaseRestore(stopAll bool) {
	store := &tokenStore{tokens: map[int]int{}}
	audit := make(chan int, 8)
	go store.renewLoop()
	go auditLoop(audit)
	load(5, 15*time.Millisecond, func() {
		audit <- store.lookup(7)
		compute(50)
	})
	time.Sleep(400 * time.Millisecond)
	for mount := 0; mount < 6; mount++ {
		m := &expirationManager{leases: 500, corrupt: -1, stopAll: stopAll}
		if mount%2 == 1 {
			m.corrupt = 150
		}
		_ = m.restore()
		time.Sleep(20 * time.Millisecond)
	}
}
