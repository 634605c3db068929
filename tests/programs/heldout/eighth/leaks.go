// SPDX-License-Identifier: GPL-3.0-or-later

package main

// Who waits for an answer, a place, a lock or a peer that will not come.

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

var errSpoilt = errors.New("spoilt")

func span(from, to int) time.Duration {
	return time.Duration(from+rand.Intn(to-from+1)) * time.Millisecond
}

// stay is what a main function does when all has begun.
func stay() {
	forever.Add(1)
	forever.Wait()
}

func serve(h http.HandlerFunc) string {
	l := listen()
	go func() { _ = http.Serve(l, h) }()
	return "http://" + l.Addr().String()
}

// What a service does beside: it is asked by a few clients, has some workers with little to do, and counts.
func traffic() {
	jobs := make(chan int)
	for i := 0; i < 6; i++ {
		go func() {
			for range jobs {
				time.Sleep(time.Millisecond)
			}
		}()
	}
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		select {
		case jobs <- 1:
		default:
		}
		time.Sleep(span(1, 5))
		_, _ = io.WriteString(w, "fine")
	})
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	load(6, 25*time.Millisecond, func() {
		if a, err := client.Get(url); err == nil {
			discard(a.Body)
		}
	})
	go func() {
		for range time.Tick(500 * time.Millisecond) {
			_ = rand.Int()
		}
	}()
}

// A job for which there is no room is dropped and counted; who gave it waits for its result all the same.
type print struct {
	page   int
	result chan int
}

type press struct {
	queue   chan *print
	dropped atomic.Int64
}

func (p *press) work() {
	for j := range p.queue {
		time.Sleep(span(5, 15))
		j.result <- j.page
	}
}

func (p *press) order(page int) *print {
	j := &print{page, make(chan int, 1)}
	select {
	case p.queue <- j:
	default:
		p.dropped.Add(1)
	}
	return j
}

func (p *press) printed(page int) int { return <-p.order(page).result }

func droppedAndAwaited() {
	traffic()
	p := &press{queue: make(chan *print, 10)}
	for i := 0; i < 4; i++ {
		go p.work()
	}
	for n := 0; ; n++ {
		burst := 1
		if n%25 == 24 {
			burst = 18
		}
		for i := 0; i < burst; i++ {
			go p.printed(n)
		}
		time.Sleep(8 * time.Millisecond)
	}
}

// News are followed by people who come and go; what is subscribed for them is not ended with their requests.
type newsroom struct{ bus *gochannel.GoChannel }

func pump(news <-chan *message.Message, lines chan<- string) {
	for m := range news {
		m.Ack()
		select {
		case lines <- string(m.Payload):
		default:
		}
	}
}

func (n *newsroom) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	news, err := n.bus.Subscribe(context.Background(), r.URL.Path)
	if err != nil {
		return
	}
	lines := make(chan string, 8)
	go pump(news, lines)
	_, _ = io.WriteString(w, "data: hello\n\n")
	w.(http.Flusher).Flush()
	for {
		select {
		case line := <-lines:
			_, _ = fmt.Fprintf(w, "data: %s\n\n", line)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func followersOfNews() {
	traffic()
	n := &newsroom{gochannel.NewGoChannel(gochannel.Config{OutputChannelBuffer: 4}, watermill.NopLogger{})}
	url := serve(n.ServeHTTP)
	load(1, 60*time.Millisecond, func() {
		topic := fmt.Sprintf("/%d", rand.Intn(400))
		_ = n.bus.Publish(topic, message.NewMessage(watermill.NewUUID(), []byte("news")))
	})
	each(70*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), span(100, 400))
		defer cancel()
		q, _ := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/%d", url, rand.Intn(400)), nil)
		if a, err := http.DefaultClient.Do(q); err == nil {
			discard(a.Body)
		}
	})
}

// Each account has a lock; a booking that panics is answered with an error and keeps it.
type account struct {
	lock    sync.Mutex
	balance int
}

type bank struct{ accounts [120]account }

func (b *bank) book(n int, amount int) {
	a := &b.accounts[n]
	a.lock.Lock()
	if a.balance += amount; amount == 13 {
		panic(errSpoilt)
	}
	time.Sleep(time.Millisecond)
	a.lock.Unlock()
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			http.Error(w, "sorry", http.StatusInternalServerError)
		}
	}()
	b.book(rand.Intn(len(b.accounts)), rand.Intn(70))
	_, _ = io.WriteString(w, "booked")
}

