// SPDX-License-Identifier: GPL-3.0-or-later

// Services in which one mistake is left, beside work that goes well.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/cenkalti/backoff/v4"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func init() {
	leaking("invoice-rows", invoiceRows, "main.(*invoices).overdue", "main.(*invoices).newest")
	leaking("webhook-bodies", webhookBodies, "net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop", "net/http.(*conn).serve")
	leaking("quote-timeouts", quoteTimeouts, "main.(*broker).ask.func1")
	leaking("ticket-updates", ticketUpdates, "main.(*topic).pump")
	leaking("stock-shards", stockShards, "main.(*shard).reserve")
	leaking("import-parts", importParts, "main.(*importer).load")
	leaking("grpc-price-watch", grpcPriceWatch, "main.(*priceServer).watch", "main.(*catalog).follow", "google.golang.org/grpc.newClientStreamWithParams.func")
	leaking("login-refresh", loginRefresh, "main.(*session).keepFresh")
	leaking("tenant-queues", tenantQueues, "main.(*tenant).work")
	leaking("profile-flight", profileFlight, "main.(*profiles).get", "golang.org/x/sync/singleflight.(*Group).Do", "main.profileFlight.func1")
	leaking("notify-retries", notifyRetries, "main.(*notifier).retry")
	leaking("depot-doors", depotDoors, "main.(*depot).enter")
	leaking("modbus-gateway", modbusGateway, "main.(*device).exchange")
	leaking("reload-workers", reloadWorkers, "main.(*stage).worker", "main.(*stage).report")
	leaking("cart-events", cartEvents, "main.(*cart).follow", "github.com/redis/go-redis/v9.(*channel).initMsgChan", "github.com/redis/go-redis/v9.(*channel).initHealthCheck",
		"github.com/alicebob/miniredis/v2.monitorP", "github.com/alicebob/miniredis/v2/server.(*Server).ServeConn")
	leaking("report-cancel", reportCancel, "main.(*tail).run")
}

// invoice-rows: rows that are left open when the first of them is all that is wanted; the pool has ten connections.

type invoices struct{ db *sql.DB }

func (s *invoices) overdue(customer int) (string, error) {
	rows, err := s.db.Query("select number, days from invoices where customer = ?", customer)
	if err != nil {
		return "", err
	}
	for rows.Next() {
		var number string
		var days int
		if err := rows.Scan(&number, &days); err != nil {
			return "", err
		}
		if days > 58 {
			return number, nil
		}
	}
	return "", rows.Close()
}

func (s *invoices) newest(customer int) (string, error) {
	var number string
	err := s.db.QueryRow("select number from invoices where customer = ? order by id desc limit 1", customer).Scan(&number)
	return number, err
}

