// SPDX-License-Identifier: GPL-3.0-or-later

// Tools and services that work inside the process: caches, batches, pools, actors, telemetry, watchers.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	mrand "math/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/alitto/pond"
	"github.com/anthdm/hollywood/actor"
	"github.com/fsnotify/fsnotify"
	"github.com/jellydator/ttlcache/v3"
	"github.com/maypok86/otter"
	"github.com/panjf2000/ants/v2"
	"github.com/robfig/cron/v3"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

func init() {
	healthy("price-cache", true, priceCache)
	healthy("thumbnail-batch", false, thumbnailBatch)
	healthy("compile-batch", false, compileBatch)
	healthy("crawl-pools", true, crawlPools)
	healthy("otel-checkout", true, otelCheckout)
	healthy("log-shipper", true, logShipper)
	healthy("actor-auctions", true, actorAuctions)
	healthy("matching-engine", true, matchingEngine)
	healthy("quiet-agent", true, quietAgent)
	healthy("ssh-bastion", true, sshBastion)
}

// price-cache: many readers of one map under a RWMutex, refreshers that write it, misses that go to a slow source
// once, and two caches of libraries beside.

type prices struct {
	mu     sync.RWMutex
	byItem map[int]int
	misses singleflight.Group
	taxes  *ttlcache.Cache[string, float64]
	names  otter.Cache[int, string]
}

func (p *prices) price(item int) int {
	p.mu.RLock()
	price, known := p.byItem[item]
	p.mu.RUnlock()
	if known {
		return price
	}
	v, _, _ := p.misses.Do(fmt.Sprint(item), func() (any, error) {
		time.Sleep(15 * time.Millisecond)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.byItem[item] = item * 3
		return item * 3, nil
	})
	return v.(int)
}

func (p *prices) refresh() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := 0; i < 150; i++ {
		delete(p.byItem, mrand.Intn(3000))
	}
}

func priceCache() {
	names, err := otter.MustBuilder[int, string](2000).WithTTL(2 * time.Second).Build()
	must(err)
	p := &prices{byItem: map[int]int{}, names: names, taxes: ttlcache.New(ttlcache.WithTTL[string, float64](time.Second))}
	go p.taxes.Start()
	load(150, 8*time.Millisecond, func() {
		item := mrand.Intn(3000)
		_ = p.price(item)
		if _, known := p.names.Get(item); !known {
			p.names.Set(item, fmt.Sprint("item ", item))
		}
		if p.taxes.Get("be") == nil {
			p.taxes.Set("be", 0.21, ttlcache.DefaultTTL)
		}
	})
	load(3, 120*time.Millisecond, p.refresh)
}

// thumbnail-batch: finds pictures, makes three sizes of each with a bound on how many at once, and is done.

func shrink(from image.Image, width int) image.Image {
	height := from.Bounds().Dy() * width / from.Bounds().Dx()
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := 0; y < height; y++ {
		for x := 0; x < width; x++ {
			to.Set(x, y, from.At(x*from.Bounds().Dx()/width, y*from.Bounds().Dy()/height))
		}
	}
	return to
}

