// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"iter"
	"math/rand"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

func init() {
	leaking("export-burst", runExports, "main.(*exporter).encode")
	leaking("bank-two-locks", runBank, "main.(*bank).settle", "main.(*bank).transfer")
	leaking("thumbnails-wait-group", runThumbnails, "main.(*thumbnailer).renderAll")
	leaking("session-heartbeats", runSessions, "main.(*session).heartbeat")
	leaking("job-queue-close", runJobQueue, "main.(*jobQueue).take")
	leaking("replica-waits-for-leader", runReplicas, "main.(*replica).awaitLeader")
	leaking("table-scan-pulled", runTableScans, "main.(*table).first")
	leaking("request-scope-contexts", runScopes, "context.(*cancelCtx).propagateCancel")
	leaking("tree-indexer-limit", runIndexer, "main.(*indexer).visit", "main.(*indexer).indexAll")
}

// ---- An export whose writer gives up at the first bad row, while all the rows are encoded.

type exporter struct{ out chan []byte }

var errFull = errors.New("disk full")

func (e *exporter) encode(row int) {
	b := fmt.Appendf(nil, "%d,%d\n", row, row*row)
	e.out <- b
}

func (e *exporter) run(rows, bad int) error {
	for i := 0; i < rows; i++ {
		go e.encode(i)
	}
	for i := 0; i < rows; i++ {
		<-e.out
		if i == bad {
			return errFull
		}
	}
	return nil
}

func runExports() {
	go func() {
		for {
			e := &exporter{make(chan []byte)}
			_ = e.run(80, -1)
			time.Sleep(60 * time.Millisecond)
		}
	}()
	time.Sleep(1200 * time.Millisecond)
	e := &exporter{make(chan []byte, 8)}
	_ = e.run(420, 30)
	select {}
}

// ---- Two accounts, locked in the order of the transfer.

type account struct {
	mu    sync.Mutex
	cents int
}

type bank struct{ accounts []*account }

func (b *bank) transfer(from, to, cents int) {
	x, y := b.accounts[from], b.accounts[to]
	x.mu.Lock()
	defer x.mu.Unlock()
	time.Sleep(time.Millisecond) // asks the fraud service
	y.mu.Lock()
	defer y.mu.Unlock()
	x.cents -= cents
	y.cents += cents
}

// settle pays what is owed between two employers, in parts.
func (b *bank) settle(from, to, cents int) {
	for ; cents > 0; cents-- {
		b.transfer(from, to, 1)
	}
}

func runBank() {
	b := &bank{}
	for i := 0; i < 30; i++ {
		b.accounts = append(b.accounts, &account{cents: 1000})
	}
	// Payments in one direction, which are fine.
	for i := 4; i < 28; i += 3 {
		go client(0, 10*time.Millisecond, func() { b.transfer(i, i+1, 1) })
	}
	// Salaries and rents, which meet.
	go client(0, 17*time.Millisecond, func() { b.settle(0, 1, 5) })
	go client(0, 23*time.Millisecond, func() { b.settle(1, 0, 3) })
	var rates sync.RWMutex
	load(5, 20*time.Millisecond, func() {
		rates.RLock()
		defer rates.RUnlock()
		time.Sleep(time.Millisecond)
	})
	select {}
}

// ---- A worker returns without Done when a picture is broken.

type thumbnailer struct{ quality int }

func (t *thumbnailer) render(wg *sync.WaitGroup, broken bool) {
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	if broken {
		return
	}
	for i := range img.Pix {
		img.Pix[i] = uint8(i * t.quality)
	}
	time.Sleep(4 * time.Millisecond)
	wg.Done()
}

func (t *thumbnailer) renderAll(n int, broken bool) {
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go t.render(&wg, broken && i == n/2)
	}
	wg.Wait()
}

func runThumbnails() {
	t := &thumbnailer{3}
	var n atomic.Int32
	each(40*time.Millisecond, func() { t.renderAll(5, n.Add(1)%4 == 0) })
}

// ---- Sessions end and their heartbeats do not.

type session struct {
	id   int
	seen atomic.Int64
}

func (s *session) heartbeat() {
	t := time.NewTicker(250 * time.Millisecond)
	defer t.Stop()
	for range t.C {
		s.seen.Store(time.Now().UnixNano())
	}
}

func (s *session) serve(ctx context.Context) {
	go s.heartbeat()
	for i := 0; i < 5; i++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(20+rand.Intn(40)) * time.Millisecond):
		}
	}
}

func runSessions() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	each(80*time.Millisecond, func() {
		s := &session{id: rand.Int()}
		s.serve(ctx)
	})
}

// ---- A queue that wakes one of its takers when it is closed.

type jobQueue struct {
	mu     sync.Mutex
	more   *sync.Cond
	jobs   []int
	closed bool
}

func newJobQueue() *jobQueue {
	q := &jobQueue{}
	q.more = sync.NewCond(&q.mu)
	return q
}

func (q *jobQueue) put(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, n)
	q.more.Signal()
}

