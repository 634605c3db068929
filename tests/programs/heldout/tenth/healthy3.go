// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gorilla/websocket"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/hibiken/asynq"
	"github.com/jackc/puddle/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"github.com/sourcegraph/conc/pool"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func init() {
	healthy("chat-bidi", true, chatBidi)
	healthy("market-websocket", true, marketWebsocket)
	healthy("nats-requests", true, natsRequests)
	healthy("build-graph", false, buildGraph)
	healthy("redis-workers", true, redisWorkers)
	healthy("catalog-leveldb", true, catalogLevelDB)
	healthy("warm-connections", false, warmConnections)
}

// Chat by gRPC streams in both directions; most rooms are quiet.

type chatRoom struct {
	mu      sync.Mutex
	members map[chan string]bool
}

func (r *chatRoom) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members {
		select {
		case m <- text:
		default:
		}
	}
}

type chatService struct{ rooms []*chatRoom }

func (s *chatService) Chat(stream grpc.ServerStream) error {
	hello := &wrapperspb.StringValue{}
	if err := stream.RecvMsg(hello); err != nil {
		return err
	}
	room := s.rooms[len(hello.Value)%len(s.rooms)]
	in := make(chan string, 16)
	room.mu.Lock()
	room.members[in] = true
	room.mu.Unlock()
	defer func() {
		room.mu.Lock()
		delete(room.members, in)
		room.mu.Unlock()
	}()
	received := make(chan error, 1)
	go func() {
		for {
			m := &wrapperspb.StringValue{}
			if err := stream.RecvMsg(m); err != nil {
				received <- err
				return
			}
			room.say(m.Value)
		}
	}()
	for {
		select {
		case <-received:
			return nil
		case text := <-in:
			if err := stream.SendMsg(wrapperspb.String(text)); err != nil {
				return err
			}
		}
	}
}

var chatStream = grpc.StreamDesc{StreamName: "Chat", ServerStreams: true, ClientStreams: true,
	Handler: func(s any, stream grpc.ServerStream) error { return s.(*chatService).Chat(stream) }}

func chatMember(conn *grpc.ClientConn, id int) {
	for {
		ctx, cancel := context.WithCancel(context.Background())
		stream, err := conn.NewStream(ctx, &chatStream, "/chat.Chat/Chat")
		if err != nil {
			cancel()
			time.Sleep(time.Second)
			continue
		}
		_ = stream.SendMsg(wrapperspb.String(strings.Repeat("r", id)))
		go func() {
			m := &wrapperspb.StringValue{}
			for stream.RecvMsg(m) == nil {
			}
		}()
		stay := 1000
		if id%9 == 0 {
			stay = 5
		}
		for k := 0; k < stay; k++ {
			work(time.Second/4, time.Duration(1+id%6)*time.Second)
			if stream.SendMsg(wrapperspb.String("hello")) != nil {
				break
			}
		}
		cancel()
	}
}

func chatBidi() {
	s := &chatService{}
	for i := 0; i < 20; i++ {
		s.rooms = append(s.rooms, &chatRoom{members: map[chan string]bool{}})
	}
	g := grpc.NewServer()
	g.RegisterService(&grpc.ServiceDesc{ServiceName: "chat.Chat", HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{chatStream}}, s)
	l := listen()
	go func() { _ = g.Serve(l) }()
	for i := 0; i < 6; i++ {
		conn, err := grpc.NewClient("passthrough:///"+l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		must(err)
		for k := 0; k < 18; k++ {
			go chatMember(conn, i*18+k)
		}
	}
}

// A market feed by websocket: a reader and a writer for each client, pings, subscriptions by symbol.

type marketClient struct {
	conn *websocket.Conn
	send chan []byte
}

type marketHub struct {
	join, leave chan *marketClient
	prices      chan []byte
}

func (h *marketHub) run() {
	all := map[*marketClient]bool{}
	for {
		select {
		case c := <-h.join:
			all[c] = true
		case c := <-h.leave:
			if all[c] {
				delete(all, c)
				close(c.send)
			}
		case p := <-h.prices:
			for c := range all {
				select {
				case c.send <- p:
				default:
					delete(all, c)
					close(c.send)
				}
			}
		}
	}
}

func (h *marketHub) readPump(c *marketClient) {
	defer func() {
		h.leave <- c
		_ = c.conn.Close()
	}()
	_ = c.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	c.conn.SetPongHandler(func(string) error { return c.conn.SetReadDeadline(time.Now().Add(30 * time.Second)) })
	for {
		if _, _, err := c.conn.ReadMessage(); err != nil {
			return
		}
	}
}

func (h *marketHub) writePump(c *marketClient) {
	ping := time.NewTicker(10 * time.Second)
	defer ping.Stop()
	defer c.conn.Close()
	for {
		select {
		case p, ok := <-c.send:
			if !ok || c.conn.WriteMessage(websocket.TextMessage, p) != nil {
				return
			}
		case <-ping.C:
			if c.conn.WriteMessage(websocket.PingMessage, nil) != nil {
				return
			}
		}
	}
}

func marketReader(url string, stay int) {
	for {
		conn, _, err := websocket.DefaultDialer.Dial(url, nil)
		if err != nil {
			time.Sleep(200 * time.Millisecond)
			continue
		}
		for i := 0; i < stay; i++ {
			if _, _, err := conn.ReadMessage(); err != nil {
				break
			}
		}
		_ = conn.Close()
	}
}

func marketWebsocket() {
	h := &marketHub{make(chan *marketClient), make(chan *marketClient), make(chan []byte)}
	go h.run()
	up := websocket.Upgrader{}
	base := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		c := &marketClient{conn, make(chan []byte, 64)}
		h.join <- c
		go h.writePump(c)
		h.readPump(c)
	}))
	url := "ws" + strings.TrimPrefix(base, "http") + "/feed"
	for i := 0; i < 160; i++ {
		stay := 1 << 30
		if i%16 == 0 {
			stay = 6
		}
		go marketReader(url, stay)
		time.Sleep(2 * time.Millisecond)
	}
	for i := 0; ; i++ {
		h.prices <- []byte(fmt.Sprintf(`{"symbol":"ACME","price":%d}`, 1000+i%50))
		work(50*time.Millisecond, 150*time.Millisecond)
	}
}