func invoiceRows() {
	open := func(name string) *sql.DB {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(scratch(), name)+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(2000)")
		must(err)
		db.SetMaxOpenConns(10)
		return db
	}
	db, stock := open("invoices.db"), open("stock.db")
	_, err := db.Exec("create table invoices (id integer primary key, customer integer, number text, days integer)")
	must(err)
	for i := 0; i < 300; i++ {
		_, err = db.Exec("insert into invoices (customer, number, days) values (?, ?, ?)", i%60, fmt.Sprint("F", i), i%62)
		must(err)
	}
	_, err = stock.Exec("create table stock (item integer primary key, n integer)")
	must(err)
	s := &invoices{db: db}
	mux := http.NewServeMux()
	mux.HandleFunc("/overdue", func(w http.ResponseWriter, r *http.Request) {
		customer, _ := strconv.Atoi(r.URL.Query().Get("customer"))
		number, err := s.overdue(customer)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, number)
	})
	mux.HandleFunc("/newest", func(w http.ResponseWriter, r *http.Request) {
		customer, _ := strconv.Atoi(r.URL.Query().Get("customer"))
		number, err := s.newest(customer)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, number)
	})
	mux.HandleFunc("/stock", func(w http.ResponseWriter, r *http.Request) {
		_, err := stock.ExecContext(r.Context(), "insert into stock (item, n) values (?, 1) on conflict do update set n = n + 1", rand.Intn(50))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	server := httptest.NewServer(mux)
	client := &http.Client{Timeout: 800 * time.Millisecond, Transport: &http.Transport{MaxIdleConnsPerHost: 50}}
	get := func(path string) {
		if r, err := client.Get(server.URL + path); err == nil {
			discard(r.Body)
		}
	}
	load(10, 100*time.Millisecond, func() { get("/stock") })
	load(6, 150*time.Millisecond, func() { get(fmt.Sprint("/newest?customer=", rand.Intn(60))) })
	load(6, 90*time.Millisecond, func() { get(fmt.Sprint("/overdue?customer=", rand.Intn(60))) })
}

// webhook-bodies: an answer that is not 200 is counted and its body forgotten. The work beside goes over redis.

func webhookBodies() {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if rand.Intn(3) == 0 {
			http.Error(w, "not today", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "thanks")
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var refused atomic.Int64
	deliver := func(event []byte) error {
		r, err := client.Post(receiver.URL, "application/json", bytes.NewReader(event))
		if err != nil {
			return err
		}
		if r.StatusCode != http.StatusOK {
			refused.Add(1)
			return errors.New(r.Status)
		}
		defer r.Body.Close()
		_, err = io.Copy(io.Discard, r.Body)
		return err
	}
	store, err := miniredis.Run()
	must(err)
	rdb := redis.NewClient(&redis.Options{Addr: store.Addr(), PoolSize: 20})
	for i := 0; i < 4; i++ {
		go func() {
			for {
				event, err := rdb.BLPop(context.Background(), 2*time.Second, "webhooks").Result()
				if err != nil {
					continue
				}
				_ = deliver([]byte(event[1]))
			}
		}()
	}
	load(12, 60*time.Millisecond, func() { _ = rdb.Incr(context.Background(), "visits").Err() })
	for range time.Tick(40 * time.Millisecond) {
		_ = rdb.RPush(context.Background(), "webhooks", `{"order": 7}`).Err()
	}
}

// quote-timeouts: whoever asks does not wait longer than 30 ms; who answers later has nobody that listens.

type broker struct{}

func (b *broker) ask(carrier int) (int, error) {
	answer := make(chan int)
	go func() {
		time.Sleep(time.Duration(5+rand.Intn(28)+carrier) * time.Millisecond)
		answer <- 500 + carrier
	}()
	select {
	case price := <-answer:
		return price, nil
	case <-time.After(32 * time.Millisecond):
		return 0, errors.New("no quote in time")
	}
}

func quoteTimeouts() {
	b := &broker{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var quotes sync.WaitGroup
		var best atomic.Int64
		for carrier := 0; carrier < 3; carrier++ {
			quotes.Add(1)
			go func() {
				defer quotes.Done()
				if price, err := b.ask(carrier); err == nil {
					best.Store(int64(price))
				}
			}()
		}
		quotes.Wait()
		fmt.Fprint(w, best.Load())
	}))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 30}}
	load(12, 120*time.Millisecond, func() {
		if r, err := client.Get(server.URL); err == nil {
			discard(r.Body)
		}
	})
}

// ticket-updates: a viewer that closes the page is not taken off the topic; its pump waits for what comes next.

type topic struct {
	mu   sync.Mutex
	subs map[int]chan string
	next int
}

type page struct {
	mu   sync.Mutex
	text []string
}

func (p *page) add(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = append(p.text, text)
}

func (t *topic) subscribe(p *page) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	in := make(chan string, 32)
	t.subs[t.next] = in
	go t.pump(in, p)
	return t.next
}

func (t *topic) pump(in <-chan string, p *page) {
	for text := range in {
		p.add(text)
	}
}

func (t *topic) unsubscribe(id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.subs[id])
	delete(t.subs, id)
}

func (t *topic) publish(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, in := range t.subs {
		select {
		case in <- text:
		default:
		}
	}
}