func thumbnailBatch() {
	folder := scratch()
	picture := image.NewRGBA(image.Rect(0, 0, 800, 600))
	for i := 0; i < 800*600; i++ {
		picture.Set(i%800, i/800, color.RGBA{uint8(i), uint8(i >> 4), uint8(i >> 9), 255})
	}
	var encoded bytes.Buffer
	must(jpeg.Encode(&encoded, picture, nil))
	for i := 0; i < 150; i++ {
		must(os.WriteFile(filepath.Join(folder, fmt.Sprintf("p%03d.jpg", i)), encoded.Bytes(), 0o644))
	}

	found := make(chan string)
	bound := semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)))
	group, ctx := errgroup.WithContext(context.Background())
	group.Go(func() error {
		defer close(found)
		matches, err := filepath.Glob(filepath.Join(folder, "p*.jpg"))
		for _, m := range matches {
			select {
			case found <- m:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return err
	})
	group.Go(func() error {
		sizes, ctx := errgroup.WithContext(ctx)
		for path := range found {
			path := path
			sizes.Go(func() error {
				if err := bound.Acquire(ctx, 1); err != nil {
					return err
				}
				defer bound.Release(1)
				f, err := os.Open(path)
				if err != nil {
					return err
				}
				defer f.Close()
				from, err := jpeg.Decode(f)
				if err != nil {
					return err
				}
				for _, width := range []int{64, 200, 400} {
					out, err := os.Create(fmt.Sprintf("%s.%d", path, width))
					if err != nil {
						return err
					}
					err = errors.Join(jpeg.Encode(out, shrink(from, width), nil), out.Close())
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		return sizes.Wait()
	})
	_ = group.Wait()
	_ = os.RemoveAll(folder)
}

// compile-batch: one goroutine per package that first waits for those it imports, as build tools do.

type unit struct {
	name  string
	needs []*unit
	done  chan struct{}
	decls int
}

func (u *unit) build(slots chan struct{}, source []byte) {
	defer close(u.done)
	for _, need := range u.needs {
		<-need.done
	}
	slots <- struct{}{}
	defer func() { <-slots }()
	for i := 0; i < 60; i++ {
		file, err := parser.ParseFile(token.NewFileSet(), u.name, source, parser.ParseComments)
		if err != nil {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncDecl); ok {
				u.decls++
			}
			return true
		})
	}
}

func compileBatch() {
	var source bytes.Buffer
	source.WriteString("package p\n")
	for i := 0; i < 60; i++ {
		fmt.Fprintf(&source, "// F%d adds.\nfunc F%d(a, b int) int {\n\tfor i := 0; i < b; i++ {\n\t\ta += i*%d\n\t}\n\treturn a\n}\n", i, i, i)
	}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var units []*unit
	for i := 0; i < 180; i++ {
		u := &unit{name: fmt.Sprint("p", i), done: make(chan struct{})}
		for j := 0; j < 3 && i > 0; j++ {
			u.needs = append(u.needs, units[mrand.Intn(i)])
		}
		units = append(units, u)
	}
	for _, u := range units {
		go u.build(slots, source.Bytes())
	}
	for _, u := range units {
		<-u.done
	}
}

// crawl-pools: an ants pool fetches, a pond pool reads what came, with a limit per host.

func crawlPools() {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(5+mrand.Intn(40)) * time.Millisecond)
		for i := 0; i < 8; i++ {
			fmt.Fprintf(w, "<a href=\"/p%d\">next</a>\n", mrand.Intn(5000))
		}
	}))
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 40}}
	limits := []*rate.Limiter{rate.NewLimiter(90, 10), rate.NewLimiter(60, 10), rate.NewLimiter(150, 10)}
	links := regexp.MustCompile(`href="([^"]+)"`)
	frontier := make(chan string, 1000)
	readers := pond.New(6, 200, pond.MinWorkers(2), pond.IdleTimeout(time.Second))
	fetchers, err := ants.NewPoolWithFunc(40, func(arg any) {
		path := arg.(string)
		if limits[len(path)%3].Wait(context.Background()) != nil {
			return
		}
		r, err := client.Get(site.URL + path)
		if err != nil {
			return
		}
		page, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return
		}
		readers.Submit(func() {
			for _, m := range links.FindAllSubmatch(page, -1) {
				select {
				case frontier <- string(m[1]):
				default:
				}
			}
		})
	})
	must(err)
	frontier <- "/p0"
	for path := range frontier {
		_ = fetchers.Invoke(path)
	}
}

// otel-checkout: three steps of a checkout, each with a span; spans go out by a batcher, metrics by a periodic reader.

type slowSink struct{ *tracetest.InMemoryExporter }