func accountsLocked() {
	traffic()
	b := &bank{}
	url := serve(b.ServeHTTP)
	client := &http.Client{Timeout: 150 * time.Millisecond, Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	load(10, 50*time.Millisecond, func() {
		if a, err := client.Get(url); err == nil {
			discard(a.Body)
		}
	})
}

// The newest ten of four shards are wanted; each shard is ready to tell of a hundred.
func scanShard(shard int) <-chan int {
	rows := make(chan int)
	go func() {
		defer close(rows)
		for i := 0; i < 25*(1+shard); i++ {
			if i%5 == 0 {
				time.Sleep(time.Millisecond)
			}
			rows <- i * (1 + shard)
		}
	}()
	return rows
}

func newest(limit int) (rows []int) {
	var heads, from [4]int
	var shards [4]<-chan int
	for i := range shards {
		shards[i] = scanShard(i)
		heads[i] = <-shards[i]
	}
	for len(rows) < limit {
		least := 0
		for i := range heads {
			if heads[i] < heads[least] {
				least = i
			}
		}
		rows = append(rows, heads[least])
		from[least]++
		next, open := <-shards[least]
		if !open {
			next = 1 << 30
		}
		heads[least] = next
	}
	return
}

func newestOfShards() {
	traffic()
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		limit := 400 // all
		if rand.Intn(4) == 0 {
			limit = 10
		}
		_ = json.NewEncoder(w).Encode(newest(min(limit, 250)))
	})
	load(3, 120*time.Millisecond, func() {
		if a, err := http.Get(url); err == nil {
			discard(a.Body)
		}
	})
}

// A list comes line by line and is looked through till there is what was looked for.
type record struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func decodeRecords(body io.Reader, out chan<- record) {
	defer close(out)
	d := json.NewDecoder(body)
	for {
		var r record
		if d.Decode(&r) != nil {
			return
		}
		out <- r
	}
}

func find(url string, id int) (found bool) {
	a, err := http.Get(url)
	if err != nil {
		return
	}
	records := make(chan record)
	go decodeRecords(a.Body, records)
	for r := range records {
		if r.ID == id {
			return true
		}
	}
	_ = a.Body.Close()
	return
}

func linesUntilFound() {
	traffic()
	url := serve(func(w http.ResponseWriter, r *http.Request) {
		e := json.NewEncoder(w)
		for i := 0; i < 600; i++ {
			_ = e.Encode(record{i, "somebody with a name that is long enough to fill a line of this list"})
			if i%100 == 0 {
				w.(http.Flusher).Flush()
				time.Sleep(time.Millisecond)
			}
		}
	})
	load(2, 100*time.Millisecond, func() { find(url, rand.Intn(1500)) })
}

// The rules of a tenant are applied by a worker; when they are read again there is a new one, and the old one is forgotten.
type applier struct{ events chan int }

func (a *applier) apply() {
	for range a.events {
		time.Sleep(time.Millisecond)
	}
}

func appliersReplaced(tenants int, pause time.Duration) {
	traffic()
	var lock sync.RWMutex
	appliers := make([]*applier, tenants)
	reload := func() {
		lock.Lock()
		defer lock.Unlock()
		for i := range appliers {
			appliers[i] = &applier{make(chan int, 16)}
			go appliers[i].apply()
		}
	}
	reload()
	load(4, 20*time.Millisecond, func() {
		lock.RLock()
		a := appliers[rand.Intn(len(appliers))]
		lock.RUnlock()
		a.events <- 1
	})
	for {
		time.Sleep(pause)
		reload()
	}
}

// Documents go from a queue into an index whose writer ended with an error; a watchdog replaces the reader that is silent.
type indexing struct {
	redis     *redis.Client
	documents chan string
	beat      atomic.Int64
}

func (x *indexing) read(ctx context.Context) {
	for {
		d, err := x.redis.BRPop(ctx, time.Second, "documents").Result()
		x.beat.Store(time.Now().UnixNano())
		if err == nil {
			x.documents <- d[1]
		}
	}
}

