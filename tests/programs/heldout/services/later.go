package main

// Written when the rules had been mended by the other files of this folder.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/coder/websocket"
	"github.com/fsnotify/fsnotify"
	"github.com/jackc/pgx/v5/pgxpool"
	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"k8s.io/client-go/util/workqueue"
)

// joining: clients come to a proxy as long as the trace lasts, and stay.
func joining() {
	upstream, front := listen(), listen()
	accept := func(l net.Listener, serve func(net.Conn)) {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}
	go accept(upstream, func(c net.Conn) { _, _ = io.Copy(c, c); _ = c.Close() })
	go accept(front, func(c net.Conn) { relay(c, upstream.Addr().String()) })
	for {
		c, err := net.Dial("tcp", front.Addr().String())
		must(err)
		go client(0, 600*time.Millisecond, func() {
			_, _ = c.Write([]byte("x"))
			_, _ = c.Read(make([]byte, 1))
		})
		time.Sleep(70 * time.Millisecond)
	}
}

// manyHosts: one client asks host after host; its connections stay for the next time.
func manyHosts() {
	urls := []string{}
	for i := 0; i < 60; i++ {
		l := listen()
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("a")) })}
		go func() { _ = s.Serve(l) }()
		urls = append(urls, "http://"+l.Addr().String())
	}
	n := 0
	load(1, 60*time.Millisecond, func() { fetchAll(http.DefaultClient, urls[n%len(urls)]); n++ })
}

// slowBackend has fifty requests in flight, as many as come in two seconds.
func slowBackend() {
	s := serving(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(1500 * time.Millisecond):
			_, _ = w.Write([]byte("late"))
		case <-r.Context().Done():
		}
	})
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	each(40*time.Millisecond, func() { fetchAll(c, s.URL) })
}

// nightJob works in stages, and is done before the trace ends; its service stays.
func nightJob() {
	ctx := context.Background()
	for run := 0; run < 6; run++ {
		g, ctx := errgroup.WithContext(ctx)
		read, done := make(chan int), make(chan int, 10)
		g.Go(func() error {
			defer close(read)
			for i := 0; i < 100; i++ {
				select {
				case read <- i:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		for i := 0; i < 5; i++ {
			g.Go(func() error {
				for v := range read {
					time.Sleep(10 * time.Millisecond)
					done <- v
				}
				return nil
			})
		}
		go func() { _ = g.Wait(); close(done) }()
		for range done {
		}
	}
	forever.Add(1)
	forever.Wait()
}

// quietQueues: each kind of object has a queue with workers, made one after another; few are ever used.
func quietQueues() {
	queues := []workqueue.RateLimitingInterface{}
	for i := 0; i < 8; i++ {
		q := workqueue.NewRateLimitingQueue(workqueue.DefaultControllerRateLimiter())
		queues = append(queues, q)
		for j := 0; j < 2; j++ {
			go func() {
				for {
					k, down := q.Get()
					if down {
						return
					}
					q.Done(k)
				}
			}()
		}
		time.Sleep(30 * time.Millisecond)
	}
	n := 0
	load(1, 100*time.Millisecond, func() { n++; queues[0].Add(n) })
}

// baskets: each visitor has a goroutine for his things, which goes when he has not moved for half a second.
func baskets() {
	each(50*time.Millisecond, func() {
		things := make(chan string)
		go func() {
			for {
				select {
				case <-things:
				case <-time.After(500 * time.Millisecond):
					return
				}
			}
		}()
		things <- "shoe"
		time.Sleep(100 * time.Millisecond)
		things <- "hat"
	})
}

// refreshers are started when what they refresh is asked for the first time.
func refreshers() {
	var once [10]sync.Once
	var values [10]atomic.Int64
	n := 0
	load(2, 90*time.Millisecond, func() {
		n++
		i := n / 3 % 10
		once[i].Do(func() {
			go func() {
				for range time.NewTicker(250 * time.Millisecond).C {
					values[i].Add(1)
				}
			}()
		})
		_ = values[i].Load()
	})
}

// pooled: few connections, each client gives his back; the database is idle most of the time.
func pooled() {
	p := pgPool(4, time.Millisecond)
	load(2, 300*time.Millisecond, func() {
		c, err := p.Acquire(context.Background())
		if err != nil {
			return
		}
		_, _ = c.Exec(context.Background(), "select 1")
		c.Release()
	})
}

// allocating keeps the collector busy, with a lock that everybody wants.
func allocating() {
	var lock sync.Mutex
	kept := map[int][]byte{}
	load(12, time.Millisecond, func() {
		b := make([]byte, 100000)
		lock.Lock()
		kept[len(kept)%200] = b
		lock.Unlock()
	})
}

// worked answers, until it meets what it cannot do and is caught by a recover that does not start it again.
func worker(in chan chan int) {
	defer func() { _ = recover() }()
	for n := 0; ; n++ {
		out := <-in
		if n == 20 {
			panic("cannot do that")
		}
		out <- n
	}
}

func askWorker(in chan chan int) {
	out := make(chan int)
	in <- out
	<-out
}

func workerGone() {
	in := make(chan chan int)
	go worker(in)
	each(50*time.Millisecond, func() { askWorker(in) })
}

// journal takes events of streams; nobody empties it.
func streamsTellJournal() {
	journal := make(chan string, 8)
	q := &quotes{serve: func(s grpc.ServerStream) error {
		m := new(wrapperspb.StringValue)
		err := s.RecvMsg(m)
		go tellJournal(journal)
		return err
	}}
	c := dialQuotes(q.service())
	each(50*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s, err := talk(ctx, c)
		if err != nil {
			return
		}
		_ = s.SendMsg(wrapperspb.String("a"))
		_ = s.CloseSend()
		_ = s.RecvMsg(new(wrapperspb.StringValue))
	})
}

func tellJournal(journal chan<- string) { journal <- "ended" }

// transfer panics inside its transaction; the handler recovers, the transaction stays.
func transfer(db *sql.DB, fail bool) {
	defer func() { _ = recover() }()
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return
	}
	if fail {
		panic("no such account")
	}
	_ = tx.Rollback()
}

func transactionsOfPanics() {
	db := sqlite(4)
	var n atomic.Int64
	each(50*time.Millisecond, func() { transfer(db, n.Add(1)%4 == 0) })
}

func followPrices(c *redis.Client, n int) {
	p := c.Subscribe(context.Background(), fmt.Sprint("price", n))
	<-p.Channel()
}

func pricesFollowed() {
	s := miniredis.NewMiniRedis()
	must(s.Start())
	c := redis.NewClient(&redis.Options{Addr: s.Addr()})
	n := 0
	load(1, 80*time.Millisecond, func() { n++; go followPrices(c, n) })
}

// profile locks in a method that another one, which locks too, calls for one kind of user only.
type profile struct {
	lock  sync.Mutex
	names map[int]string
}

func (p *profile) name(n int) string {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.names[n] == "" && n == 37 {
		p.fill(n)
	}
	return p.names[n]
}

func (p *profile) fill(n int) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.names[n] = "x"
}

func lockedTwice() {
	p := &profile{names: map[int]string{}}
	var n atomic.Int64
	s := serving(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, p.name(int(n.Add(1)))) })
	c := &http.Client{Timeout: 300 * time.Millisecond}
	each(40*time.Millisecond, func() { fetchAll(c, s.URL) })
}

