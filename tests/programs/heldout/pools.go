package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/panjf2000/ants/v2"
	"github.com/robfig/cron/v3"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
	"gopkg.in/natefinch/lumberjack.v2"
)

func groupsBusy() {
	load(3, 30*time.Millisecond, func() {
		g, ctx := errgroup.WithContext(context.Background())
		g.SetLimit(4)
		items := make(chan int)
		g.Go(func() error {
			defer close(items)
			for i := 0; i < 10; i++ {
				select {
				case items <- i:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		for i := 0; i < 3; i++ {
			g.Go(func() error {
				for range items {
					time.Sleep(time.Millisecond)
				}
				return nil
			})
		}
		_ = g.Wait()
	})
}

// produce goes on when those who take have failed.
func produce(to chan<- int) {
	for i := 0; i < 100; i++ {
		to <- i
	}
	close(to)
}

func groupsFailing() {
	load(2, 60*time.Millisecond, func() {
		items := make(chan int)
		go produce(items)
		var g errgroup.Group
		for i := 0; i < 2; i++ {
			g.Go(func() error {
				for n := range items {
					if n > 5 {
						return errors.New("bad item")
					}
				}
				return nil
			})
		}
		_ = g.Wait()
	})
}

func flightsBusy() {
	var flights singleflight.Group
	load(20, 20*time.Millisecond, func() {
		_, _, _ = flights.Do(fmt.Sprint(rand.Intn(3)), func() (interface{}, error) {
			time.Sleep(5 * time.Millisecond)
			return 1, nil
		})
	})
}

func askTogether(flights *singleflight.Group, never chan int) {
	_, _, _ = flights.Do("rates", func() (interface{}, error) { return <-never, nil })
}

func flightThatHangs() {
	var flights singleflight.Group
	never := make(chan int)
	each(60*time.Millisecond, func() { askTogether(&flights, never) })
}

// encode keeps its seat where the work fails.
func encode(seats *semaphore.Weighted) {
	_ = seats.Acquire(context.Background(), 1)
	if time.Sleep(5 * time.Millisecond); rand.Intn(3) == 0 {
		return
	}
	seats.Release(1)
}

func seatsLost() {
	seats := semaphore.NewWeighted(4)
	each(50*time.Millisecond, func() { encode(seats) })
}

// quietPools were used a moment ago.
func quietPools() {
	p, err := ants.NewPool(64)
	must(err)
	var done sync.WaitGroup
	for i := 0; i < 60; i++ {
		done.Add(1)
		_ = p.Submit(func() { time.Sleep(50 * time.Millisecond); done.Done() })
	}
	done.Wait()
	load(1, 500*time.Millisecond, func() {
		c := pool.New().WithMaxGoroutines(8)
		for i := 0; i < 30; i++ {
			c.Go(func() { time.Sleep(3 * time.Millisecond) })
		}
		c.Wait()
	})
}

func submit(p *ants.Pool, never chan int) {
	_ = p.Submit(func() { <-never })
}

func poolThatIsFull() {
	p, err := ants.NewPool(10)
	must(err)
	never := make(chan int)
	each(70*time.Millisecond, func() { submit(p, never) })
}

func schedule() {
	c := cron.New(cron.WithSeconds())
	for i := 0; i < 5; i++ {
		_, _ = c.AddFunc("@every 1s", func() { time.Sleep(20 * time.Millisecond) })
	}
	c.Start()
}

func scheduleThatPilesUp() {
	var book sync.Mutex
	book.Lock()
	c := cron.New(cron.WithSeconds())
	for i := 0; i < 3; i++ {
		_, _ = c.AddFunc("@every 1s", func() { book.Lock(); defer book.Unlock() })
	}
	c.Start()
}

func paced() {
	l := rate.NewLimiter(300, 5)
	load(20, time.Millisecond, func() { _ = l.Wait(context.Background()) })
}

func sendSlowly(l *rate.Limiter) { _ = l.Wait(context.Background()) }

func pacedTooSlow() {
	l := rate.NewLimiter(10, 1)
	each(12*time.Millisecond, func() { sendSlowly(l) })
}

func logPerRequest() {
	folder := scratch()
	n := 0
	load(1, 60*time.Millisecond, func() {
		n++
		l := &lumberjack.Logger{Filename: filepath.Join(folder, fmt.Sprint(n)), MaxSize: 1}
		_, _ = l.Write([]byte("hello\n"))
		_ = l.Rotate()
		_ = l.Close()
	})
}

// A context of somebody else's making.
type ownContext struct {
	context.Context
	done chan struct{}
}

func (c ownContext) Done() <-chan struct{} { return c.done }

func ownContexts() {
	load(1, 60*time.Millisecond, func() {
		parent := ownContext{context.Background(), make(chan struct{})}
		ctx, cancel := context.WithCancel(parent)
		_ = ctx
		_ = cancel // never called
	})
}

// session handles the messages of one user.
func session(in <-chan int) {
	for range in {
	}
}

// sessions has one goroutine for each user, who say something now and then.
func sessions() {
	var all []chan int
	for i := 0; i < 40; i++ {
		c := make(chan int)
		all = append(all, c)
		go session(c)
		for k := 0; k < 5; k++ {
			all[rand.Intn(len(all))] <- k
		}
		c <- 0
		time.Sleep(60 * time.Millisecond)
	}
	load(1, 100*time.Millisecond, func() { all[rand.Intn(len(all))] <- 1 })
}

// growingPool starts a worker when all others are at work, and keeps it.
func growingPool() {
	jobs := make(chan time.Duration)
	worker := func() {
		for d := range jobs {
			time.Sleep(d)
		}
	}
	for busy := 1; ; busy++ {
		for i := 0; i < 20+busy; i++ {
			select {
			case jobs <- 20 * time.Millisecond:
			default:
				go worker()
				jobs <- 20 * time.Millisecond
			}
		}
		time.Sleep(400 * time.Millisecond)
	}
}

// writeReport has nobody at the other end when the upload has failed.
func writeReport(w *io.PipeWriter) {
	_ = json.NewEncoder(w).Encode(make([]int, 1000))
	_ = w.Close()
}

func uploadsThatFail() {
	each(60*time.Millisecond, func() {
		r, w := io.Pipe()
		go writeReport(w)
		head := make([]byte, 16)
		_, _ = r.Read(head) // refused
	})
}

func children() {
	load(2, 30*time.Millisecond, func() {
		c := exec.Command("cat")
		in, _ := c.StdinPipe()
		c.Stderr = io.Discard
		if c.Start() == nil {
			_, _ = in.Write([]byte("x"))
			_ = in.Close()
			_ = c.Wait()
		}
	})
}

func poll() {
	for range time.NewTicker(100 * time.Millisecond).C {
	}
}

func pollers() { each(80*time.Millisecond, poll) }

func init() {
	healthy("groups-busy", false, groupsBusy)
	healthy("flights-busy", false, flightsBusy)
	healthy("quiet-pools", true, quietPools)
	healthy("schedule", true, schedule)
	healthy("paced", false, paced)
	healthy("sessions", false, sessions)
	healthy("growing-pool", false, growingPool)
	healthy("children", false, children)
	leaking("groups-failing", groupsFailing, "main.produce")
	leaking("flight-that-hangs", flightThatHangs, "main.askTogether", "main.flightThatHangs")
	leaking("seats-lost", seatsLost, "main.encode", "main.seatsLost")
	leaking("pool-that-is-full", poolThatIsFull, "main.submit", "main.poolThatIsFull")
	leaking("schedule-that-piles-up", scheduleThatPilesUp, "main.scheduleThatPilesUp", "github.com/robfig/cron")
	leaking("paced-too-slow", pacedTooSlow, "main.sendSlowly", "main.pacedTooSlow")
	leaking("log-per-request", logPerRequest, "gopkg.in/natefinch/lumberjack")
	leaking("own-contexts", ownContexts, "context.")
	leaking("uploads-that-fail", uploadsThatFail, "main.writeReport")
	leaking("pollers", pollers, "main.poll")
}
