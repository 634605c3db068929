// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	wmiddleware "github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"github.com/alicebob/miniredis/v2"
	"github.com/alitto/pond/v2"
	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/go-co-op/gocron/v2"
	"github.com/hashicorp/memberlist"
	"github.com/hashicorp/raft"
	"github.com/hibiken/asynq"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/robfig/cron/v3"
	bolt "go.etcd.io/bbolt"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	lumberjack "gopkg.in/natefinch/lumberjack.v2"
)

func init() {
	healthy("raft_ledger", false, raftLedger)
	healthy("memberlist_cluster", false, memberlistCluster)
	healthy("gocron_nightly", true, gocronNightly)
	healthy("zap_lumberjack_cron", false, zapLumberjackCron)
	healthy("badger_sessions", false, badgerSessions)
	healthy("bbolt_batch_writers", true, bboltBatchWriters)
	healthy("pond_bursts", false, pondBursts)
	healthy("watermill_router", false, watermillRouter)
	healthy("jetstream_pull", false, jetstreamPull)
	healthy("asynq_idle_queue", true, asynqIdleQueue)
	healthy("pgx_pool_growth", false, pgxPoolGrowth)
	healthy("fx_restart_part", false, fxRestartPart)
}

type ledger struct {
	mu  sync.Mutex
	sum uint64
}

func (l *ledger) Apply(e *raft.Log) any {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum += binary.BigEndian.Uint64(e.Data)
	return l.sum
}

func (l *ledger) Snapshot() (raft.FSMSnapshot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &ledgerSnapshot{l.sum}, nil
}

func (l *ledger) Restore(r io.ReadCloser) error {
	defer r.Close()
	return binary.Read(r, binary.BigEndian, &l.sum)
}

type ledgerSnapshot struct{ sum uint64 }

func (s *ledgerSnapshot) Persist(sink raft.SnapshotSink) error {
	if err := binary.Write(sink, binary.BigEndian, s.sum); err != nil {
		_ = sink.Cancel()
		return err
	}
	return sink.Close()
}
func (s *ledgerSnapshot) Release() {}

// raftNodes starts n nodes that know each other, in memory.
func raftNodes(n int, change func(i int, c *raft.Config)) ([]*raft.Raft, []*raft.InmemTransport) {
	nodes, transports, servers := make([]*raft.Raft, n), make([]*raft.InmemTransport, n), []raft.Server{}
	for i := range transports {
		address, t := raft.NewInmemTransport(raft.ServerAddress(fmt.Sprintf("node-%d", i)))
		transports[i] = t
		servers = append(servers, raft.Server{ID: raft.ServerID(address), Address: address})
	}
	for _, a := range transports {
		for _, b := range transports {
			if a != b {
				a.Connect(b.LocalAddr(), b)
			}
		}
	}
	for i := range nodes {
		c := raft.DefaultConfig()
		c.LocalID, c.LogOutput = servers[i].ID, io.Discard
		c.HeartbeatTimeout, c.ElectionTimeout, c.LeaderLeaseTimeout = 200*time.Millisecond, 200*time.Millisecond, 150*time.Millisecond
		c.CommitTimeout = 20 * time.Millisecond
		if change != nil {
			change(i, c)
		}
		store := raft.NewInmemStore()
		r, err := raft.NewRaft(c, &ledger{}, store, store, raft.NewInmemSnapshotStore(), transports[i])
		must(err)
		nodes[i] = r
	}
	must(nodes[0].BootstrapCluster(raft.Configuration{Servers: servers}).Error())
	return nodes, transports
}