func (s slowSink) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	select {
	case <-time.After(80 * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	s.Reset()
	return nil
}

type metricSink struct{}

func (metricSink) Temporality(k metric.InstrumentKind) metricdata.Temporality {
	return metric.DefaultTemporalitySelector(k)
}
func (metricSink) Aggregation(k metric.InstrumentKind) metric.Aggregation {
	return metric.DefaultAggregationSelector(k)
}
func (metricSink) Export(context.Context, *metricdata.ResourceMetrics) error { return nil }
func (metricSink) ForceFlush(context.Context) error                          { return nil }
func (metricSink) Shutdown(context.Context) error                            { return nil }

func otelCheckout() {
	spans := trace.NewTracerProvider(trace.WithBatcher(slowSink{tracetest.NewInMemoryExporter()},
		trace.WithBatchTimeout(300*time.Millisecond), trace.WithMaxQueueSize(512), trace.WithMaxExportBatchSize(128)))
	numbers := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(metricSink{}, metric.WithInterval(250*time.Millisecond))))
	tracer := spans.Tracer("checkout")
	took, err := numbers.Meter("checkout").Float64Histogram("took")
	must(err)
	step := func(ctx context.Context, name string, most int) {
		_, span := tracer.Start(ctx, name)
		defer span.End()
		time.Sleep(time.Duration(1+mrand.Intn(most)) * time.Millisecond)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ctx, span := tracer.Start(r.Context(), "checkout")
		defer span.End()
		span.SetAttributes(attribute.Int("items", mrand.Intn(9)))
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { step(ctx, "stock", 20); return nil })
		group.Go(func() error { step(ctx, "fraud", 35); return nil })
		_ = group.Wait()
		step(ctx, "charge", 25)
		took.Record(ctx, time.Since(start).Seconds())
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}, Timeout: 2 * time.Second}
	load(40, 100*time.Millisecond, func() {
		if r, err := client.Get(server.URL); err == nil {
			discard(r.Body)
		}
	})
}

// log-shipper: follows the logs of a folder, batches their lines and uploads them to a slow place with backpressure.

func logShipper() {
	folder := scratch()
	watcher, err := fsnotify.NewWatcher()
	must(err)
	must(watcher.Add(folder))
	uploads := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(120 * time.Millisecond)
	}))
	lines := make(chan []byte, 20)
	batches := make(chan []byte)
	for i := 0; i < 12; i++ {
		path := filepath.Join(folder, fmt.Sprintf("app%d.log", i))
		go func() {
			f, err := os.Create(path)
			must(err)
			defer f.Close()
			for {
				fmt.Fprintln(f, time.Now(), "handled a request")
				time.Sleep(time.Duration(10+mrand.Intn(60)) * time.Millisecond)
			}
		}()
	}
	go func() {
		offsets := map[string]int64{}
		for event := range watcher.Events {
			if !event.Has(fsnotify.Write) {
				continue
			}
			f, err := os.Open(event.Name)
			if err != nil {
				continue
			}
			fresh, _ := io.ReadAll(io.NewSectionReader(f, offsets[event.Name], 64<<10))
			_ = f.Close()
			offsets[event.Name] += int64(len(fresh))
			for _, line := range bytes.SplitAfter(fresh, []byte("\n")) {
				if len(line) > 0 {
					lines <- line
				}
			}
		}
	}()
	go func() {
		for err := range watcher.Errors {
			_ = err
		}
	}()
	go func() {
		flush := time.NewTicker(200 * time.Millisecond)
		var batch bytes.Buffer
		for {
			select {
			case line := <-lines:
				batch.Write(line)
				if batch.Len() < 1000 {
					continue
				}
			case <-flush.C:
			}
			if batch.Len() > 0 {
				batches <- bytes.Clone(batch.Bytes())
				batch.Reset()
			}
		}
	}()
	client := &http.Client{Timeout: 5 * time.Second}
	for i := 0; i < 2; i++ {
		go func() {
			for batch := range batches {
				var packed bytes.Buffer
				z := gzip.NewWriter(&packed)
				_, _ = z.Write(batch)
				_ = z.Close()
				if r, err := client.Post(uploads.URL, "application/gzip", &packed); err == nil {
					discard(r.Body)
				}
			}
		}()
	}
}

