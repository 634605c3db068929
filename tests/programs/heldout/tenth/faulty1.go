// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

func init() {
	leaking("quotes-first-answer", quotesFirstAnswer, "main.(*quoteDesk).Best.func1")
	leaking("resizer-reload", resizerReload, "main.(*resizePool).worker")
	leaking("deploy-stream-gone", deployStreamGone, "main.(*deployFeed).ServeHTTP")
	leaking("webhook-body-open", webhookBodyOpen, "net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop")
	leaking("ledger-tx-open", ledgerTxOpen, "main.(*ledgerStore).Transfer", "database/sql.(*Tx).awaitDone")
	leaking("routes-read-twice", routesReadTwice, "main.(*routeBook).Resolve", "main.(*routeBook).Replace")
	leaking("importer-parse-error", importerParseError, "main.(*bulkImporter).load")
	leaking("thumbs-semaphore", thumbsSemaphore, "main.(*thumbServer).render")
}

// A quote desk asks three carriers and takes the first answer; the channel has no buffer, so the others stay.

type quoteDesk struct{ carriers []time.Duration }

func (d *quoteDesk) Best(ctx context.Context) (int, error) {
	answers := make(chan int)
	for i, typical := range d.carriers {
		go func() {
			work(typical/2, typical*2)
			answers <- 900 + i
		}()
	}
	select {
	case cents := <-answers:
		return cents, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func quotesFirstAnswer() {
	d := &quoteDesk{[]time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond}}
	mux := http.NewServeMux()
	mux.HandleFunc("/quote", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 500*time.Millisecond)
		defer cancel()
		cents, err := d.Best(ctx)
		if err != nil {
			http.Error(w, err.Error(), http.StatusGatewayTimeout)
			return
		}
		fmt.Fprintln(w, cents)
	})
	base := serveHTTP(mux)
	c := httpClient(6, time.Second)
	load(6, 200*time.Millisecond, func() { _, _ = get(c, base+"/quote") })
	statusPage(10, 60*time.Millisecond)
}

// A resizer makes its pool anew when the settings change, and forgets to close the queue of the old one.

type resizePool struct{ jobs chan int }

func newResizePool(n int) *resizePool {
	p := &resizePool{make(chan int, 32)}
	for i := 0; i < n; i++ {
		go p.worker()
	}
	return p
}

func (p *resizePool) worker() {
	for id := range p.jobs {
		work(time.Millisecond, 6*time.Millisecond)
		burn(1000 + id%10)
	}
}

func resizerReload() {
	var mu sync.RWMutex
	current := newResizePool(6)
	load(8, 20*time.Millisecond, func() {
		mu.RLock()
		p := current
		mu.RUnlock()
		p.jobs <- rand.Int()
	})
	lineSessions(30, 400*time.Millisecond)
	for {
		time.Sleep(350 * time.Millisecond)
		next := newResizePool(6)
		mu.Lock()
		current = next
		mu.Unlock()
	}
}

// Deployments as server-sent events: when a client leaves, a janitor takes its channel out of the hub, but the handler
// still waits on it.

type deployFeed struct {
	mu   sync.Mutex
	subs map[chan string]context.Context
}

func (f *deployFeed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := make(chan string, 8)
	f.mu.Lock()
	f.subs[in] = r.Context()
	f.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream")
	for text := range in {
		if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
			return
		}
		w.(http.Flusher).Flush()
	}
}

func (f *deployFeed) publish(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for in, ctx := range f.subs {
		if ctx.Err() != nil {
			delete(f.subs, in)
			continue
		}
		select {
		case in <- text:
		default:
		}
	}
}

func deployStreamGone() {
	f := &deployFeed{subs: map[chan string]context.Context{}}
	base := serveHTTP(f)
	go client(0, 60*time.Millisecond, func() { f.publish("api v2 deployed") })
	c := httpClient(8, 0)
	load(8, 100*time.Millisecond, func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, "GET", base+"/deploys", nil)
		must(err)
		res, err := c.Do(req)
		if err != nil {
			return
		}
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		for k := 0; k < 8 && lines.Scan(); k++ {
		}
	})
	statusPage(6, 80*time.Millisecond)
}

// A webhook sender does not close the body when the receiver refuses.

type webhookSender struct {
	client *http.Client
	url    string
}

func (s *webhookSender) Send(event string) error {
	res, err := s.client.Post(s.url, "application/json", strings.NewReader(event))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		var problem struct{ Title string }
		_ = json.NewDecoder(io.LimitReader(res.Body, 64)).Decode(&problem)
		return errors.New(problem.Title)
	}
	discard(res.Body)
	return nil
}

func webhookBodyOpen() {
	l := listen()
	var seen atomic.Int64
	receiver := &http.Server{IdleTimeout: 300 * time.Millisecond, WriteTimeout: time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			work(time.Millisecond, 5*time.Millisecond)
			if seen.Add(1)%3 == 0 {
				w.WriteHeader(http.StatusConflict)
				fmt.Fprintf(w, `{"title":"duplicate","detail":%q}`, strings.Repeat("x", 1500))
				return
			}
			fmt.Fprintln(w, "{}")
		})}
	go func() { _ = receiver.Serve(l) }()
	s := &webhookSender{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2}}, "http://" + l.Addr().String()}
	go client(0, 40*time.Millisecond, func() { _ = s.Send(`{"type":"invoice.paid"}`) })
	lineSessions(40, 300*time.Millisecond)
	backgroundJobs(8, 10*time.Millisecond)
}

