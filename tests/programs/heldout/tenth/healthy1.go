// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/robfig/cron/v3"
	"github.com/sony/gobreaker"
	"golang.org/x/time/rate"
)

func init() {
	healthy("edge-gateway", true, edgeGateway)
	healthy("payment-retries", true, paymentRetries)
	healthy("search-hedged", true, searchHedged)
	healthy("flags-stream", true, flagsStream)
	healthy("lobby-server", false, lobbyServer)
	healthy("ticker-drop-slow", true, tickerDropSlow)
	healthy("cron-nightly", true, cronNightly)
	healthy("ci-executor", true, ciExecutor)
}

// An API gateway: chi, a token check, a limit for each tenant and reverse proxies to three backends.

type tenantLimits struct {
	mu sync.Mutex
	m  map[string]*rate.Limiter
}

func (t *tenantLimits) get(name string) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.m[name]
	if l == nil {
		l = rate.NewLimiter(60, 10)
		t.m[name] = l
	}
	return l
}

func edgeGateway() {
	registry := prometheus.NewRegistry()
	seen := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total"}, []string{"backend"})
	registry.MustRegister(seen)
	limits := &tenantLimits{m: map[string]*rate.Limiter{}}
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.RealIP, middleware.Recoverer, middleware.Timeout(2*time.Second))
	r.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	for i, name := range []string{"users", "orders", "catalog"} {
		backend := chi.NewRouter()
		slow := time.Duration(i+1) * 6 * time.Millisecond
		backend.Get("/*", func(w http.ResponseWriter, r *http.Request) {
			if workCtx(r.Context(), slow/2, slow*2) != nil {
				return
			}
			_, _ = io.WriteString(w, strings.Repeat("x", 2000))
		})
		target, err := url.Parse(serveHTTP(backend))
		must(err)
		proxy := httputil.NewSingleHostReverseProxy(target)
		proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 32, ResponseHeaderTimeout: time.Second}
		r.With(middleware.Throttle(30)).Get("/"+name+"/*", func(w http.ResponseWriter, r *http.Request) {
			wait, cancel := context.WithTimeout(r.Context(), 300*time.Millisecond)
			defer cancel()
			if err := limits.get(r.Header.Get("X-Tenant")).Wait(wait); err != nil {
				http.Error(w, "slow down", http.StatusTooManyRequests)
				return
			}
			seen.WithLabelValues(name).Inc()
			proxy.ServeHTTP(w, r)
		})
	}
	base := serveHTTP(r)
	c := httpClient(60, 3*time.Second)
	paths := []string{"/users/7", "/orders/12", "/catalog/shoes", "/orders/13/lines"}
	load(60, 70*time.Millisecond, func() {
		req, err := http.NewRequest("GET", base+paths[rand.Intn(len(paths))], nil)
		must(err)
		req.Header.Set("X-Tenant", fmt.Sprint("t", rand.Intn(12)))
		if res, err := c.Do(req); err == nil {
			discard(res.Body)
		}
	})
	load(1, 500*time.Millisecond, func() { _, _ = get(c, base+"/metrics") })
}

// A payment service: captures go to a provider that often fails, with retries, a breaker and an outbox.

type paymentService struct {
	breaker  *gobreaker.CircuitBreaker
	client   *retryablehttp.Client
	provider string
	outbox   chan string
	mu       sync.Mutex
	state    map[string]string
}

func (p *paymentService) Capture(ctx context.Context, id string) error {
	p.mu.Lock()
	if p.state[id] != "" {
		p.mu.Unlock()
		return nil
	}
	p.state[id] = "pending"
	p.mu.Unlock()
	_, err := p.breaker.Execute(func() (any, error) {
		req, err := retryablehttp.NewRequestWithContext(ctx, "POST", p.provider+"/capture/"+id, strings.NewReader("{}"))
		if err != nil {
			return nil, err
		}
		res, err := p.client.Do(req)
		if err != nil {
			return nil, err
		}
		discard(res.Body)
		return nil, nil
	})
	p.mu.Lock()
	delete(p.state, id)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case p.outbox <- id:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *paymentService) relay() {
	batch := []string{}
	flush := time.NewTicker(100 * time.Millisecond)
	defer flush.Stop()
	for {
		select {
		case id := <-p.outbox:
			batch = append(batch, id)
		case <-flush.C:
			work(2*time.Millisecond, 5*time.Millisecond)
			batch = batch[:0]
		}
	}
}

