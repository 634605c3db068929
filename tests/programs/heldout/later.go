package main

// Written after the rules had been mended by what the other programs taught, to see how much of that was learnt by heart.

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/alicebob/miniredis/v2"
	"github.com/gammazero/workerpool"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/hibiken/asynq"
	"github.com/jackc/puddle/v2"
	"github.com/thejerf/suture/v4"
	"go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/crypto/ssh"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"golang.org/x/sync/errgroup"
)

func shellServer() string {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	signer, err := ssh.NewSignerFromKey(key)
	must(err)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	l := listen()
	shell := func(c net.Conn) {
		_, channels, requests, err := ssh.NewServerConn(c, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		for next := range channels {
			channel, requests, err := next.Accept()
			if err != nil {
				return
			}
			go ssh.DiscardRequests(requests)
			go func() { _, _ = io.Copy(channel, channel) }()
		}
	}
	go func() {
		for {
			if c, err := l.Accept(); err == nil {
				go shell(c)
			}
		}
	}()
	return l.Addr().String()
}

func logIn(address string) *ssh.Client {
	c, err := ssh.Dial("tcp", address, &ssh.ClientConfig{User: "u", HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	must(err)
	return c
}

func shells() {
	address := shellServer()
	type_ := func() {
		channel, requests, err := logIn(address).OpenChannel("session", nil)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		word := []byte("ls")
		for {
			_, _ = channel.Write(word)
			_, _ = channel.Read(word)
			time.Sleep(1500 * time.Millisecond)
		}
	}
	for i := 0; i < 12; i++ {
		go type_()
		time.Sleep(100 * time.Millisecond)
	}
}

func shellsLeftOpen() {
	address := shellServer()
	each(120*time.Millisecond, func() {
		if s, err := logIn(address).NewSession(); err == nil {
			_ = s.Close() // the session, and not the connection
		}
	})
}

func multiplexedWeb(h http.HandlerFunc) (string, *http.Client) {
	url := serve(h2c.NewHandler(h, &http2.Server{}))
	return url, &http.Client{Transport: &http2.Transport{AllowHTTP: true,
		DialTLSContext: dialPlain}}
}

// longPolls answers when something happens, or after a while.
func longPolls() {
	happens := make(chan int)
	url, c := multiplexedWeb(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-happens:
		case <-time.After(1200 * time.Millisecond):
		}
		fmt.Fprint(w, "ok")
	})
	load(30, 10*time.Millisecond, func() { get(c, url) })
	load(1, 150*time.Millisecond, func() { happens <- 1 })
}

func streamsForgotten() {
	url, c := multiplexedWeb(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "data: hello")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	peek := func() {
		response, err := c.Get(url)
		if err == nil {
			_, _ = response.Body.Read(make([]byte, 10))
		}
	}
	load(1, 70*time.Millisecond, peek)
}

func jobs() {
	s := miniredis.NewMiniRedis()
	must(s.Start())
	o := asynq.RedisClientOpt{Addr: s.Addr()}
	server := asynq.NewServer(o, asynq.Config{Concurrency: 6, LogLevel: asynq.FatalLevel})
	go func() {
		_ = server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
			time.Sleep(3 * time.Millisecond)
			return nil
		}))
	}()
	c := asynq.NewClient(o)
	load(3, 25*time.Millisecond, func() { _, _ = c.Enqueue(asynq.NewTask("mail", nil)) })
}

func borrowed(most int32) *puddle.Pool[int] {
	p, err := puddle.NewPool(&puddle.Config[int]{
		Constructor: func(context.Context) (int, error) { time.Sleep(time.Millisecond); return 1, nil },
		Destructor:  func(int) {}, MaxSize: most})
	must(err)
	return p
}

func borrowing() {
	p := borrowed(3)
	load(12, 5*time.Millisecond, func() {
		if r, err := p.Acquire(context.Background()); err == nil {
			time.Sleep(2 * time.Millisecond)
			r.Release()
		}
	})
}

func borrow(p *puddle.Pool[int]) { _, _ = p.Acquire(context.Background()) }

func notGivenBack() {
	p := borrowed(4)
	each(70*time.Millisecond, func() { borrow(p) })
}

