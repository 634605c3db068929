// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/fsnotify/fsnotify"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/redis/rueidis"
	"go.etcd.io/bbolt"
	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
	_ "modernc.org/sqlite"
)

func init() {
	leaking("etcd_watch_each_session", etcdWatchEachSession,
		"main.pushSwitches", "go.etcd.io/etcd/client/v3.(*watchGrpcStream).serveSubstream")
	leaking("sqlite_transfer_keeps_tx", sqliteTransferKeepsTx,
		"main.(*bank).transfer", "database/sql.(*Tx).awaitDone")
	leaking("grpc_prices_stream_left", grpcPricesStreamLeft,
		"main.watchPrice", "google.golang.org/grpc.newClientStreamWithParams")
	leaking("fsnotify_watcher_each_reload", fsnotifyWatcherEachReload,
		"main.followSettings", "github.com/fsnotify/fsnotify.(*inotify)", "github.com/fsnotify/fsnotify.newBackend")
	leaking("nats_bids_never_unsubscribed", natsBidsNeverUnsubscribed, "main.collectBids")
	leaking("bbolt_append_keeps_tx", bboltAppendKeepsTx, "main.(*journal).append")
	leaking("gin_resize_workers_die", ginResizeWorkersDie, "main.(*resizer).submit")
	leaking("http_missing_item_body", httpMissingItemBody, "main.stockLevel", "net/http.(*persistConn)")
	leaking("errgroup_crawl_within_limit", errgroupCrawlWithinLimit, "main.(*crawl)", "main.crawlSite")
	leaking("pipe_backup_reader_leaves", pipeBackupReaderLeaves, "main.packFolder")
}

// A service sends feature switches to web sessions. Wrong: each session starts an etcd watch with a background context,
// and neither the watch nor the goroutine that reads it ends with the session. The class of etcd clients' watches
// without cancel.
func etcdWatchEachSession() {
	_, address := startEtcd()
	c := etcdClient(address)
	load(3, 50*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = c.Put(ctx, "visits", time.Now().String())
		_, _ = c.Get(ctx, "visits")
	})
	router := chi.NewRouter()
	router.Get("/session/{user}", func(w http.ResponseWriter, r *http.Request) {
		user := chi.URLParam(r, "user")
		changes := c.Watch(context.Background(), "switches/"+user)
		updates := make(chan string, 8)
		go pushSwitches(changes, updates)
		select {
		case u := <-updates:
			fmt.Fprintln(w, u)
		case <-time.After(30 * time.Millisecond): // the session has seen enough
		}
	})
	l := listen()
	go http.Serve(l, router)
	browser := &http.Client{Timeout: 5 * time.Second}
	for user := 0; ; user++ {
		if answer, err := browser.Get(fmt.Sprintf("http://%s/session/%d", l.Addr(), user)); err == nil {
			discard(answer.Body)
		}
		time.Sleep(40 * time.Millisecond)
	}
}

func pushSwitches(changes clientv3.WatchChan, updates chan<- string) {
	for change := range changes {
		for _, event := range change.Events {
			updates <- string(event.Kv.Value)
		}
	}
}

type bank struct {
	accounts *sql.DB
}

var errNoMoney = errors.New("not enough money")