// Services that talk over NATS, with queue groups and requests; some subjects have no traffic.

func natsRequests() {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	must(err)
	go s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		return
	}
	connect := func(name string) *nats.Conn {
		c, err := nats.Connect(s.ClientURL(), nats.Name(name))
		must(err)
		return c
	}
	for i := 0; i < 3; i++ {
		c := connect("pricing")
		_, err := c.QueueSubscribe("price.get", "pricing", func(m *nats.Msg) {
			work(time.Millisecond, 6*time.Millisecond)
			_ = m.Respond([]byte("1299"))
		})
		must(err)
		stock := connect("stock")
		_, err = stock.QueueSubscribe("stock.get", "stock", func(m *nats.Msg) {
			res, err := stock.Request("price.get", m.Data, 400*time.Millisecond)
			if err == nil {
				_ = m.Respond(res.Data)
			}
		})
		must(err)
		for k := 0; k < 40; k++ {
			_, err := c.Subscribe(fmt.Sprintf("admin.%d.%d", i, k), func(m *nats.Msg) {})
			must(err)
		}
	}
	events := connect("audit")
	sub, err := events.SubscribeSync("order.*")
	must(err)
	go func() {
		for {
			if _, err := sub.NextMsg(30 * time.Second); err != nil && !errors.Is(err, nats.ErrTimeout) {
				return
			}
		}
	}()
	shop := connect("shop")
	load(25, 60*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer cancel()
		if _, err := shop.RequestWithContext(ctx, "stock.get", []byte("sku")); err == nil && rand.Intn(5) == 0 {
			_ = shop.Publish("order.placed", []byte("1"))
		}
	})
}

// A build tool: each target waits for those it needs, a semaphore bounds the compilers, builds follow each other.

type buildTarget struct {
	needs []*buildTarget
	done  chan struct{}
	err   error
}

type builder struct{ slots *semaphore.Weighted }

func (b *builder) build(ctx context.Context, t *buildTarget) error {
	defer close(t.done)
	for _, n := range t.needs {
		select {
		case <-n.done:
			if n.err != nil {
				t.err = n.err
				return n.err
			}
		case <-ctx.Done():
			t.err = ctx.Err()
			return t.err
		}
	}
	if t.err = b.slots.Acquire(ctx, 1); t.err != nil {
		return t.err
	}
	defer b.slots.Release(1)
	burn(60000)
	t.err = workCtx(ctx, 2*time.Millisecond, 15*time.Millisecond)
	return t.err
}

func buildGraph() {
	b := &builder{semaphore.NewWeighted(6)}
	for {
		targets := make([]*buildTarget, 450)
		g, ctx := errgroup.WithContext(context.Background())
		for i := range targets {
			targets[i] = &buildTarget{done: make(chan struct{})}
			for k := 0; k < 3 && i > 10; k++ {
				targets[i].needs = append(targets[i].needs, targets[rand.Intn(i)])
			}
		}
		for _, t := range targets {
			g.Go(func() error { return b.build(ctx, t) })
		}
		_ = g.Wait()
		// the user edits, then tests run with a bound of their own
		tests := pool.New().WithMaxGoroutines(10)
		for i := 0; i < 60; i++ {
			tests.Go(func() { work(time.Millisecond, 20*time.Millisecond) })
		}
		tests.Wait()
		work(100*time.Millisecond, 300*time.Millisecond)
	}
}

// Redis: tasks by asynq, a lock whose holder renews it, invalidation by pubsub.

type redisLock struct {
	c    *redis.Client
	key  string
	stop context.CancelFunc
	done chan struct{}
}

func (l *redisLock) renew(ctx context.Context) {
	defer close(l.done)
	t := time.NewTicker(60 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			l.c.PExpire(ctx, l.key, 300*time.Millisecond)
		}
	}
}

