package main

// Pools, queues and stores.

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alitto/pond"
	"github.com/cskr/pubsub"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/patrickmn/go-cache"
	"github.com/redis/go-redis/v9"
	"github.com/robfig/cron/v3"
	"github.com/sony/gobreaker"
	"github.com/tidwall/buntdb"
	_ "modernc.org/sqlite"
)

func table(most int) *sql.DB {
	db, err := sql.Open("sqlite", filepath.Join(scratch(), "db"))
	must(err)
	db.SetMaxOpenConns(most)
	_, err = db.Exec("create table t (n integer)")
	must(err)
	for i := 0; i < 50; i++ {
		_, err = db.Exec("insert into t values (?)", i)
		must(err)
	}
	return db
}

func sum(db *sql.DB) {
	var n int
	if rows, err := db.Query("select n from t"); err == nil {
		for rows.Next() {
			_ = rows.Scan(&n)
		}
		rows.Close()
	}
}

// As many connections as are needed, more or less.
func poolThatFits() {
	db := table(6)
	load(8, 20*time.Millisecond, func() { sum(db) })
}

// A row is read and its rows not closed, on one path of many.
func firstRow(db *sql.DB, n int) {
	rows, err := db.Query("select n from t")
	if err != nil {
		return
	}
	if rows.Next() && n%4 == 0 {
		return
	}
	rows.Close()
}

func rowsForgotten() {
	db := table(10)
	for n := 0; ; n++ {
		go firstRow(db, n)
		time.Sleep(25 * time.Millisecond)
	}
}

func redisAt() *redis.Client {
	s := miniredis.NewMiniRedis()
	must(s.Start())
	return redis.NewClient(&redis.Options{Addr: s.Addr(), PoolSize: 400})
}

// Workers that wait for jobs on the other side of a connection.
func redisWorkers() {
	c := redisAt()
	ctx := context.Background()
	for i := 0; i < 8; i++ {
		go func() {
			for {
				_, _ = c.BLPop(ctx, time.Second, "jobs").Result()
			}
		}()
	}
	load(2, 120*time.Millisecond, func() { c.RPush(ctx, "jobs", 1) })
}

// A request waits for its answer in a list, for as long as it takes: the answer never comes.
func waitForAnswer(c *redis.Client, id int) {
	_, _ = c.BLPop(context.Background(), 0, fmt.Sprint("answer", id)).Result()
}

func blockingPops() {
	c := redisAt()
	n := 0
	load(1, 70*time.Millisecond, func() {
		n++
		go waitForAnswer(c, n)
	})
}

// Tasks of a pool that wait for tasks of the same pool.
func nestedTask(p *pond.WorkerPool) {
	done := make(chan struct{})
	p.Submit(func() { close(done) })
	<-done
}

func nestedPool() {
	p := pond.New(4, 200)
	each(5*time.Millisecond, func() { p.Submit(func() { time.Sleep(30 * time.Millisecond); nestedTask(p) }) })
}

func pondBusy() {
	p := pond.New(10, 500, pond.MinWorkers(2), pond.IdleTimeout(300*time.Millisecond))
	for {
		for i := 0; i < 80; i++ {
			p.Submit(func() { time.Sleep(4 * time.Millisecond) })
		}
		time.Sleep(450 * time.Millisecond)
	}
}

func buntBusy() {
	db, err := buntdb.Open(filepath.Join(scratch(), "bunt"))
	must(err)
	load(8, 6*time.Millisecond, func() {
		_ = db.Update(func(tx *buntdb.Tx) error { _, _, err := tx.Set("k", "v", nil); return err })
		_ = db.View(func(tx *buntdb.Tx) error { _, err := tx.Get("k"); return err })
	})
}

func caches() {
	var all []*cache.Cache
	for i := 0; i < 8; i++ {
		all = append(all, cache.New(time.Second, 200*time.Millisecond))
	}
	load(5, 5*time.Millisecond, func() {
		for _, c := range all {
			c.SetDefault("x", 1)
		}
	})
}

// A cache for each request: who sweeps it ends with it only when the collector comes.
func cacheOfRequest() *cache.Cache {
	c := cache.New(time.Second, 100*time.Millisecond)
	c.SetDefault("x", 1)
	return c
}

func cachesKept() {
	var kept []*cache.Cache
	load(1, 60*time.Millisecond, func() { kept = append(kept, cacheOfRequest()) })
}

// Subscribers of topics; those who leave do not say so.
func subscribe(p *pubsub.PubSub, topic string) {
	c := p.Sub(topic)
	for range c {
		time.Sleep(0)
	}
}

