// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"
	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	mqttclient "github.com/eclipse/paho.mqtt.golang"
	"github.com/gofiber/fiber/v2"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/hashicorp/yamux"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"golang.org/x/time/rate"
	"google.golang.org/protobuf/types/known/wrapperspb"
	_ "modernc.org/sqlite"
)

func init() {
	healthy("echo_sqlite_orders", true, echoSqliteOrders)
	healthy("mqtt_rare_alarms", false, mqttRareAlarms)
	healthy("connect_prices", false, connectPrices)
	healthy("retry_rate_limited", false, retryRateLimited)
	healthy("yamux_tunnel", false, yamuxTunnel)
	healthy("otel_checkout", true, otelCheckout)
	healthy("websocket_rooms", false, websocketRooms)
	healthy("fiber_longpoll", false, fiberLongpoll)
}

// An order service: echo before sqlite, a pool of four connections, writers that wait for each other, and a statistics
// job that comes now and then.
func echoSqliteOrders() {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(scratch(), "orders.db")+
		"?_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	must(err)
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	db.SetConnMaxIdleTime(time.Minute)
	_, err = db.Exec(`create table orders (id integer primary key, customer text, cents integer)`)
	must(err)

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Use(middleware.Recover(), middleware.RequestID(), middleware.ContextTimeout(2*time.Second))
	e.POST("/orders", func(c echo.Context) error {
		var order struct {
			Customer string
			Cents    int
		}
		if err := c.Bind(&order); err != nil {
			return err
		}
		tx, err := db.BeginTx(c.Request().Context(), nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.Exec(`insert into orders (customer, cents) values (?, ?)`, order.Customer, order.Cents); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		return c.NoContent(http.StatusCreated)
	})
	e.GET("/orders/:customer", func(c echo.Context) error {
		rows, err := db.QueryContext(c.Request().Context(),
			`select id, cents from orders where customer = ? order by id desc limit 10`, c.Param("customer"))
		if err != nil {
			return err
		}
		defer rows.Close()
		found := map[int]int{}
		for rows.Next() {
			var id, cents int
			if err := rows.Scan(&id, &cents); err != nil {
				return err
			}
			found[id] = cents
		}
		return c.JSON(http.StatusOK, found)
	})
	e.Listener = listen()
	base := "http://" + e.Listener.Addr().String()
	go func() { _ = e.Start("") }()

	go func() {
		for range time.Tick(700 * time.Millisecond) {
			var n, sum sql.NullInt64
			_ = db.QueryRow(`select count(*), sum(cents) from orders`).Scan(&n, &sum)
		}
	}()
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: 3 * time.Second}
	load(5, 60*time.Millisecond, func() {
		body := fmt.Sprintf(`{"customer":"c%d","cents":%d}`, rand.Intn(20), rand.Intn(9000))
		if r, err := web.Post(base+"/orders", "application/json", strings.NewReader(body)); err == nil {
			discard(r.Body)
		}
	})
	load(6, 45*time.Millisecond, func() {
		if r, err := web.Get(fmt.Sprintf("%s/orders/c%d", base, rand.Intn(20))); err == nil {
			discard(r.Body)
		}
	})
}

// A broker with a dozen subscribers that wait for alarms; one comes every second and a half, and a meter says little.
func mqttRareAlarms() {
	broker := mqtt.New(&mqtt.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(broker.AddHook(new(auth.AllowHook), nil))
	l := listen()
	must(broker.AddListener(listeners.NewNet("tcp", l)))
	must(broker.Serve())

	connect := func(id string) mqttclient.Client {
		c := mqttclient.NewClient(mqttclient.NewClientOptions().AddBroker("tcp://" + l.Addr().String()).
			SetClientID(id).SetKeepAlive(30 * time.Second).SetOrderMatters(false))
		t := c.Connect()
		t.Wait()
		must(t.Error())
		return c
	}
	var seen atomic.Int64
	for i := 0; i < 12; i++ {
		c := connect(fmt.Sprintf("panel-%d", i))
		c.Subscribe(fmt.Sprintf("alarms/floor%d/#", i%4), 1, func(_ mqttclient.Client, m mqttclient.Message) { seen.Add(1) }).Wait()
		time.Sleep(40 * time.Millisecond)
	}
	meter := connect("meter")
	go func() {
		for range time.Tick(300 * time.Millisecond) {
			meter.Publish("power/main", 0, false, "230").Wait()
		}
	}()
	alarm := connect("smoke")
	for i := 0; ; i++ {
		time.Sleep(1500 * time.Millisecond)
		alarm.Publish(fmt.Sprintf("alarms/floor%d/smoke", i%4), 1, false, "on").Wait()
	}
}

type tape struct {
	mu    sync.Mutex
	price float64
	moved chan struct{}
}

func (t *tape) now() (float64, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.price, t.moved
}

func (t *tape) move() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.price += rand.Float64() - 0.5
	close(t.moved)
	t.moved = make(chan struct{})
}

