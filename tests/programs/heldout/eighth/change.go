// SPDX-License-Identifier: GPL-3.0-or-later

package main

// Healthy services whose load changes, or whose work takes long.

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/panjf2000/ants/v2"
	"go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/reflection"
	asked "google.golang.org/grpc/reflection/grpc_reflection_v1"
)

// As many ask as in a day: few, more and more, few again; two seconds are a day. Connections that nobody needs are ended.
func dayAndNight() {
	l := listen()
	server := &http.Server{IdleTimeout: 700 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(span(20, 60))
		_, _ = io.WriteString(w, "good")
	})}
	go func() { _ = server.Serve(l) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 60, IdleConnTimeout: 500 * time.Millisecond}}
	var asking atomic.Int64
	began := time.Now()
	for {
		wanted := 3 + 50*math.Pow(math.Sin(math.Pi*time.Since(began).Seconds()/2), 2)
		for asking.Load() < int64(wanted) {
			asking.Add(1)
			go func() {
				defer asking.Add(-1)
				if a, err := client.Get("http://" + l.Addr().String()); err == nil {
					discard(a.Body)
				}
			}()
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Films are worked on one at a time by each machine, which takes seconds; the next one is fetched and ready before.
type machine struct{ ready chan int }

func (m *machine) fetch(films <-chan int) {
	for film := range films {
		time.Sleep(span(10, 30))
		m.ready <- film
	}
}

func (m *machine) work(farm string) {
	for range m.ready {
		until := time.Now().Add(span(1500, 5500))
		for time.Now().Before(until) {
			if a, err := http.Get(farm); err == nil {
				discard(a.Body)
			}
			time.Sleep(150 * time.Millisecond)
		}
	}
}

func filmsFetchedAhead() {
	traffic()
	farm := serve(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "at it") })
	films := make(chan int)
	go func() {
		for film := 0; ; film++ {
			films <- film
		}
	}()
	for i := 0; i < 10; i++ {
		m := &machine{make(chan int)}
		go m.fetch(films)
		go m.work(farm)
		time.Sleep(span(50, 150))
	}
	stay()
}

// An order is there till it is paid and sent, which takes up to two seconds and a half, or till it is called off.
type order struct {
	events    chan string
	calledOff chan struct{}
}

func (o *order) follow() {
	for n := 0; n < 2; n++ {
		select {
		case <-o.events:
		case <-o.calledOff:
			return
		}
	}
}

func ordersFollowed() {
	traffic()
	for {
		o := &order{make(chan string, 2), make(chan struct{})}
		go o.follow()
		paid := span(200, 1200)
		if rand.Intn(6) == 0 {
			time.AfterFunc(paid, func() { close(o.calledOff) })
		} else {
			time.AfterFunc(paid, func() { o.events <- "paid" })
			time.AfterFunc(paid+span(200, 1300), func() { o.events <- "sent" })
		}
		time.Sleep(40 * time.Millisecond)
	}
}

// A job takes seconds and has helpers as long as it lasts: one tells how far it is, some keep what goes wrong, one ends it early.
type batch struct {
	wrong chan string
	at    atomic.Int64
}

func (b *batch) progress(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = b.at.Load()
		case <-ctx.Done():
			return
		}
	}
}

func (b *batch) keep(done *sync.WaitGroup) {
	defer done.Done()
	for range b.wrong {
		time.Sleep(time.Millisecond)
	}
}

func (b *batch) guard(ctx context.Context, c io.Closer) {
	<-ctx.Done()
	_ = c.Close()
}

func runBatch(rows int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b := &batch{wrong: make(chan string)}
	r, _ := io.Pipe()
	go b.progress(ctx)
	go b.guard(ctx, r)
	var keepers sync.WaitGroup
	for i := 0; i < 3; i++ {
		keepers.Add(1)
		go b.keep(&keepers)
	}
	for i := 0; i < rows; i++ {
		time.Sleep(span(5, 15))
		b.at.Add(1)
		if rand.Intn(150) == 0 {
			b.wrong <- "row"
		}
	}
	close(b.wrong)
	keepers.Wait()
}

func batchesWithHelpers() {
	traffic()
	for i := 0; i < 6; i++ {
		go func() {
			for {
				runBatch(60 + rand.Intn(250))
				time.Sleep(span(50, 300))
			}
		}()
		time.Sleep(span(200, 500))
	}
}