func ticketUpdates() {
	topics := make([]*topic, 20)
	for i := range topics {
		topics[i] = &topic{subs: map[int]chan string{}}
	}
	view := func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("ticket"))
		p := &page{}
		id := topics[n].subscribe(p)
		select {
		case <-time.After(250 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
		topics[n].unsubscribe(id)
		p.mu.Lock()
		defer p.mu.Unlock()
		fmt.Fprintln(w, p.text)
	}
	server := httptest.NewServer(http.HandlerFunc(view))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 30}}
	visit := func(patience time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprint(server.URL, "/?ticket=", rand.Intn(20)), nil)
		if r, err := client.Do(request); err == nil {
			discard(r.Body)
		}
	}
	load(15, 100*time.Millisecond, func() { visit(time.Second) })
	load(2, 100*time.Millisecond, func() { visit(60 * time.Millisecond) })
	for range time.Tick(200 * time.Millisecond) {
		topics[rand.Intn(20)].publish("moved")
	}
}

// stock-shards: the way out for an unknown item keeps the shard locked.

type shard struct {
	mu    sync.Mutex
	items map[int]int
}

func (s *shard) reserve(item int) error {
	s.mu.Lock()
	left, known := s.items[item]
	if !known {
		return errors.New("no such item")
	}
	if left == 0 {
		s.mu.Unlock()
		return errors.New("sold out")
	}
	s.items[item] = left - 1
	s.mu.Unlock()
	return nil
}

func stockShards() {
	shards := make([]*shard, 16)
	for i := range shards {
		shards[i] = &shard{items: map[int]int{}}
	}
	for item := 0; item < 1600; item++ {
		shards[item%16].items[item] = 1 << 20
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		item, _ := strconv.Atoi(r.URL.Query().Get("item"))
		if err := shards[item%16].reserve(item); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
		}
	}))
	client := &http.Client{Timeout: 400 * time.Millisecond, Transport: &http.Transport{MaxIdleConnsPerHost: 60}}
	order := func(item int) {
		if r, err := client.Get(fmt.Sprint(server.URL, "/?item=", item)); err == nil {
			discard(r.Body)
		}
	}
	load(40, 40*time.Millisecond, func() { order(rand.Intn(1600)) })
	time.Sleep(time.Second)
	order(1605)
}

// import-parts: a part that cannot be read is skipped, and with it the call of Done.

type importer struct{ slots chan struct{} }

func (im *importer) load(parts []string) error {
	var wg sync.WaitGroup
	var bad atomic.Int64
	for _, part := range parts {
		wg.Add(1)
		go func() {
			im.slots <- struct{}{}
			defer func() { <-im.slots }()
			n, err := strconv.Atoi(part)
			if err != nil {
				bad.Add(1)
				return
			}
			time.Sleep(time.Duration(n) * time.Millisecond)
			wg.Done()
		}()
	}
	wg.Wait()
	if bad.Load() > 0 {
		return errors.New("some parts are bad")
	}
	return nil
}

func importParts() {
	im := &importer{slots: make(chan struct{}, 16)}
	each(70*time.Millisecond, func() {
		parts := make([]string, 8)
		for i := range parts {
			parts[i] = strconv.Itoa(2 + rand.Intn(20))
		}
		if rand.Intn(3) == 0 {
			parts[3] = "n/a"
		}
		_ = im.load(parts)
	})
}

// grpc-price-watch: every change of the basket opens a new stream and forgets the one before.

type priceServer struct{ served atomic.Int64 }