func caches() {
	var all []*expirable.LRU[string, int]
	for i := 0; i < 10; i++ {
		all = append(all, expirable.NewLRU[string, int](100, nil, time.Second))
	}
	load(5, 10*time.Millisecond, func() {
		for _, c := range all {
			c.Add(string(key()), 1)
		}
	})
}

func cachePerRequest() {
	load(1, 50*time.Millisecond, func() { expirable.NewLRU[string, int](10, nil, time.Second).Add("x", 1) })
}

func bus(wait bool) *gochannel.GoChannel {
	return gochannel.NewGoChannel(gochannel.Config{BlockPublishUntilSubscriberAck: wait}, watermill.NopLogger{})
}

func topics() {
	b := bus(false)
	for i := 0; i < 12; i++ {
		c, err := b.Subscribe(context.Background(), fmt.Sprint(i%4))
		must(err)
		go func() {
			for m := range c {
				m.Ack()
			}
		}()
		time.Sleep(80 * time.Millisecond)
	}
	load(2, 60*time.Millisecond, func() { _ = b.Publish("2", message.NewMessage("1", nil)) })
}

func publish(b *gochannel.GoChannel) { _ = b.Publish("orders", message.NewMessage("1", nil)) }

func notAcknowledged() {
	b := bus(true)
	c, err := b.Subscribe(context.Background(), "orders")
	must(err)
	go func() {
		for range c { // acknowledging was forgotten
		}
	}()
	each(70*time.Millisecond, func() { publish(b) })
}

type flaky struct{ life time.Duration }

func (f flaky) Serve(ctx context.Context) error {
	select {
	case <-time.After(f.life):
		return errors.New("again")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func supervised() {
	s := suture.New("all", suture.Spec{FailureThreshold: 1e9, EventHook: func(suture.Event) {}})
	for i := 1; i <= 8; i++ {
		s.Add(flaky{time.Duration(i) * 150 * time.Millisecond})
	}
	s.ServeBackground(context.Background())
}

func fans() {
	load(10, 20*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		parts := make(chan int, 3)
		for i := 0; i < 3; i++ {
			go func(n int) {
				time.Sleep(time.Duration(n) * time.Millisecond)
				select {
				case parts <- n:
				case <-ctx.Done():
				}
			}(i)
		}
		for i := 0; i < 3; i++ {
			<-parts
		}
	})
}

func crews() {
	w := workerpool.New(20)
	load(4, 40*time.Millisecond, func() { w.SubmitWait(func() { time.Sleep(4 * time.Millisecond) }) })
}

func crewPerRequest() {
	load(1, 70*time.Millisecond, func() { workerpool.New(3).SubmitWait(func() {}) })
}

// batches lets requests wait until enough of them are there, or half a second is over.
func batches() {
	type request struct{ done chan struct{} }
	in := make(chan request)
	go func() {
		var waiting []request
		flush := time.NewTicker(500 * time.Millisecond)
		for {
			select {
			case r := <-in:
				waiting = append(waiting, r)
			case <-flush.C:
				for _, r := range waiting {
					close(r.done)
				}
				waiting = nil
			}
		}
	}()
	load(25, 15*time.Millisecond, func() { r := request{make(chan struct{})}; in <- r; <-r.done })
}

// visitors come one after another and stay for a second and a half.
func visitors() {
	l := listen()
	go func() {
		for {
			if c, err := l.Accept(); err == nil {
				go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
			}
		}
	}()
	each(60*time.Millisecond, func() {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return
		}
		for i := 0; i < 3; i++ {
			_, _ = c.Write([]byte("x"))
			_, _ = c.Read(make([]byte, 1))
			time.Sleep(500 * time.Millisecond)
		}
		_ = c.Close()
	})
}

func hear(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// linesLeftOpen dials each time, and hangs up never.
func linesLeftOpen() {
	l := listen()
	go func() {
		for {
			if c, err := l.Accept(); err == nil {
				go hear(c)
			}
		}
	}()
	each(80*time.Millisecond, func() {
		if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
			_, _ = c.Write([]byte("hello"))
			go hear(c)
		}
	})
}

type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []trace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                          { return nil }

func tracerPerRequest() {
	load(1, 70*time.Millisecond, func() {
		p := trace.NewTracerProvider(trace.WithBatcher(nowhere{}))
		_, span := p.Tracer("t").Start(context.Background(), "request")
		span.End()
	})
}

