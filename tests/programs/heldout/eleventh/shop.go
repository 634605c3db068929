// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

func init() {
	leaking("quote-first-answer", runQuotes, "main.(*aggregator).ask")
	leaking("sql-rows-left-open", runOrders, "main.(*orders).show")
	leaking("price-book-unlock", runPriceBook, "main.(*priceBook).price", "main.(*priceBook).update")
	leaking("websocket-feed-relay", runFeed, "main.(*feed).relay")
	leaking("artifact-body-open", runArtifacts, "net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop", "main.(*artifacts).download", "net/http.(*connReader).backgroundRead")
	leaking("nats-reply-subscriptions", runReplies, "github.com/nats-io/nats%2ego.(*Conn).waitForMsgs")
	leaking("grpc-watch-dropped", runRollout, "google.golang.org/grpc/health.(*Server).Watch", "google.golang.org/grpc.newClientStreamWithParams")
}

// ---- The first of some answers is taken; one in four requests is answered by more than one in time.

type aggregator struct{ sellers []string }

func (a *aggregator) ask(seller string, answers chan<- int) {
	time.Sleep(time.Duration(4+rand.Intn(20)) * time.Millisecond)
	answers <- len(seller) * 100
}

func (a *aggregator) quote(w http.ResponseWriter, r *http.Request) {
	answers := make(chan int)
	ask := a.sellers[:1]
	if r.URL.Query().Has("compare") {
		ask = a.sellers
	}
	for _, s := range ask {
		go a.ask(s, answers)
	}
	select {
	case cents := <-answers:
		fmt.Fprintln(w, cents)
	case <-r.Context().Done():
	}
}

func runQuotes() {
	a := &aggregator{[]string{"north", "southern"}}
	mux := http.NewServeMux()
	mux.HandleFunc("/quote", a.quote)
	mux.HandleFunc("/ready", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "ok") })
	base := serveHTTP(mux)
	c := newClient(12)
	load(8, 60*time.Millisecond, func() { _, _ = fetch(c, base+"/quote") })
	load(1, 120*time.Millisecond, func() { _, _ = fetch(c, base+"/quote?compare") })
	load(2, 100*time.Millisecond, func() { _, _ = fetch(c, base+"/ready") })
	select {}
}

// ---- Rows are not closed when the customer is unknown, so that the pool runs dry.

type orders struct{ db *sql.DB }

var errUnknown = errors.New("unknown customer")

func (o *orders) show(customer string) (int, error) {
	rows, err := o.db.Query("SELECT customer, cents FROM invoices ORDER BY id")
	if err != nil {
		return 0, err
	}
	sum := 0
	for rows.Next() {
		var who string
		var cents int
		if err := rows.Scan(&who, &cents); err != nil {
			return 0, err
		}
		if customer == "" {
			return 0, errUnknown
		}
		if who == customer {
			sum += cents
		}
	}
	return sum, rows.Close()
}

func runOrders() {
	o := &orders{openSQL(6)}
	mux := http.NewServeMux()
	mux.HandleFunc("/orders", func(w http.ResponseWriter, r *http.Request) {
		cents, err := o.show(r.URL.Query().Get("customer"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		fmt.Fprintln(w, cents)
	})
	mux.HandleFunc("/static", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<html>") })
	base := serveHTTP(mux)
	static := newClient(8)
	load(6, 50*time.Millisecond, func() { _, _ = fetch(static, base+"/static") })
	c := newClient(8)
	c.Timeout = 300 * time.Millisecond
	go client(0, 130*time.Millisecond, func() { _, _ = fetch(c, base+"/orders?customer=") })
	load(5, 70*time.Millisecond, func() { _, _ = fetch(c, base+"/orders?customer=c3") })
	select {}
}

// ---- A lock is kept when a price is not known.

type priceBook struct {
	mu     sync.Mutex
	prices map[string]int
}

func (b *priceBook) price(name string) (int, bool) {
	b.mu.Lock()
	p, ok := b.prices[name]
	if !ok {
		return 0, false
	}
	b.mu.Unlock()
	return p, true
}

func (b *priceBook) update(name string, p int) {
	b.mu.Lock()
	b.prices[name] = p
	b.mu.Unlock()
}

func runPriceBook() {
	b := &priceBook{prices: map[string]int{"tea": 3, "rice": 2}}
	var stock sync.Map
	load(10, 15*time.Millisecond, func() {
		stock.Store(rand.Intn(100), time.Now())
		time.Sleep(2 * time.Millisecond)
	})
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			b.update("tea", rand.Intn(5))
		}
	}()
	go func() {
		time.Sleep(900 * time.Millisecond)
		b.price("sugar")
	}()
	each(55*time.Millisecond, func() { b.price("rice") })
}

// ---- A feed over websockets; who goes is not taken off it.

type feed struct {
	mu   sync.Mutex
	subs map[int]chan string
	next int
}

func (f *feed) subscribe() (int, chan string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	ch := make(chan string, 8)
	f.subs[f.next] = ch
	return f.next, ch
}

func (f *feed) drop(id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subs, id) // the channel stays open
}

