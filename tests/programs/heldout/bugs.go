package main

// Classes of bugs that open-source projects had and mended, told anew: an early return that keeps a lock, a read lock
// taken twice with a writer between, a close that waits for its own loop, an error channel with too little room, a
// broadcast to nobody yet, a condition that is told before anybody waits.

import (
	"context"
	"sync"
	"time"
)

type container struct {
	sync.Mutex
	gone bool
}

func (c *container) stop(late bool) {
	c.Lock()
	if late {
		return // it is gone: nothing to do
	}
	c.gone = true
	c.Unlock()
}

func lockKept() {
	c := &container{}
	n := 0
	load(1, 100*time.Millisecond, func() { n++; go c.stop(n == 8) })
}

type registry struct{ sync.RWMutex }

func (r *registry) size() int { r.RLock(); defer r.RUnlock(); return 1 }
func (r *registry) average() int {
	r.RLock()
	defer r.RUnlock()
	time.Sleep(20 * time.Millisecond)
	return 10 / r.size()
}
func (r *registry) put() { r.Lock(); defer r.Unlock() }

func readTwice() {
	r := &registry{}
	load(2, 40*time.Millisecond, func() { r.average() })
	load(2, 25*time.Millisecond, func() { r.put() })
}

type feed struct {
	quit, done chan struct{}
}

func (f *feed) loop(fail bool) {
	defer close(f.done)
	for {
		select {
		case <-f.quit:
			return
		case <-time.After(10 * time.Millisecond):
			if fail {
				f.close()
				return
			}
		}
	}
}

func (f *feed) close() {
	close(f.quit)
	<-f.done
}

func closesItself() {
	each(90*time.Millisecond, func() {
		f := &feed{make(chan struct{}), make(chan struct{})}
		go f.loop(true)
	})
}

func probe(errs chan<- error) { time.Sleep(5 * time.Millisecond); errs <- context.Canceled }

func roomForOne() {
	each(90*time.Millisecond, func() {
		errs := make(chan error, 1)
		for i := 0; i < 3; i++ {
			go probe(errs)
		}
		<-errs
	})
}

type queue struct {
	lock sync.Mutex
	some *sync.Cond
}

func (q *queue) take() {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.some.Wait() // whether there is something already was not asked
}

func toldTooSoon() {
	each(90*time.Millisecond, func() {
		q := &queue{}
		q.some = sync.NewCond(&q.lock)
		q.some.Signal()
		q.take()
	})
}

func drain(ctx context.Context, in <-chan int) {
	for {
		select {
		case <-in: // the context's end was forgotten
		}
	}
}

func drainsForEver() {
	each(90*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		in := make(chan int)
		go drain(ctx, in)
		in <- 1
		<-ctx.Done()
	})
}

func countDown(done *sync.WaitGroup, fails bool) {
	if fails {
		return
	}
	done.Done()
}

func collect(n int) {
	var done sync.WaitGroup
	for i := 0; i < 3; i++ {
		done.Add(1)
		go countDown(&done, i == n%6)
	}
	done.Wait()
}

func countsTooFew() {
	n := 0
	load(1, 50*time.Millisecond, func() { n++; go collect(n) })
}

func init() {
	leaking("lock-kept", lockKept, "main.(*container)")
	leaking("read-twice", readTwice, "main.client", "main.(*registry)")
	leaking("closes-itself", closesItself, "main.(*feed)")
	leaking("room-for-one", roomForOne, "main.probe")
	leaking("told-too-soon", toldTooSoon, "main.toldTooSoon", "main.(*queue)")
	leaking("drains-for-ever", drainsForEver, "main.drain")
	leaking("counts-too-few", countsTooFew, "main.collect")
}