func paymentRetries() {
	provider := http.NewServeMux()
	provider.HandleFunc("/capture/", func(w http.ResponseWriter, r *http.Request) {
		work(10*time.Millisecond, 60*time.Millisecond)
		if rand.Intn(4) == 0 {
			http.Error(w, "try later", http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, "captured")
	})
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.RetryMax = 4
	c.RetryWaitMin = 20 * time.Millisecond
	c.RetryWaitMax = 300 * time.Millisecond
	p := &paymentService{
		breaker: gobreaker.NewCircuitBreaker(gobreaker.Settings{Name: "provider", Timeout: 200 * time.Millisecond,
			ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures > 3 }}),
		client:   c,
		provider: serveHTTP(provider),
		outbox:   make(chan string, 100),
		state:    map[string]string{},
	}
	go p.relay()
	api := http.NewServeMux()
	api.HandleFunc("POST /pay/{id}", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		if err := p.Capture(ctx, r.PathValue("id")); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	base := serveHTTP(api)
	shop := httpClient(40, 2*time.Second)
	var n atomic.Int64
	load(40, 90*time.Millisecond, func() {
		res, err := shop.Post(fmt.Sprintf("%s/pay/%d", base, n.Add(1)), "application/json", nil)
		if err == nil {
			discard(res.Body)
		}
	})
}

// A search front that asks all shards, and asks the second replica if the first is slow.

type shardQuery struct {
	ctx   context.Context
	text  string
	reply chan<- []int
}

type searchReplica struct{ in chan shardQuery }

func (s *searchReplica) run() {
	for q := range s.in {
		if q.ctx.Err() != nil {
			continue
		}
		high := 8 * time.Millisecond
		if rand.Intn(15) == 0 {
			high = 120 * time.Millisecond
		}
		_ = workCtx(q.ctx, time.Millisecond, high)
		q.reply <- []int{len(q.text), int(burn(2000) % 100)}
	}
}

type searchFront struct{ shards [][2]*searchReplica }

func (f *searchFront) askShard(ctx context.Context, replicas [2]*searchReplica, text string) ([]int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reply := make(chan []int, 2)
	q := shardQuery{ctx, text, reply}
	hedge := time.NewTimer(15 * time.Millisecond)
	defer hedge.Stop()
	select {
	case replicas[0].in <- q:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		select {
		case hits := <-reply:
			return hits, nil
		case <-hedge.C:
			select {
			case replicas[1].in <- q:
			default:
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (f *searchFront) Search(ctx context.Context, text string) int {
	type partial struct {
		hits []int
		err  error
	}
	parts := make(chan partial, len(f.shards))
	for _, shard := range f.shards {
		go func() {
			hits, err := f.askShard(ctx, shard, text)
			parts <- partial{hits, err}
		}()
	}
	n := 0
	for range f.shards {
		p := <-parts
		if p.err == nil {
			n += len(p.hits)
		}
	}
	return n
}

func searchHedged() {
	f := &searchFront{}
	for i := 0; i < 16; i++ {
		var pair [2]*searchReplica
		for k := range pair {
			pair[k] = &searchReplica{make(chan shardQuery, 8)}
			for w := 0; w < 3; w++ {
				go pair[k].run()
			}
		}
		f.shards = append(f.shards, pair)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 80*time.Millisecond)
		defer cancel()
		fmt.Fprintln(w, f.Search(ctx, r.URL.Query().Get("q")))
	})
	base := serveHTTP(mux)
	c := httpClient(20, time.Second)
	load(20, 120*time.Millisecond, func() { _, _ = get(c, base+"/search?q=shoes") })
}

// Feature flags by server-sent events: hundreds of clients that stay, a change now and then.

type flagHub struct {
	mu      sync.RWMutex
	clients map[chan string]struct{}
}

func (h *flagHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := make(chan string, 4)
	h.mu.Lock()
	h.clients[in] = struct{}{}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.clients, in)
		h.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.(http.Flusher).Flush()
	keep := time.NewTicker(20 * time.Second)
	defer keep.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-keep.C:
			fmt.Fprint(w, ": keep\n\n")
		case text := <-in:
			fmt.Fprintf(w, "data: %s\n\n", text)
		}
		w.(http.Flusher).Flush()
	}
}

