package main

// What is healthy and looks stuck, and leaks that are small.

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
)

// throughPool: requests hand their parts to workers that were there before, and wait for them.
func throughPool() {
	jobs := make(chan func(), 100)
	for i := 0; i < 12; i++ {
		go func() {
			for j := range jobs {
				j()
			}
		}()
	}
	each(400*time.Millisecond, func() { inParts(jobs) })
}

func inParts(jobs chan<- func()) {
	var parts sync.WaitGroup
	parts.Add(3)
	for i := 0; i < 3; i++ {
		jobs <- func() { time.Sleep(1300 * time.Millisecond); parts.Done() }
	}
	parts.Wait()
}

// coldStart: those who come first wait together until the cache is warm.
func coldStart() {
	var flight singleflight.Group
	var warm atomic.Bool
	each(40*time.Millisecond, func() {
		if warm.Load() {
			return
		}
		_, _, _ = flight.Do("a", func() (any, error) { time.Sleep(1500 * time.Millisecond); warm.Store(true); return 1, nil })
	})
}

// saturated: more ask than there is room for; each gets his turn after a while.
func saturated() {
	room := semaphore.NewWeighted(4)
	load(30, 10*time.Millisecond, func() {
		_ = room.Acquire(context.Background(), 1)
		time.Sleep(100 * time.Millisecond)
		room.Release(1)
	})
}

// slowSink: eight write to one who takes his time.
func slowSink() {
	c := make(chan int)
	go func() {
		for range c {
			time.Sleep(60 * time.Millisecond)
		}
	}()
	load(8, 0, func() { c <- 1 })
}

// lazyWorkers of a topic are started when it is used for the first time; few topics are used again.
func lazyWorkers() {
	topics := map[int]chan int{}
	n := 0
	load(1, 130*time.Millisecond, func() {
		n++
		i := n * n % 7
		c, there := topics[i]
		if !there {
			c = make(chan int)
			topics[i] = c
			for j := 0; j < 4; j++ {
				go func() {
					for range c {
						time.Sleep(time.Millisecond)
					}
				}()
			}
		}
		c <- n
	})
}

// hearers come, hear for a second, and go.
func hearers() {
	var lock sync.Mutex
	all := map[chan int]bool{}
	go client(0, 300*time.Millisecond, func() {
		lock.Lock()
		defer lock.Unlock()
		for c := range all {
			select {
			case c <- 1:
			default:
			}
		}
	})
	each(50*time.Millisecond, func() {
		c := make(chan int, 1)
		lock.Lock()
		all[c] = true
		lock.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		for ctx.Err() == nil {
			select {
			case <-c:
			case <-ctx.Done():
			}
		}
		lock.Lock()
		delete(all, c)
		lock.Unlock()
	})
}

// tools that run as long as the service does, with their output read.
func tools() {
	for i := 0; i < 4; i++ {
		c := exec.CommandContext(context.Background(), "cat")
		in, err := c.StdinPipe()
		must(err)
		out, err := c.StdoutPipe()
		must(err)
		must(c.Start())
		go func() { _, _ = io.Copy(io.Discard, out); _ = c.Wait() }()
		go client(0, 400*time.Millisecond, func() { _, _ = in.Write([]byte("x\n")) })
		time.Sleep(200 * time.Millisecond)
	}
}

// limited starts more than may run at once; whoever starts them waits each time.
func limited() {
	load(2, 50*time.Millisecond, func() {
		g := new(errgroup.Group)
		g.SetLimit(2)
		for i := 0; i < 6; i++ {
			g.Go(func() error { time.Sleep(150 * time.Millisecond); return nil })
		}
		_ = g.Wait()
	})
}

// streamsOfOne: HTTP/2 with ten requests at a time over one connection, each slow.
func streamsOfOne() {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < 4; i++ {
			_, _ = w.Write(make([]byte, 1000))
			w.(http.Flusher).Flush()
			time.Sleep(100 * time.Millisecond)
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	load(10, 20*time.Millisecond, func() { fetchAll(s.Client(), s.URL) })
}

// sitting actors: started together with the service, most of them never get a word.
func actorsSitting() {
	boxes := []chan int{}
	for i := 0; i < 60; i++ {
		box := make(chan int)
		boxes = append(boxes, box)
		go func() {
			for range box {
			}
		}()
	}
	n := 0
	load(1, 40*time.Millisecond, func() { n++; boxes[n%5] <- n })
}

// readersAndAWriter use one RWMutex as it is meant.
func readersAndAWriter() {
	var lock sync.RWMutex
	load(20, 3*time.Millisecond, func() { lock.RLock(); time.Sleep(500 * time.Microsecond); lock.RUnlock() })
	load(1, 60*time.Millisecond, func() { lock.Lock(); time.Sleep(time.Millisecond); lock.Unlock() })
}

// oneInTwenty of the requests has a reader who does not come back.
func publishResult(c chan<- int) { c <- 1 }

func oneInTwenty() {
	var n atomic.Int64
	each(8*time.Millisecond, func() {
		c := make(chan int)
		go publishResult(c)
		if n.Add(1)%20 != 0 {
			<-c
		}
	})
}

// afterSix: six of them in all, half a second apart.
func waitForApproval(c <-chan bool) bool { return <-c }

func approvals() {
	var n atomic.Int64
	each(20*time.Millisecond, func() {
		c := make(chan bool, 1)
		if n.Add(1)%25 != 0 {
			c <- true
		}
		waitForApproval(c)
	})
}

// heldWhileAsking: one holds the lock of two others, and is never answered.
type desk struct {
	lock sync.Mutex
	ask  chan chan int
}

func (d *desk) query(lost bool) {
	d.lock.Lock()
	defer d.lock.Unlock()
	answer := make(chan int)
	if !lost {
		go func() { answer <- 1 }()
	}
	<-answer
}

func heldWhileAsking() {
	d := &desk{}
	var n atomic.Int64
	load(3, 20*time.Millisecond, func() { d.query(n.Add(1) == 100) })
	busyElsewhere()
}

// goneClient: the handler's helper tells of progress on a channel; the client hangs up before the end.
func tellProgress(c chan<- int) {
	for i := 0; i < 5; i++ {
		time.Sleep(10 * time.Millisecond)
		c <- i
	}
}

func goneClients() {
	s := serving(func(w http.ResponseWriter, r *http.Request) {
		c := make(chan int)
		go tellProgress(c)
		for i := 0; i < 5; i++ {
			select {
			case <-c:
			case <-r.Context().Done():
				return
			}
		}
	})
	c := &http.Client{Timeout: 25 * time.Millisecond}
	each(70*time.Millisecond, func() { fetchAll(c, s.URL) })
}

func init() {
	healthy("through-pool", false, throughPool)
	healthy("cold-start", false, coldStart)
	healthy("saturated", false, saturated)
	healthy("slow-sink", false, slowSink)
	healthy("lazy-workers", false, lazyWorkers)
	healthy("hearers", false, hearers)
	healthy("tools", false, tools)
	healthy("limited", false, limited)
	healthy("streams-of-one", false, streamsOfOne)
	healthy("actors-sitting", false, actorsSitting)
	healthy("readers-and-a-writer", false, readersAndAWriter)
	leaking("one-in-twenty", oneInTwenty, "main.publishResult")
	leaking("approvals", approvals, "main.waitForApproval", "main.approvals")
	leaking("held-while-asking", heldWhileAsking, "main.(*desk)", "main.client")
	leaking("gone-clients", goneClients, "main.tellProgress")
}
