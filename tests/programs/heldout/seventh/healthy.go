// SPDX-License-Identifier: GPL-3.0-or-later

package main

// Services that are busy or idle and lose nothing.

import (
	"context"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc"
	health "google.golang.org/grpc/health/grpc_health_v1"
)

// Work comes in bursts for a pool that is far too large between them and too small for them.
func burstsOfWork() {
	type job struct {
		takes time.Duration
		done  chan<- int
	}
	jobs := make(chan job)
	for i := 0; i < 48; i++ {
		go func() {
			for j := range jobs {
				time.Sleep(j.takes)
				j.done <- 1
			}
		}()
	}
	burst := func() {
		done := make(chan int)
		for i := 0; i < 250; i++ {
			go func() { jobs <- job{time.Duration(10+rand.Intn(60)) * time.Millisecond, done} }()
		}
		for i := 0; i < 250; i++ {
			<-done
		}
	}
	for {
		burst()
		time.Sleep(900 * time.Millisecond)
	}
}

// Clients ask for what is newer than what they know, as those of a service catalogue do; most are answered only when
// their time is up.
type entry struct {
	lock    sync.Mutex
	index   int
	changed chan struct{}
}

func (e *entry) newer(ctx context.Context, known int, patience time.Duration) int {
	e.lock.Lock()
	index, changed := e.index, e.changed
	e.lock.Unlock()
	if index > known {
		return index
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-changed:
		return index + 1
	case <-t.C:
	case <-ctx.Done():
	}
	return index
}

func (e *entry) change() {
	e.lock.Lock()
	defer e.lock.Unlock()
	e.index++
	close(e.changed)
	e.changed = make(chan struct{})
}

func blockingQueries() {
	entries := make([]*entry, 30)
	for i := range entries {
		entries[i] = &entry{changed: make(chan struct{})}
	}
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var n, known int
			_, _ = fmt.Sscanf(r.URL.Path, "/%d/%d", &n, &known)
			patience := 2500*time.Millisecond + time.Duration(rand.Intn(1000))*time.Millisecond
			_, _ = fmt.Fprint(w, entries[n].newer(r.Context(), known, patience))
		}))
	}()
	load(1, 150*time.Millisecond, func() { entries[rand.Intn(4)].change() })
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 200}}
	for i := 0; i < 120; i++ {
		go func() {
			known := 0
			for {
				a, err := client.Get(fmt.Sprintf("http://%s/%d/%d", l.Addr(), i%30, known))
				if err != nil {
					continue
				}
				_, _ = fmt.Fscan(a.Body, &known)
				discard(a.Body)
			}
		}()
	}
}

// Many read, one writes, and the one is slow: all before it wait, each for its turn.
func pressedFanIn() {
	read := make(chan []byte, 8)
	packed := make(chan int)
	for i := 0; i < 40; i++ {
		go func() {
			for {
				time.Sleep(time.Duration(rand.Intn(4)) * time.Millisecond)
				read <- make([]byte, 512)
			}
		}()
	}
	for i := 0; i < 3; i++ {
		go func() {
			for r := range read {
				time.Sleep(time.Millisecond)
				packed <- len(r)
			}
		}()
	}
	for range packed {
		time.Sleep(12 * time.Millisecond)
	}
}

// A pool of six lends to forty, with a condition for who waits.
type lending struct {
	lock sync.Mutex
	back *sync.Cond
	free int
}

func (p *lending) with(f func()) {
	p.lock.Lock()
	for p.free == 0 {
		p.back.Wait()
	}
	p.free--
	p.lock.Unlock()
	f()
	p.lock.Lock()
	p.free++
	p.back.Signal()
	p.lock.Unlock()
}

func lendingAtLimit() {
	p := &lending{free: 6}
	p.back = sync.NewCond(&p.lock)
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.with(func() { time.Sleep(time.Duration(10+rand.Intn(150)) * time.Millisecond) })
			_, _ = io.WriteString(w, "row")
		}))
	}()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}}
	load(40, 10*time.Millisecond, func() {
		if a, err := client.Get("http://" + l.Addr().String()); err == nil {
			discard(a.Body)
		}
	})
}

// One hands out tickets at a steady pace, to each of those who queue by a channel of its own.
type tickets struct{ queue chan chan time.Time }

func (t *tickets) hand(pace time.Duration) {
	for now := range time.Tick(pace) {
		select {
		case next := <-t.queue:
			next <- now
		default:
		}
	}
}

func (t *tickets) take() {
	mine := make(chan time.Time, 1)
	t.queue <- mine
	<-mine
}