func (h *flagHub) publish(text string) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for in := range h.clients {
		select {
		case in <- text:
		default:
		}
	}
}

func flagClient(c *http.Client, base string) {
	for {
		res, err := c.Get(base + "/stream")
		if err != nil {
			time.Sleep(time.Second)
			continue
		}
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() {
		}
		_ = res.Body.Close()
	}
}

func flagsStream() {
	h := &flagHub{clients: map[chan string]struct{}{}}
	mux := http.NewServeMux()
	mux.Handle("/stream", h)
	mux.HandleFunc("/evaluate", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, burn(2000)%2) })
	base := serveHTTP(mux)
	c := httpClient(1000, 0)
	for i := 0; i < 350; i++ {
		go flagClient(c, base)
		time.Sleep(time.Millisecond)
	}
	short := httpClient(8, time.Second)
	load(8, 50*time.Millisecond, func() { _, _ = get(short, base+"/evaluate") })
	for i := 0; ; i++ {
		time.Sleep(1700 * time.Millisecond)
		h.publish(fmt.Sprintf(`{"flag":"checkout","version":%d}`, i))
	}
}

// A game lobby: players wait for a match on a condition, matches tick, then the players come again.

type lobbyMatch struct {
	inputs chan int
	over   chan struct{}
}

func (m *lobbyMatch) run(ticks int) {
	t := time.NewTicker(33 * time.Millisecond)
	defer t.Stop()
	defer close(m.over)
	score := 0
	for ticks > 0 {
		select {
		case n := <-m.inputs:
			score += n
		case <-t.C:
			burn(4000)
			ticks--
		}
	}
}

type lobby struct {
	mu      sync.Mutex
	changed *sync.Cond
	waiting int
	next    *lobbyMatch
}

func (l *lobby) join() *lobbyMatch {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = &lobbyMatch{make(chan int, 16), make(chan struct{})}
	}
	mine := l.next
	l.waiting++
	if l.waiting == 10 {
		l.waiting = 0
		l.next = nil
		go mine.run(15 + rand.Intn(30))
		l.changed.Broadcast()
		return mine
	}
	for l.next == mine {
		l.changed.Wait()
	}
	return mine
}

func (l *lobby) player() {
	for {
		m := l.join()
		think := time.NewTicker(time.Duration(60+rand.Intn(80)) * time.Millisecond)
	playing:
		for {
			select {
			case <-m.over:
				break playing
			case <-think.C:
				select {
				case m.inputs <- 1:
				case <-m.over:
					break playing
				}
			}
		}
		think.Stop()
		work(100*time.Millisecond, 600*time.Millisecond)
	}
}

func lobbyServer() {
	l := &lobby{}
	l.changed = sync.NewCond(&l.mu)
	for i := 0; i < 240; i++ {
		go l.player()
	}
	chat := make(chan string)
	for i := 0; i < 6; i++ {
		go func() {
			for text := range chat {
				burn(len(text) * 1000)
			}
		}()
	}
	load(4, 80*time.Millisecond, func() { chat <- "good game" })
}

// A price feed by tcp: each consumer has a queue, and who cannot keep up is dropped and connects again.

type priceConsumer struct {
	conn net.Conn
	out  chan []byte
	gone chan struct{}
}

type priceFeed struct {
	mu        sync.Mutex
	consumers map[*priceConsumer]bool
}

func (f *priceFeed) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_ = conn.(*net.TCPConn).SetWriteBuffer(32 << 10)
		c := &priceConsumer{conn, make(chan []byte, 32), make(chan struct{})}
		f.mu.Lock()
		f.consumers[c] = true
		f.mu.Unlock()
		go f.write(c)
		go f.read(c)
	}
}

func (f *priceFeed) drop(c *priceConsumer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.consumers[c] {
		delete(f.consumers, c)
		close(c.gone)
		_ = c.conn.Close()
	}
}

func (f *priceFeed) read(c *priceConsumer) {
	_, _ = io.Copy(io.Discard, c.conn)
	f.drop(c)
}

func (f *priceFeed) write(c *priceConsumer) {
	defer f.drop(c)
	for {
		select {
		case <-c.gone:
			return
		case p := <-c.out:
			_ = c.conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
			if _, err := c.conn.Write(p); err != nil {
				return
			}
		}
	}
}

