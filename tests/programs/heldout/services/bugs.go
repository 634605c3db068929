package main

// What went wrong in projects that are read by many, told anew in few lines: sensu-go #1264 (a channel send under a lock
// that the loop which receives wants), lakeFS #1390 (closers hold the lock while the queue is full), openfga #1962 and
// grpchan #17 (a result for somebody who left), kubo #4593 (an error for a channel that is full), goProbe #317 (a lock
// that waits to be confirmed), compute-user-accounts #16 (a read lock while waking the writer).

import (
	"context"
	"sync"
	"time"
)

type monitor struct {
	lock  sync.Mutex
	reset chan struct{}
	n     int
}

func (m *monitor) loop() {
	for {
		select {
		case <-m.reset:
		case <-time.After(3 * time.Millisecond):
			m.lock.Lock()
			m.n++
			m.lock.Unlock()
		}
	}
}

func (m *monitor) touch() {
	m.lock.Lock()
	defer m.lock.Unlock()
	time.Sleep(time.Millisecond)
	m.reset <- struct{}{}
}

// monitored is busy elsewhere: only three goroutines stop.
func monitored() {
	m := &monitor{reset: make(chan struct{})}
	go m.loop()
	load(2, 25*time.Millisecond, m.touch)
	busyElsewhere()
}

func busyElsewhere() {
	work := make(chan int)
	for i := 0; i < 6; i++ {
		go func() {
			for range work {
				time.Sleep(2 * time.Millisecond)
			}
		}()
	}
	load(4, 5*time.Millisecond, func() { work <- 1 })
}

type closer struct {
	lock  sync.Mutex
	queue chan int
}

func (c *closer) add() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.queue <- 1
}

func (c *closer) work() {
	for range c.queue {
		time.Sleep(2 * time.Millisecond)
		c.lock.Lock() // only to count
		c.lock.Unlock()
	}
}

func queueFull() {
	c := &closer{queue: make(chan int, 3)}
	go c.work()
	load(3, 4*time.Millisecond, c.add)
	busyElsewhere()
}

func resolve(ctx context.Context, out chan<- bool, after time.Duration) {
	time.Sleep(after)
	out <- true
}

// checks: the first answer is enough; the context's end is not looked at by the others.
func checks() {
	each(70*time.Millisecond, func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		out := make(chan bool)
		for i := 0; i < 3; i++ {
			go resolve(ctx, out, time.Duration(i*4)*time.Millisecond)
		}
		<-out
	})
}

func sweep(out chan<- error) {
	defer close(out)
	for i := 0; i < 200; i++ {
		out <- context.Canceled
	}
}

func sweepsFull() {
	each(90*time.Millisecond, func() {
		out := make(chan error, 128)
		go sweep(out)
		<-out
	})
}

type capture struct{ ask, confirmed chan struct{} }

func (c *capture) loop() {
	for i := 0; ; i++ {
		<-c.ask
		if i == 30 {
			return // the interface went down: nobody confirms
		}
		c.confirmed <- struct{}{}
	}
}

func (c *capture) pause() {
	c.ask <- struct{}{}
	<-c.confirmed
}

// rotated: one request in the thirty-first round waits for ever, under the lock of all.
func rotated() {
	c := &capture{make(chan struct{}), make(chan struct{})}
	go c.loop()
	var all sync.Mutex
	load(3, 60*time.Millisecond, func() { rotate(&all, c) })
	busyElsewhere()
}

func rotate(all *sync.Mutex, c *capture) {
	all.Lock()
	defer all.Unlock()
	c.pause()
}

type accounts struct {
	lock   sync.RWMutex
	update chan struct{}
}

func (a *accounts) byName() {
	a.lock.RLock()
	defer a.lock.RUnlock()
	a.update <- struct{}{}
}

func (a *accounts) loop() {
	for {
		select {
		case <-a.update:
		case <-time.After(7 * time.Millisecond):
			a.lock.Lock()
			time.Sleep(time.Millisecond)
			a.lock.Unlock()
		}
	}
}

func readersPush() {
	a := &accounts{update: make(chan struct{})}
	go a.loop()
	load(5, 11*time.Millisecond, a.byName)
}

type shard struct {
	sync.Mutex
	n int
}

func move(from, to *shard) {
	from.Lock()
	defer from.Unlock()
	time.Sleep(time.Millisecond)
	to.Lock()
	defer to.Unlock()
	from.n--
	to.n++
}

// shards lock in the order of the request.
func shards() {
	s := [4]shard{}
	n := 0
	var lock sync.Mutex
	load(4, 12*time.Millisecond, func() {
		lock.Lock()
		n++
		i := n
		lock.Unlock()
		move(&s[i%4], &s[(i*3+1)%4])
	})
	busyElsewhere()
}

// upgrade reads, and writes before it has done reading: once.
type table struct{ sync.RWMutex }

func (t *table) find(missing bool) {
	t.RLock()
	defer t.RUnlock()
	if missing {
		t.insert()
	}
}

func (t *table) insert() {
	t.Lock()
	defer t.Unlock()
}

func upgrade() {
	t := &table{}
	n := 0
	load(4, 15*time.Millisecond, func() { t.find(false) })
	load(1, 20*time.Millisecond, func() { n++; t.find(n == 40) })
}

func init() {
	leaking("monitored", monitored, "main.(*monitor)", "main.client")
	leaking("queue-full", queueFull, "main.(*closer)", "main.client")
	leaking("checks", checks, "main.resolve")
	leaking("sweeps-full", sweepsFull, "main.sweep")
	leaking("rotated", rotated, "main.rotate", "main.(*capture)", "main.client")
	leaking("readers-push", readersPush, "main.(*accounts)", "main.client")
	leaking("shards", shards, "main.move", "main.client")
	leaking("upgrade", upgrade, "main.(*table)", "main.client")
}