// render takes a place, and keeps it when it fails.
func render(places chan struct{}, fail bool) error {
	places <- struct{}{}
	time.Sleep(5 * time.Millisecond)
	if fail {
		return errors.New("bad picture")
	}
	<-places
	return nil
}

func placesKept() {
	places := make(chan struct{}, 5)
	var n atomic.Int64
	s := serving(func(http.ResponseWriter, *http.Request) { _ = render(places, n.Add(1)%6 == 0) })
	c := &http.Client{Timeout: 500 * time.Millisecond}
	each(50*time.Millisecond, func() { fetchAll(c, s.URL) })
}

// pump writes to a websocket what it gets; its channel is not closed when the visitor goes.
func pump(c *websocket.Conn, words <-chan string) {
	for w := range words {
		_ = c.Write(context.Background(), websocket.MessageText, []byte(w))
	}
}

func pumpsKept() {
	s := serving(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		words := make(chan string)
		go pump(c, words)
		words <- "hello"
		_, _, _ = c.Read(context.Background())
		_ = c.CloseNow()
	})
	each(70*time.Millisecond, func() {
		c, _, err := websocket.Dial(context.Background(), "ws"+s.URL[len("http"):], nil)
		if err == nil {
			_, _, _ = c.Read(context.Background())
			_ = c.Close(websocket.StatusNormalClosure, "")
		}
	})
}

// progress is told each fifth of a second for ever, though the upload is done.
func progress(done *atomic.Int64) {
	t := time.NewTicker(200 * time.Millisecond)
	for range t.C {
		done.Add(1)
	}
}

func uploadsTold() {
	each(60*time.Millisecond, func() {
		var done atomic.Int64
		go progress(&done)
		time.Sleep(20 * time.Millisecond)
	})
}

// settings keeps its read lock where a key is missing.
type settings struct {
	lock sync.RWMutex
	m    map[string]string
}

func (s *settings) get(k string) (string, bool) {
	s.lock.RLock()
	v, there := s.m[k]
	if !there {
		return "", false
	}
	s.lock.RUnlock()
	return v, true
}

func (s *settings) set(k, v string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.m[k] = v
}

func readLockKept() {
	s := &settings{m: map[string]string{"a": "b"}}
	var n atomic.Int64
	load(3, 20*time.Millisecond, func() {
		if n.Add(1) == 120 {
			s.get("unknown")
		}
		s.get("a")
	})
	load(1, 100*time.Millisecond, func() { s.set("a", "c") })
}

