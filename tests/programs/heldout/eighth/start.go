// SPDX-License-Identifier: GPL-3.0-or-later

package main

// Healthy services that start much while they are traced, and keep it.

import (
	"context"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/puddle/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	"github.com/redis/go-redis/v9"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/fx"
)

// A shop gets a desk with its first order and keeps it. A few have most of the orders; the others are met one by one,
// more and more seldom.
type desk struct {
	orders chan int
	closed chan struct{}
	done   int
}

func (d *desk) work() {
	for {
		select {
		case <-d.orders:
			d.done++
			time.Sleep(time.Millisecond)
		case <-d.closed:
			return
		}
	}
}

type market struct {
	lock   sync.Mutex
	desks  map[uint64]*desk
	closed chan struct{}
}

func (m *market) desk(shop uint64) *desk {
	m.lock.Lock()
	defer m.lock.Unlock()
	d := m.desks[shop]
	if d == nil {
		d = &desk{orders: make(chan int, 4), closed: m.closed}
		m.desks[shop] = d
		go d.work()
	}
	return d
}

func desksOfShops() {
	traffic()
	m := &market{desks: map[uint64]*desk{}, closed: make(chan struct{})}
	var lock sync.Mutex
	shops := rand.NewZipf(rand.New(rand.NewSource(8)), 1.2, 2, 90)
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		shop := shops.Uint64()
		lock.Unlock()
		m.desk(shop).orders <- 1
		_, _ = io.WriteString(w, "ordered")
	})
	load(4, 35*time.Millisecond, func() {
		if a, err := http.Get(url); err == nil {
			discard(a.Body)
		}
	})
}

// An application is put together from parts that begin one after the other, each after it has looked at what it needs.
type part struct {
	name  string
	tasks chan func()
	stop  chan struct{}
}

func (p *part) run() {
	for {
		select {
		case f := <-p.tasks:
			f()
		case <-p.stop:
			return
		}
	}
}

func partsAssembled() {
	options := []fx.Option{fx.NopLogger}
	for i := 0; i < 28; i++ {
		options = append(options, fx.Invoke(func(life fx.Lifecycle) {
			p := &part{fmt.Sprint(i), make(chan func()), make(chan struct{})}
			life.Append(fx.Hook{
				OnStart: func(context.Context) error {
					time.Sleep(span(40, 160))
					go p.run()
					if i%4 == 0 {
						load(1, 60*time.Millisecond, func() { p.tasks <- func() { time.Sleep(time.Millisecond) } })
					}
					return nil
				},
				OnStop: func(context.Context) error { close(p.stop); return nil },
			})
		}))
	}
	must(fx.New(options...).Start(context.Background()))
	traffic()
	stay()
}

// Connections are made as more ask at a time, up to forty, and each has somebody who reads from it and one who writes.
type link struct {
	conn    net.Conn
	send    chan string
	answers chan string
}

func connectLink(to string) (*link, error) {
	time.Sleep(span(5, 20))
	conn, err := net.Dial("tcp", to)
	if err != nil {
		return nil, err
	}
	k := &link{conn, make(chan string), make(chan string)}
	go k.read()
	go k.write()
	return k, nil
}

func (k *link) read() {
	b := make([]byte, 64)
	for {
		n, err := k.conn.Read(b)
		if err != nil {
			close(k.answers)
			return
		}
		k.answers <- string(b[:n])
	}
}

func (k *link) write() {
	for s := range k.send {
		if _, err := io.WriteString(k.conn, s); err != nil {
			return
		}
	}
}

func poolFillsSlowly() {
	l := listen()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c) }()
		}
	}()
	pool, err := puddle.NewPool(&puddle.Config[*link]{
		Constructor: func(context.Context) (*link, error) { return connectLink(l.Addr().String()) },
		Destructor:  func(k *link) { close(k.send); k.conn.Close() },
		MaxSize:     40,
	})
	must(err)
	ask := func() {
		r, err := pool.Acquire(context.Background())
		if err != nil {
			return
		}
		defer r.Release()
		r.Value().send <- "select"
		<-r.Value().answers
		time.Sleep(span(5, 60))
	}
	for i := 0; i < 60; i++ {
		load(1, span(10, 200), ask)
		time.Sleep(60 * time.Millisecond)
	}
}

// Handlers are added to a router for three seconds, each for a topic of its own; there is news of a few of them only.
func handlersAdded() {
	bus := gochannel.NewGoChannel(gochannel.Config{OutputChannelBuffer: 8}, watermill.NopLogger{})
	router, err := message.NewRouter(message.RouterConfig{}, watermill.NopLogger{})
	must(err)
	hear := func(*message.Message) error { time.Sleep(2 * time.Millisecond); return nil }
	router.AddNoPublisherHandler("first", "topic-0", bus, hear)
	ctx := context.Background()
	go func() { _ = router.Run(ctx) }()
	<-router.Running()
	traffic()
	load(1, 30*time.Millisecond, func() {
		_ = bus.Publish(fmt.Sprintf("topic-%d", rand.Intn(6)), message.NewMessage(watermill.NewUUID(), []byte("news")))
	})
	for i := 1; i < 40; i++ {
		router.AddNoPublisherHandler(fmt.Sprint("handler-", i), fmt.Sprintf("topic-%d", i), bus, hear)
		must(router.RunHandlers(ctx))
		time.Sleep(span(40, 110))
	}
	stay()
}