func ticketsHandedOut() {
	t := &tickets{make(chan chan time.Time, 20)}
	go t.hand(20 * time.Millisecond)
	load(50, 5*time.Millisecond, func() {
		t.take()
		time.Sleep(2 * time.Millisecond)
	})
}

// Who hears is slow, some very slow, and all hear everything in the end: it is told in twos and threes, not in floods.
func slowListeners() {
	type listener struct{ letters chan string }
	var all []*listener
	for i := 0; i < 24; i++ {
		l := &listener{make(chan string, 4)}
		all = append(all, l)
		go func() {
			for range l.letters {
				time.Sleep(time.Duration(5+i*i) * time.Millisecond)
			}
		}()
	}
	for {
		var told sync.WaitGroup
		for _, l := range all {
			told.Add(1)
			go func() {
				defer told.Done()
				l.letters <- "news"
			}()
		}
		told.Wait()
		time.Sleep(time.Duration(50+rand.Intn(200)) * time.Millisecond)
	}
}

// Hundreds of jobs sleep till it is time for them, some for a minute; few may run at once.
func runDaily(at time.Duration, places chan struct{}) {
	for {
		time.Sleep(at)
		places <- struct{}{}
		time.Sleep(time.Duration(10+rand.Intn(30)) * time.Millisecond)
		<-places
	}
}

func cronOfHundreds() {
	places := make(chan struct{}, 4)
	for i := 0; i < 300; i++ {
		go runDaily(time.Second+time.Duration(rand.Intn(60000))*time.Millisecond, places)
	}
	for i := 0; i < 40; i++ {
		go runDaily(300*time.Millisecond+time.Duration(i)*25*time.Millisecond, places)
	}
}

// Sixty streams are open and seldom hear anything; a few are closed and opened again.
type quietWatches struct {
	health.UnimplementedHealthServer
	lock    sync.Mutex
	changed chan struct{}
}

func (w *quietWatches) Watch(r *health.HealthCheckRequest, s grpc.ServerStreamingServer[health.HealthCheckResponse]) error {
	for {
		w.lock.Lock()
		changed := w.changed
		w.lock.Unlock()
		if r.Service != "busy" {
			changed = nil
		}
		select {
		case <-changed:
			if err := s.Send(&health.HealthCheckResponse{}); err != nil {
				return err
			}
		case <-s.Context().Done():
			return s.Context().Err()
		}
	}
}

func (w *quietWatches) Check(context.Context, *health.HealthCheckRequest) (*health.HealthCheckResponse, error) {
	time.Sleep(2 * time.Millisecond)
	return &health.HealthCheckResponse{}, nil
}

func streamsKeptOpen() {
	l := listen()
	w := &quietWatches{changed: make(chan struct{})}
	g := grpc.NewServer()
	health.RegisterHealthServer(g, w)
	go func() { _ = g.Serve(l) }()
	load(1, 400*time.Millisecond, func() {
		w.lock.Lock()
		defer w.lock.Unlock()
		close(w.changed)
		w.changed = make(chan struct{})
	})
	for i := 0; i < 6; i++ {
		c := dialHealth(l)
		for j := 0; j < 10; j++ {
			service := "quiet"
			if j == 0 {
				service = "busy"
			}
			go func() {
				for {
					ctx, cancel := context.WithCancel(context.Background())
					s, err := c.Watch(ctx, &health.HealthCheckRequest{Service: service})
					for n := 0; err == nil && n < 4; n++ {
						_, err = s.Recv()
					}
					cancel()
				}
			}()
		}
		load(1, 20*time.Millisecond, func() { _, _ = c.Check(context.Background(), &health.HealthCheckRequest{}) })
	}
}

// A cache in shards, each swept by a janitor; what is not there is loaded once for all who ask, and before it is old.
type cacheShard struct {
	lock   sync.RWMutex
	values map[int]time.Time
}

func (s *cacheShard) sweep(every time.Duration) {
	for range time.Tick(every) {
		s.lock.Lock()
		for k, v := range s.values {
			if time.Since(v) > 400*time.Millisecond {
				delete(s.values, k)
			}
		}
		s.lock.Unlock()
	}
}