func (f *feed) publish(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ch := range f.subs {
		select {
		case ch <- text:
		default:
		}
	}
}

func (f *feed) relay(c *websocket.Conn, news <-chan string) {
	for text := range news {
		_ = c.WriteMessage(websocket.TextMessage, []byte(text))
	}
}

func runFeed() {
	f := &feed{subs: map[int]chan string{}}
	up := websocket.Upgrader{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		id, news := f.subscribe()
		defer f.drop(id)
		go f.relay(c, news)
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}))
	listenFor := func(d time.Duration) {
		c, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http"), nil)
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.SetReadDeadline(time.Now().Add(d))
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}
	go func() {
		for i := 0; ; i++ {
			f.publish(fmt.Sprint("news ", i))
			time.Sleep(40 * time.Millisecond)
		}
	}()
	load(3, 20*time.Millisecond, func() { listenFor(350 * time.Millisecond) })
	select {}
}

// ---- Only the head of an artifact is looked at and its body is left open.

type artifacts struct{ size int }

func (a *artifacts) download(w http.ResponseWriter, _ *http.Request) {
	chunk := make([]byte, 1<<16)
	for n := 0; n < a.size; n += len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func runArtifacts() {
	a := &artifacts{32 << 20}
	base := serveHTTP(http.HandlerFunc(a.download))
	c := &http.Client{}
	// The mirrors talk to each other beside it.
	ping, pong := make(chan int), make(chan int)
	go func() {
		for n := range ping {
			pong <- n + 1
		}
	}()
	go func() {
		for {
			ping <- 1
			<-pong
			time.Sleep(10 * time.Millisecond)
		}
	}()
	for {
		if r, err := c.Get(base + "/app.tar"); err == nil {
			_ = r.Header.Get("Content-Type")
		}
		time.Sleep(180 * time.Millisecond)
	}
}

// ---- Each request makes a subscription for its answer and forgets it.

func runReplies() {
	address := startNATS()
	work, err := nats.Connect(address)
	must(err)
	jobs := make(chan *nats.Msg, 64)
	_, err = work.ChanQueueSubscribe("resize", "workers", jobs)
	must(err)
	for i := 0; i < 4; i++ {
		go func() {
			for m := range jobs {
				time.Sleep(3 * time.Millisecond)
				_ = m.Respond([]byte("resized"))
			}
		}()
	}
	c, err := nats.Connect(address)
	must(err)
	resize := func(name string) (string, error) {
		inbox := nats.NewInbox()
		answer := make(chan string, 1)
		if _, err := c.Subscribe(inbox, func(m *nats.Msg) { answer <- string(m.Data) }); err != nil {
			return "", err
		}
		if err := c.PublishRequest("resize", inbox, []byte(name)); err != nil {
			return "", err
		}
		select {
		case s := <-answer:
			return s, nil
		case <-time.After(time.Second):
			return "", context.DeadlineExceeded
		}
	}
	load(2, 120*time.Millisecond, func() { _, _ = resize("cat.png") })
	steady, err := nats.Connect(address)
	must(err)
	load(4, 25*time.Millisecond, func() { _, _ = steady.Request("resize", []byte("dog.png"), time.Second) })
	select {}
}

// ---- A rollout asks for the state with a stream, takes one answer and lets the stream be.

func ready(c grpc_health_v1.HealthClient) bool {
	w, err := c.Watch(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: "web"})
	if err != nil {
		return false
	}
	m, err := w.Recv()
	return err == nil && m.Status == grpc_health_v1.HealthCheckResponse_SERVING
}

func runRollout() {
	l := listen()
	s := grpc.NewServer()
	board := health.NewServer()
	board.SetServingStatus("web", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(s, board)
	s.RegisterService(&lookupService, &geocoder{make(chan struct{}, 10)})
	go s.Serve(l)
	c := dialGRPC(l)
	load(6, 30*time.Millisecond, func() { _, _ = find(c, "Bern", 200*time.Millisecond) })
	h := grpc_health_v1.NewHealthClient(dialGRPC(l))
	load(1, 90*time.Millisecond, func() { ready(h) })
	select {}
}