// What flows goes through stages made from a configuration; it is read anew every half second, and the old stages are
// given a while to end.
func stage(ctx context.Context, in <-chan int, out chan<- int) {
	for {
		select {
		case v := <-in:
			select {
			case out <- v + 1:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func build(ctx context.Context, stages int) chan<- int {
	first := make(chan int)
	in := first
	for i := 0; i < stages; i++ {
		out := make(chan int)
		go stage(ctx, in, out)
		in = out
	}
	go func() {
		for {
			select {
			case <-in:
			case <-ctx.Done():
				return
			}
		}
	}()
	return first
}

func stagesRebuilt() {
	traffic()
	var end context.CancelFunc
	for {
		ctx, cancel := context.WithCancel(context.Background())
		var flows []chan<- int
		for i := 0; i < 4; i++ {
			flows = append(flows, build(ctx, 4+rand.Intn(2)))
		}
		if old := end; old != nil {
			time.AfterFunc(300*time.Millisecond, old)
		}
		end = cancel
		for i := 0; i < 50; i++ {
			flows[rand.Intn(2)] <- i // the other two have nothing to do
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// Letters are brought to a house that is closed for two seconds: each bringer tries again, later and later, not for ever.
func bring(ctx context.Context, url string) {
	wait := 40 * time.Millisecond
	for try := 0; try < 7; try++ {
		a, err := http.Post(url, "text/plain", nil)
		if err == nil {
			discard(a.Body)
			if a.StatusCode == http.StatusOK {
				return
			}
		}
		t := time.NewTimer(wait + span(0, 20))
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		wait *= 2
	}
}

func lettersBroughtAgain() {
	began := time.Now()
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		if since := time.Since(began); since > 400*time.Millisecond && since < 2300*time.Millisecond {
			http.Error(w, "closed", http.StatusServiceUnavailable)
		}
	})
	each(30*time.Millisecond, func() { bring(context.Background(), url) })
}

// Whoever looks at a service keeps a stream open both ways, asks now and then, and leaves after a while.
func inspectorsComeAndGo() {
	l := listen()
	g := grpc.NewServer()
	reflection.Register(g)
	go func() { _ = g.Serve(l) }()
	c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	look := func(questions int) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		s, err := asked.NewServerReflectionClient(c).ServerReflectionInfo(ctx)
		if err != nil {
			return
		}
		heard := make(chan struct{})
		go func() {
			defer close(heard)
			for {
				if _, err := s.Recv(); err != nil {
					return
				}
			}
		}()
		for i := 0; i < questions; i++ {
			_ = s.Send(&asked.ServerReflectionRequest{MessageRequest: &asked.ServerReflectionRequest_ListServices{ListServices: "*"}})
			time.Sleep(span(100, 500))
		}
		_ = s.CloseSend()
		<-heard
	}
	each(50*time.Millisecond, func() { look(1 + rand.Intn(5)) })
}

// A catalogue is written anew under its lock, which takes most of a second; whoever reads waits so long, and then reads.
type shelf struct {
	lock  sync.RWMutex
	books map[string]int
	db    *bbolt.DB
}

func (s *shelf) rewrite() {
	s.lock.Lock()
	defer s.lock.Unlock()
	until := time.Now().Add(span(250, 900))
	for n := 0; time.Now().Before(until); n++ {
		_ = s.db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("books"))
			if err != nil {
				return err
			}
			return b.Put([]byte(fmt.Sprint(n%500)), make([]byte, 200))
		})
		s.books[fmt.Sprint(n%500)] = n
		time.Sleep(2 * time.Millisecond)
	}
}

// The same, seldom: once in one and a half seconds, for a third of one.
func (s *shelf) rewriteAtTimes() {
	for {
		time.Sleep(1200 * time.Millisecond)
		s.lock.Lock()
		books := map[string]int{}
		for until := time.Now().Add(300 * time.Millisecond); time.Now().Before(until); {
			for n := 0; n < 2000; n++ {
				books[fmt.Sprint(n)] = n
			}
		}
		s.books = books
		s.lock.Unlock()
	}
}

func (s *shelf) look(book string) int {
	s.lock.RLock()
	defer s.lock.RUnlock()
	time.Sleep(span(1, 8))
	return s.books[book]
}

func shelfRewritten() {
	db, err := bbolt.Open(filepath.Join(scratch(), "books"), 0o600, &bbolt.Options{NoSync: true})
	must(err)
	s := &shelf{books: map[string]int{}, db: db}
	url := serve(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, s.look("7")) })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 30}}
	load(24, 15*time.Millisecond, func() {
		if a, err := client.Get(url); err == nil {
			discard(a.Body)
		}
	})
	load(2, 250*time.Millisecond, s.rewrite)
}