// People follow what happens in rooms, by a server of messages; they come all the time, and there is little to hear.
func followersJoining() {
	traffic()
	server, err := miniredis.Run()
	must(err)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	ctx := context.Background()
	load(1, 100*time.Millisecond, func() { client.Publish(ctx, fmt.Sprint("room-", rand.Intn(8)), "hello") })
	follow := func(room string) {
		s := client.Subscribe(ctx, room)
		defer s.Close()
		for m := range s.Channel() {
			_ = m.Payload
		}
	}
	for i := 0; i < 70; i++ {
		go follow(fmt.Sprint("room-", i))
		time.Sleep(span(30, 80))
	}
	stay()
}

// Twelve stand by for one that leads by a lease; what they would do is set up, and waits for their turn.
type understudy struct {
	name    string
	redis   *redis.Client
	elected chan struct{}
}

func (u *understudy) campaign(ctx context.Context) {
	for range time.Tick(150 * time.Millisecond) {
		got, _ := u.redis.SetNX(ctx, "lead", u.name, 2*time.Second).Result()
		if got {
			close(u.elected)
			for range time.Tick(300 * time.Millisecond) {
				u.redis.Expire(ctx, "lead", 2*time.Second)
			}
		}
	}
}

func (u *understudy) part(every time.Duration) {
	<-u.elected
	for range time.Tick(every) {
		time.Sleep(time.Millisecond)
	}
}

func understudies() {
	traffic()
	server, err := miniredis.Run()
	must(err)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	for i := 0; i < 12; i++ {
		u := &understudy{fmt.Sprint(i), client, make(chan struct{})}
		go u.campaign(context.Background())
		for j := 1; j < 5; j++ {
			go u.part(time.Duration(j) * 200 * time.Millisecond)
		}
		time.Sleep(span(120, 260))
	}
	stay()
}

// Modules are loaded one after the other, each with spans of its own that are sent in batches; some tell their numbers too.
type spanSink struct{ url string }

func (s spanSink) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	a, err := http.Post(s.url, "text/plain", nil)
	if err == nil {
		discard(a.Body)
	}
	return err
}

func (spanSink) Shutdown(context.Context) error { return nil }

func tracersPerModule() {
	traffic()
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(5 * time.Millisecond)
	})
	for i := 0; i < 22; i++ {
		provider := sdk.NewTracerProvider(sdk.WithBatcher(spanSink{url}, sdk.WithBatchTimeout(2*time.Second)))
		tracer := provider.Tracer(fmt.Sprint("module-", i))
		if i%3 == 0 {
			load(1, 40*time.Millisecond, func() {
				_, s := tracer.Start(context.Background(), "work", trace.WithSpanKind(trace.SpanKindInternal))
				time.Sleep(2 * time.Millisecond)
				s.End()
			})
		}
		if i%5 == 0 {
			count := prometheus.NewCounter(prometheus.CounterOpts{Name: "done"})
			pusher := push.New(url, fmt.Sprint("module-", i)).Collector(count)
			load(1, time.Second, func() { count.Inc(); _ = pusher.Push() })
		}
		time.Sleep(span(80, 200))
	}
}

// A module is enabled by a request, and has a worker from then on; all that are wanted are enabled one after the other.
type module struct{ tasks chan int }

func (m *module) work() {
	for range m.tasks {
		time.Sleep(time.Millisecond)
	}
}

func modulesEnabled() {
	traffic()
	var lock sync.Mutex
	modules := map[string]*module{}
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		m := &module{make(chan int)}
		lock.Lock()
		modules[r.URL.Path] = m
		busy := len(modules)%6 == 0
		lock.Unlock()
		go m.work()
		if busy {
			load(1, 100*time.Millisecond, func() { m.tasks <- 1 })
		}
	})
	for i := 0; i < 18; i++ {
		if a, err := http.Get(fmt.Sprintf("%s/%d", url, i)); err == nil {
			discard(a.Body)
		}
		time.Sleep(span(60, 220))
	}
	stay()
}

// Browsers connect one after the other and hear little; they are other programs, so there are only connections of them.
type ticker struct {
	lock    sync.Mutex
	hearing map[chan string]bool
}

func (t *ticker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lines := make(chan string, 4)
	t.lock.Lock()
	t.hearing[lines] = true
	t.lock.Unlock()
	defer func() {
		t.lock.Lock()
		delete(t.hearing, lines)
		t.lock.Unlock()
	}()
	w.(http.Flusher).Flush()
	for {
		select {
		case line := <-lines:
			_, _ = io.WriteString(w, line)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func browsersConnecting() {
	traffic()
	t := &ticker{hearing: map[chan string]bool{}}
	l := listen()
	go func() { _ = http.Serve(l, t) }()
	var open []net.Conn
	for {
		c, err := net.Dial("tcp", l.Addr().String())
		must(err)
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
		if open = append(open, c); len(open)%6 == 0 {
			open[len(open)/2].Close()
		}
		time.Sleep(span(30, 80))
	}
}

func init() {
	healthy("modules-enabled", false, modulesEnabled)
	healthy("browsers-connecting", false, browsersConnecting)
	healthy("desks-of-shops", false, desksOfShops)
	healthy("parts-assembled", false, partsAssembled)
	healthy("pool-fills-slowly", false, poolFillsSlowly)
	healthy("handlers-added", false, handlersAdded)
	healthy("followers-joining", false, followersJoining)
	healthy("understudies", false, understudies)
	healthy("tracers-per-module", false, tracersPerModule)
}