// gather: the closer waits for the senders, who wait for a reader that left.
func gather() {
	out := make(chan int)
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go part(out, &all)
	}
	go func() { all.Wait(); close(out) }()
	<-out
}

func part(out chan<- int, all *sync.WaitGroup) {
	defer all.Done()
	time.Sleep(2 * time.Millisecond)
	out <- 1
}

func gathersLeft() { each(80*time.Millisecond, gather) }

// look takes a connection out of the pool to see whether it is there.
func look(p *pgxpool.Pool) {
	c, err := p.Acquire(context.Background())
	if err == nil {
		_ = c.Ping(context.Background())
	}
}

func connectionsNotReleased() {
	p := pgPool(6, time.Millisecond)
	each(70*time.Millisecond, func() { look(p) })
}

// load of a file: the reader of rows fails, the error group waits for whoever hands rows to it.
func importFile() {
	g := new(errgroup.Group)
	rows := make(chan int)
	g.Go(func() error { return readRows(rows) })
	g.Go(func() error {
		for r := range rows {
			if r == 3 {
				return errors.New("bad row")
			}
		}
		return nil
	})
	_ = g.Wait()
}

func readRows(rows chan<- int) error {
	defer close(rows)
	for i := 0; i < 10; i++ {
		rows <- i
	}
	return nil
}

func importsFail() { each(80*time.Millisecond, importFile) }

// listenFor takes one message of a subject; the loop behind it stays when the subscription is gone.
func listenFor(c *nats.Conn, subject string) {
	in := make(chan *nats.Msg, 4)
	s, err := c.ChanSubscribe(subject, in)
	if err != nil {
		return
	}
	go drainMessages(in)
	time.Sleep(20 * time.Millisecond)
	_ = s.Unsubscribe()
}

func drainMessages(in <-chan *nats.Msg) {
	for range in {
	}
}

func subjectsLeft() {
	s, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	must(err)
	go s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		panic("nats")
	}
	c, err := nats.Connect(s.ClientURL())
	must(err)
	n := 0
	load(1, 60*time.Millisecond, func() { n++; go listenFor(c, fmt.Sprint("s", n%5)) })
}

// changed is told by a goroutine for each event; whoever reloads has left.
func changed(to chan<- string, name string) { to <- name }

func changesUnread() {
	folder := scratch()
	w, err := fsnotify.NewWatcher()
	must(err)
	must(w.Add(folder))
	reloads := make(chan string)
	go func() { <-reloads }()
	go func() {
		for e := range w.Events {
			if e.Has(fsnotify.Create) {
				go changed(reloads, e.Name)
			}
		}
	}()
	n := 0
	load(1, 60*time.Millisecond, func() { n++; _ = os.WriteFile(fmt.Sprint(folder, "/", n), nil, 0o600) })
}

// hub returns at the first empty word; whoever has news for it waits.
func hub(news <-chan string) {
	for n := range news {
		if n == "" {
			return
		}
	}
}

func tell(news chan<- string, what string) { news <- what }

func hubReturned() {
	news := make(chan string)
	go hub(news)
	var n atomic.Int64
	load(3, 30*time.Millisecond, func() {
		if n.Add(1) == 60 {
			tell(news, "")
		}
		tell(news, "x")
	})
	busyElsewhere()
}

func init() {
	healthy("joining", false, joining)
	healthy("many-hosts", false, manyHosts)
	healthy("slow-backend", false, slowBackend)
	healthy("night-job", false, nightJob)
	healthy("quiet-queues", false, quietQueues)
	healthy("baskets", false, baskets)
	healthy("refreshers", false, refreshers)
	healthy("pooled", true, pooled)
	healthy("allocating", false, allocating)
	leaking("worker-gone", workerGone, "main.askWorker", "main.workerGone")
	leaking("streams-tell-journal", streamsTellJournal, "main.tellJournal")
	leaking("transactions-of-panics", transactionsOfPanics, "main.transfer", "main.transactionsOfPanics", "database/sql")
	leaking("prices-followed", pricesFollowed, "main.followPrices", "github.com/redis", "main.pricesFollowed")
	leaking("locked-twice", lockedTwice, "main.(*profile)", "main.lockedTwice")
	leaking("places-kept", placesKept, "main.render", "main.placesKept")
	leaking("pumps-kept", pumpsKept, "main.pump")
	leaking("uploads-told", uploadsTold, "main.progress")
	leaking("read-lock-kept", readLockKept, "main.(*settings)", "main.client")
	leaking("gathers-left", gathersLeft, "main.part", "main.gather")
	leaking("connections-not-released", connectionsNotReleased, "main.look", "main.connectionsNotReleased", "github.com/jackc")
	leaking("imports-fail", importsFail, "main.readRows", "main.importFile")
	leaking("subjects-left", subjectsLeft, "main.drainMessages")
	leaking("changes-unread", changesUnread, "main.changed")
	leaking("hub-returned", hubReturned, "main.tell", "main.client")
}
