package main

// WaitGroups, conditions, timers and limits.

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// A task asks the stopper to stop, which waits for all its tasks.
type stopper struct{ tasks sync.WaitGroup }

func (s *stopper) run(f func()) {
	s.tasks.Add(1)
	go func() {
		defer s.tasks.Done()
		f()
	}()
}

func (s *stopper) stop() { s.tasks.Wait() }

func waitsForItself() {
	for n := 0; ; n++ {
		s := &stopper{}
		fails := n%2 == 0
		s.run(func() { time.Sleep(3 * time.Millisecond) })
		s.run(func() {
			if fails {
				s.stop()
			}
		})
		time.Sleep(100 * time.Millisecond)
	}
}

// A mailbox for each session; those who leave do not close it.
type mailbox struct {
	lock   sync.Mutex
	filled *sync.Cond
	mail   []int
	closed bool
}

func open() *mailbox {
	m := &mailbox{}
	m.filled = sync.NewCond(&m.lock)
	go m.deliver()
	return m
}

func (m *mailbox) post(n int) {
	m.lock.Lock()
	m.mail = append(m.mail, n)
	m.lock.Unlock()
	m.filled.Signal()
}

func (m *mailbox) deliver() {
	m.lock.Lock()
	defer m.lock.Unlock()
	for !m.closed {
		for len(m.mail) == 0 && !m.closed {
			m.filled.Wait()
		}
		m.mail = nil
	}
}

func mailboxes() {
	each(90*time.Millisecond, func() {
		m := open()
		for i := 0; i < 3; i++ {
			m.post(i)
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// The tracker of a consumer that could not be made is left to its ticks.
type tracker struct {
	done  chan struct{}
	ticks *time.Ticker
}

func newTracker() *tracker {
	t := &tracker{make(chan struct{}), time.NewTicker(100 * time.Millisecond)}
	go t.watch()
	return t
}

func (t *tracker) watch() {
	for {
		select {
		case <-t.ticks.C:
		case <-t.done:
			t.ticks.Stop()
			return
		}
	}
}

func newConsumer(n int) (*tracker, error) {
	t := newTracker()
	if n%2 == 0 {
		return nil, os.ErrNotExist
	}
	return t, nil
}

func failedConsumers() {
	for n := 0; ; n++ {
		if t, err := newConsumer(n); err == nil {
			time.Sleep(20 * time.Millisecond)
			close(t.done)
		}
		time.Sleep(45 * time.Millisecond)
	}
}

// Weighted places: an error on the way gives back too little.
func weighed(s *semaphore.Weighted, n int) {
	if s.Acquire(context.Background(), 3) != nil {
		return
	}
	time.Sleep(2 * time.Millisecond)
	if n%8 == 0 {
		s.Release(1)
		return
	}
	s.Release(3)
}

func weightsLost() {
	s := semaphore.NewWeighted(12)
	for n := 1; ; n++ {
		go weighed(s, n)
		time.Sleep(30 * time.Millisecond)
	}
}

// Healthy: a buffer with conditions for both sides.
type ring struct {
	lock            sync.Mutex
	notEmpty, space *sync.Cond
	n               int
}

func (r *ring) put() {
	r.lock.Lock()
	for r.n == 16 {
		r.space.Wait()
	}
	r.n++
	r.lock.Unlock()
	r.notEmpty.Signal()
}

func (r *ring) take() {
	r.lock.Lock()
	for r.n == 0 {
		r.notEmpty.Wait()
	}
	r.n--
	r.lock.Unlock()
	r.space.Signal()
}

func rings() {
	r := &ring{}
	r.notEmpty, r.space = sync.NewCond(&r.lock), sync.NewCond(&r.lock)
	load(6, 3*time.Millisecond, r.put)
	load(10, time.Millisecond, r.take)
}

// Healthy: more callers than the rate lets through.
func rated() {
	l := rate.NewLimiter(60, 5)
	load(50, 5*time.Millisecond, func() { _ = l.Wait(context.Background()) })
}

// Healthy: jobs by their own clocks.
func clocks() {
	for i := 1; i <= 20; i++ {
		go func(period time.Duration) {
			for range time.NewTicker(period).C {
				time.Sleep(time.Millisecond)
			}
		}(time.Duration(i*i*7) * time.Millisecond)
	}
}

// Healthy: a request asks several places and gives up on those that are slow.
func ask(ctx context.Context, i int) error {
	select {
	case <-time.After(time.Duration(i*25) * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func scattered() {
	each(25*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 80*time.Millisecond)
		defer cancel()
		g, ctx := errgroup.WithContext(ctx)
		for i := 0; i < 5; i++ {
			i := i
			g.Go(func() error { return ask(ctx, i) })
		}
		_ = g.Wait()
	})
}

// Healthy: trees of files are read by a few at a time.
func walking() {
	top := scratch()
	for i := 0; i < 40; i++ {
		must(os.WriteFile(filepath.Join(top, string(rune('a'+i%26))+string(rune('a'+i/26))), make([]byte, 100000), 0o600))
	}
	places := semaphore.NewWeighted(4)
	for {
		var all sync.WaitGroup
		_ = filepath.Walk(top, func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			all.Add(1)
			go func() {
				defer all.Done()
				_ = places.Acquire(context.Background(), 1)
				defer places.Release(1)
				_, _ = os.ReadFile(path)
			}()
			return nil
		})
		all.Wait()
		time.Sleep(50 * time.Millisecond)
	}
}

// Healthy: what changes is written a little after the last change.
func debounced() {
	var lock sync.Mutex
	timers := map[int]*time.Timer{}
	n := 0
	load(4, 8*time.Millisecond, func() {
		lock.Lock()
		defer lock.Unlock()
		n++
		if t := timers[n%30]; t != nil && t.Stop() {
			t.Reset(40 * time.Millisecond)
			return
		}
		timers[n%30] = time.AfterFunc(40*time.Millisecond, func() { time.Sleep(time.Millisecond) })
	})
}

// Healthy: a program that has nothing to do, with all it takes to do it.
func nothingToDo() {
	jobs := make(chan int)
	for i := 0; i < 12; i++ {
		go shard(jobs)
	}
	r := &ring{}
	r.notEmpty, r.space = sync.NewCond(&r.lock), sync.NewCond(&r.lock)
	for i := 0; i < 6; i++ {
		go r.take()
	}
	ctx := context.Background()
	for i := 0; i < 4; i++ {
		go func() {
			hourly := time.NewTicker(time.Hour)
			select {
			case <-hourly.C:
			case <-ctx.Done():
			}
		}()
	}
	l := listen()
	go acceptAll(l, nil)
}

func init() {
	leaking("waits-for-itself", waitsForItself, "main.(*stopper)", "main.waitsForItself")
	leaking("mailboxes", mailboxes, "main.(*mailbox)", "main.open")
	leaking("failed-consumers", failedConsumers, "main.(*tracker)", "main.newTracker")
	leaking("weights-lost", weightsLost, "main.weighed", "golang.org/x/sync/semaphore", "main.weightsLost")
	healthy("rings", false, rings)
	healthy("rated", false, rated)
	healthy("clocks", false, clocks)
	healthy("scattered", true, scattered)
	healthy("walking", false, walking)
	healthy("debounced", false, debounced)
	healthy("nothing-to-do", true, nothingToDo)
}