func acquireLock(ctx context.Context, c *redis.Client, key string) (*redisLock, error) {
	for {
		ok, err := c.SetNX(ctx, key, "me", 300*time.Millisecond).Result()
		if err != nil {
			return nil, err
		}
		if ok {
			renewing, stop := context.WithCancel(context.Background())
			l := &redisLock{c, key, stop, make(chan struct{})}
			go l.renew(renewing)
			return l, nil
		}
		if err := workCtx(ctx, 10*time.Millisecond, 40*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

func (l *redisLock) Release() {
	l.stop()
	<-l.done
	l.c.Del(context.Background(), l.key)
}

func redisWorkers() {
	m, err := miniredis.Run()
	must(err)
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			m.FastForward(100 * time.Millisecond)
		}
	}()
	c := redis.NewClient(&redis.Options{Addr: m.Addr(), PoolSize: 12, MinIdleConns: 4})
	mux := asynq.NewServeMux()
	mux.HandleFunc("mail:welcome", func(ctx context.Context, t *asynq.Task) error {
		return workCtx(ctx, 5*time.Millisecond, 50*time.Millisecond)
	})
	r := asynq.RedisClientOpt{Addr: m.Addr()}
	must(asynq.NewServer(r, asynq.Config{Concurrency: 20, LogLevel: asynq.FatalLevel}).Start(mux))
	tasks := asynq.NewClient(r)
	load(4, 80*time.Millisecond, func() { _, _ = tasks.Enqueue(asynq.NewTask("mail:welcome", nil)) })
	for i := 0; i < 8; i++ {
		sub := c.Subscribe(context.Background(), "invalidate")
		go func() {
			local := expirable.NewLRU[string, int](100, nil, time.Minute)
			for msg := range sub.Channel() {
				local.Remove(msg.Payload)
			}
		}()
	}
	load(1, 400*time.Millisecond, func() { c.Publish(context.Background(), "invalidate", "user:1") })
	load(16, 50*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		l, err := acquireLock(ctx, c, fmt.Sprint("lock:", rand.Intn(6)))
		if err != nil {
			return
		}
		work(20*time.Millisecond, 120*time.Millisecond)
		l.Release()
	})
}

// A catalogue on leveldb: writes that make compactions, scans of snapshots, a cache filled once for each key.

func catalogLevelDB() {
	db, err := leveldb.OpenFile(scratch(), &opt.Options{WriteBuffer: 256 << 10, NoSync: true, CompactionTableSize: 128 << 10})
	must(err)
	cache := expirable.NewLRU[string, []byte](500, nil, 200*time.Millisecond)
	var flight singleflight.Group
	key := func() string { return fmt.Sprintf("item/%06d", rand.Intn(5000)) }
	load(6, 20*time.Millisecond, func() {
		b := new(leveldb.Batch)
		for i := 0; i < 8; i++ {
			b.Put([]byte(key()), []byte(strings.Repeat(fmt.Sprint(rand.Intn(1000)), 100)))
		}
		_ = db.Write(b, nil)
	})
	load(30, 30*time.Millisecond, func() {
		k := "item/" + fmt.Sprintf("%06d", int(rand.ExpFloat64()*50))
		if _, ok := cache.Get(k); ok {
			return
		}
		_, _, _ = flight.Do(k, func() (any, error) {
			v, err := db.Get([]byte(k), nil)
			work(2*time.Millisecond, 10*time.Millisecond)
			cache.Add(k, v)
			return v, err
		})
	})
	load(3, 200*time.Millisecond, func() {
		s, err := db.GetSnapshot()
		if err != nil {
			return
		}
		defer s.Release()
		it := s.NewIterator(util.BytesPrefix([]byte("item/00")), nil)
		defer it.Release()
		n := 0
		for it.Next() && n < 500 {
			n++
		}
	})
}

// A service that opens large pools of connections when it starts, and then needs few of them.

func warmConnections() {
	l := listen()
	go echoFrames(l)
	warm := func(n int32) *puddle.Pool[net.Conn] {
		p, err := puddle.NewPool(&puddle.Config[net.Conn]{
			Constructor: func(ctx context.Context) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
			},
			Destructor: func(c net.Conn) { _ = c.Close() },
			MaxSize:    n,
		})
		must(err)
		var g errgroup.Group
		g.SetLimit(16)
		for i := int32(0); i < n; i++ {
			g.Go(func() error { return p.CreateResource(context.Background()) })
		}
		must(g.Wait())
		return p
	}
	for _, n := range []int32{200, 120, 80} {
		p := warm(n)
		load(8, 60*time.Millisecond, func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			r, err := p.Acquire(ctx)
			if err != nil {
				return
			}
			if frame(r.Value(), 300) != nil {
				r.Destroy()
				return
			}
			work(time.Millisecond, 10*time.Millisecond)
			r.Release()
		})
		// the pool checks its idle connections
		go func() {
			for range time.Tick(700 * time.Millisecond) {
				for _, r := range p.AcquireAllIdle() {
					r.ReleaseUnused()
				}
			}
		}()
	}
	statusPage(3, 200*time.Millisecond)
}
