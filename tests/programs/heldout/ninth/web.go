// SPDX-License-Identifier: GPL-3.0-or-later

// Services that speak HTTP: an API over a database, a proxy with backends, chat rooms, events, long polling.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gorilla/websocket"
	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/time/rate"
	"gopkg.in/natefinch/lumberjack.v2"
	_ "modernc.org/sqlite"
)

func init() {
	healthy("orders-api", true, ordersAPI)
	healthy("edge-proxy", true, edgeProxy)
	healthy("chat-rooms", true, chatRooms)
	healthy("sse-dashboard", true, sseDashboard)
	healthy("long-poll-devices", true, longPollDevices)
	healthy("rolling-restart", false, rollingRestart)
}

// orders-api: JSON over HTTP, sqlite behind database/sql with a small pool, a rotating log, a rate limit per server.

type orders struct {
	db    *sql.DB
	log   *zap.Logger
	limit *rate.Limiter
}

func ordersAPI() {
	folder := scratch()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "orders.db")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)")
	must(err)
	db.SetMaxOpenConns(6)
	db.SetMaxIdleConns(6)
	_, err = db.Exec("create table orders (id integer primary key, customer text, cents integer, state text)")
	must(err)
	rotate := &lumberjack.Logger{Filename: filepath.Join(folder, "orders.log"), MaxSize: 1, MaxBackups: 3, Compress: true}
	buffered := &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(rotate), FlushInterval: 500 * time.Millisecond}
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), buffered, zap.InfoLevel)
	o := &orders{db: db, log: zap.New(core), limit: rate.NewLimiter(400, 50)}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", o.create)
	mux.HandleFunc("GET /orders/{id}", o.get)
	mux.HandleFunc("GET /orders", o.list)
	server := &http.Server{Handler: o.logged(mux), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	l := listen()
	base := "http://" + l.Addr().String()

	transport := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	load(24, 120*time.Millisecond, func() {
		body, _ := json.Marshal(map[string]any{"customer": fmt.Sprint("c", rand.Intn(50)), "cents": rand.Intn(90000)})
		if r, err := client.Post(base+"/orders", "application/json", bytes.NewReader(body)); err == nil {
			discard(r.Body)
		}
	})
	load(30, 60*time.Millisecond, func() {
		if r, err := client.Get(base + "/orders/" + strconv.Itoa(1+rand.Intn(100))); err == nil {
			discard(r.Body)
		}
	})
	load(4, 500*time.Millisecond, func() {
		if r, err := client.Get(base + "/orders"); err == nil {
			discard(r.Body)
		}
	})

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	go func() {
		<-ctx.Done()
		timeout, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = server.Shutdown(timeout)
	}()
	_ = server.Serve(l)
}

func (o *orders) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		if err := o.limit.Wait(r.Context()); err != nil {
			http.Error(w, "busy", http.StatusTooManyRequests)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
		o.log.Info("request", zap.String("path", r.URL.Path), zap.Duration("took", time.Since(start)))
	})
}

func (o *orders) create(w http.ResponseWriter, r *http.Request) {
	var order struct {
		Customer string
		Cents    int
	}
	if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	tx, err := o.db.BeginTx(r.Context(), nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer tx.Rollback()
	result, err := tx.ExecContext(r.Context(), "insert into orders (customer, cents, state) values (?, ?, 'new')", order.Customer, order.Cents)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	id, _ := result.LastInsertId()
	fmt.Fprint(w, id)
}

func (o *orders) get(w http.ResponseWriter, r *http.Request) {
	var customer, state string
	var cents int
	err := o.db.QueryRowContext(r.Context(), "select customer, cents, state from orders where id = ?", r.PathValue("id")).Scan(&customer, &cents, &state)
	if errors.Is(err, sql.ErrNoRows) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"customer": customer, "cents": cents, "state": state})
}