func janitorsAndFlights() {
	shards := make([]*cacheShard, 16)
	var flights singleflight.Group
	for i := range shards {
		shards[i] = &cacheShard{values: map[int]time.Time{}}
		go shards[i].sweep(500*time.Millisecond + time.Duration(i)*40*time.Millisecond)
	}
	slow := make(chan struct{}, 3)
	get := func(k int) {
		s := shards[k%16]
		s.lock.RLock()
		at, there := s.values[k]
		s.lock.RUnlock()
		fetch := func() (any, error) {
			slow <- struct{}{}
			time.Sleep(time.Duration(15+rand.Intn(120)) * time.Millisecond)
			<-slow
			s.lock.Lock()
			s.values[k] = time.Now()
			s.lock.Unlock()
			return nil, nil
		}
		if !there {
			_, _, _ = flights.Do(fmt.Sprint(k), fetch)
		} else if time.Since(at) > 300*time.Millisecond {
			flights.DoChan(fmt.Sprint(k), fetch)
		}
	}
	load(30, 10*time.Millisecond, func() { get(rand.Intn(40)) })
}

// A hub of sockets: people come for the first seconds, then most are silent; a few talk, a few leave and come again.
type hub struct {
	lock    sync.Mutex
	members map[chan string]bool
}

func (h *hub) serve(c *websocket.Conn) {
	letters := make(chan string, 32)
	h.lock.Lock()
	h.members[letters] = true
	h.lock.Unlock()
	go hubWriter(c, letters)
	for {
		_, m, err := c.ReadMessage()
		if err != nil {
			break
		}
		h.lock.Lock()
		sent := 0
		for l := range h.members {
			select {
			case l <- string(m):
			default:
			}
			if sent++; sent == 5 {
				break
			}
		}
		h.lock.Unlock()
	}
	h.lock.Lock()
	delete(h.members, letters)
	close(letters)
	h.lock.Unlock()
}

func hubWriter(c *websocket.Conn, letters chan string) {
	ping := time.NewTicker(3 * time.Second)
	defer ping.Stop()
	defer c.Close()
	for {
		select {
		case m, open := <-letters:
			if !open {
				return
			}
			_ = c.WriteMessage(websocket.TextMessage, []byte(m))
		case <-ping.C:
			_ = c.WriteMessage(websocket.PingMessage, nil)
		}
	}
}

func hear(c *websocket.Conn) {
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			return
		}
	}
}

func quietSockets() {
	h := &hub{members: map[chan string]bool{}}
	url := socketServer(h.serve)
	for i := 0; i < 60; i++ {
		go hear(dialSocket(url))
		time.Sleep(20 * time.Millisecond)
	}
	load(4, 60*time.Millisecond, func() {
		c := dialSocket(url)
		go hear(c)
		for i := 0; i < 5; i++ {
			_ = c.WriteMessage(websocket.TextMessage, []byte("hello"))
			time.Sleep(20 * time.Millisecond)
		}
		c.Close()
	})
}

// Of a few who could lead one does; the others stand by until it steps down, which it does not do today.
func leadersAndStandbys() {
	restOfService()
	for shard := 0; shard < 5; shard++ {
		lead := make(chan struct{}, 1)
		lead <- struct{}{}
		for i := 0; i < 3; i++ {
			go func() {
				<-lead
				defer func() { lead <- struct{}{} }()
				for range time.Tick(100 * time.Millisecond) {
					time.Sleep(2 * time.Millisecond)
				}
			}()
		}
	}
}

// Parts are started one after the other, each takes a while to, and each has somebody who waits to end it.
type component struct{ work chan int }

func (c *component) serve(ctx context.Context) error {
	for {
		select {
		case <-c.work:
			time.Sleep(time.Millisecond)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *component) endWith(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func slowStartUp() {
	restOfService()
	g, ctx := errgroup.WithContext(context.Background())
	for i := 0; i < 25; i++ {
		c := &component{make(chan int)}
		g.Go(func() error { return c.serve(ctx) })
		g.Go(func() error { return c.endWith(ctx) })
		if i%5 == 0 {
			load(1, 40*time.Millisecond, func() { c.work <- 1 })
		}
		time.Sleep(70 * time.Millisecond)
	}
	_ = g.Wait()
}

func init() {
	healthy("bursts-of-work", false, burstsOfWork)
	healthy("blocking-queries", true, blockingQueries)
	healthy("pressed-fan-in", false, pressedFanIn)
	healthy("lending-at-limit", true, lendingAtLimit)
	healthy("tickets-handed-out", false, ticketsHandedOut)
	healthy("slow-listeners", false, slowListeners)
	healthy("cron-of-hundreds", false, cronOfHundreds)
	healthy("streams-kept-open", false, streamsKeptOpen)
	healthy("janitors-and-flights", false, janitorsAndFlights)
	healthy("quiet-sockets", false, quietSockets)
	healthy("leaders-and-standbys", true, leadersAndStandbys)
	healthy("slow-start-up", false, slowStartUp)
}
