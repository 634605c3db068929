// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"container/heap"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/emersion/go-smtp"
	"github.com/hashicorp/yamux"
	"github.com/miekg/dns"
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"go.etcd.io/bbolt"
	"golang.org/x/sync/singleflight"
	_ "modernc.org/sqlite"
)

func init() {
	healthy("iot-ingest", true, iotIngest)
	healthy("mail-relay", true, mailRelay)
	healthy("dns-cache", true, dnsCache)
	healthy("mux-tunnel", false, muxTunnel)
	healthy("bolt-jobs", true, boltJobs)
	healthy("tenant-idle", true, tenantIdle)
	healthy("orders-sqlite", true, ordersSQLite)
}

// IoT ingest: an MQTT broker, devices that send now and then, a batch writer to bbolt.

type reading struct {
	topic string
	body  []byte
}

func ingestWriter(db *bbolt.DB, in <-chan reading) {
	batch := make([]reading, 0, 64)
	t := time.NewTicker(250 * time.Millisecond)
	defer t.Stop()
	flush := func() {
		if len(batch) == 0 {
			return
		}
		must(db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("readings"))
			if err != nil {
				return err
			}
			for _, r := range batch {
				if err := b.Put([]byte(r.topic), r.body); err != nil {
					return err
				}
			}
			return nil
		}))
		batch = batch[:0]
	}
	for {
		select {
		case r := <-in:
			batch = append(batch, r)
			if len(batch) == cap(batch) {
				flush()
			}
		case <-t.C:
			flush()
		}
	}
}

func iotIngest() {
	db, err := bbolt.Open(filepath.Join(scratch(), "iot.db"), 0o600, &bbolt.Options{NoSync: true})
	must(err)
	l := listen()
	broker := mqtt.New(&mqtt.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(broker.AddHook(new(auth.AllowHook), nil))
	must(broker.AddListener(listeners.NewNet("tcp", l)))
	must(broker.Serve())
	connect := func(id string) paho.Client {
		c := paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + l.Addr().String()).SetClientID(id).SetKeepAlive(20 * time.Second))
		c.Connect().Wait()
		return c
	}
	in := make(chan reading, 256)
	go ingestWriter(db, in)
	connect("ingest").Subscribe("devices/+/state", 0, func(_ paho.Client, m paho.Message) {
		in <- reading{m.Topic(), m.Payload()}
	}).Wait()
	for i := 0; i < 70; i++ {
		device := connect(fmt.Sprint("device", i))
		pause := 300 * time.Millisecond
		if i%3 == 0 {
			pause = 5 * time.Second
		}
		go client(time.Duration(rand.Intn(300))*time.Millisecond, pause, func() {
			device.Publish(fmt.Sprintf("devices/%d/state", i), byte(i%2), false, `{"t":21.5}`).WaitTimeout(time.Second)
		})
	}
}

// A mail relay: an SMTP server with sessions that stay, and a queue that retries with a heap of times.

type mail struct {
	to    string
	tries int
	at    time.Time
}

type mailHeap []*mail

func (h mailHeap) Len() int           { return len(h) }
func (h mailHeap) Less(i, k int) bool { return h[i].at.Before(h[k].at) }
func (h mailHeap) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }
func (h *mailHeap) Push(x any)        { *h = append(*h, x.(*mail)) }
func (h *mailHeap) Pop() any {
	old := *h
	m := old[len(old)-1]
	*h = old[:len(old)-1]
	return m
}

type mailQueue struct {
	in    chan *mail
	ready chan *mail
}

func (q *mailQueue) schedule() {
	h := &mailHeap{}
	timer := time.NewTimer(time.Hour)
	for {
		var out chan *mail
		var first *mail
		if h.Len() > 0 {
			first = (*h)[0]
			if d := time.Until(first.at); d > 0 {
				timer.Reset(d)
			} else {
				out = q.ready
			}
		}
		select {
		case m := <-q.in:
			heap.Push(h, m)
		case out <- first:
			heap.Pop(h)
		case <-timer.C:
		}
	}
}