func raftLeader(nodes []*raft.Raft) *raft.Raft {
	for {
		for _, r := range nodes {
			if r.State() == raft.Leader {
				return r
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Three nodes that elect a leader and then write a ledger; a snapshot each 1.2 s.
func raftLedger() {
	nodes, _ := raftNodes(3, nil)
	leader := raftLeader(nodes)
	load(8, 30*time.Millisecond, func() {
		f := leader.Apply(binary.BigEndian.AppendUint64(nil, uint64(rand.Intn(100))), time.Second)
		_ = f.Error()
	})
	for i := 0; ; i++ {
		time.Sleep(1200 * time.Millisecond)
		_ = nodes[i%3].Snapshot().Error()
	}
}

type flock struct{ seen atomic.Int64 }

func (f *flock) NotifyJoin(*memberlist.Node)   { f.seen.Add(1) }
func (f *flock) NotifyLeave(*memberlist.Node)  { f.seen.Add(-1) }
func (f *flock) NotifyUpdate(*memberlist.Node) {}

// Four members that come up one after the other and then gossip; one leaves in order and a new one comes.
func memberlistCluster() {
	var seed string
	start := func(name string) *memberlist.Memberlist {
		c := memberlist.DefaultLocalConfig()
		c.Name, c.BindAddr, c.BindPort, c.LogOutput, c.Events = name, "127.0.0.1", 0, io.Discard, &flock{}
		c.AdvertisePort = 0
		m, err := memberlist.Create(c)
		must(err)
		if seed == "" {
			seed = m.LocalNode().Address()
		} else {
			_, err = m.Join([]string{seed})
			must(err)
		}
		return m
	}
	for i := 0; i < 4; i++ {
		start(fmt.Sprintf("member-%d", i))
		time.Sleep(350 * time.Millisecond)
	}
	for i := 0; ; i++ {
		guest := start(fmt.Sprintf("guest-%d", i))
		time.Sleep(1100 * time.Millisecond)
		_ = guest.Leave(500 * time.Millisecond)
		_ = guest.Shutdown()
	}
}

// A scheduler with jobs for the night and the hour, a queue of singletons, and one job that does come each half second.
func gocronNightly() {
	s, err := gocron.NewScheduler(gocron.WithLimitConcurrentJobs(3, gocron.LimitModeWait))
	must(err)
	var runs atomic.Int64
	task := gocron.NewTask(func() { time.Sleep(30 * time.Millisecond); runs.Add(1) })
	for _, at := range []uint{1, 2, 3, 4} {
		_, err = s.NewJob(gocron.DailyJob(1, gocron.NewAtTimes(gocron.NewAtTime(at, 13, 0))), task)
		must(err)
	}
	for i := 0; i < 5; i++ {
		_, err = s.NewJob(gocron.DurationJob(time.Hour), task, gocron.WithSingletonMode(gocron.LimitModeReschedule))
		must(err)
	}
	_, err = s.NewJob(gocron.DurationJob(500*time.Millisecond), task)
	must(err)
	s.Start()
	<-context.Background().Done()
}

// A reporter: cron entries for each second and for minutes that do not come, a zap log into files that are rotated.
func zapLumberjackCron() {
	out := &lumberjack.Logger{Filename: filepath.Join(scratch(), "report.log"), MaxSize: 1, MaxBackups: 2}
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()),
		&zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(out), FlushInterval: 500 * time.Millisecond}, zap.InfoLevel))
	c := cron.New(cron.WithSeconds(), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))
	entry := func(spec string, f func()) { _, err := c.AddFunc(spec, f); must(err) }
	entry("* * * * * *", func() { log.Info("second"); time.Sleep(120 * time.Millisecond) })
	entry("@every 1s", func() { _ = out.Rotate() })
	for i := 0; i < 6; i++ {
		entry(fmt.Sprintf("0 %d 3 * * *", i*7), func() { log.Info("night") })
	}
	c.Start()
	load(6, 15*time.Millisecond, func() { log.Info("request", zap.Int("bytes", rand.Int()), zap.Duration("took", time.Second)) })
}

// Sessions in badger, in memory, with a time to live; a subscriber waits for the rare bans; transactions conflict.
func badgerSessions() {
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil).
		WithMemTableSize(8 << 20).WithNumMemtables(2))
	must(err)
	for i := 0; i < 2000; i++ { // warm up
		must(db.Update(func(t *badger.Txn) error { return t.Set([]byte(fmt.Sprint("session/", i)), make([]byte, 200)) }))
	}
	for i := 0; i < 3; i++ {
		go func() {
			_ = db.Subscribe(context.Background(), func(*badger.KVList) error { return nil }, []pb.Match{{Prefix: []byte("ban/")}})
		}()
	}
	load(6, 12*time.Millisecond, func() {
		_ = db.Update(func(t *badger.Txn) error {
			key := []byte(fmt.Sprint("session/", rand.Intn(50)))
			if _, err := t.Get(key); err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
				return err
			}
			return t.SetEntry(badger.NewEntry(key, make([]byte, 300)).WithTTL(2 * time.Second))
		})
	})
	load(4, 20*time.Millisecond, func() {
		_ = db.View(func(t *badger.Txn) error {
			it := t.NewIterator(badger.IteratorOptions{PrefetchValues: true, PrefetchSize: 20, Prefix: []byte("session/1")})
			defer it.Close()
			n := 0
			for it.Rewind(); it.Valid() && n < 100; it.Next() {
				n++
			}
			return nil
		})
	})
	for {
		time.Sleep(1700 * time.Millisecond)
		_ = db.Update(func(t *badger.Txn) error { return t.Set([]byte("ban/17"), nil) })
	}
}