func shelfRewrittenAtTimes() {
	s := &shelf{books: map[string]int{}}
	url := serve(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, s.look("7")) })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 30}}
	load(24, 15*time.Millisecond, func() {
		if a, err := client.Get(url); err == nil {
			discard(a.Body)
		}
	})
	s.rewriteAtTimes()
}

// There are more and more orders, and as many hands as are needed for them; a hand that has nothing to do leaves.
type hands struct {
	orders chan int
	count  atomic.Int64
}

func (h *hands) work() {
	defer h.count.Add(-1)
	for {
		select {
		case <-h.orders:
			time.Sleep(span(50, 150))
		case <-time.After(time.Second):
			return
		}
	}
}

func handsWithLoad() {
	traffic()
	h := &hands{orders: make(chan int, 200)}
	began := time.Now()
	for {
		h.orders <- 1
		if int64(len(h.orders)) > 2+h.count.Load()/8 {
			h.count.Add(1)
			go h.work()
		}
		time.Sleep(time.Second / time.Duration(20+70*time.Since(began).Seconds()))
	}
}

// A value that was looked up is kept for two seconds, or till it is called wrong, by somebody who waits for either.
type lookups struct {
	lock   sync.Mutex
	values map[int]chan struct{}
}

func (l *lookups) expire(key int, wrong chan struct{}) {
	t := time.NewTimer(2 * time.Second)
	defer t.Stop()
	select {
	case <-t.C:
	case <-wrong:
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.values[key] == wrong {
		delete(l.values, key)
	}
}

func (l *lookups) get(key int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.values[key] == nil {
		l.values[key] = make(chan struct{})
		go l.expire(key, l.values[key])
	}
}

func (l *lookups) callWrong(key int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if wrong := l.values[key]; wrong != nil {
		delete(l.values, key)
		close(wrong)
	}
}

func lookupsKept() {
	traffic()
	l := &lookups{values: map[int]chan struct{}{}}
	url := serve(func(w http.ResponseWriter, r *http.Request) { l.get(rand.Intn(300)) })
	load(3, 40*time.Millisecond, func() {
		if a, err := http.Get(url); err == nil {
			discard(a.Body)
		}
	})
	load(1, 70*time.Millisecond, func() { l.callWrong(rand.Intn(300)) })
}

// Documents are taken apart and packed again, with little memory to spare.
func documentsRepacked() {
	debug.SetGCPercent(25)
	traffic()
	type row map[string]any
	document := make([]row, 400)
	for i := range document {
		document[i] = row{"id": i, "name": fmt.Sprint("row ", i), "tags": []string{"a", "b"}, "in": row{"x": 1.5, "y": nil}}
	}
	text, err := json.Marshal(document)
	must(err)
	kept := make([][]row, 40)
	var lock sync.Mutex
	packed := make(chan []byte, 4)
	for i := 0; i < 3; i++ {
		go func() {
			for n := i; ; n += 3 {
				var d []row
				must(json.Unmarshal(text, &d))
				lock.Lock()
				kept[n%len(kept)] = d
				lock.Unlock()
				var b bytes.Buffer
				z := gzip.NewWriter(&b)
				_, _ = z.Write(text)
				_ = z.Close()
				packed <- b.Bytes()
				time.Sleep(2 * time.Millisecond)
			}
		}()
	}
	for range packed {
		time.Sleep(3 * time.Millisecond)
	}
}

// A pool has more workers when there is more to do, and ends those that had nothing to do for a second.
func crewInWaves() {
	traffic()
	pool, err := ants.NewPool(80, ants.WithExpiryDuration(time.Second))
	must(err)
	for wave := 0; ; wave++ {
		for i := 0; i < 30*(1+wave%4); i++ {
			_ = pool.Submit(func() { time.Sleep(span(20, 150)) })
		}
		time.Sleep(400 * time.Millisecond)
	}
}

func init() {
	healthy("day-and-night", false, dayAndNight)
	healthy("films-fetched-ahead", false, filmsFetchedAhead)
	healthy("orders-followed", true, ordersFollowed)
	healthy("batches-with-helpers", false, batchesWithHelpers)
	healthy("stages-rebuilt", false, stagesRebuilt)
	healthy("letters-brought-again", false, lettersBroughtAgain)
	healthy("inspectors-come-and-go", false, inspectorsComeAndGo)
	healthy("shelf-rewritten", true, shelfRewritten)
	healthy("shelf-rewritten-at-times", true, shelfRewrittenAtTimes)
	healthy("hands-with-load", false, handsWithLoad)
	healthy("lookups-kept", true, lookupsKept)
	healthy("documents-repacked", false, documentsRepacked)
	healthy("crew-in-waves", false, crewInWaves)
}