func (q *mailQueue) deliver() {
	for m := range q.ready {
		work(5*time.Millisecond, 40*time.Millisecond)
		if rand.Intn(3) == 0 && m.tries < 5 {
			m.tries++
			m.at = time.Now().Add(50 * time.Millisecond << m.tries)
			q.in <- m
		}
	}
}

type smtpSession struct {
	q  *mailQueue
	to string
}

func (s *smtpSession) Reset()                                      {}
func (s *smtpSession) Logout() error                               { return nil }
func (s *smtpSession) Mail(from string, o *smtp.MailOptions) error { return nil }
func (s *smtpSession) Rcpt(to string, o *smtp.RcptOptions) error   { s.to = to; return nil }
func (s *smtpSession) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	s.q.in <- &mail{to: s.to, at: time.Now()}
	return nil
}

func mailRelay() {
	q := &mailQueue{make(chan *mail, 256), make(chan *mail)}
	go q.schedule()
	for i := 0; i < 16; i++ {
		go q.deliver()
	}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &smtpSession{q: q}, nil }))
	s.Domain = "localhost"
	s.ErrorLog = log.New(io.Discard, "", 0)
	s.ReadTimeout, s.WriteTimeout = time.Minute, 10*time.Second
	l := listen()
	go func() { _ = s.Serve(l) }()
	for i := 0; i < 60; i++ {
		c, err := smtp.Dial(l.Addr().String())
		must(err)
		pause := 200 * time.Millisecond
		if i%3 != 0 {
			pause = 6 * time.Second
		}
		go client(time.Duration(i)*10*time.Millisecond, pause, func() {
			if c.Mail("a@localhost", nil) != nil || c.Rcpt("b@localhost", nil) != nil {
				return
			}
			w, err := c.Data()
			if err != nil {
				return
			}
			_, _ = io.WriteString(w, "Subject: hello\r\n\r\n"+strings.Repeat("text\r\n", 50))
			_ = w.Close()
		})
	}
}

// A caching DNS server by udp; one upstream question at a time for each name.

type resolver struct {
	mu     sync.RWMutex
	cache  map[string]time.Time
	flight singleflight.Group
}

func (v *resolver) lookup(name string) {
	v.mu.RLock()
	until, ok := v.cache[name]
	v.mu.RUnlock()
	if ok && time.Now().Before(until) {
		return
	}
	_, _, _ = v.flight.Do(name, func() (any, error) {
		work(10*time.Millisecond, 50*time.Millisecond)
		v.mu.Lock()
		v.cache[name] = time.Now().Add(300 * time.Millisecond)
		v.mu.Unlock()
		return nil, nil
	})
}

func (v *resolver) ServeDNS(w dns.ResponseWriter, r *dns.Msg) {
	v.lookup(r.Question[0].Name)
	m := new(dns.Msg)
	m.SetReply(r)
	m.Answer = append(m.Answer, &dns.A{
		Hdr: dns.RR_Header{Name: r.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1},
		A:   net.IPv4(127, 0, 0, 1),
	})
	_ = w.WriteMsg(m)
}

func (v *resolver) expire() {
	for range time.Tick(500 * time.Millisecond) {
		v.mu.Lock()
		for name, until := range v.cache {
			if time.Now().After(until) {
				delete(v.cache, name)
			}
		}
		v.mu.Unlock()
	}
}

func dnsCache() {
	v := &resolver{cache: map[string]time.Time{}}
	go v.expire()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(err)
	s := &dns.Server{PacketConn: pc, Handler: v}
	go func() { _ = s.ActivateAndServe() }()
	c := &dns.Client{Timeout: 500 * time.Millisecond}
	load(50, 60*time.Millisecond, func() {
		m := new(dns.Msg)
		m.SetQuestion(fmt.Sprintf("host%d.example.", int(rand.ExpFloat64()*10)), dns.TypeA)
		_, _, _ = c.Exchange(m, pc.LocalAddr().String())
	})
}

// A tunnel: tcp connections go over few yamux sessions to an agent, which dials the target.

