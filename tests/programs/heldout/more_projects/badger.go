// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// Badger: a compaction takes a unit of the throttle and does not give it back if it fails; after as many failures as
// there are units all compactors wait for one.

func init() {
	leaking("badger-compaction-throttle", func() { runLSM(false) }, "main.(*levelsController).doCompact")
	healthy("badger-compaction-throttle-fixed", false, func() { runLSM(true) })
}

var errLevelBusy = errors.New("level is busy")

type levelsController struct {
	fixed    bool
	throttle *semaphore.Weighted
	mu       sync.Mutex
	runs     int
}

func (c *levelsController) buildTables() error {
	time.Sleep(2 * time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs++
	if c.runs%15 == 0 {
		return errLevelBusy
	}
	return nil
}

func (c *levelsController) doCompact() error {
	if err := c.throttle.Acquire(context.Background(), 1); err != nil {
		return err
	}
	if c.fixed {
		defer c.throttle.Release(1)
		return c.buildTables()
	}
	if err := c.buildTables(); err != nil {
		return err
	}
	c.throttle.Release(1)
	return nil
}

func (c *levelsController) runCompactor(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for range t.C {
		_ = c.doCompact()
	}
}

type memTable struct {
	mu   sync.RWMutex
	rows map[int]int
}

func (m *memTable) put(k, v int) {
	m.mu.Lock()
	m.rows[k%1000] = v
	m.mu.Unlock()
}

func (m *memTable) get(k int) int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.rows[k%1000]
}

type writeRequest struct {
	key int
	wg  sync.WaitGroup
}

func runLSM(fixed bool) {
	c := &levelsController{fixed: fixed, throttle: semaphore.NewWeighted(3)}
	for i := 0; i < 5; i++ {
		go c.runCompactor(40 * time.Millisecond)
	}
	m := &memTable{rows: map[int]int{}}
	writes := make(chan *writeRequest, 32)
	go func() {
		for w := range writes {
			m.put(w.key, 1)
			w.wg.Done()
		}
	}()
	load(4, 8*time.Millisecond, func() {
		w := &writeRequest{key: int(time.Now().UnixNano() % 5000)}
		w.wg.Add(1)
		writes <- w
		w.wg.Wait()
	})
	load(4, 8*time.Millisecond, func() { m.get(int(time.Now().UnixNano() % 5000)) })
	forever.Add(1)
	forever.Wait()
}
