// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/fsnotify/fsnotify"
	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/panjf2000/ants/v2"
	"github.com/quic-go/quic-go"
	"github.com/redis/go-redis/v9"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

func leakingLate(name string, run func(), functions ...string) {
	add(name, program{leaks: functions, late: true, run: run})
}

func init() {
	leaking("pgx_rows_open", pgxRowsOpen, "main.(*reports).monthly", "github.com/jackc/puddle/v2.(*Pool[")
	leaking("nats_sub_per_request", natsSubPerRequest,
		"github.com/nats-io/nats%2ego.(*Conn).waitForMsgs", "github.com/nats-io/nats.go.(*Conn).waitForMsgs")
	leakingLate("redis_pubsub_channel", redisPubsubChannel, "github.com/redis/go-redis/v9.(*channel).initMsgChan.func1",
		"github.com/redis/go-redis/v9.(*channel).initHealthCheck.func1", "github.com/alicebob/miniredis/v2/server.(*Server).servePeer",
		"github.com/alicebob/miniredis/v2.monitorPublish", "github.com/alicebob/miniredis/v2.monitorPpublish")
	leaking("grpc_watch_per_probe", grpcWatchPerProbe, "google.golang.org/grpc.newClientStreamWithParams.func",
		"google.golang.org/grpc/health.(*Server).Watch")
	leaking("webhook_body_open", webhookBodyOpen, "net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop",
		"net/http.(*conn).serve")
	leakingLate("fsnotify_per_reload", fsnotifyPerReload, "github.com/fsnotify/fsnotify.(*inotify).readEvents")
	leaking("otel_provider_per_tenant", otelProviderPerTenant, "go.opentelemetry.io/otel/sdk/trace.NewBatchSpanProcessor",
		"go.opentelemetry.io/otel/sdk/trace.(*batchSpanProcessor).processQueue")
	leaking("sql_tx_error_path", sqlTxErrorPath, "database/sql.(*Tx).awaitDone")
	leaking("ants_search_timeout", antsSearchTimeout, "main.(*searcher).query", "github.com/panjf2000/ants/v2.(*goWorker).run",
		"github.com/panjf2000/ants/v2.(*poolCommon).retrieveWorker")
	leakingLate("quic_dial_per_fetch", quicDialPerFetch, "github.com/quic-go/quic-go.(*Conn).run", "main.quicSession",
		"github.com/quic-go/quic-go.(*Transport).listen", "github.com/quic-go/quic-go.(*Transport).runSendQueue",
		"github.com/quic-go/quic-go.(*sendQueue).Run")
}

type reports struct{ pool *pgxpool.Pool }

func (s *reports) monthly(w http.ResponseWriter, r *http.Request) {
	rows, err := s.pool.Query(context.Background(), "select name from sales") // not the request's context
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			break
		}
		if name == "row 3" && rand.Intn(5) == 0 {
			http.Error(w, "this month is not closed yet", http.StatusConflict) // the rows stay open
			return
		}
	}
	rows.Close()
}

// A report's handler that returns from the middle of the rows; each time it takes a connection of the pool with it.
func pgxRowsOpen() {
	_, url := pgUp(20, func() time.Duration { return 8 * time.Millisecond })
	c, err := pgxpool.ParseConfig(url)
	must(err)
	c.MaxConns = 6
	pool, err := pgxpool.NewWithConfig(context.Background(), c)
	must(err)
	router := chi.NewRouter()
	router.Get("/reports/monthly", (&reports{pool}).monthly)
	router.Get("/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "up") })
	l := listen()
	go func() { _ = http.Serve(l, router) }()
	web := &http.Client{Timeout: 700 * time.Millisecond}
	get := func(path string) func() {
		return func() {
			if r, err := web.Get("http://" + l.Addr().String() + path); err == nil {
				discard(r.Body)
			}
		}
	}
	load(6, 90*time.Millisecond, get("/reports/monthly"))
	load(2, 70*time.Millisecond, get("/"))
}

// A page that waits for its order's first change of state; the subscription stays when the page is served.
func natsSubPerRequest() {
	s := natsUp(false)
	nc, err := nats.Connect(s.ClientURL())
	must(err)
	go func() {
		for i := 0; ; i++ {
			_ = nc.Publish(fmt.Sprintf("order.%d.state", i%10), []byte("packed"))
			time.Sleep(25 * time.Millisecond)
		}
	}()
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			state := make(chan string, 1)
			_, err := nc.Subscribe(fmt.Sprintf("order.%d.state", rand.Intn(10)), func(m *nats.Msg) {
				select {
				case state <- string(m.Data):
				default:
				}
			})
			if err != nil {
				return
			}
			select {
			case now := <-state:
				_, _ = io.WriteString(w, now)
			case <-time.After(time.Second):
				w.WriteHeader(http.StatusNoContent)
			}
		}))
	}()
	load(3, 60*time.Millisecond, func() {
		if r, err := http.Get("http://" + l.Addr().String()); err == nil {
			discard(r.Body)
		}
	})
}