func splice(a, b net.Conn) {
	var both sync.WaitGroup
	both.Add(2)
	pipe := func(to, from net.Conn) {
		defer both.Done()
		_, _ = io.Copy(to, from)
		_ = to.Close()
	}
	go pipe(a, b)
	go pipe(b, a)
	both.Wait()
}

func tunnelAgent(conn net.Conn, target string) {
	config := yamux.DefaultConfig()
	config.LogOutput = io.Discard
	s, err := yamux.Server(conn, config)
	must(err)
	for {
		stream, err := s.AcceptStream()
		if err != nil {
			return
		}
		go func() {
			out, err := net.Dial("tcp", target)
			if err != nil {
				_ = stream.Close()
				return
			}
			splice(stream, out)
		}()
	}
}

func echoFrames(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			head := make([]byte, 4)
			for {
				if _, err := io.ReadFull(c, head); err != nil {
					return
				}
				body := make([]byte, binary.BigEndian.Uint32(head))
				if _, err := io.ReadFull(c, body); err != nil {
					return
				}
				if _, err := c.Write(append(head, body...)); err != nil {
					return
				}
			}
		}()
	}
}

func frame(c net.Conn, n int) error {
	p := make([]byte, 4+n)
	binary.BigEndian.PutUint32(p, uint32(n))
	if _, err := c.Write(p); err != nil {
		return err
	}
	_, err := io.ReadFull(c, p)
	return err
}

func muxTunnel() {
	target, control, front := listen(), listen(), listen()
	go echoFrames(target)
	sessions := []*yamux.Session{}
	for i := 0; i < 4; i++ {
		dialed, err := net.Dial("tcp", control.Addr().String())
		must(err)
		accepted, err := control.Accept()
		must(err)
		go tunnelAgent(accepted, target.Addr().String())
		config := yamux.DefaultConfig()
		config.LogOutput = io.Discard
		s, err := yamux.Client(dialed, config)
		must(err)
		sessions = append(sessions, s)
	}
	go func() {
		for i := 0; ; i++ {
			c, err := front.Accept()
			if err != nil {
				return
			}
			stream, err := sessions[i%len(sessions)].OpenStream()
			if err != nil {
				_ = c.Close()
				continue
			}
			go splice(stream, c)
		}
	}()
	// connections that stay, mostly idle
	for i := 0; i < 40; i++ {
		c, err := net.Dial("tcp", front.Addr().String())
		must(err)
		go client(0, time.Duration(1+i%8)*time.Second, func() { _ = frame(c, 200) })
	}
	// and short ones
	load(10, 100*time.Millisecond, func() {
		c, err := net.Dial("tcp", front.Addr().String())
		if err != nil {
			return
		}
		for k := 0; k < 4; k++ {
			if frame(c, 5000) != nil {
				break
			}
			work(time.Millisecond, 20*time.Millisecond)
		}
		_ = c.Close()
	})
}

// A job queue on bbolt: workers wait on a condition, take the first key, and put back what failed.

type boltQueue struct {
	db    *bbolt.DB
	mu    sync.Mutex
	some  *sync.Cond
	ready int
}

var boltBucket = []byte("jobs")

func (q *boltQueue) Put(body []byte) error {
	err := q.db.Batch(func(tx *bbolt.Tx) error {
		b := tx.Bucket(boltBucket)
		n, err := b.NextSequence()
		if err != nil {
			return err
		}
		return b.Put(binary.BigEndian.AppendUint64(nil, n), body)
	})
	if err == nil {
		q.mu.Lock()
		q.ready++
		q.mu.Unlock()
		q.some.Signal()
	}
	return err
}

func (q *boltQueue) Take() (body []byte, err error) {
	q.mu.Lock()
	for q.ready == 0 {
		q.some.Wait()
	}
	q.ready--
	q.mu.Unlock()
	err = q.db.Update(func(tx *bbolt.Tx) error {
		k, v := tx.Bucket(boltBucket).Cursor().First()
		if k == nil {
			return errors.New("empty")
		}
		body = append([]byte(nil), v...)
		return tx.Bucket(boltBucket).Delete(k)
	})
	return body, err
}