func (p *priceServer) watch(stream grpc.ServerStream) error {
	var item wrapperspb.StringValue
	if err := stream.RecvMsg(&item); err != nil {
		return err
	}
	t := time.NewTicker(2 * time.Second)
	defer t.Stop()
	for {
		if err := stream.SendMsg(wrapperspb.String("9.95")); err != nil {
			return err
		}
		p.served.Add(1)
		select {
		case <-t.C:
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

var priceService = grpc.ServiceDesc{
	ServiceName: "prices.Prices",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{MethodName: "Get", Handler: func(srv any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		var in wrapperspb.StringValue
		if err := dec(&in); err != nil {
			return nil, err
		}
		time.Sleep(time.Duration(rand.Intn(10)) * time.Millisecond)
		return wrapperspb.String("9.95"), nil
	}}},
	Streams: []grpc.StreamDesc{{StreamName: "Watch", ServerStreams: true, Handler: func(srv any, stream grpc.ServerStream) error {
		return srv.(*priceServer).watch(stream)
	}}},
}

type catalog struct {
	conn   *grpc.ClientConn
	latest sync.Map
}

func (c *catalog) follow(item string) error {
	stream, err := c.conn.NewStream(context.Background(), &grpc.StreamDesc{StreamName: "Watch", ServerStreams: true}, "/prices.Prices/Watch")
	if err != nil {
		return err
	}
	if err := stream.SendMsg(wrapperspb.String(item)); err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for {
		var price wrapperspb.StringValue
		if err := stream.RecvMsg(&price); err != nil {
			return err
		}
		c.latest.Store(item, price.Value)
	}
}

func grpcPriceWatch() {
	s := grpc.NewServer()
	s.RegisterService(&priceService, &priceServer{})
	l := listen()
	go s.Serve(l)
	c := &catalog{conn: dialGRPC(l.Addr().String())}
	load(12, 60*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var price wrapperspb.StringValue
		_ = c.conn.Invoke(ctx, "/prices.Prices/Get", wrapperspb.String("milk"), &price)
	})
	each(90*time.Millisecond, func() { _ = c.follow(fmt.Sprint("item", rand.Intn(9))) })
}

// login-refresh: a session's token is renewed by a ticker that goes on when the session is over.

type session struct {
	mu    sync.Mutex
	token int
}

func (s *session) keepFresh() {
	for range time.NewTicker(200 * time.Millisecond).C {
		s.mu.Lock()
		s.token++
		s.mu.Unlock()
	}
}

func loginRefresh() {
	var mu sync.Mutex
	sessions := map[string]*session{}
	mux := http.NewServeMux()
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		s := &session{}
		mu.Lock()
		sessions[r.URL.RawQuery] = s
		mu.Unlock()
		go s.keepFresh()
	})
	mux.HandleFunc("/logout", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		delete(sessions, r.URL.RawQuery)
		mu.Unlock()
	})
	server := httptest.NewServer(mux)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 10}}
	get := func(path string) {
		if r, err := client.Get(server.URL + path); err == nil {
			discard(r.Body)
		}
	}
	load(10, 50*time.Millisecond, func() { get("/logout?nobody") })
	load(3, 130*time.Millisecond, func() {
		user := strconv.Itoa(rand.Int())
		get("/login?" + user)
		time.Sleep(60 * time.Millisecond)
		get("/logout?" + user)
	})
}

// tenant-queues: each upload gets a queue and two workers of its own; nobody closes the queue.

type tenant struct {
	queue chan []byte
	left  sync.WaitGroup
}

func (t *tenant) work() {
	for chunk := range t.queue {
		time.Sleep(time.Duration(len(chunk)) * time.Microsecond)
		t.left.Done()
	}
}

func tenantQueues() {
	shared := make(chan []byte, 50)
	for i := 0; i < 12; i++ {
		go func() {
			for range shared {
				time.Sleep(8 * time.Millisecond)
			}
		}()
	}
	go load(20, 50*time.Millisecond, func() { shared <- nil })
	upload := func(chunks int) {
		t := &tenant{queue: make(chan []byte, 16)}
		for i := 0; i < 2; i++ {
			go t.work()
		}
		for i := 0; i < chunks; i++ {
			t.left.Add(1)
			t.queue <- make([]byte, 1500)
		}
		t.left.Wait()
	}
	each(50*time.Millisecond, func() { upload(4 + rand.Intn(20)) })
}

// profile-flight: one profile's home answers no more; all that ask for it join the same call.

type profiles struct {
	flights singleflight.Group
	client  *http.Client
	home    string
}