// Thirty writers that share batches of a bolt database and wait for the one writer's lock, and readers beside them.
func bboltBatchWriters() {
	db, err := bolt.Open(filepath.Join(scratch(), "events.db"), 0o600, &bolt.Options{NoSync: true})
	must(err)
	db.MaxBatchDelay, db.MaxBatchSize = 8*time.Millisecond, 12
	must(db.Update(func(t *bolt.Tx) error { _, err := t.CreateBucketIfNotExists([]byte("events")); return err }))
	load(30, 10*time.Millisecond, func() {
		_ = db.Batch(func(t *bolt.Tx) error {
			b := t.Bucket([]byte("events"))
			return b.Put([]byte(fmt.Sprint(rand.Intn(5000))), make([]byte, 100))
		})
	})
	load(3, 25*time.Millisecond, func() {
		_ = db.View(func(t *bolt.Tx) error {
			c := t.Bucket([]byte("events")).Cursor()
			n := 0
			for k, _ := c.First(); k != nil && n < 200; k, _ = c.Next() {
				n++
			}
			return nil
		})
	})
	go func() {
		for range time.Tick(600 * time.Millisecond) { // a long write that all wait for
			_ = db.Update(func(t *bolt.Tx) error { time.Sleep(40 * time.Millisecond); return nil })
		}
	}()
}

// A thumbnailer: bursts of 150 pictures come each 700 ms into a pool of at most 24 workers that goes idle between.
func pondBursts() {
	pool := pond.NewPool(24, pond.WithQueueSize(400))
	results := pond.NewResultPool[int](6)
	load(2, 350*time.Millisecond, func() {
		if _, err := results.Submit(func() int { time.Sleep(9 * time.Millisecond); return rand.Int() }).Wait(); err != nil {
			panic(err)
		}
	})
	for {
		group := pool.NewGroup()
		for i := 0; i < 150; i++ {
			group.Submit(func() { time.Sleep(time.Duration(2+rand.Intn(25)) * time.Millisecond) })
		}
		must(group.Wait())
		time.Sleep(700 * time.Millisecond)
	}
}

// A watermill router: two topics and a poison queue, handlers that fail now and then and are tried again.
func watermillRouter() {
	logger := watermill.NopLogger{}
	bus := gochannel.NewGoChannel(gochannel.Config{OutputChannelBuffer: 32}, logger)
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: time.Second}, logger)
	must(err)
	poison, err := wmiddleware.PoisonQueue(bus, "poison")
	must(err)
	router.AddMiddleware(wmiddleware.Recoverer, poison,
		wmiddleware.Retry{MaxRetries: 3, InitialInterval: 15 * time.Millisecond, Multiplier: 2, Logger: logger}.Middleware)
	router.AddHandler("bill", "ordered", bus, "billed", bus, func(m *message.Message) ([]*message.Message, error) {
		time.Sleep(4 * time.Millisecond)
		if rand.Intn(3) == 0 {
			return nil, errors.New("the bank is busy")
		}
		return []*message.Message{message.NewMessage(watermill.NewUUID(), m.Payload)}, nil
	})
	router.AddNoPublisherHandler("ship", "billed", bus, func(m *message.Message) error { time.Sleep(3 * time.Millisecond); return nil })
	router.AddNoPublisherHandler("bury", "poison", bus, func(m *message.Message) error { return nil })
	router.AddNoPublisherHandler("audit", "audited", bus, func(m *message.Message) error { return nil }) // never comes
	go func() { must(router.Run(context.Background())) }()
	<-router.Running()
	load(2, 70*time.Millisecond, func() {
		must(bus.Publish("ordered", message.NewMessage(watermill.NewUUID(), []byte("order"))))
	})
}