func (q *boltQueue) work() {
	for {
		body, err := q.Take()
		if err != nil {
			continue
		}
		work(2*time.Millisecond, 30*time.Millisecond)
		if rand.Intn(20) == 0 {
			_ = q.Put(body)
		}
	}
}

func boltJobs() {
	db, err := bbolt.Open(filepath.Join(scratch(), "jobs.db"), 0o600, &bbolt.Options{NoSync: true})
	must(err)
	must(db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket(boltBucket); return err }))
	q := &boltQueue{db: db}
	q.some = sync.NewCond(&q.mu)
	for i := 0; i < 48; i++ {
		go q.work()
	}
	load(12, 50*time.Millisecond, func() { _ = q.Put([]byte("resize image")) })
	load(1, 300*time.Millisecond, func() {
		_ = db.View(func(tx *bbolt.Tx) error { _ = tx.Bucket(boltBucket).Stats(); return nil })
	})
}

// Many tenants, each with a worker of its own that is idle nearly always.

type tenantWorker struct {
	events chan int
	config chan string
	stop   chan struct{}
	mu     sync.Mutex
	dirty  *sync.Cond
	rows   int
}

func (t *tenantWorker) loop() {
	idle := time.NewTimer(10 * time.Minute)
	defer idle.Stop()
	for {
		select {
		case n := <-t.events:
			burn(2000)
			t.mu.Lock()
			t.rows += n
			t.mu.Unlock()
			t.dirty.Signal()
		case <-t.config:
			burn(500)
		case <-idle.C:
			return
		case <-t.stop:
			return
		}
	}
}

func (t *tenantWorker) flusher() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		for t.rows == 0 {
			t.dirty.Wait()
		}
		t.rows = 0
		burn(1000)
	}
}

func tenantIdle() {
	tenants := make([]*tenantWorker, 900)
	for i := range tenants {
		t := &tenantWorker{events: make(chan int, 8), config: make(chan string), stop: make(chan struct{})}
		t.dirty = sync.NewCond(&t.mu)
		tenants[i] = t
		go t.loop()
		go t.flusher()
	}
	// few tenants have most of the traffic, half of them none
	z := rand.NewZipf(rand.New(rand.NewSource(7)), 1.4, 3, uint64(len(tenants)/2))
	var mu sync.Mutex
	load(6, 15*time.Millisecond, func() {
		mu.Lock()
		i := z.Uint64()
		mu.Unlock()
		tenants[i].events <- 1
	})
	load(1, 800*time.Millisecond, func() {
		for _, t := range tenants[:20] {
			t.config <- "limits"
		}
	})
}

// Orders on sqlite: a pool of a few connections with more clients than it has, so that they wait for one.

type orderStore struct{ db *sql.DB }

func (s *orderStore) Place(ctx context.Context, user int, cents int) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "insert into orders(user, cents) values(?, ?)", user, cents); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *orderStore) Total(ctx context.Context, user int) (total int, err error) {
	rows, err := s.db.QueryContext(ctx, "select cents from orders where user = ? order by id desc limit 30", user)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var cents int
		if err := rows.Scan(&cents); err != nil {
			return 0, err
		}
		total += cents
	}
	work(3*time.Millisecond, 9*time.Millisecond)
	return total, rows.Err()
}

func ordersSQLite() {
	dsn := "file:" + filepath.Join(scratch(), "orders.db") + "?_pragma=busy_timeout(2000)&_pragma=journal_mode(wal)&_pragma=synchronous(off)"
	db, err := sql.Open("sqlite", dsn)
	must(err)
	db.SetMaxOpenConns(5)
	db.SetMaxIdleConns(5)
	_, err = db.Exec("create table orders(id integer primary key, user int, cents int); create index by_user on orders(user)")
	must(err)
	s := &orderStore{db}
	var failed atomic.Int64
	load(45, 35*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		user := rand.Intn(50)
		var err error
		if rand.Intn(4) == 0 {
			err = s.Place(ctx, user, rand.Intn(9000))
		} else {
			_, err = s.Total(ctx, user)
		}
		if err != nil {
			failed.Add(1)
		}
	})
}