func (p *profiles) get(user int) (string, error) {
	v, err, _ := p.flights.Do(strconv.Itoa(user), func() (any, error) {
		r, err := p.client.Get(fmt.Sprint(p.home, "/?user=", user))
		if err != nil {
			return "", err
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		return string(text), err
	})
	if err != nil {
		return "", err
	}
	return v.(string), nil
}

func profileFlight() {
	var broken atomic.Bool
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("user") == "13" && broken.Load() {
			<-r.Context().Done()
			return
		}
		time.Sleep(time.Duration(5+rand.Intn(20)) * time.Millisecond)
		_, _ = io.WriteString(w, "name and address")
	}))
	p := &profiles{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 30}}, home: home.URL}
	go each(12*time.Millisecond, func() { _, _ = p.get(rand.Intn(60)) })
	go each(60*time.Millisecond, func() { _, _ = p.get(13) })
	time.Sleep(700 * time.Millisecond)
	broken.Store(true)
}

// notify-retries: a message that a phone refuses is tried again for ever, each by a goroutine of its own.

type notifier struct{ sent atomic.Int64 }

func (n *notifier) push(phone int) error {
	time.Sleep(2 * time.Millisecond)
	if phone%20 == 0 {
		return errors.New("not registered")
	}
	n.sent.Add(1)
	return nil
}

func (n *notifier) retry(phone int) {
	policy := backoff.NewExponentialBackOff()
	policy.InitialInterval, policy.MaxInterval, policy.MaxElapsedTime = 50*time.Millisecond, 600*time.Millisecond, 0
	_ = backoff.Retry(func() error { return n.push(phone) }, policy)
}

func notifyRetries() {
	n := &notifier{}
	load(15, 60*time.Millisecond, func() {
		phone := rand.Intn(1000)
		if n.push(phone) != nil {
			go n.retry(phone)
		}
	})
}

// depot-doors: when a door opens only one of those before it is told.

type depot struct {
	mu   sync.Mutex
	cond *sync.Cond
	open bool
	in   int
}

func (d *depot) enter() {
	d.mu.Lock()
	for !d.open {
		d.cond.Wait()
	}
	d.in++
	d.mu.Unlock()
}

func (d *depot) unlock() {
	d.mu.Lock()
	d.open = true
	d.mu.Unlock()
	d.cond.Signal()
}

func depotDoors() {
	depots := make([]*depot, 4)
	for i := range depots {
		depots[i] = &depot{}
		depots[i].cond = sync.NewCond(&depots[i].mu)
	}
	q := newQueue(40)
	for i := 0; i < 6; i++ {
		go func() {
			for {
				time.Sleep(time.Duration(q.take()) * time.Millisecond)
			}
		}()
	}
	load(20, 60*time.Millisecond, func() { q.put(rand.Intn(10)) })
	time.Sleep(500 * time.Millisecond)
	for i := 0; i < 400; i++ {
		go depots[i%4].enter()
	}
	time.Sleep(500 * time.Millisecond)
	for _, d := range depots {
		d.unlock()
	}
	go each(80*time.Millisecond, depots[0].enter)
}

// modbus-gateway: sixty devices are asked in turn; five of them accept the connection and never answer. Whoever watches
// over the pollers gives such a device up, but not the poller.

type device struct{ conn net.Conn }

func (d *device) exchange(question uint16) (uint16, error) {
	if err := binary.Write(d.conn, binary.BigEndian, question); err != nil {
		return 0, err
	}
	var answer uint16
	err := binary.Read(d.conn, binary.BigEndian, &answer)
	return answer, err
}

func (d *device) poll() {
	for {
		answered := make(chan uint16, 1)
		go func() {
			if answer, err := d.exchange(40001); err == nil {
				answered <- answer
			}
		}()
		select {
		case <-answered:
			time.Sleep(time.Duration(150+rand.Intn(100)) * time.Millisecond)
		case <-time.After(500 * time.Millisecond):
			return
		}
	}
}

func answerModbus(conn net.Conn) {
	defer conn.Close()
	for {
		var question uint16
		if binary.Read(conn, binary.BigEndian, &question) != nil {
			return
		}
		time.Sleep(time.Duration(3+rand.Intn(15)) * time.Millisecond)
		if binary.Write(conn, binary.BigEndian, question+1) != nil {
			return
		}
	}
}

