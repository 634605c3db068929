package main

// Written after what later.go taught had gone into the rules too.

import (
	"bufio"
	"context"
	"io"
	"math/rand"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func refresh(every time.Duration) {
	for range time.NewTicker(every).C {
		time.Sleep(time.Millisecond)
	}
}

// tenants get a loop of their own when they are seen first.
func tenants() {
	for i := 0; i < 12; i++ {
		go refresh(600 * time.Millisecond)
		time.Sleep(90 * time.Millisecond)
	}
}

func renew(ctx context.Context) {
	for {
		select {
		case <-time.After(800 * time.Millisecond):
		case <-ctx.Done():
			return
		}
	}
}

func leases() {
	for i := 0; i < 15; i++ {
		go renew(context.Background())
		time.Sleep(60 * time.Millisecond)
	}
}

// broadcast wakes all that wait for news at once.
func broadcast() {
	var lock sync.Mutex
	news := sync.NewCond(&lock)
	for i := 0; i < 20; i++ {
		go func() {
			for {
				lock.Lock()
				news.Wait()
				lock.Unlock()
				time.Sleep(time.Duration(rand.Intn(3)) * time.Millisecond)
			}
		}()
	}
	load(1, 350*time.Millisecond, news.Broadcast)
}

// pressed producers wait for a slow consumer, each for up to half a second.
func pressed() {
	queue := make(chan int, 4)
	load(10, time.Millisecond, func() { queue <- 1 })
	load(1, 40*time.Millisecond, func() { <-queue })
}

func gathered() {
	load(12, 30*time.Millisecond, func() {
		g, ctx := errgroup.WithContext(context.Background())
		for i := 0; i < 4; i++ {
			g.Go(func() error {
				select {
				case <-time.After(time.Duration(rand.Intn(700)) * time.Millisecond):
				case <-ctx.Done():
				}
				return nil
			})
		}
		_ = g.Wait()
	})
}

// postponed jobs wait for a second and a half each.
func postponed() {
	ctx := context.Background()
	each(50*time.Millisecond, func() {
		select {
		case <-time.After(1500 * time.Millisecond):
		case <-ctx.Done():
		}
	})
}

func shelves() {
	var lock sync.RWMutex
	shelf := map[int]int{}
	load(40, 4*time.Millisecond, func() { lock.RLock(); _ = shelf[rand.Intn(100)]; lock.RUnlock() })
	load(5, 9*time.Millisecond, func() { lock.Lock(); shelf[rand.Intn(100)]++; lock.Unlock() })
}

func register(hub chan<- int) { hub <- 1 }

// hubThatEnded does not take the members that come after its end.
func hubThatEnded() {
	hub := make(chan int)
	go func() {
		for i := 0; i < 5; i++ {
			<-hub
		}
	}()
	each(80*time.Millisecond, func() { register(hub) })
}

func await(result <-chan int) { <-result }

// impatient clients go; every third handler waits on.
func impatient() {
	n := 0
	var lock sync.Mutex
	url := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		n++
		lost := n%3 == 0
		lock.Unlock()
		result := make(chan int, 1)
		if !lost {
			result <- 1
		}
		await(result)
	}))
	c := &http.Client{Timeout: 100 * time.Millisecond}
	load(2, 80*time.Millisecond, func() { get(c, url) })
}

func cleanUp(ctx context.Context) { <-ctx.Done() }

func neverCancelled() {
	load(1, 90*time.Millisecond, func() {
		ctx, cancel := context.WithCancel(context.Background())
		_ = cancel
		go cleanUp(ctx)
	})
}

func heartbeat(done <-chan struct{}) {
	for {
		select {
		case <-time.Tick(150 * time.Millisecond):
		case <-done:
			return
		}
	}
}

func heartbeats() {
	load(1, 80*time.Millisecond, func() { go heartbeat(make(chan struct{})) })
}

type account struct{ sync.Mutex }

func (a *account) move(n int) {
	defer func() { _ = recover() }()
	a.Lock()
	if n == 6 {
		panic("overdrawn")
	}
	a.Unlock()
}

func panicsInside() {
	a := &account{}
	n := 0
	load(1, 90*time.Millisecond, func() { n++; go a.move(n) })
}

func park(places chan struct{}, stays bool) {
	places <- struct{}{}
	if !stays {
		<-places
	}
}

func carPark() {
	places := make(chan struct{}, 5)
	n := 0
	load(1, 60*time.Millisecond, func() { n++; go park(places, n%4 == 0) })
}

func merge(from []chan int, to chan<- int) {
	for _, c := range from {
		for n := range c {
			to <- n
		}
	}
	close(to)
}

func firstOnly() {
	each(90*time.Millisecond, func() {
		from := []chan int{make(chan int, 2), make(chan int, 2)}
		for _, c := range from {
			c <- 1
			c <- 2
			close(c)
		}
		to := make(chan int)
		go merge(from, to)
		<-to
	})
}

func readLines(r io.Reader) {
	for s := bufio.NewScanner(r); s.Scan(); {
	}
}

func pipesLeftOpen() {
	each(90*time.Millisecond, func() {
		r, w := io.Pipe()
		go readLines(r)
		_, _ = w.Write([]byte("one line\n"))
	})
}

func subscriber(in <-chan int) {
	for range in {
	}
}

// forgottenSubscribers hear a few words each, and then only the newer ones do.
func forgottenSubscribers() {
	each(100*time.Millisecond, func() {
		c := make(chan int)
		go subscriber(c)
		for i := 0; i < 3; i++ {
			c <- i
			time.Sleep(5 * time.Millisecond)
		}
	})
}

func init() {
	healthy("tenants", false, tenants)
	healthy("leases", false, leases)
	healthy("broadcast", true, broadcast)
	healthy("pressed", false, pressed)
	healthy("gathered", true, gathered)
	healthy("postponed", false, postponed)
	healthy("shelves", false, shelves)
	leaking("hub-that-ended", hubThatEnded, "main.hubThatEnded", "main.register")
	leaking("impatient", impatient, "main.await", "main.impatient")
	leaking("never-cancelled", neverCancelled, "main.cleanUp")
	leaking("heartbeats", heartbeats, "main.heartbeat")
	leaking("panics-inside", panicsInside, "main.(*account)")
	leaking("car-park", carPark, "main.park")
	leaking("first-only", firstOnly, "main.merge")
	leaking("pipes-left-open", pipesLeftOpen, "main.readLines")
	leaking("forgotten-subscribers", forgottenSubscribers, "main.subscriber")
}