// Events are streamed to browsers from a Redis channel; the browsers go, the PubSub is not closed.
func redisPubsubChannel() {
	server, err := miniredis.Run()
	must(err)
	db := redis.NewClient(&redis.Options{Addr: server.Addr(), PoolSize: 8, Protocol: 2, DisableIdentity: true})
	load(1, 20*time.Millisecond, func() { db.Publish(context.Background(), "news", "x") })
	load(3, 50*time.Millisecond, func() { db.Incr(context.Background(), "visits") })
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			room := "room"
			if rand.Intn(2) == 0 {
				room = "news"
			}
			messages := db.Subscribe(context.Background(), room).Channel()
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			for {
				select {
				case m := <-messages:
					fmt.Fprintf(w, "data: %s\n\n", m.Payload)
					w.(http.Flusher).Flush()
				case <-r.Context().Done():
					return
				}
			}
		}))
	}()
	each(150*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String(), nil)
		must(err)
		if r, err := http.DefaultClient.Do(q); err == nil {
			discard(r.Body)
		}
	})
}

// A readiness probe that asks the health service by Watch and takes only the first answer, without a cancel.
func grpcWatchPerProbe() {
	state := health.NewServer()
	s := grpc.NewServer()
	healthpb.RegisterHealthServer(s, state)
	l := listen()
	go func() { _ = s.Serve(l) }()
	c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	services := healthpb.NewHealthClient(c)
	ready := func() bool {
		watch, err := services.Watch(context.Background(), &healthpb.HealthCheckRequest{Service: ""})
		if err != nil {
			return false
		}
		first, err := watch.Recv()
		return err == nil && first.Status == healthpb.HealthCheckResponse_SERVING
	}
	load(1, 110*time.Millisecond, func() { ready() })
	load(4, 40*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = services.Check(ctx, &healthpb.HealthCheckRequest{})
	})
}

// Webhooks: the answer's body is closed when all went well; a refusal is reported and its body forgotten.
func webhookBodyOpen() {
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if rand.Intn(4) == 0 {
				w.WriteHeader(http.StatusUnprocessableEntity)
			}
			_, _ = w.Write(bytes.Repeat([]byte("{}"), 300))
		}))
	}()
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute}}
	deliver := func(event string) error {
		r, err := web.Post("http://"+l.Addr().String(), "application/json", bytes.NewBufferString(event))
		if err != nil {
			return err
		}
		if r.StatusCode >= 400 {
			return fmt.Errorf("refused: %s", r.Status)
		}
		discard(r.Body)
		return nil
	}
	load(4, 80*time.Millisecond, func() { _ = deliver(`{"paid":true}`) })
}

type settings struct {
	path string
	now  atomic.Value
}

func (s *settings) load() {
	w, err := fsnotify.NewWatcher()
	must(err)
	must(w.Add(filepath.Dir(s.path)))
	text, err := os.ReadFile(s.path)
	must(err)
	s.now.Store(text)
	go s.watch(w)
}

// watch waits for the first change and loads the settings, which are then watched anew; the watcher of before is not
// closed, and its reader is left with the next event in its hand.
func (s *settings) watch(w *fsnotify.Watcher) {
	for e := range w.Events {
		if filepath.Base(e.Name) == filepath.Base(s.path) && e.Has(fsnotify.Write) {
			s.load()
			return
		}
	}
}

func fsnotifyPerReload() {
	s := &settings{path: filepath.Join(scratch(), "service.toml")}
	must(os.WriteFile(s.path, []byte("level=1"), 0o600))
	s.load()
	load(3, 40*time.Millisecond, func() { _ = len(s.now.Load().([]byte)) })
	for i := 0; ; i++ {
		time.Sleep(220 * time.Millisecond)
		f, err := os.OpenFile(s.path, os.O_WRONLY, 0)
		must(err)
		_, _ = fmt.Fprintf(f, "level=%d", i)
		_ = f.Close()
	}
}