// actor-auctions: an actor per auction, bidders that ask them, and auctions that end and begin.

type bid struct{ cents int }
type standing struct{ best int }
type hammer struct{}

type auction struct{ best int }

func (a *auction) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case bid:
		a.best = max(a.best, m.cents)
		c.Respond(standing{a.best})
	case hammer:
		c.Engine().Poison(c.PID())
	}
}

func actorAuctions() {
	engine, err := actor.NewEngine(actor.NewEngineConfig())
	must(err)
	var mu sync.RWMutex
	open := make([]*actor.PID, 200)
	for i := range open {
		open[i] = engine.Spawn(func() actor.Receiver { return &auction{} }, "auction")
	}
	load(60, 30*time.Millisecond, func() {
		mu.RLock()
		pid := open[mrand.Intn(len(open))]
		mu.RUnlock()
		_, _ = engine.Request(pid, bid{mrand.Intn(100000)}, 300*time.Millisecond).Result()
	})
	for range time.Tick(25 * time.Millisecond) {
		i := mrand.Intn(len(open))
		fresh := engine.Spawn(func() actor.Receiver { return &auction{} }, "auction")
		mu.Lock()
		old := open[i]
		open[i] = fresh
		mu.Unlock()
		engine.Send(old, hammer{})
	}
}

// matching-engine: bounded queues on sync.Cond before one book per symbol; books are short of nothing but their mutex.

type queue struct {
	mu       sync.Mutex
	more     sync.Cond
	room     sync.Cond
	waiting  []int
	capacity int
}

func newQueue(capacity int) *queue {
	q := &queue{capacity: capacity}
	q.more.L, q.room.L = &q.mu, &q.mu
	return q
}

func (q *queue) put(order int) {
	q.mu.Lock()
	for len(q.waiting) == q.capacity {
		q.room.Wait()
	}
	q.waiting = append(q.waiting, order)
	q.mu.Unlock()
	q.more.Signal()
}

func (q *queue) take() int {
	q.mu.Lock()
	for len(q.waiting) == 0 {
		q.more.Wait()
	}
	order := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.mu.Unlock()
	q.room.Signal()
	return order
}

type book struct {
	mu     sync.Mutex
	levels map[int]int
}

func (b *book) match(order int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := 0; i < 300; i++ {
		b.levels[(order+i)%64] += order
	}
}

func matchingEngine() {
	var books [5]*book
	var queues [5]*queue
	for i := range books {
		books[i], queues[i] = &book{levels: map[int]int{}}, newQueue(64)
		for w := 0; w < 4; w++ {
			q, b := queues[i], books[i]
			go func() {
				for {
					b.match(q.take())
				}
			}()
		}
	}
	load(80, 10*time.Millisecond, func() {
		// Most want the same symbol.
		symbol := mrand.Intn(len(queues))
		if mrand.Intn(3) > 0 {
			symbol = 0
		}
		for i := 0; i < 3; i++ {
			queues[symbol].put(mrand.Intn(1000))
		}
	})
	load(4, 100*time.Millisecond, func() {
		for _, b := range books {
			b.mu.Lock()
			_ = len(b.levels)
			b.mu.Unlock()
		}
	})
}

// quiet-agent: a daemon that has next to nothing to do.