func (o *orders) list(w http.ResponseWriter, r *http.Request) {
	rows, err := o.db.QueryContext(r.Context(), "select customer, sum(cents) from orders group by customer")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer rows.Close()
	sums := map[string]int{}
	for rows.Next() {
		var customer string
		var sum int
		if err := rows.Scan(&customer, &sum); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		sums[customer] = sum
	}
	_ = json.NewEncoder(w).Encode(sums)
}

// edge-proxy: TLS and HTTP/2 in front, three backends, a check of each and a breaker per backend.

type upstream struct {
	proxy   *httputil.ReverseProxy
	address *url.URL
	breaker *gobreaker.CircuitBreaker
	up      atomic.Bool
}

func edgeProxy() {
	transport := &http.Transport{MaxIdleConnsPerHost: 128, ResponseHeaderTimeout: 2 * time.Second}
	var ups []*upstream
	for i := 0; i < 3; i++ {
		i := i
		mux := http.NewServeMux()
		mux.HandleFunc("/ready", func(w http.ResponseWriter, r *http.Request) {})
		mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Duration(5+rand.Intn(30)) * time.Millisecond)
			_, _ = w.Write(bytes.Repeat([]byte("page "), 2000))
		})
		mux.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(time.Duration(200+100*i) * time.Millisecond):
				fmt.Fprint(w, "found")
			case <-r.Context().Done():
			}
		})
		backend := httptest.NewServer(mux)
		address, err := url.Parse(backend.URL)
		must(err)
		u := &upstream{address: address, proxy: httputil.NewSingleHostReverseProxy(address),
			breaker: gobreaker.NewCircuitBreaker(gobreaker.Settings{Name: address.Host, Timeout: time.Second})}
		u.proxy.Transport = transport
		u.proxy.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) { w.WriteHeader(http.StatusBadGateway) }
		u.up.Store(true)
		go u.check(transport)
		ups = append(ups, u)
	}
	var next atomic.Int64
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range ups {
			u := ups[int(next.Add(1))%len(ups)]
			if u.up.Load() && u.breaker.State() != gobreaker.StateOpen {
				u.proxy.ServeHTTP(w, r)
				return
			}
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	front.EnableHTTP2 = true
	front.StartTLS()
	for i := 0; i < 6; i++ {
		client := &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{
			ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
		load(12, 150*time.Millisecond, func() {
			if r, err := client.Get(front.URL + "/page"); err == nil {
				discard(r.Body)
			}
		})
		load(4, 300*time.Millisecond, func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(250+rand.Intn(300))*time.Millisecond)
			defer cancel()
			request, _ := http.NewRequestWithContext(ctx, http.MethodGet, front.URL+"/search", nil)
			if r, err := client.Do(request); err == nil {
				discard(r.Body)
			}
		})
	}
	forever.Add(1)
	forever.Wait()
}

func (u *upstream) check(transport http.RoundTripper) {
	client := &http.Client{Transport: transport, Timeout: time.Second}
	for range time.Tick(400 * time.Millisecond) {
		_, err := u.breaker.Execute(func() (any, error) {
			r, err := client.Get(u.address.String() + "/ready")
			if err != nil {
				return nil, err
			}
			discard(r.Body)
			return nil, nil
		})
		u.up.Store(err == nil)
	}
}

// chat-rooms: a hub per room, a reader and a writer for each of some hundred members, most of which only listen.

type room struct {
	join, part chan *member
	post       chan []byte
}

type member struct {
	conn *websocket.Conn
	out  chan []byte
}

func newRoom() *room {
	r := &room{join: make(chan *member), part: make(chan *member), post: make(chan []byte, 64)}
	go r.run()
	return r
}

func (r *room) run() {
	members := map[*member]bool{}
	for {
		select {
		case m := <-r.join:
			members[m] = true
		case m := <-r.part:
			if members[m] {
				delete(members, m)
				close(m.out)
			}
		case text := <-r.post:
			for m := range members {
				select {
				case m.out <- text:
				default:
					delete(members, m)
					close(m.out)
				}
			}
		}
	}
}