func (f *priceFeed) broadcast(p []byte) {
	slow := []*priceConsumer{}
	f.mu.Lock()
	for c := range f.consumers {
		select {
		case c.out <- p:
		default:
			slow = append(slow, c)
		}
	}
	f.mu.Unlock()
	for _, c := range slow {
		f.drop(c)
	}
}

func priceReader(addr string, pause time.Duration) {
	buf := make([]byte, 64<<10)
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if pause > 0 {
			_ = conn.(*net.TCPConn).SetReadBuffer(8 << 10)
		}
		for {
			if _, err := conn.Read(buf); err != nil {
				break
			}
			time.Sleep(pause)
		}
		_ = conn.Close()
		work(50*time.Millisecond, 250*time.Millisecond)
	}
}

func tickerDropSlow() {
	f := &priceFeed{consumers: map[*priceConsumer]bool{}}
	l := listen()
	go f.accept(l)
	for i := 0; i < 120; i++ {
		go priceReader(l.Addr().String(), 0)
	}
	for i := 0; i < 15; i++ {
		go priceReader(l.Addr().String(), 900*time.Millisecond)
	}
	quote := []byte(strings.Repeat("ACME 101.25 ", 2000) + "\n")
	t := time.NewTicker(40 * time.Millisecond)
	defer t.Stop()
	for range t.C {
		f.broadcast(quote)
	}
}

// A cron service: some jobs each second, most at night, some slower than their schedule.

func cronNightly() {
	quiet := cron.DiscardLogger
	c := cron.New(cron.WithSeconds(), cron.WithLogger(quiet), cron.WithChain(cron.Recover(quiet)))
	for i := 0; i < 150; i++ {
		_, err := c.AddFunc(fmt.Sprintf("0 %d 3 * * *", i%60), func() { burn(1000) })
		must(err)
	}
	var report sync.Mutex
	for i := 0; i < 30; i++ {
		_, err := c.AddFunc("* * * * * *", func() {
			work(20*time.Millisecond, 200*time.Millisecond)
			report.Lock()
			defer report.Unlock()
			work(time.Millisecond, 10*time.Millisecond)
		})
		must(err)
	}
	slow := cron.NewChain(cron.SkipIfStillRunning(quiet)).Then(cron.FuncJob(func() { work(1200*time.Millisecond, 1800*time.Millisecond) }))
	_, err := c.AddJob("* * * * * *", slow)
	must(err)
	late := cron.NewChain(cron.DelayIfStillRunning(quiet)).Then(cron.FuncJob(func() { work(300*time.Millisecond, 700*time.Millisecond) }))
	_, err = c.AddJob("*/1 * * * * *", late)
	must(err)
	c.Start()
	mux := http.NewServeMux()
	mux.HandleFunc("/entries", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, len(c.Entries())) })
	base := serveHTTP(mux)
	k := httpClient(2, time.Second)
	load(2, 300*time.Millisecond, func() { _, _ = get(k, base+"/entries") })
}

// A CI runner: four slots, real processes whose output is followed, submitters that wait for a place and the result.

type ciJob struct {
	script string
	log    chan string
	result chan error
}

func ciSlot(jobs <-chan ciJob) {
	for j := range jobs {
		j.result <- ciRun(j)
	}
}

func ciRun(j ciJob) error {
	ctx, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", j.script)
	cmd.WaitDelay = 500 * time.Millisecond
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = &strings.Builder{}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		j.log <- lines.Text()
	}
	close(j.log)
	if err := cmd.Wait(); err != nil {
		return errors.Join(err, ctx.Err())
	}
	return nil
}

func ciExecutor() {
	jobs := make(chan ciJob, 12)
	for i := 0; i < 4; i++ {
		go ciSlot(jobs)
	}
	scripts := []string{
		"echo fetch; sleep 0.1; echo build; sleep 0.1; echo done",
		"echo lint; exit 1",
		"for i in 1 2 3 4 5; do echo test $i; sleep 0.04; done",
		"exec sleep 5",
	}
	var n atomic.Int64
	load(24, 250*time.Millisecond, func() {
		j := ciJob{scripts[n.Add(1)%int64(len(scripts))], make(chan string, 8), make(chan error, 1)}
		jobs <- j
		for range j.log {
		}
		<-j.result
	})
}