func modbusGateway() {
	live, hung := listen(), listen()
	go func() {
		for {
			conn, err := live.Accept()
			if err != nil {
				return
			}
			go answerModbus(conn)
		}
	}()
	for i := 0; i < 60; i++ {
		address := live.Addr()
		if i%12 == 7 {
			address = hung.Addr()
		}
		conn, err := net.Dial("tcp", address.String())
		must(err)
		go (&device{conn: conn}).poll()
		time.Sleep(25 * time.Millisecond)
	}
	forever.Add(1)
	forever.Wait()
	_ = hung.Close()
}

// reload-workers: with each new configuration a stage is made anew; the workers of the old one are not told.

type stage struct {
	in    chan int
	count atomic.Int64
}

func newStage(workers int) *stage {
	s := &stage{in: make(chan int)}
	for i := 0; i < workers; i++ {
		go s.worker()
	}
	go s.report()
	return s
}

func (s *stage) worker() {
	for n := range s.in {
		time.Sleep(time.Duration(n) * time.Millisecond)
		s.count.Add(1)
	}
}

func (s *stage) report() {
	for range time.Tick(300 * time.Millisecond) {
		_ = s.count.Load()
	}
}

func reloadWorkers() {
	var current atomic.Pointer[stage]
	current.Store(newStage(10))
	load(25, 30*time.Millisecond, func() { current.Load().in <- rand.Intn(10) })
	for range time.Tick(600 * time.Millisecond) {
		current.Store(newStage(10))
	}
}

// cart-events: a page that shows a cart subscribes to it in redis and does not close the subscription.

type cart struct{ rdb *redis.Client }

func (c *cart) follow(id string, changed chan<- string) {
	for m := range c.rdb.Subscribe(context.Background(), "cart:"+id).Channel() {
		select {
		case changed <- m.Payload:
		default:
		}
	}
}

func cartEvents() {
	store, err := miniredis.Run()
	must(err)
	rdb := redis.NewClient(&redis.Options{Addr: store.Addr(), PoolSize: 20})
	c := &cart{rdb: rdb}
	show := func(w http.ResponseWriter, r *http.Request) {
		changed := make(chan string, 1)
		go c.follow(r.URL.RawQuery, changed)
		select {
		case text := <-changed:
			_, _ = io.WriteString(w, text)
		case <-time.After(100 * time.Millisecond):
			w.WriteHeader(http.StatusNoContent)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(show))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 10}}
	load(15, 40*time.Millisecond, func() { _ = rdb.Incr(context.Background(), "seen").Err() })
	load(5, 100*time.Millisecond, func() { _ = rdb.Publish(context.Background(), fmt.Sprint("cart:", rand.Intn(20)), "2 items").Err() })
	load(2, 120*time.Millisecond, func() {
		if r, err := client.Get(fmt.Sprint(server.URL, "/?", rand.Intn(20))); err == nil {
			discard(r.Body)
		}
	})
}

// report-cancel: a report tails three sources under a context that is cancelled only when the report is whole.

type tail struct{ source int }

func (t *tail) run(ctx context.Context, out chan<- int) {
	for n := 0; ; n++ {
		time.Sleep(time.Duration(1+rand.Intn(6)) * time.Millisecond)
		select {
		case out <- t.source*1000 + n:
		case <-ctx.Done():
			return
		}
	}
}

func report(lines int) error {
	ctx, cancel := context.WithCancel(context.Background())
	out := make(chan int)
	for i := 0; i < 3; i++ {
		go (&tail{i}).run(ctx, out)
	}
	for i := 0; i < lines; i++ {
		if n := <-out; n%1000 == 25 {
			return errors.New("a line that cannot be read")
		}
	}
	cancel()
	return nil
}

func reportCancel() {
	load(6, 40*time.Millisecond, func() { _ = report(10 + rand.Intn(30)) })
	load(2, 300*time.Millisecond, func() { _ = report(100) })
}