func (x *indexing) write() error {
	for n := 0; ; n++ {
		d := <-x.documents
		time.Sleep(2 * time.Millisecond)
		if n == 60 {
			return fmt.Errorf("%s: %w", d, errSpoilt)
		}
	}
}

func (x *indexing) watch(ctx context.Context) {
	for range time.Tick(100 * time.Millisecond) {
		if time.Since(time.Unix(0, x.beat.Load())) > 300*time.Millisecond {
			x.beat.Store(time.Now().UnixNano())
			go x.read(ctx)
		}
	}
}

func readersReplaced() {
	traffic()
	server, err := miniredis.Run()
	must(err)
	ctx := context.Background()
	x := &indexing{redis: redis.NewClient(&redis.Options{Addr: server.Addr(), PoolSize: 40}), documents: make(chan string, 16)}
	x.beat.Store(time.Now().UnixNano())
	go x.read(ctx)
	go func() { _ = x.write() }()
	go x.watch(ctx)
	load(1, 10*time.Millisecond, func() { x.redis.LPush(ctx, "documents", "text") })
}

// Memory is lent for a while; of what cannot be decoded it is never given back, and in the end there is none for six workers.
type budget struct {
	lock sync.Mutex
	more *sync.Cond
	free int
}

func (b *budget) reserve(n int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for b.free < n {
		b.more.Wait()
	}
	b.free -= n
}

func (b *budget) release(n int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.free += n
	b.more.Broadcast()
}

func decode(image int) error {
	time.Sleep(span(8, 15))
	if image%25 == 0 {
		return errSpoilt
	}
	return nil
}

func decodeAll(images chan int, b *budget) {
	for image := range images {
		size := 4 + image%8
		b.reserve(size)
		if decode(image) != nil {
			continue
		}
		b.release(size)
	}
}

func budgetUsedUp() {
	traffic()
	b := &budget{free: 120}
	b.more = sync.NewCond(&b.lock)
	images := make(chan int, 4)
	for i := 0; i < 6; i++ {
		go decodeAll(images, b)
	}
	for image := 1; ; image++ {
		select {
		case images <- image:
		default:
		}
		time.Sleep(3 * time.Millisecond)
	}
}

// Whoever signs in has a token that is renewed before it is old; nobody ends that when they sign out.
type signedIn struct {
	token  string
	cancel context.CancelFunc
}

func (s *signedIn) renew(ctx context.Context, lasts time.Duration) {
	t := time.NewTimer(lasts)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.token = fmt.Sprint(rand.Int())
			t.Reset(lasts)
		case <-ctx.Done():
			return
		}
	}
}

func tokensOfTheGone(pause time.Duration) {
	traffic()
	each(pause, func() {
		s := &signedIn{}
		var ctx context.Context
		ctx, s.cancel = context.WithCancel(context.Background())
		go s.renew(ctx, 25*time.Minute)
		time.Sleep(span(100, 400))
		if rand.Intn(5) == 0 {
			s.cancel()
		}
	})
}

// Two streams of measurements are made one; both end, and who made them one does not see that.
func measure(n int) <-chan int {
	values := make(chan int)
	go func() {
		defer close(values)
		for i := 0; i < n; i++ {
			time.Sleep(span(1, 3))
			values <- i
		}
	}()
	return values
}

func bothOf(a, b <-chan int, out chan<- int) {
	for {
		select {
		case v, open := <-a:
			if !open {
				a = nil
				continue
			}
			out <- v
		case v, open := <-b:
			if !open {
				b = nil
				continue
			}
			out <- v
		}
	}
}

func bothStreamsEnded(n int, pause time.Duration) {
	traffic()
	load(n, pause, func() {
		out := make(chan int)
		go bothOf(measure(5), measure(7), out)
		for i := 0; i < 12; i++ {
			<-out
		}
	})
}

// Calls share a connection; when it is made anew, nobody tells those that wait for answers over the old one.
type caller struct {
	lock    sync.Mutex
	to      string
	conn    net.Conn
	next    int
	waiting map[int]chan int
}

func (c *caller) connect() {
	conn, err := net.Dial("tcp", c.to)
	must(err)
	c.lock.Lock()
	defer c.lock.Unlock()
	c.conn = conn
	c.waiting = map[int]chan int{}
	go c.hear(conn)
}