func quietAgent() {
	folder := scratch()
	config := filepath.Join(folder, "agent.conf")
	must(os.WriteFile(config, []byte("interval = 2s\n"), 0o644))
	watcher, err := fsnotify.NewWatcher()
	must(err)
	must(watcher.Add(folder))
	admin, err := net.Listen("unix", filepath.Join(folder, "agent.sock"))
	must(err)
	var seen atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, seen.Load()) })
	go http.Serve(admin, mux)
	clock := cron.New(cron.WithSeconds())
	_, err = clock.AddFunc("*/2 * * * * *", func() { seen.Add(1) })
	must(err)
	_, err = clock.AddFunc("0 0 3 * * *", func() { _ = os.Remove(filepath.Join(folder, "old")) })
	must(err)
	clock.Start()
	plugins := []string{"cpu", "disk", "net", "temperature", "updates"}
	samples := make(chan string)
	for _, plugin := range plugins {
		plugin := plugin
		trigger := make(chan struct{})
		go func() {
			for range trigger {
				samples <- plugin
			}
		}()
		go func() {
			for range time.Tick(time.Duration(1500+mrand.Intn(1000)) * time.Millisecond) {
				trigger <- struct{}{}
			}
		}()
	}
	go func() {
		for range samples {
			seen.Add(1)
		}
	}()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGHUP)
	for {
		select {
		case <-watcher.Events:
		case <-watcher.Errors:
		case <-stop:
			return
		}
	}
}

// ssh-bastion: sessions that are open and idle, some that forward to a service behind.

func sshBastion() {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	signer, err := ssh.NewSignerFromKey(key)
	must(err)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)

	behind := listen()
	go func() {
		for {
			conn, err := behind.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	bastion := listen()
	go func() {
		for {
			conn, err := bastion.Accept()
			if err != nil {
				return
			}
			go serveSSH(conn, config, behind.Addr().String())
		}
	}()
	join := func() *ssh.Client {
		client, err := ssh.Dial("tcp", bastion.Addr().String(), &ssh.ClientConfig{User: "ops", HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 5 * time.Second})
		must(err)
		return client
	}
	for i := 0; i < 25; i++ {
		client := join()
		if i%3 == 0 {
			tunnel, err := client.Dial("tcp", behind.Addr().String())
			must(err)
			go func() {
				answer := make([]byte, 5)
				for {
					if _, err := tunnel.Write([]byte("alive")); err != nil {
						return
					}
					if _, err := io.ReadFull(tunnel, answer); err != nil {
						return
					}
					time.Sleep(time.Duration(200+mrand.Intn(1500)) * time.Millisecond)
				}
			}()
			continue
		}
		go func() {
			for range time.Tick(3 * time.Second) {
				_, _, _ = client.SendRequest("keepalive@openssh.com", true, nil)
			}
		}()
	}
	// Some that log in for one command's worth.
	load(2, 600*time.Millisecond, func() {
		client := join()
		defer client.Close()
		if tunnel, err := client.Dial("tcp", behind.Addr().String()); err == nil {
			_, _ = tunnel.Write([]byte("ls"))
			_, _ = io.ReadFull(tunnel, make([]byte, 2))
			_ = tunnel.Close()
		}
	})
}

func serveSSH(conn net.Conn, config *ssh.ServerConfig, behind string) {
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		_ = conn.Close()
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	for fresh := range channels {
		if fresh.ChannelType() != "direct-tcpip" {
			_ = fresh.Reject(ssh.UnknownChannelType, "only forwards")
			continue
		}
		channel, requests, err := fresh.Accept()
		if err != nil {
			continue
		}
		go ssh.DiscardRequests(requests)
		go func() {
			defer channel.Close()
			target, err := net.DialTimeout("tcp", behind, time.Second)
			if err != nil {
				return
			}
			var both sync.WaitGroup
			both.Add(2)
			go func() {
				defer both.Done()
				_, _ = io.Copy(target, channel)
				_ = target.(*net.TCPConn).CloseWrite()
			}()
			go func() {
				defer both.Done()
				_, _ = io.Copy(channel, target)
				_ = channel.CloseWrite()
			}()
			both.Wait()
			_ = target.Close()
		}()
	}
}