// Server streams of prices: two dashboards stay, others take twenty ticks and go; outside of trading hours (half of
// the time) nothing moves.
func connectPrices() {
	const procedure = "/prices.v1.Prices/Watch"
	gold := &tape{price: 100, moved: make(chan struct{})}
	mux := http.NewServeMux()
	mux.Handle(procedure, connect.NewServerStreamHandler(procedure, func(ctx context.Context,
		_ *connect.Request[wrapperspb.StringValue], s *connect.ServerStream[wrapperspb.DoubleValue]) error {
		for {
			price, moved := gold.now()
			if err := s.Send(wrapperspb.Double(price)); err != nil {
				return err
			}
			select {
			case <-moved:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}))
	l := listen()
	go func() { _ = http.Serve(l, h2c.NewHandler(mux, &http2.Server{})) }()
	go func() {
		for {
			for i := 0; i < 30; i++ {
				gold.move()
				time.Sleep(25 * time.Millisecond)
			}
			time.Sleep(750 * time.Millisecond)
		}
	}()
	web := &http.Client{Transport: &http2.Transport{AllowHTTP: true,
		DialTLSContext: func(ctx context.Context, network, address string, _ *tls.Config) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		}}}
	prices := connect.NewClient[wrapperspb.StringValue, wrapperspb.DoubleValue](
		web, "http://"+l.Addr().String()+procedure, connect.WithGRPC())
	watch := func(ticks int) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		s, err := prices.CallServerStream(ctx, connect.NewRequest(wrapperspb.String("XAU")))
		if err != nil {
			return
		}
		defer s.Close()
		for i := 0; i != ticks && s.Receive(); i++ {
		}
		cancel()
	}
	go watch(-1)
	go watch(-1)
	load(5, 100*time.Millisecond, func() { watch(20) })
}

// Callers that wait for a limiter, then for an upstream that fails four times of ten and is asked again with backoff.
func retryRateLimited() {
	upstream := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(5+rand.Intn(15)) * time.Millisecond)
		if rand.Intn(10) < 4 {
			w.Header().Set("X-Shed", "1")
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok")
	})
	l := listen()
	go func() { _ = http.Serve(l, upstream) }()
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.RetryMax = 4
	c.RetryWaitMin, c.RetryWaitMax = 30*time.Millisecond, 400*time.Millisecond
	tenants := make([]*rate.Limiter, 5)
	for i := range tenants {
		tenants[i] = rate.NewLimiter(rate.Limit(10+2*i), 2)
	}
	load(25, 20*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if tenants[rand.Intn(len(tenants))].Wait(ctx) != nil {
			return
		}
		q, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String()+"/quote", nil)
		must(err)
		if r, err := c.Do(q); err == nil {
			discard(r.Body)
		}
	})
}

// An agent behind a firewall that has dialled a relay; visitors of the relay are carried to it in streams.
func yamuxTunnel() {
	quiet := yamux.DefaultConfig()
	quiet.LogOutput = io.Discard
	inside := listen()
	go func() {
		_ = http.Serve(inside, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Duration(rand.Intn(20)) * time.Millisecond)
			_, _ = w.Write(bytes.Repeat([]byte("page "), 2000))
		}))
	}()
	relay, public := listen(), listen()
	sessions := make(chan *yamux.Session, 1)
	go func() {
		for {
			c, err := relay.Accept()
			if err != nil {
				return
			}
			s, err := yamux.Server(c, quiet)
			must(err)
			sessions <- s
		}
	}()
	go func() { // the agent
		c, err := net.Dial("tcp", relay.Addr().String())
		must(err)
		s, err := yamux.Client(c, quiet)
		must(err)
		for {
			stream, err := s.Accept()
			if err != nil {
				return
			}
			go func() {
				local, err := net.Dial("tcp", inside.Addr().String())
				if err != nil {
					_ = stream.Close()
					return
				}
				splice(stream, local)
			}()
		}
	}()
	tunnel := <-sessions
	go func() {
		for {
			visitor, err := public.Accept()
			if err != nil {
				return
			}
			go func() {
				stream, err := tunnel.Open()
				if err != nil {
					_ = visitor.Close()
					return
				}
				splice(visitor, stream)
			}()
		}
	}()
	stays := &http.Client{}
	goes := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get := func(c *http.Client) func() {
		return func() {
			if r, err := c.Get("http://" + public.Addr().String()); err == nil {
				discard(r.Body)
			}
		}
	}
	load(2, 500*time.Millisecond, get(stays))
	load(4, 80*time.Millisecond, get(goes))
}

func splice(a, b net.Conn) {
	var both sync.WaitGroup
	both.Add(2)
	carry := func(to, from net.Conn) {
		defer both.Done()
		_, _ = io.Copy(to, from)
		_ = to.Close()
		_ = from.Close()
	}
	go carry(a, b)
	go carry(b, a)
	both.Wait()
}