func (q *jobQueue) take() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.jobs) == 0 {
		if q.closed {
			return 0, false
		}
		q.more.Wait()
	}
	n := q.jobs[0]
	q.jobs = q.jobs[1:]
	return n, true
}

func (q *jobQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.more.Signal()
}

func runJobQueue() {
	// The nightly job has many takers for a short time.
	q := newJobQueue()
	for i := 0; i < 240; i++ {
		go func() {
			for {
				if _, ok := q.take(); !ok {
					return
				}
				time.Sleep(2 * time.Millisecond)
			}
		}()
	}
	go func() {
		for i := 0; i < 2000; i++ {
			q.put(i)
			if i%20 == 0 {
				time.Sleep(8 * time.Millisecond)
			}
		}
		q.close()
	}()
	// The web side goes on.
	base := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "page") }))
	c := newClient(8)
	load(5, 30*time.Millisecond, func() { _, _ = fetch(c, base) })
	select {}
}

// ---- Replicas spin until there is a leader; the one that was to lead is gone.

type replica struct{ leader *atomic.Int32 }

func (r *replica) awaitLeader() int32 {
	for spins := 1; ; spins++ {
		if id := r.leader.Load(); id != 0 {
			return id
		}
		if spins%(1<<18) == 0 {
			runtime.Gosched()
		}
	}
}

func elect(ok bool, replicas int) {
	leader := &atomic.Int32{}
	for i := 0; i < replicas; i++ {
		r := &replica{leader}
		go r.awaitLeader()
	}
	time.Sleep(5 * time.Millisecond)
	if ok {
		leader.Store(7)
	}
}

func runReplicas() {
	logs := make(chan int, 32)
	for i := 0; i < 4; i++ {
		go func() {
			for range logs {
				time.Sleep(5 * time.Millisecond)
			}
		}()
	}
	go func() {
		for i := 0; ; i++ {
			logs <- i
			time.Sleep(3 * time.Millisecond)
		}
	}()
	for round := 1; ; round++ {
		elect(round != 4, 3)
		time.Sleep(300 * time.Millisecond)
	}
}

// ---- An iterator is pulled once and not stopped.

type table struct {
	mu   sync.RWMutex
	rows []string
}

func (t *table) scan(prefix byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, r := range t.rows {
			if r[0] == prefix && !yield(r) {
				return
			}
		}
	}
}

func (t *table) first(prefix byte) (string, bool) {
	next, _ := iter.Pull(t.scan(prefix))
	return next()
}

func (t *table) count(prefix byte) int {
	next, stop := iter.Pull(t.scan(prefix))
	defer stop()
	n := 0
	for _, ok := next(); ok; _, ok = next() {
		n++
	}
	return n
}

func runTableScans() {
	t := &table{}
	for i := 0; i < 2000; i++ {
		t.rows = append(t.rows, fmt.Sprintf("%c%04d", 'a'+i%20, i))
	}
	load(4, 30*time.Millisecond, func() { t.count(byte('a' + rand.Intn(20))) })
	each(75*time.Millisecond, func() { t.first('c') })
}

// ---- Contexts of a type of its own, whose children are not cancelled.

type scope struct {
	context.Context
	done chan struct{}
}

func (s scope) Done() <-chan struct{} { return s.done }

func (s scope) Err() error {
	select {
	case <-s.done:
		return context.Canceled
	default:
		return nil
	}
}

func handle(app scope, keep *[]context.CancelFunc, mu *sync.Mutex) {
	ctx, cancel := context.WithCancel(app)
	mu.Lock()
	*keep = append(*keep, cancel)
	mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(7 * time.Millisecond):
	}
}

func runScopes() {
	app := scope{context.Background(), make(chan struct{})}
	var mu sync.Mutex
	var keep []context.CancelFunc
	load(8, 20*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 6*time.Millisecond)
		defer cancel()
		<-ctx.Done()
	})
	each(65*time.Millisecond, func() { handle(app, &keep, &mu) })
}

// ---- Tasks of a limited group that start tasks of the same group.

type indexer struct {
	g     errgroup.Group
	words atomic.Int64
}

func (x *indexer) visit(depth int) {
	time.Sleep(3 * time.Millisecond)
	x.words.Add(10)
	if depth == 0 {
		return
	}
	for i := 0; i < 3; i++ {
		x.g.Go(func() error {
			x.visit(depth - 1)
			return nil
		})
	}
}

func (x *indexer) index(depth int) error {
	x.g.SetLimit(5)
	x.g.Go(func() error {
		x.visit(depth)
		return nil
	})
	return x.g.Wait()
}

func (x *indexer) indexAll() { _ = x.index(6) }

func runIndexer() {
	go func() {
		for {
			x := &indexer{}
			_ = x.index(1) // small trees fit
			time.Sleep(50 * time.Millisecond)
		}
	}()
	load(6, 25*time.Millisecond, func() { time.Sleep(2 * time.Millisecond) })
	time.Sleep(700 * time.Millisecond)
	x := &indexer{}
	x.indexAll()
}