func (m *member) read(r *room) {
	defer func() {
		r.part <- m
		_ = m.conn.Close()
	}()
	_ = m.conn.SetReadDeadline(time.Now().Add(time.Minute))
	m.conn.SetPongHandler(func(string) error { return m.conn.SetReadDeadline(time.Now().Add(time.Minute)) })
	for {
		_, text, err := m.conn.ReadMessage()
		if err != nil {
			return
		}
		r.post <- text
	}
}

func (m *member) write() {
	ping := time.NewTicker(20 * time.Second)
	defer ping.Stop()
	defer m.conn.Close()
	for {
		select {
		case text, open := <-m.out:
			_ = m.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
			if !open {
				_ = m.conn.WriteMessage(websocket.CloseMessage, nil)
				return
			}
			if m.conn.WriteMessage(websocket.TextMessage, text) != nil {
				return
			}
		case <-ping.C:
			if m.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(5*time.Second)) != nil {
				return
			}
		}
	}
}

func chatRooms() {
	rooms := make([]*room, 40)
	for i := range rooms {
		rooms[i] = newRoom()
	}
	upgrader := websocket.Upgrader{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("room"))
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		m := &member{conn: conn, out: make(chan []byte, 64)}
		rooms[n].join <- m
		go m.write()
		go m.read(rooms[n])
	}))
	address := "ws" + server.URL[len("http"):]
	visit := func(i int) *websocket.Conn {
		conn, _, err := websocket.DefaultDialer.Dial(fmt.Sprintf("%s/?room=%d", address, i%len(rooms)), nil)
		must(err)
		return conn
	}
	for i := 0; i < 1000; i++ {
		conn := visit(i)
		go func() {
			for {
				if _, _, err := conn.ReadMessage(); err != nil {
					return
				}
			}
		}()
		if i%25 == 0 {
			go func() {
				for {
					time.Sleep(time.Duration(500+rand.Intn(3000)) * time.Millisecond)
					if conn.WriteMessage(websocket.TextMessage, []byte("hello all")) != nil {
						return
					}
				}
			}()
		}
	}
	// Some come for a moment and go.
	load(5, 700*time.Millisecond, func() {
		conn := visit(rand.Intn(1000))
		_ = conn.SetReadDeadline(time.Now().Add(400 * time.Millisecond))
		_, _, _ = conn.ReadMessage()
		_ = conn.Close()
	})
}

// sse-dashboard: events come over redis, each instance has one subscription and hands on to the browsers.

type board struct {
	mu       sync.RWMutex
	browsers map[chan string]struct{}
}

func (b *board) feed(sub *redis.PubSub) {
	for m := range sub.Channel() {
		b.mu.RLock()
		for c := range b.browsers {
			select {
			case c <- m.Payload:
			default:
			}
		}
		b.mu.RUnlock()
	}
}

func (b *board) stream(w http.ResponseWriter, r *http.Request) {
	c := make(chan string, 16)
	b.mu.Lock()
	b.browsers[c] = struct{}{}
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.browsers, c)
		b.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(w)
	_ = control.Flush()
	beat := time.NewTicker(5 * time.Second)
	defer beat.Stop()
	for {
		var err error
		select {
		case text := <-c:
			_, err = fmt.Fprintf(w, "data: %s\n\n", text)
		case <-beat.C:
			_, err = io.WriteString(w, ": beat\n\n")
		case <-r.Context().Done():
			return
		}
		if err != nil || control.Flush() != nil {
			return
		}
	}
}