// answerOf tells its result to whoever asked, unless that one gave up at the first error.
func answerOf(n int, results chan<- int) error {
	if n%20 == 7 {
		return errors.New("no")
	}
	time.Sleep(4 * time.Millisecond)
	results <- n
	return nil
}

func rareErrors() {
	n := 0
	load(1, 8*time.Millisecond, func() {
		n++
		results := make(chan int)
		errs := make(chan error, 2)
		for _, k := range []int{n, n + 10} {
			go func(k int) {
				if err := answerOf(k, results); err != nil {
					errs <- err
				}
			}(k)
		}
		for i := 0; i < 2; i++ {
			select {
			case <-results:
			case <-errs:
				return
			}
		}
	})
}

func double(in <-chan int, out chan<- int) {
	for n := range in {
		out <- 2 * n
	}
}

func pipelinesLeft() {
	each(90*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Millisecond)
		defer cancel()
		in, out := make(chan int), make(chan int)
		go double(in, out)
		var g errgroup.Group
		g.Go(func() error {
			for i := 0; ; i++ {
				select {
				case in <- i:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		})
		g.Go(func() error {
			for ctx.Err() == nil {
				<-out
				time.Sleep(6 * time.Millisecond)
			}
			return nil
		})
		_ = g.Wait()
	})
}

type ledger struct {
	a, b sync.Mutex
}

func (l *ledger) pay() {
	l.a.Lock()
	defer l.a.Unlock()
	time.Sleep(time.Millisecond)
	l.b.Lock()
	defer l.b.Unlock()
}
func (l *ledger) claim() {
	l.b.Lock()
	defer l.b.Unlock()
	time.Sleep(time.Millisecond)
	l.a.Lock()
	defer l.a.Unlock()
}

func bothWays() {
	l := &ledger{}
	load(3, 10*time.Millisecond, l.pay)
	load(3, 13*time.Millisecond, l.claim)
}

type catalogue struct{ sync.RWMutex }

func (c *catalogue) reload(ready chan int) { c.Lock(); defer c.Unlock(); <-ready }
func (c *catalogue) look()                 { c.RLock(); defer c.RUnlock(); time.Sleep(time.Millisecond) }

func reloadThatHangs() {
	c := &catalogue{}
	load(5, 10*time.Millisecond, c.look)
	time.Sleep(500 * time.Millisecond)
	c.reload(make(chan int))
}

// remind starts itself again, and nobody stops it.
func remind() { time.AfterFunc(50*time.Millisecond, remind) }

func reminders() { load(1, 60*time.Millisecond, remind) }

func dialPlain(_ context.Context, network, address string, _ *tls.Config) (net.Conn, error) {
	return net.Dial(network, address)
}

func init() {
	healthy("shells", false, shells)
	healthy("long-polls", true, longPolls)
	healthy("jobs", true, jobs)
	healthy("borrowing", false, borrowing)
	healthy("caches", false, caches)
	healthy("topics", false, topics)
	healthy("supervised", false, supervised)
	healthy("fans", true, fans)
	healthy("crews", true, crews)
	healthy("batches", false, batches)
	healthy("visitors", false, visitors)
	leaking("shells-left-open", shellsLeftOpen, "golang.org/x/crypto/ssh", "main.shell")
	leaking("streams-forgotten", streamsForgotten, "golang.org/x/net/http2", "net/http", "main.multiplexedWeb")
	leaking("not-given-back", notGivenBack, "main.borrow", "main.notGivenBack")
	leaking("cache-per-request", cachePerRequest, "github.com/hashicorp/golang-lru")
	leaking("not-acknowledged", notAcknowledged, "main.publish", "main.notAcknowledged", "github.com/ThreeDotsLabs/watermill")
	leaking("crew-per-request", crewPerRequest, "github.com/gammazero/workerpool")
	leaking("lines-left-open", linesLeftOpen, "main.hear", "main.linesLeftOpen")
	leaking("tracer-per-request", tracerPerRequest, "go.opentelemetry.io/otel")
	leaking("rare-errors", rareErrors, "main.answerOf", "main.rareErrors")
	leaking("pipelines-left", pipelinesLeft, "main.double")
	leaking("both-ways", bothWays, "main.(*ledger)", "main.client")
	leaking("reload-that-hangs", reloadThatHangs, "main.(*catalogue)", "main.client")
	leaking("reminders", reminders, "main.remind")
}
