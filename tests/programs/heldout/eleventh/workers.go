// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

func init() {
	healthy("elevators-state-machines", true, runElevators)
	healthy("supervised-pollers", true, runSupervisor)
	healthy("config-reload", true, runReloads)
	healthy("metrics-batcher", true, runBatcher)
	healthy("polite-crawler", true, runCrawler)
	healthy("cron-jobs", false, runCron)
}

// One goroutine for each entity; few of them have something to do at a time.

type elevator struct {
	floor int
	calls chan int
}

type stateFunc func(*elevator) stateFunc

func idle(e *elevator) stateFunc {
	to := <-e.calls
	if to == e.floor {
		return doors
	}
	return moving(to)
}

func moving(to int) stateFunc {
	return func(e *elevator) stateFunc {
		for e.floor != to {
			time.Sleep(30 * time.Millisecond)
			if e.floor < to {
				e.floor++
			} else {
				e.floor--
			}
		}
		return doors
	}
}

func doors(e *elevator) stateFunc {
	close := time.NewTimer(80 * time.Millisecond)
	defer close.Stop()
	select {
	case to := <-e.calls:
		return moving(to)
	case <-close.C:
		return idle
	}
}

func (e *elevator) operate() {
	for state := stateFunc(idle); state != nil; {
		state = state(e)
	}
}

func runElevators() {
	house := []*elevator{}
	for i := 0; i < 350; i++ {
		e := &elevator{calls: make(chan int, 4)}
		house = append(house, e)
		go e.operate()
	}
	for range time.Tick(25 * time.Millisecond) {
		e := house[rand.Intn(len(house)/3)] // the others stand still today
		select {
		case e.calls <- rand.Intn(12):
		default:
		}
	}
}

// Workers that fail and are started again.

var errUnlucky = errors.New("unlucky")

func poller(ctx context.Context, id int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("worker %d: %v", id, r)
		}
	}()
	beat := time.NewTicker(20 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
			switch rand.Intn(40) {
			case 0:
				return errUnlucky
			case 1:
				panic("very unlucky")
			}
		}
	}
}

func supervise(ctx context.Context, id int) {
	pause := 10 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		done := make(chan error, 1)
		life, end := context.WithCancel(ctx)
		go func() { done <- poller(life, id) }()
		<-done
		end()
		if time.Since(began) > 300*time.Millisecond {
			pause = 10 * time.Millisecond
		} else {
			pause = min(pause*2, 500*time.Millisecond)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

func runSupervisor() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var wg sync.WaitGroup
	for i := 0; i < 16; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			supervise(ctx, i)
		}()
	}
	wg.Wait()
}

// Generations of workers; the old one is awaited before the new one starts.

type generation struct {
	stop context.CancelFunc
	wg   sync.WaitGroup
	jobs chan int
}

func startGeneration(workers int) *generation {
	ctx, stop := context.WithCancel(context.Background())
	g := &generation{stop: stop, jobs: make(chan int)}
	for i := 0; i < workers; i++ {
		g.wg.Add(1)
		go g.work(ctx)
	}
	g.wg.Add(1)
	go g.produce(ctx)
	return g
}

func (g *generation) work(ctx context.Context) {
	defer g.wg.Done()
	for {
		select {
		case <-g.jobs:
			time.Sleep(time.Duration(rand.Intn(15)) * time.Millisecond)
		case <-ctx.Done():
			return
		}
	}
}

func (g *generation) produce(ctx context.Context) {
	defer g.wg.Done()
	for i := 0; ; i++ {
		select {
		case g.jobs <- i:
		case <-ctx.Done():
			return
		}
		if i%10 == 0 {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func runReloads() {
	sizes := []int{20, 28, 24, 20, 26}
	for i := 0; ; i++ {
		g := startGeneration(sizes[i%len(sizes)])
		time.Sleep(450 * time.Millisecond)
		g.stop()
		g.wg.Wait()
	}
}

// A batcher with a size and a time; some callers wait until their batch is written.

type point struct {
	value   float64
	written chan struct{}
}

type batcher struct {
	in    chan point
	flush chan []point
}

func (b *batcher) collect() {
	defer close(b.flush)
	batch := []point{}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case p, ok := <-b.in:
			if !ok {
				return
			}
			batch = append(batch, p)
			if len(batch) == 1 {
				timer.Reset(90 * time.Millisecond)
			}
			if len(batch) < 64 {
				continue
			}
		case <-timer.C:
		}
		if len(batch) > 0 {
			b.flush <- batch
			batch = nil
		}
	}
}

func (b *batcher) write() {
	for batch := range b.flush {
		time.Sleep(12 * time.Millisecond)
		for _, p := range batch {
			if p.written != nil {
				close(p.written)
			}
		}
	}
}

func (b *batcher) put(value float64, wait bool) {
	p := point{value: value}
	if wait {
		p.written = make(chan struct{})
	}
	b.in <- p
	if wait {
		<-p.written
	}
}

func runBatcher() {
	b := &batcher{make(chan point, 32), make(chan []point, 2)}
	go b.collect()
	go b.write()
	load(30, 12*time.Millisecond, func() { b.put(rand.Float64(), false) })
	load(90, 5*time.Millisecond, func() { b.put(rand.Float64(), true) })
	select {}
}

// Crawls of small sites with limits: of requests, of crawls, of goroutines.

type crawler struct {
	base   string
	client *http.Client
	limit  *rate.Limiter
	room   *semaphore.Weighted
}

func (c *crawler) crawl(ctx context.Context, pages int) error {
	if err := c.room.Acquire(ctx, 1); err != nil {
		return err
	}
	defer c.room.Release(1)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i := 0; i < pages; i++ {
		g.Go(func() error {
			if err := c.limit.Wait(ctx); err != nil {
				return err
			}
			q, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d", c.base, i), nil)
			if err != nil {
				return err
			}
			r, err := c.client.Do(q)
			if err != nil {
				return err
			}
			discard(r.Body)
			if r.StatusCode != http.StatusOK {
				return errUnlucky
			}
			return nil
		})
	}
	return g.Wait()
}

func runCrawler() {
	base := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(5+rand.Intn(30)) * time.Millisecond)
		if rand.Intn(60) == 0 {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	c := &crawler{base, newClient(16), rate.NewLimiter(90, 10), semaphore.NewWeighted(3)}
	load(7, 100*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
		defer cancel()
		_ = c.crawl(ctx, 10+rand.Intn(20))
	})
	select {}
}

// Jobs at their times; a job that still runs is left out.

type job struct {
	every, takes time.Duration
	running      sync.Mutex
}

func (j *job) schedule(wg *sync.WaitGroup) {
	time.AfterFunc(j.every, func() {
		j.schedule(wg)
		if !j.running.TryLock() {
			return
		}
		defer j.running.Unlock()
		time.Sleep(j.takes)
	})
}

func runCron() {
	var wg sync.WaitGroup
	wg.Add(1)
	for i := 0; i < 25; i++ {
		j := &job{every: time.Duration(40+i*35) * time.Millisecond, takes: time.Duration(10+(i*53)%300) * time.Millisecond}
		j.schedule(&wg)
	}
	wg.Wait() // until it is told to stop
}
