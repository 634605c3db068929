// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	leaking("influxdb-compaction", func() { runCompaction(false) },
		"main.(*tsmEngine).disableCompactions", "main.(*retention).enforceLoop", "main.(*tsmEngine).statistics",
		"main.(*monitor).storeLoop", "main.(*tsmEngine).backupLoop", "main.(*tsmEngine).snapshotFiles")
	healthy("influxdb-compaction-fixed", false, func() { runCompaction(true) })
}

var errTombstone = errors.New("tsm file is gone")

// A tsmEngine compacts its files in goroutines that it waits for before a shard is dropped.
type tsmEngine struct {
	mu       sync.RWMutex
	running  sync.WaitGroup
	stop     chan struct{}
	files    int
	alwaysOK bool // every way out of a compaction reports its end
	rounds   int
}

func (e *tsmEngine) enableCompactions() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop != nil {
		return
	}
	e.stop = make(chan struct{})
	for level := 1; level <= 3; level++ {
		e.running.Add(1)
		broken := level == 2 && e.rounds == 2 // a file was removed while the third round was planned
		go e.compactLevel(level, broken, e.stop)
	}
	e.rounds++
}

func (e *tsmEngine) disableCompactions() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop == nil {
		return
	}
	close(e.stop)
	e.stop = nil
	e.running.Wait()
}

func (e *tsmEngine) compactLevel(level int, broken bool, stop <-chan struct{}) {
	if e.alwaysOK {
		defer e.running.Done()
	}
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			if !e.alwaysOK {
				e.running.Done()
			}
			return
		case <-ticker.C:
			if e.compactGroup(level, broken) != nil {
				return
			}
		}
	}
}

func (e *tsmEngine) compactGroup(level int, broken bool) error {
	compute(100 * level)
	if broken {
		return errTombstone
	}
	return nil
}

func (e *tsmEngine) statistics() int {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.files
}

func (e *tsmEngine) snapshotFiles() {
	e.mu.Lock()
	e.files = (e.files + 1) % 100
	e.mu.Unlock()
}

func (e *tsmEngine) backupLoop() {
	for {
		e.snapshotFiles()
		time.Sleep(120 * time.Millisecond)
	}
}

type retention struct{ engine *tsmEngine }

func (r *retention) enforceLoop() {
	for {
		r.engine.enableCompactions()
		time.Sleep(250 * time.Millisecond)
		r.engine.disableCompactions()
	}
}

type monitor struct {
	engine *tsmEngine
	last   atomic.Int64
}

func (m *monitor) storeLoop() {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		m.last.Store(int64(m.engine.statistics()))
	}
}

// walWriter takes points in batches, and syncs them.
type walWriter struct{ batches chan chan struct{} }

func (w *walWriter) syncLoop() {
	for done := range w.batches {
		waiting := []chan struct{}{done}
		for more := true; more; {
			select {
			case d := <-w.batches:
				waiting = append(waiting, d)
			default:
				more = false
			}
		}
		disk(time.Millisecond)
		for _, d := range waiting {
			close(d)
		}
	}
}

func (w *walWriter) writePoints() {
	compute(80)
	done := make(chan struct{})
	w.batches <- done
	<-done
}

func runCompaction(alwaysOK bool) {
	wal := &walWriter{make(chan chan struct{}, 8)}
	go wal.syncLoop()
	load(6, 10*time.Millisecond, wal.writePoints)
	e := &tsmEngine{alwaysOK: alwaysOK}
	go (&retention{e}).enforceLoop()
	go (&monitor{engine: e}).storeLoop()
	go e.backupLoop()
}