func natsUp(jetstream bool) *natsserver.Server {
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true,
		JetStream: jetstream, StoreDir: scratch()})
	must(err)
	go s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		panic("nats is not ready")
	}
	return s
}

// Workers that fetch from a stream and wait up to two seconds; jobs are rare; one subscriber waits for what never comes.
func jetstreamPull() {
	s := natsUp(true)
	nc, err := nats.Connect(s.ClientURL())
	must(err)
	js, err := nc.JetStream()
	must(err)
	_, err = js.AddStream(&nats.StreamConfig{Name: "JOBS", Subjects: []string{"jobs.>"}, Storage: nats.MemoryStorage})
	must(err)
	for i := 0; i < 6; i++ {
		go func() {
			c, err := nats.Connect(s.ClientURL())
			must(err)
			j, err := c.JetStream()
			must(err)
			sub, err := j.PullSubscribe("jobs.>", "workers")
			must(err)
			for {
				found, _ := sub.Fetch(4, nats.MaxWait(2*time.Second))
				for _, m := range found {
					time.Sleep(10 * time.Millisecond)
					_ = m.Ack()
				}
			}
		}()
		time.Sleep(60 * time.Millisecond)
	}
	_, err = nc.Subscribe("config.changed", func(*nats.Msg) {})
	must(err)
	for {
		time.Sleep(time.Duration(300+rand.Intn(900)) * time.Millisecond)
		_, _ = js.Publish("jobs.mail", []byte("to"))
	}
}

// A queue of tasks that are nearly all due tomorrow; its processors wait, its scheduler ticks, a few tasks come.
func asynqIdleQueue() {
	redis, err := miniredis.Run()
	must(err)
	at := asynq.RedisClientOpt{Addr: redis.Addr()}
	server := asynq.NewServer(at, asynq.Config{Concurrency: 8, LogLevel: asynq.FatalLevel, Logger: nopLogger{},
		Queues: map[string]int{"mail": 3, "default": 1}, DelayedTaskCheckInterval: 500 * time.Millisecond})
	mux := asynq.NewServeMux()
	mux.HandleFunc("mail", func(ctx context.Context, t *asynq.Task) error { time.Sleep(20 * time.Millisecond); return nil })
	must(server.Start(mux))
	c := asynq.NewClient(at)
	for i := 0; i < 30; i++ {
		_, err = c.Enqueue(asynq.NewTask("mail", []byte("later")), asynq.Queue("mail"), asynq.ProcessIn(24*time.Hour))
		must(err)
	}
	for {
		time.Sleep(600 * time.Millisecond)
		_, _ = c.Enqueue(asynq.NewTask("mail", []byte("now")), asynq.Queue("mail"))
	}
}

type nopLogger struct{}

func (nopLogger) Debug(...any) {}
func (nopLogger) Info(...any)  {}
func (nopLogger) Warn(...any)  {}
func (nopLogger) Error(...any) {}
func (nopLogger) Fatal(...any) {}

// pgServer answers as much of PostgreSQL's protocol as simple queries need: every query has `rows` rows after `took`.
type pgServer struct {
	rows   int
	took   func() time.Duration
	mu     sync.Mutex
	listen map[*pgproto3.Backend]*sync.Mutex
}

func (s *pgServer) serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go s.session(c)
	}
}

func (s *pgServer) session(c net.Conn) {
	defer c.Close()
	b := pgproto3.NewBackend(c, c)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return
	}
	time.Sleep(30 * time.Millisecond) // it forks
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	b.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	b.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: 1})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if b.Flush() != nil {
		return
	}
	var writing sync.Mutex
	defer func() {
		s.mu.Lock()
		delete(s.listen, b)
		s.mu.Unlock()
	}()
	for {
		m, err := b.Receive()
		if err != nil {
			return
		}
		q, is := m.(*pgproto3.Query)
		if !is {
			return
		}
		writing.Lock()
		if len(q.String) > 6 && q.String[:6] == "listen" {
			s.mu.Lock()
			s.listen[b] = &writing
			s.mu.Unlock()
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("LISTEN")})
		} else {
			time.Sleep(s.took())
			b.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("name"), DataTypeOID: 25, DataTypeSize: -1, TypeModifier: -1}}})
			for i := 0; i < s.rows; i++ {
				b.Send(&pgproto3.DataRow{Values: [][]byte{[]byte(fmt.Sprint("row ", i))}})
			}
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte(fmt.Sprint("SELECT ", s.rows))})
		}
		b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		err = b.Flush()
		writing.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *pgServer) notify() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for b, writing := range s.listen {
		writing.Lock()
		b.Send(&pgproto3.NotificationResponse{PID: 1, Channel: "orders", Payload: "7"})
		_ = b.Flush()
		writing.Unlock()
	}
}