func subscribersKept() {
	p := pubsub.New(4)
	n := 0
	go func() {
		for {
			p.Pub(1, "news")
			time.Sleep(300 * time.Millisecond)
		}
	}()
	load(1, 80*time.Millisecond, func() {
		n++
		go subscribe(p, fmt.Sprint("session", n))
	})
}

func jetstream() nats.JetStreamContext {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: scratch(), NoSigs: true})
	must(err)
	go s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		panic("no server")
	}
	c, err := nats.Connect(s.ClientURL())
	must(err)
	j, err := c.JetStream()
	must(err)
	_, err = j.AddStream(&nats.StreamConfig{Name: "jobs", Subjects: []string{"jobs.>"}})
	must(err)
	return j
}

func jetstreamBusy() {
	j := jetstream()
	for i := 0; i < 6; i++ {
		s, err := j.PullSubscribe("jobs.*", fmt.Sprint("c", i%3))
		must(err)
		go func() {
			for {
				all, _ := s.Fetch(10, nats.MaxWait(700*time.Millisecond))
				for _, m := range all {
					_ = m.Ack()
				}
			}
		}()
	}
	load(3, 30*time.Millisecond, func() { _, _ = j.Publish("jobs.a", []byte("x")) })
}

// A reply is waited for by a subscription of its own, which is not ended.
func awaitEvent(j nats.JetStreamContext, n int) {
	s, err := j.SubscribeSync(fmt.Sprint("jobs.", n))
	if err == nil {
		_, _ = s.NextMsgWithContext(context.Background())
	}
}

func eventsAwaited() {
	j := jetstream()
	n := 0
	load(1, 80*time.Millisecond, func() {
		n++
		go awaitEvent(j, n)
	})
}

// A backend that is down; who asks it waits a while before it asks again.
func broken() {
	b := gobreaker.NewCircuitBreaker(gobreaker.Settings{Timeout: 200 * time.Millisecond})
	load(20, 10*time.Millisecond, func() {
		wait := 10 * time.Millisecond
		for i := 0; i < 5; i++ {
			if _, err := b.Execute(func() (any, error) { time.Sleep(time.Millisecond); return nil, context.Canceled }); err == nil {
				return
			}
			time.Sleep(wait)
			wait *= 2
		}
	})
}

// A job that is called each second waits for the one before it, which never ends.
func crons() {
	c := cron.New(cron.WithSeconds(), cron.WithChain(cron.DelayIfStillRunning(cron.DiscardLogger)))
	for i := 0; i < 6; i++ {
		_, err := c.AddFunc("* * * * * *", func() { time.Sleep(100 * time.Millisecond) })
		must(err)
	}
	c.Start()
}

// Sessions are written behind: one goroutine for each, which ends after a while without work.
func writtenBehind() {
	var lock sync.Mutex
	open := map[int]chan int{}
	n := 0
	load(6, 9*time.Millisecond, func() {
		lock.Lock()
		n++
		k := n / 40
		c := open[k]
		if c == nil {
			c = make(chan int, 64)
			open[k] = c
			go writeBehind(c)
		}
		lock.Unlock()
		select {
		case c <- 1:
		default:
		}
	})
}

func writeBehind(c chan int) {
	for {
		select {
		case <-c:
			time.Sleep(time.Millisecond)
		case <-time.After(800 * time.Millisecond):
			return
		}
	}
}

func init() {
	healthy("pool-that-fits", false, poolThatFits)
	healthy("redis-workers", true, redisWorkers)
	healthy("pond-busy", false, pondBusy)
	healthy("bunt-busy", false, buntBusy)
	healthy("go-caches", false, caches)
	healthy("jetstream-busy", false, jetstreamBusy)
	healthy("broken", false, broken)
	healthy("crons", true, crons)
	healthy("written-behind", false, writtenBehind)
	leaking("rows-forgotten", rowsForgotten, "main.firstRow", "database/sql", "main.rowsForgotten")
	leaking("blocking-pops", blockingPops, "main.waitForAnswer", "main.blockingPops")
	leaking("nested-pool", nestedPool, "main.nestedTask", "github.com/alitto/pond")
	leaking("caches-kept", cachesKept, "github.com/patrickmn/go-cache", "main.cacheOfRequest")
	leaking("subscribers-kept", subscribersKept, "main.subscribe")
	leaking("events-awaited", eventsAwaited, "main.awaitEvent", "github.com/nats-io", "main.eventsAwaited")
}