// A tracer provider for each import of a tenant, so that its resource names the tenant; flushed, not shut down.
func otelProviderPerTenant() {
	spans := tracetest.NewNoopExporter()
	each(130*time.Millisecond, func() {
		p := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans, sdktrace.WithBatchTimeout(20*time.Second)))
		t := p.Tracer("import")
		for i := 0; i < 5; i++ {
			_, span := t.Start(context.Background(), "row")
			time.Sleep(6 * time.Millisecond)
			span.End()
		}
		_ = p.ForceFlush(context.Background())
	})
}

// A stock service that returns out of its transaction when there is too little, without a rollback.
func sqlTxErrorPath() {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(scratch(), "stock.db")+"?_pragma=busy_timeout(1000)&_pragma=journal_mode(WAL)")
	must(err)
	_, err = db.Exec(`create table stock (item integer primary key, pieces integer)`)
	must(err)
	for i := 0; i < 20; i++ {
		_, err = db.Exec(`insert into stock values (?, ?)`, i, i)
		must(err)
	}
	service, stop := context.WithCancel(context.Background())
	_ = stop // at the end of the service
	reserve := func(item, pieces int) error {
		tx, err := db.BeginTx(service, nil)
		if err != nil {
			return err
		}
		var there int
		if err := tx.QueryRowContext(service, `select pieces from stock where item = ?`, item).Scan(&there); err != nil {
			_ = tx.Rollback()
			return err
		}
		if there < pieces {
			return errors.New("too few")
		}
		return tx.Commit()
	}
	load(4, 120*time.Millisecond, func() { _ = reserve(rand.Intn(20), rand.Intn(12)) })
}

type searcher struct{ pool *ants.Pool }

func (s *searcher) query(ctx context.Context) int {
	results := make(chan int)
	for shard := 0; shard < 4; shard++ {
		_ = s.pool.Submit(func() {
			took := time.Duration(5+rand.Intn(20)) * time.Millisecond
			if rand.Intn(30) == 0 {
				took = 120 * time.Millisecond
			}
			time.Sleep(took)
			results <- int(took)
		})
	}
	found := 0
	for shard := 0; shard < 4; shard++ {
		select {
		case n := <-results:
			found += n
		case <-ctx.Done(): // what we have is good enough
			return found
		}
	}
	return found
}

// A search over four shards in a pool of workers; the shard that is too slow finds nobody to give its result to.
func antsSearchTimeout() {
	pool, err := ants.NewPool(20)
	must(err)
	s := &searcher{pool}
	each(35*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 60*time.Millisecond)
		defer cancel()
		s.query(ctx)
	})
}

func selfSigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	must(err)
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(crand.Reader, t, t, &key.PublicKey, key)
	must(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func quicSession(c *quic.Conn) {
	for {
		s, err := c.AcceptStream(context.Background())
		if err != nil {
			return
		}
		go func() {
			defer s.Close()
			_, _ = io.Copy(io.Discard, io.LimitReader(s, 5))
			_, _ = s.Write(make([]byte, 4000))
		}()
	}
}

// A client that dials for each fetch and closes its stream, but not the connection, which keeps itself alive.
func quicDialPerFetch() {
	l, err := quic.ListenAddr("127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{selfSigned()}, NextProtos: []string{"files"}}, nil)
	must(err)
	go func() {
		for {
			c, err := l.Accept(context.Background())
			if err != nil {
				return
			}
			go quicSession(c)
		}
	}()
	fetch := func(keep bool) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		c, err := quic.DialAddr(ctx, l.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"files"}},
			&quic.Config{KeepAlivePeriod: 10 * time.Second})
		if err != nil {
			return
		}
		if !keep {
			defer func() { _ = c.CloseWithError(0, "") }()
		}
		s, err := c.OpenStreamSync(ctx)
		if err != nil {
			return
		}
		_, _ = s.Write([]byte("fetch"))
		_, _ = io.Copy(io.Discard, s)
		_ = s.Close()
	}
	load(2, 150*time.Millisecond, func() { fetch(false) })
	load(1, 180*time.Millisecond, func() { fetch(true) })
}