func pgUp(rows int, took func() time.Duration) (*pgServer, string) {
	s := &pgServer{rows: rows, took: took, listen: map[*pgproto3.Backend]*sync.Mutex{}}
	l := listen()
	go s.serve(l)
	return s, "postgres://shop@" + l.Addr().String() + "/shop?sslmode=disable&default_query_exec_mode=simple_protocol"
}

// A pool that grows as the morning's load comes in steps and then stays; more callers than connections; a listener
// waits for notifications that are rare.
func pgxPoolGrowth() {
	s, url := pgUp(20, func() time.Duration { return time.Duration(10+rand.Intn(20)) * time.Millisecond })
	c, err := pgxpool.ParseConfig(url)
	must(err)
	c.MaxConns, c.MinConns, c.HealthCheckPeriod = 12, 2, time.Second
	pool, err := pgxpool.NewWithConfig(context.Background(), c)
	must(err)
	go func() {
		own, err := pool.Acquire(context.Background())
		must(err)
		_, err = own.Exec(context.Background(), "listen orders")
		must(err)
		for {
			if _, err := own.Conn().WaitForNotification(context.Background()); err != nil {
				return
			}
		}
	}()
	go func() {
		for range time.Tick(1300 * time.Millisecond) {
			s.notify()
		}
	}()
	for i := 0; i < 5; i++ {
		load(4, 15*time.Millisecond, func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			rows, err := pool.Query(ctx, "select name from customers")
			if err != nil {
				return
			}
			defer rows.Close()
			for rows.Next() {
				var name string
				must(rows.Scan(&name))
			}
		})
		time.Sleep(400 * time.Millisecond)
	}
}

type importer struct {
	stop context.CancelFunc
	all  sync.WaitGroup
}

func (i *importer) start(context.Context) error {
	ctx, cancel := context.WithCancel(context.Background())
	i.stop = cancel
	rows := make(chan int)
	i.all.Add(6)
	go func() {
		defer i.all.Done()
		defer close(rows)
		for n := 0; ; n++ {
			select {
			case rows <- n:
				time.Sleep(3 * time.Millisecond)
			case <-ctx.Done():
				return
			}
		}
	}()
	for n := 0; n < 5; n++ {
		go func() {
			defer i.all.Done()
			for range rows {
				time.Sleep(8 * time.Millisecond)
			}
		}()
	}
	return nil
}

func (i *importer) end(context.Context) error {
	i.stop()
	i.all.Wait()
	return nil
}

// A service whose importer, an fx application of its own, is stopped and started anew each 900 ms as its settings change.
func fxRestartPart() {
	must(os.Setenv("SETTINGS", "1"))
	work := make(chan func())
	outer := fx.New(fx.NopLogger, fx.Invoke(func(life fx.Lifecycle) {
		life.Append(fx.StartHook(func() {
			for i := 0; i < 4; i++ {
				go func() {
					for f := range work {
						f()
					}
				}()
			}
		}))
	}))
	must(outer.Start(context.Background()))
	load(3, 200*time.Millisecond, func() { work <- func() { time.Sleep(5 * time.Millisecond) } })
	for {
		part := fx.New(fx.NopLogger, fx.Provide(func(life fx.Lifecycle) *importer {
			i := &importer{}
			life.Append(fx.Hook{OnStart: i.start, OnStop: i.end})
			return i
		}), fx.Invoke(func(*importer) {}))
		must(part.Start(context.Background()))
		time.Sleep(900 * time.Millisecond)
		must(part.Stop(context.Background()))
	}
}