func (b *bank) transfer(from, to, amount int) error {
	tx, err := b.accounts.Begin()
	if err != nil {
		return err
	}
	var balance int
	if err := tx.QueryRow("SELECT balance FROM accounts WHERE id = ?", from).Scan(&balance); err != nil {
		_ = tx.Rollback()
		return err
	}
	if balance < amount {
		return errNoMoney
	}
	if _, err := tx.Exec("UPDATE accounts SET balance = balance + ? WHERE id = ?", amount, to); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// A bank's transfers over a database/sql pool of three connections on SQLite. Wrong: the path for too little money
// returns without rolling back, so each such transfer keeps a connection, and when all are kept every transfer waits for
// one for ever. The class of pool exhaustion by unfinished transactions. Reports use a pool of their own and go on.
func sqliteTransferKeepsTx() {
	file := filepath.Join(scratch(), "bank.db") + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(2000)"
	accounts, err := sql.Open("sqlite", file)
	must(err)
	accounts.SetMaxOpenConns(3)
	_, err = accounts.Exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER);
		INSERT INTO accounts VALUES (1, 1000000), (2, 1000000), (3, 5)`)
	must(err)
	reports, err := sql.Open("sqlite", file)
	must(err)
	load(2, 60*time.Millisecond, func() {
		var sum int
		_ = reports.QueryRow("SELECT sum(balance) FROM accounts").Scan(&sum)
	})
	b := &bank{accounts: accounts}
	var n atomic.Int64
	each(25*time.Millisecond, func() {
		from := 1 + n.Add(1)%2
		if n.Load()%17 == 0 {
			from = 3
		}
		_ = b.transfer(int(from), 2, 10)
	})
}

type priceServer interface{}

func priceNow(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var name wrapperspb.StringValue
	if err := decode(&name); err != nil {
		return nil, err
	}
	return wrapperspb.Double(float64(len(name.Value))), nil
}

func watchPrice(_ any, stream grpc.ServerStream) error {
	var name wrapperspb.StringValue
	if err := stream.RecvMsg(&name); err != nil {
		return err
	}
	for price := 0.0; ; price++ {
		if err := stream.SendMsg(wrapperspb.Double(price)); err != nil {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-stream.Context().Done():
			return nil
		}
	}
}

// A shop asks a gRPC service for prices. Wrong: where it wants only the first price of a stream it reads that one and
// goes its way without cancelling the context, so stream and handler stay. The class of abandoned client streams that
// gRPC-Go's documentation warns of. Unary calls go on beside it.
func grpcPricesStreamLeft() {
	s := grpc.NewServer()
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "shop.Prices", HandlerType: (*priceServer)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Now", Handler: priceNow}},
		Streams: []grpc.StreamDesc{{StreamName: "Watch", Handler: watchPrice, ServerStreams: true}}}, struct{}{})
	l := listen()
	go s.Serve(l)
	c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	load(3, 40*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var price wrapperspb.DoubleValue
		_ = c.Invoke(ctx, "/shop.Prices/Now", wrapperspb.String("bread"), &price)
	})
	load(2, 90*time.Millisecond, func() {
		stream, err := c.NewStream(context.Background(), &grpc.StreamDesc{ServerStreams: true}, "/shop.Prices/Watch")
		if err != nil {
			return
		}
		if stream.SendMsg(wrapperspb.String("milk")) != nil || stream.CloseSend() != nil {
			return
		}
		var first wrapperspb.DoubleValue
		_ = stream.RecvMsg(&first)
	})
	forever.Add(1)
	forever.Wait()
}

// A server that reads its settings anew whenever its file changes. Wrong: each time it makes a new watcher and forgets
// the old one, which nobody closes. The class of file watchers that pile up at each reload, known from Hugo and Viper.
func fsnotifyWatcherEachReload() {
	file := filepath.Join(scratch(), "settings.json")
	must(os.WriteFile(file, []byte(`{"limit":1}`), 0o644))
	var limit atomic.Int64
	l := listen()
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "limit", limit.Load())
	}))
	client := &http.Client{Timeout: time.Second}
	load(3, 50*time.Millisecond, func() {
		if answer, err := client.Get("http://" + l.Addr().String()); err == nil {
			discard(answer.Body)
		}
	})
	for n := 0; n < 100; n++ {
		changed := make(chan struct{}, 1)
		watcher, err := fsnotify.NewWatcher()
		must(err)
		must(watcher.Add(file))
		go followSettings(watcher, changed)
		time.Sleep(50 * time.Millisecond)
		must(os.WriteFile(file, []byte(fmt.Sprintf(`{"limit":%d}`, n)), 0o644))
		<-changed
		var settings struct{ Limit int64 }
		if raw, err := os.ReadFile(file); err == nil && json.Unmarshal(raw, &settings) == nil {
			limit.Store(settings.Limit)
		}
	}
}

func followSettings(watcher *fsnotify.Watcher, changed chan<- struct{}) {
	for event := range watcher.Events {
		if event.Has(fsnotify.Write) {
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}
}

func startNATS() *server.Server {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	must(err)
	s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		panic("NATS is not ready")
	}
	return s
}

// An auction house asks bidders over NATS and takes the best bid of the first moments. Wrong: it subscribes an inbox for
// each lot and never unsubscribes it, and the goroutine that ranges over its channel waits for ever, as NATS does not
// close the channel. The class of a subscription per request with NATS. Requests and replies go on beside it.
func natsBidsNeverUnsubscribed() {
	s := startNATS()
	bidders, err := nats.Connect(s.ClientURL())
	must(err)
	for i := 0; i < 3; i++ {
		_, err = bidders.Subscribe("lots", func(m *nats.Msg) { _ = m.Respond([]byte{byte(10 * i)}) })
		must(err)
	}
	_, err = bidders.QueueSubscribe("clock", "clocks", func(m *nats.Msg) { _ = m.Respond([]byte(time.Now().String())) })
	must(err)
	house, err := nats.Connect(s.ClientURL())
	must(err)
	load(2, 30*time.Millisecond, func() { _, _ = house.Request("clock", nil, time.Second) })
	for {
		inbox, bids := nats.NewInbox(), make(chan *nats.Msg, 16)
		_, err := house.ChanSubscribe(inbox, bids)
		must(err)
		var best atomic.Int32
		go collectBids(bids, &best)
		must(house.PublishRequest("lots", inbox, []byte("a chair")))
		time.Sleep(40 * time.Millisecond)
		fmt.Fprintln(io.Discard, "sold for", best.Load())
	}
}

func collectBids(bids <-chan *nats.Msg, best *atomic.Int32) {
	for bid := range bids {
		if price := int32(bid.Data[0]); price > best.Load() {
			best.Store(price)
		}
	}
}

type journal struct {
	db *bbolt.DB
}

func (j *journal) append(line string) error {
	tx, err := j.db.Begin(true)
	if err != nil {
		return err
	}
	lines, err := tx.CreateBucketIfNotExists([]byte("lines"))
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if strings.TrimSpace(line) == "" {
		return errors.New("empty line")
	}
	number, _ := lines.NextSequence()
	if err := lines.Put(binary.BigEndian.AppendUint64(nil, number), []byte(line)); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// A journal in bbolt behind HTTP. Wrong: an empty line is refused after the write transaction has begun, and that is not
// rolled back, so every later writer waits for bbolt's one write lock for ever. The class of locks kept on an error path.
// Readers are not hindered.
func bboltAppendKeepsTx() {
	db, err := bbolt.Open(filepath.Join(scratch(), "journal.db"), 0o600, &bbolt.Options{NoSync: true})
	must(err)
	j := &journal{db: db}
	must(j.append("opened"))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /lines", func(w http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(r.Body)
		if err := j.append(string(line)); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("GET /lines", func(w http.ResponseWriter, r *http.Request) {
		_ = db.View(func(tx *bbolt.Tx) error {
			fmt.Fprintln(w, tx.Bucket([]byte("lines")).Sequence())
			return nil
		})
	})
	l := listen()
	go http.Serve(l, mux)
	address := "http://" + l.Addr().String() + "/lines"
	client := &http.Client{Timeout: 500 * time.Millisecond}
	load(3, 40*time.Millisecond, func() {
		if answer, err := client.Get(address); err == nil {
			discard(answer.Body)
		}
	})
	var n atomic.Int64
	each(50*time.Millisecond, func() {
		line := fmt.Sprint("line ", n.Add(1))
		if n.Load()%25 == 0 {
			line = " "
		}
		if answer, err := client.Post(address, "text/plain", strings.NewReader(line)); err == nil {
			discard(answer.Body)
		}
	})
}

type picture struct {
	width  int
	pixels []byte
	done   chan int
}

// resizer has a fixed number of workers.
type resizer struct {
	pictures chan picture
}

func (z *resizer) worker() {
	defer func() { _ = recover() }()
	for p := range z.pictures {
		time.Sleep(3 * time.Millisecond)
		p.done <- len(p.pixels) / p.width
	}
}

func (z *resizer) submit(p picture) int {
	z.pictures <- p
	return <-p.done
}

// Pictures are resized by four workers behind gin. Wrong: a picture of width zero makes a worker panic, which is
// recovered, but the worker is gone and its caller never hears; after four of them nobody takes pictures any more. The
// class of workers that die silently.
func ginResizeWorkersDie() {
	gin.SetMode(gin.ReleaseMode)
	z := &resizer{pictures: make(chan picture)}
	for i := 0; i < 4; i++ {
		go z.worker()
	}
	router := gin.New()
	router.GET("/resize", func(c *gin.Context) {
		var query struct {
			Width int `form:"width"`
		}
		if err := c.BindQuery(&query); err != nil {
			return
		}
		c.String(http.StatusOK, "%d", z.submit(picture{query.Width, make([]byte, 4000), make(chan int, 1)}))
	})
	router.GET("/health", func(c *gin.Context) { c.String(http.StatusOK, "fine") })
	l := listen()
	go http.Serve(l, router)
	address := "http://" + l.Addr().String()
	client := &http.Client{Timeout: 400 * time.Millisecond}
	get := func(path string) {
		if answer, err := client.Get(address + path); err == nil {
			discard(answer.Body)
		}
	}
	load(2, 50*time.Millisecond, func() { get("/health") })
	var n atomic.Int64
	each(30*time.Millisecond, func() {
		width := 40
		if n.Add(1)%15 == 0 {
			width = 0
		}
		get(fmt.Sprintf("/resize?width=%d", width))
	})
}

func stockLevel(warehouse *http.Client, address string, item int) (int, error) {
	answer, err := warehouse.Get(fmt.Sprintf("http://%s/items/%d", address, item))
	if err != nil {
		return 0, err
	}
	if answer.StatusCode == http.StatusNotFound {
		return 0, nil
	}
	defer answer.Body.Close()
	var level int
	err = json.NewDecoder(answer.Body).Decode(&level)
	return level, err
}

// A shop asks the warehouse for stock levels with at most five connections. Wrong: the body of a "not found" answer is
// not closed, so its connection is never given back, and with the fifth of them every caller waits for a connection for
// ever. The class of unclosed response bodies. Its baskets in Redis go on.
func httpMissingItemBody() {
	redis, err := miniredis.Run()
	must(err)
	baskets, err := rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{redis.Addr()}, DisableCache: true, ForceSingleClient: true})
	must(err)
	load(4, 30*time.Millisecond, func() {
		_ = baskets.Do(context.Background(), baskets.B().Incr().Key("baskets").Build()).Error()
	})
	l := listen()
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "7") {
			http.Error(w, "there is no such item", http.StatusNotFound)
			return
		}
		time.Sleep(5 * time.Millisecond)
		fmt.Fprintln(w, len(r.URL.Path))
	}))
	warehouse := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 5}}
	for item := 0; ; item++ {
		go stockLevel(warehouse, l.Addr().String(), item)
		time.Sleep(25 * time.Millisecond)
	}
}

type crawl struct {
	group errgroup.Group
	mu    sync.Mutex
	seen  map[int]bool
}

func (c *crawl) visit(page, pages int) error {
	time.Sleep(2 * time.Millisecond) // fetch it
	for _, link := range []int{2*page + 1, 2*page + 2} {
		c.mu.Lock()
		known := link >= pages || c.seen[link]
		c.seen[link] = true
		c.mu.Unlock()
		if !known {
			c.group.Go(func() error { return c.visit(link, pages) })
		}
	}
	return nil
}

func crawlSite(pages int) {
	c := &crawl{seen: map[int]bool{0: true}}
	c.group.SetLimit(3)
	c.group.Go(func() error { return c.visit(0, pages) })
	_ = c.group.Wait()
}

// A link checker crawls sites, each with an errgroup of limit three. Wrong: the tasks of the group add further tasks to
// it, and when all three want to at once none of them ever ends. The class of tasks submitted from within a full pool.
// Small sites are done before that happens.
func errgroupCrawlWithinLimit() {
	webTraffic()
	for n := 0; ; n++ {
		if n%4 == 0 {
			go crawlSite(60)
		} else {
			go crawlSite(3)
		}
		time.Sleep(40 * time.Millisecond)
	}
}

func packFolder(w *io.PipeWriter, files int) {
	zipped := gzip.NewWriter(w)
	archive := tar.NewWriter(zipped)
	content := make([]byte, 8<<10)
	for i := 0; i < files; i++ {
		for b := range content {
			content[b] = byte(b*i ^ b>>3)
		}
		header := &tar.Header{Name: fmt.Sprintf("file%d", i), Mode: 0o644, Size: int64(len(content))}
		if archive.WriteHeader(header) != nil {
			return
		}
		if _, err := archive.Write(content); err != nil {
			return
		}
	}
	_ = archive.Close()
	_ = zipped.Close()
	_ = w.Close()
}

func storeBackup(r *io.PipeReader, quota int64) error {
	stored, err := io.Copy(io.Discard, io.LimitReader(r, quota))
	if err == nil && stored == quota {
		return errors.New("no room for this backup")
	}
	return err
}

// Backups are packed by one goroutine into a pipe from which another stores them. Wrong: where a backup exceeds its quota
// the reading side just returns and does not close the pipe, so the packer waits in a write for ever. The class of
// io.Pipe with an early return, as Docker's builder had it.
func pipeBackupReaderLeaves() {
	webTraffic()
	for n := 0; ; n++ {
		reader, writer := io.Pipe()
		files := 3
		if n%3 == 0 {
			files = 400
		}
		go packFolder(writer, files)
		go storeBackup(reader, 20_000)
		time.Sleep(45 * time.Millisecond)
	}
}