// A checkout that is traced and counted: spans go out in batches, a scraper comes each half second.
func otelCheckout() {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(spans, sdktrace.WithBatchTimeout(800*time.Millisecond), sdktrace.WithMaxExportBatchSize(64)),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.5))))
	go func() {
		for range time.Tick(2 * time.Second) {
			spans.Reset()
		}
	}()
	tracer := provider.Tracer("checkout")
	registry := prometheus.NewRegistry()
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "step_seconds"}, []string{"step"})
	registry.MustRegister(took)
	step := func(ctx context.Context, name string, d time.Duration) {
		_, span := tracer.Start(ctx, name)
		defer span.End()
		span.SetAttributes(attribute.Int("basket", rand.Intn(10)))
		time.Sleep(d)
		took.WithLabelValues(name).Observe(d.Seconds())
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("/checkout", otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		step(r.Context(), "reserve", 5*time.Millisecond)
		var two sync.WaitGroup
		two.Add(2)
		go func() {
			defer two.Done()
			step(r.Context(), "charge", time.Duration(10+rand.Intn(30))*time.Millisecond)
		}()
		go func() { defer two.Done(); step(r.Context(), "ship", 12*time.Millisecond) }()
		two.Wait()
	}), "checkout", otelhttp.WithTracerProvider(provider)))
	l := listen()
	go func() { _ = http.Serve(l, mux) }()
	base := "http://" + l.Addr().String()
	web := &http.Client{Transport: otelhttp.NewTransport(&http.Transport{MaxIdleConnsPerHost: 12}, otelhttp.WithTracerProvider(provider))}
	load(8, 90*time.Millisecond, func() {
		if r, err := web.Get(base + "/checkout"); err == nil {
			discard(r.Body)
		}
	})
	load(1, 500*time.Millisecond, func() {
		if r, err := http.Get(base + "/metrics"); err == nil {
			discard(r.Body)
		}
	})
}

type member struct{ say chan string }

type room struct {
	mu      sync.Mutex
	members map[*member]bool
}

func (r *room) join() *member {
	m := &member{say: make(chan string, 8)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[m] = true
	return m
}

func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, m)
}

func (r *room) tell(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members {
		select {
		case m.say <- s:
		default: // slow readers miss some
		}
	}
}

// Chat rooms: listeners that never say a word, talkers that come, say three things and leave.
func websocketRooms() {
	rooms := [4]*room{}
	for i := range rooms {
		rooms[i] = &room{members: map[*member]bool{}}
	}
	var count atomic.Int64
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer func() { _ = c.CloseNow() }()
			in := rooms[int(count.Add(1))%len(rooms)]
			me := in.join()
			defer in.leave(me)
			ctx, cancel := context.WithCancel(r.Context())
			go func() {
				defer cancel()
				for {
					var said string
					if wsjson.Read(ctx, c, &said) != nil {
						return
					}
					in.tell(said)
				}
			}()
			ping := time.NewTicker(time.Second)
			defer ping.Stop()
			for {
				select {
				case s := <-me.say:
					if wsjson.Write(ctx, c, s) != nil {
						return
					}
				case <-ping.C:
					if c.Ping(ctx) != nil {
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}))
	}()
	dial := func(ctx context.Context) *websocket.Conn {
		c, _, err := websocket.Dial(ctx, "ws://"+l.Addr().String(), nil)
		if err != nil {
			return nil
		}
		return c
	}
	for i := 0; i < 10; i++ {
		go func() {
			c := dial(context.Background())
			for c != nil {
				var s string
				if wsjson.Read(context.Background(), c, &s) != nil {
					return
				}
			}
		}()
		time.Sleep(20 * time.Millisecond)
	}
	load(6, 200*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		c := dial(ctx)
		if c == nil {
			return
		}
		for i := 0; i < 3; i++ {
			_ = wsjson.Write(ctx, c, "hello")
			var s string
			if wsjson.Read(ctx, c, &s) != nil {
				break
			}
			time.Sleep(70 * time.Millisecond)
		}
		_ = c.Close(websocket.StatusNormalClosure, "")
	})
}

// A fiber service where forty phones ask for news and are held until there are some or a second and a half is over.
func fiberLongpoll() {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Concurrency: 1024})
	news := &tape{moved: make(chan struct{})}
	app.Get("/news", func(c *fiber.Ctx) error {
		_, moved := news.now()
		wait := time.NewTimer(1500 * time.Millisecond)
		defer wait.Stop()
		select {
		case <-moved:
			at, _ := news.now()
			return c.JSON(fiber.Map{"at": at})
		case <-wait.C:
			return c.SendStatus(fiber.StatusNoContent)
		}
	})
	app.Post("/news", func(c *fiber.Ctx) error {
		if !json.Valid(c.Body()) {
			return errors.New("not JSON")
		}
		news.move()
		return c.SendStatus(fiber.StatusAccepted)
	})
	l := listen()
	go func() { _ = app.Listener(l) }()
	base := "http://" + l.Addr().String() + "/news"
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	load(40, 30*time.Millisecond, func() {
		if r, err := web.Get(base); err == nil {
			discard(r.Body)
		}
	})
	for {
		time.Sleep(time.Duration(900+rand.Intn(1400)) * time.Millisecond)
		if r, err := web.Post(base, "application/json", strings.NewReader(`{}`)); err == nil {
			discard(r.Body)
		}
	}
}