// A ledger leaves its transaction open when the balance is too small; after a while the pool is empty and all wait.

type ledgerStore struct{ db *sql.DB }

func (s *ledgerStore) Transfer(from, to, cents int) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	var balance int
	if err := tx.QueryRow("select cents from accounts where id = ?", from).Scan(&balance); err != nil {
		_ = tx.Rollback()
		return err
	}
	if balance < cents {
		return errors.New("insufficient funds")
	}
	if _, err := tx.Exec("update accounts set cents = cents - ? where id = ?", cents, from); err != nil {
		_ = tx.Rollback()
		return err
	}
	if _, err := tx.Exec("update accounts set cents = cents + ? where id = ?", cents, to); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func ledgerTxOpen() {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(scratch(), "ledger.db")+"?_pragma=busy_timeout(200)&_pragma=journal_mode(wal)&_pragma=synchronous(off)")
	must(err)
	db.SetMaxOpenConns(8)
	_, err = db.Exec("create table accounts(id integer primary key, cents int)")
	must(err)
	for i := 0; i < 50; i++ {
		_, err = db.Exec("insert into accounts values(?, ?)", i, i*100)
		must(err)
	}
	s := &ledgerStore{db}
	statusPage(8, 70*time.Millisecond)
	each(30*time.Millisecond, func() { _ = s.Transfer(rand.Intn(50), rand.Intn(50), 40+rand.Intn(2500)) })
}

// A route book takes its read lock a second time while a writer waits between the two; nobody goes on.

type routeBook struct {
	mu     sync.RWMutex
	routes map[string]string
	hits   map[string]int
}

func (b *routeBook) fallback() string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.routes["*"]
}

func (b *routeBook) Resolve(host string) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if to, ok := b.routes[host]; ok {
		return to
	}
	work(200*time.Microsecond, 6*time.Millisecond)
	return b.fallback()
}

func (b *routeBook) Replace(routes map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.routes = routes
}

func routesReadTwice() {
	b := &routeBook{routes: map[string]string{"*": "default", "a": "1", "b": "2"}}
	statusPage(6, 50*time.Millisecond)
	backgroundJobs(6, 15*time.Millisecond)
	hosts := []string{"a", "b", "c", "d"}
	load(70, 40*time.Millisecond, func() { b.Resolve(hosts[rand.Intn(len(hosts))]) })
	time.Sleep(500 * time.Millisecond)
	for {
		b.Replace(map[string]string{"*": "default", "a": "3", "b": "4"})
		time.Sleep(200 * time.Millisecond)
	}
}

// A bulk importer waits for its parts with a WaitGroup, and a part that cannot be parsed returns without Done.

type bulkImporter struct {
	slots *semaphore.Weighted
	rows  sync.Map
}

func (m *bulkImporter) load(parts []string) int {
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Add(1)
		go func() {
			_ = m.slots.Acquire(context.Background(), 1)
			defer m.slots.Release(1)
			work(time.Millisecond, 15*time.Millisecond)
			if strings.Contains(part, "\x00") {
				return
			}
			m.rows.Store(i, len(part))
			wg.Done()
		}()
	}
	wg.Wait()
	return len(parts)
}

func importerParseError() {
	m := &bulkImporter{slots: semaphore.NewWeighted(8)}
	lineSessions(20, 200*time.Millisecond)
	statusPage(5, 100*time.Millisecond)
	for n := 0; ; n++ {
		parts := make([]string, 12)
		for i := range parts {
			parts[i] = "id;name;price"
			if n%2 == 1 && i == 5 {
				parts[i] += "\x00"
			}
		}
		go m.load(parts)
		time.Sleep(110 * time.Millisecond)
	}
}

// A thumbnail server does not give its place back when the picture is broken.

type thumbServer struct{ slots *semaphore.Weighted }

func (t *thumbServer) render(id int) ([]byte, error) {
	if err := t.slots.Acquire(context.Background(), 1); err != nil {
		return nil, err
	}
	work(2*time.Millisecond, 12*time.Millisecond)
	if id%11 == 0 {
		return nil, errors.New("bad marker")
	}
	out := []byte(fmt.Sprint(burn(8000)))
	t.slots.Release(1)
	return out, nil
}

func thumbsSemaphore() {
	t := &thumbServer{semaphore.NewWeighted(10)}
	var n int
	var mu sync.Mutex
	mux := http.NewServeMux()
	mux.HandleFunc("/thumb", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		id := n
		mu.Unlock()
		p, err := t.render(id)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		_, _ = w.Write(p)
	})
	mux.HandleFunc("/about", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, burn(1000)) })
	base := serveHTTP(mux)
	c := httpClient(20, 400*time.Millisecond)
	load(20, 100*time.Millisecond, func() { _, _ = get(c, base+"/thumb") })
	load(5, 50*time.Millisecond, func() { _, _ = get(c, base+"/about") })
	var g errgroup.Group
	g.Go(func() error { backgroundJobs(4, 25*time.Millisecond); return nil })
	_ = g.Wait()
}
