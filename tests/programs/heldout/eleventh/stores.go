// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"path/filepath"
	"time"

	"github.com/alicebob/miniredis/v2"
	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"go.etcd.io/bbolt"
	"golang.org/x/sync/singleflight"
	_ "modernc.org/sqlite"
)

func init() {
	healthy("sql-pool-contended", true, runInvoices)
	healthy("redis-cache-aside", true, runProfiles)
	healthy("nats-order-workers", true, runOrderWorkers)
	healthy("bbolt-ledger", true, runLedger)
}

func openSQL(conns int) *sql.DB {
	db, err := sql.Open("sqlite", filepath.Join(scratch(), "data.db")+"?_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	must(err)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	_, err = db.Exec("CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer TEXT, cents INTEGER)")
	must(err)
	for i := 0; i < 50; i++ {
		_, err = db.Exec("INSERT INTO invoices (customer, cents) VALUES (?, ?)", fmt.Sprintf("c%d", i%7), i*100)
		must(err)
	}
	return db
}

// More workers than connections, with deadlines that pass now and then.
func runInvoices() {
	db := openSQL(3)
	total := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
		defer cancel()
		rows, err := db.QueryContext(ctx, "SELECT customer, sum(cents) FROM invoices GROUP BY customer")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var who string
			var cents int
			if err := rows.Scan(&who, &cents); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	settle := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, "UPDATE invoices SET cents = cents + 1 WHERE id = ?", 1+rand.Intn(50)); err != nil {
			return err
		}
		time.Sleep(3 * time.Millisecond)
		return tx.Commit()
	}
	load(18, 20*time.Millisecond, func() { _ = total() })
	load(3, 50*time.Millisecond, func() { _ = settle() })
	select {}
}

type profiles struct {
	cache *redis.Client
	once  singleflight.Group
}

func (p *profiles) get(ctx context.Context, id string) (string, error) {
	s, err := p.cache.Get(ctx, "profile:"+id).Result()
	if err == nil || !errors.Is(err, redis.Nil) {
		return s, err
	}
	v, err, _ := p.once.Do(id, func() (any, error) {
		time.Sleep(25 * time.Millisecond) // the slow source
		text := "profile of " + id
		return text, p.cache.Set(ctx, "profile:"+id, text, time.Minute).Err()
	})
	if err != nil {
		return "", err
	}
	return v.(string), nil
}

// watch drops what others changed.
func (p *profiles) watch(ctx context.Context) {
	sub := p.cache.Subscribe(ctx, "changed")
	defer sub.Close()
	for m := range sub.Channel() {
		_ = p.cache.Del(ctx, "profile:"+m.Payload).Err()
	}
}

func runProfiles() {
	s := miniredis.NewMiniRedis()
	must(s.Start())
	p := &profiles{cache: redis.NewClient(&redis.Options{Addr: s.Addr(), PoolSize: 8})}
	go p.watch(context.Background())
	load(20, 10*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = p.get(ctx, fmt.Sprint(rand.Intn(40)))
	})
	load(1, 30*time.Millisecond, func() {
		_ = p.cache.Publish(context.Background(), "changed", fmt.Sprint(rand.Intn(40))).Err()
	})
	select {}
}

func startNATS() string {
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	must(err)
	go s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		must(errors.New("the broker does not start"))
	}
	return s.ClientURL()
}

// Queue groups that answer requests, and audit subscribers that come and go.
func runOrderWorkers() {
	address := startNATS()
	for i := 0; i < 5; i++ {
		c, err := nats.Connect(address)
		must(err)
		_, err = c.QueueSubscribe("orders.*", "workers", func(m *nats.Msg) {
			time.Sleep(time.Duration(1+rand.Intn(4)) * time.Millisecond)
			_ = m.Respond([]byte("accepted"))
		})
		must(err)
	}
	shop, err := nats.Connect(address)
	must(err)
	load(8, 20*time.Millisecond, func() {
		_, _ = shop.Request(fmt.Sprintf("orders.%d", rand.Intn(9)), []byte("2 lamps"), 500*time.Millisecond)
	})
	audit, err := nats.Connect(address)
	must(err)
	for {
		seen := 0
		sub, err := audit.Subscribe("orders.>", func(*nats.Msg) { seen++ })
		if err != nil {
			return
		}
		time.Sleep(250 * time.Millisecond)
		_ = sub.Unsubscribe()
	}
}

// An append-only ledger with batched writes and readers.
func runLedger() {
	db, err := bbolt.Open(filepath.Join(scratch(), "ledger.db"), 0o600, &bbolt.Options{Timeout: time.Second, NoSync: true})
	must(err)
	must(db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte("ledger"))
		return err
	}))
	load(12, 25*time.Millisecond, func() {
		_ = db.Batch(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("ledger"))
			n, err := b.NextSequence()
			if err != nil {
				return err
			}
			key := binary.BigEndian.AppendUint64(nil, n%5000)
			return b.Put(key, []byte("entry of the ledger"))
		})
	})
	load(4, 40*time.Millisecond, func() {
		_ = db.View(func(tx *bbolt.Tx) error {
			c := tx.Bucket([]byte("ledger")).Cursor()
			n := 0
			for k, _ := c.Last(); k != nil && n < 200; k, _ = c.Prev() {
				n++
			}
			return nil
		})
	})
	select {}
}