func sseDashboard() {
	store, err := miniredis.Run()
	must(err)
	rdb := redis.NewClient(&redis.Options{Addr: store.Addr()})
	b := &board{browsers: map[chan string]struct{}{}}
	go b.feed(rdb.Subscribe(context.Background(), "metrics"))
	server := httptest.NewServer(http.HandlerFunc(b.stream))
	client := &http.Client{Transport: &http.Transport{}}
	watch := func(ctx context.Context) {
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		response, err := client.Do(request)
		if err != nil {
			return
		}
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
		}
	}
	for i := 0; i < 250; i++ {
		go watch(context.Background())
	}
	// Tabs that are opened and closed again.
	load(10, 200*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(300+rand.Intn(1200))*time.Millisecond)
		defer cancel()
		watch(ctx)
	})
	for n := range time.Tick(150 * time.Millisecond) {
		_ = rdb.Publish(context.Background(), "metrics", n.String()).Err()
	}
}

// long-poll-devices: three hundred devices ask for commands and wait up to some seconds for one.

type mailbox struct {
	mu   sync.Mutex
	wait map[string]chan string
}

func (m *mailbox) box(device string) chan string {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, known := m.wait[device]
	if !known {
		c = make(chan string, 8)
		m.wait[device] = c
	}
	return c
}

func (m *mailbox) poll(w http.ResponseWriter, r *http.Request) {
	timeout := time.NewTimer(2500 * time.Millisecond)
	defer timeout.Stop()
	select {
	case command := <-m.box(r.URL.Query().Get("device")):
		_, _ = io.WriteString(w, command)
	case <-timeout.C:
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}

func longPollDevices() {
	m := &mailbox{wait: map[string]chan string{}}
	l := listen()
	server := &http.Server{Handler: http.HandlerFunc(m.poll)}
	go server.Serve(l)
	for i := 0; i < 300; i++ {
		device := fmt.Sprint("device-", i)
		client := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: time.Second}).DialContext}}
		go func() {
			for {
				r, err := client.Get("http://" + l.Addr().String() + "/?device=" + device)
				if err != nil {
					time.Sleep(time.Second)
					continue
				}
				discard(r.Body)
			}
		}()
	}
	for range time.Tick(20 * time.Millisecond) {
		select {
		case m.box(fmt.Sprint("device-", rand.Intn(300))) <- "refresh":
		default:
		}
	}
}

// rolling-restart: one instance is started, the one before it is drained and shut down, clients go on meanwhile.

type instance struct {
	server *http.Server
	cancel context.CancelFunc
	jobs   chan int
	done   sync.WaitGroup
	base   string
}

func startInstance() *instance {
	ctx, cancel := context.WithCancel(context.Background())
	in := &instance{cancel: cancel, jobs: make(chan int, 100)}
	mux := http.NewServeMux()
	mux.HandleFunc("/enqueue", func(w http.ResponseWriter, r *http.Request) {
		select {
		case in.jobs <- rand.Intn(20):
			w.WriteHeader(http.StatusAccepted)
		case <-time.After(50 * time.Millisecond):
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	for i := 0; i < 8; i++ {
		in.done.Add(1)
		go in.worker()
	}
	in.done.Add(1)
	go in.report(ctx)
	in.server = &http.Server{Handler: mux}
	l := listen()
	in.base = "http://" + l.Addr().String()
	go in.server.Serve(l)
	return in
}

func (in *instance) worker() {
	defer in.done.Done()
	for n := range in.jobs {
		time.Sleep(time.Duration(n) * time.Millisecond)
	}
}

func (in *instance) report(ctx context.Context) {
	defer in.done.Done()
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

func (in *instance) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = in.server.Shutdown(ctx)
	in.cancel()
	close(in.jobs)
	in.done.Wait()
}

func rollingRestart() {
	var current atomic.Pointer[instance]
	current.Store(startInstance())
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 40, IdleConnTimeout: 500 * time.Millisecond}}
	load(40, 80*time.Millisecond, func() {
		if r, err := client.Post(current.Load().base+"/enqueue", "text/plain", nil); err == nil {
			discard(r.Body)
		}
	})
	for range time.Tick(900 * time.Millisecond) {
		old := current.Swap(startInstance())
		old.stop()
	}
}