func (c *caller) hear(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		var id int
		_, _ = fmt.Sscan(lines.Text(), &id)
		c.lock.Lock()
		w := c.waiting[id]
		delete(c.waiting, id)
		c.lock.Unlock()
		if w != nil {
			w <- id
		}
	}
	conn.Close()
	c.connect()
}

func (c *caller) call() int {
	answer := make(chan int, 1)
	c.lock.Lock()
	c.next++
	id := c.next
	c.waiting[id] = answer
	_, _ = fmt.Fprintln(c.conn, id)
	c.lock.Unlock()
	return <-answer
}

func answerCalls(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for n := 0; n < 80 && lines.Scan(); n++ {
		id := lines.Text()
		time.AfterFunc(span(1, 25), func() { _, _ = fmt.Fprintln(conn, id) })
	}
	conn.Close()
}

func callsOverOldConnection() {
	traffic()
	l := listen()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answerCalls(conn)
		}
	}()
	c := &caller{to: l.Addr().String()}
	c.connect()
	each(5*time.Millisecond, func() { c.call() })
}

// A visit ends when nothing was heard for a while, or with a farewell; its timer is stopped and drained in both cases.
type visit struct {
	heard chan string
	idle  *time.Timer
}

func (v *visit) end() {
	if !v.idle.Stop() {
		<-v.idle.C
	}
}

func (v *visit) live() {
	defer v.end()
	for {
		select {
		case word := <-v.heard:
			if word == "bye" {
				return
			}
			v.idle.Reset(120 * time.Millisecond)
		case <-v.idle.C:
			return
		}
	}
}

func visitsEndedByTimer(pause time.Duration) {
	traffic()
	each(pause, func() {
		v := &visit{make(chan string, 4), time.NewTimer(120 * time.Millisecond)}
		go v.live()
		for i := 0; i < 4; i++ {
			time.Sleep(span(5, 30))
			v.heard <- "something"
		}
		if rand.Intn(3) > 0 {
			v.heard <- "bye"
		}
	})
}

func init() {
	leaking("dropped-and-awaited", droppedAndAwaited, "main.(*press).printed", "main.droppedAndAwaited")
	leaking("followers-of-news", followersOfNews, "main.pump", "main.(*newsroom)", "github.com/ThreeDotsLabs/watermill/pubsub/gochannel")
	leaking("accounts-locked", accountsLocked, "main.(*bank)")
	leaking("newest-of-shards", newestOfShards, "main.scanShard", "main.newest")
	leaking("lines-until-found", linesUntilFound, "main.decodeRecords", "main.find")
	leaking("appliers-replaced", func() { appliersReplaced(6, 350*time.Millisecond) }, "main.(*applier)", "main.appliersReplaced")
	leaking("appliers-replaced-seldom", func() { appliersReplaced(3, 900*time.Millisecond) }, "main.(*applier)", "main.appliersReplaced")
	leaking("readers-replaced", readersReplaced, "main.(*indexing)")
	leaking("budget-used-up", budgetUsedUp, "main.(*budget)", "main.decodeAll", "main.budgetUsedUp")
	leaking("tokens-of-the-gone", func() { tokensOfTheGone(65 * time.Millisecond) }, "main.(*signedIn)", "main.tokensOfTheGone")
	leaking("tokens-of-the-gone-seldom", func() { tokensOfTheGone(300 * time.Millisecond) }, "main.(*signedIn)", "main.tokensOfTheGone")
	leaking("both-streams-ended", func() { bothStreamsEnded(2, 180*time.Millisecond) }, "main.bothOf", "main.bothStreamsEnded")
	leaking("both-streams-ended-seldom", func() { bothStreamsEnded(1, 600*time.Millisecond) }, "main.bothOf", "main.bothStreamsEnded")
	leaking("calls-over-old-connection", callsOverOldConnection, "main.(*caller).call", "main.callsOverOldConnection")
	leaking("visits-ended-by-timer", func() { visitsEndedByTimer(30 * time.Millisecond) }, "main.(*visit)", "main.visitsEndedByTimer")
	leaking("visits-ended-by-timer-seldom", func() { visitsEndedByTimer(200 * time.Millisecond) }, "main.(*visit)", "main.visitsEndedByTimer")
}
