package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/allegro/bigcache/v3"
	"github.com/dgraph-io/ristretto"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jellydator/ttlcache/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/tidwall/redcon"
	bolt "go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	_ "modernc.org/sqlite"
)

// postgres speaks just enough of the protocol: it answers every query with nothing, after a while.
func postgres(after time.Duration) string {
	l := listen()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go backend(c, after)
		}
	}()
	return "postgres://u@" + l.Addr().String() + "/db?sslmode=disable&default_query_exec_mode=simple_protocol"
}

func backend(c net.Conn, after time.Duration) {
	defer c.Close()
	b := pgproto3.NewBackend(c, c)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	_ = b.Flush()
	for {
		m, err := b.Receive()
		if err != nil {
			return
		}
		if q, is := m.(*pgproto3.Query); is {
			time.Sleep(after)
			status := byte('I')
			if q.String == "begin" {
				status = 'T'
			}
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 0")})
			b.Send(&pgproto3.ReadyForQuery{TxStatus: status})
			_ = b.Flush()
		}
	}
}

func pgPool(n int32, after time.Duration) *pgxpool.Pool {
	c, err := pgxpool.ParseConfig(postgres(after))
	must(err)
	c.MaxConns = n
	p, err := pgxpool.NewWithConfig(context.Background(), c)
	must(err)
	return p
}

// pgBusy has more clients than connections, as many services have.
func pgBusy() {
	p := pgPool(6, 3*time.Millisecond)
	load(12, 15*time.Millisecond, func() { _, _ = p.Exec(context.Background(), "select 1") })
}

// bookSeat gives up on every third transaction without a rollback.
func bookSeat(p *pgxpool.Pool, n int64) {
	tx, err := p.BeginTx(context.Background(), pgx.TxOptions{})
	if err != nil {
		return
	}
	if n%3 == 0 {
		return
	}
	_ = tx.Rollback(context.Background())
}

func pgTransactionsKept() {
	p := pgPool(5, time.Millisecond)
	var n atomic.Int64
	each(60*time.Millisecond, func() { bookSeat(p, n.Add(1)) })
}

func sqlite(connections int) *sql.DB {
	db, err := sql.Open("sqlite", filepath.Join(scratch(), "a.db")+"?_pragma=busy_timeout(2000)&_pragma=journal_mode(wal)")
	must(err)
	db.SetMaxOpenConns(connections)
	_, err = db.Exec("create table t (k integer primary key, v text)")
	must(err)
	for i := 0; i < 50; i++ {
		_, err = db.Exec("insert into t values (?, ?)", i, "v")
		must(err)
	}
	return db
}

func sqliteBusy() {
	db := sqlite(4)
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	load(8, 10*time.Millisecond, func() {
		rows, err := db.QueryContext(ctx, "select v from t")
		if err != nil {
			return
		}
		defer rows.Close()
		for rows.Next() {
		}
	})
	load(1, 50*time.Millisecond, func() { _, _ = db.ExecContext(ctx, "update t set v = 'w' where k = 1") })
}

// first reads one row and leaves the rest where they are.
func first(db *sql.DB) {
	rows, err := db.QueryContext(context.Background(), "select v from t")
	if err == nil {
		rows.Next()
	}
}

func sqliteRowsKept() {
	db := sqlite(5)
	each(50*time.Millisecond, func() { first(db) })
}

func leveldbBusy() {
	db, err := leveldb.OpenFile(scratch(), nil)
	must(err)
	load(6, 5*time.Millisecond, func() {
		_ = db.Put([]byte(fmt.Sprint(time.Now().UnixNano()%1000)), make([]byte, 200), nil)
		_, _ = db.Get([]byte("1"), nil)
	})
}

func openLedger() {
	db, err := leveldb.OpenFile(scratch(), nil)
	if err == nil {
		_ = db.Put([]byte("a"), []byte("b"), nil)
	}
}

func ledgerPerRequest() { each(100*time.Millisecond, openLedger) }

// remapping: a read transaction stays open in the goroutine that then writes; once the file must grow, it waits for itself.
func remapping() {
	db, err := bolt.Open(filepath.Join(scratch(), "a.db"), 0o600, &bolt.Options{InitialMmapSize: 1 << 16, NoSync: true})
	must(err)
	load(3, 20*time.Millisecond, func() {
		_ = db.View(func(*bolt.Tx) error { return nil })
		time.Sleep(time.Millisecond)
	})
	load(1, 30*time.Millisecond, func() { copyWhileReading(db) })
}

func copyWhileReading(db *bolt.DB) {
	_ = db.View(func(*bolt.Tx) error {
		return db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("a"))
			if err != nil {
				return err
			}
			return b.Put([]byte(fmt.Sprint(time.Now().UnixNano())), make([]byte, 20000))
		})
	})
}

func cachesBusy() {
	r, err := ristretto.NewCache(&ristretto.Config[string, int]{NumCounters: 1000, MaxCost: 100, BufferItems: 64})
	must(err)
	b, err := bigcache.New(context.Background(), bigcache.Config{Shards: 16, LifeWindow: time.Second, CleanWindow: time.Second, MaxEntrySize: 100})
	must(err)
	t := ttlcache.New(ttlcache.WithTTL[string, int](300 * time.Millisecond))
	go t.Start()
	load(8, 5*time.Millisecond, func() {
		k := fmt.Sprint(time.Now().UnixNano() % 500)
		r.Set(k, 1, 1)
		_ = b.Set(k, []byte("x"))
		t.Set(k, 1, ttlcache.DefaultTTL)
	})
}

func sessionCache() {
	c := ttlcache.New(ttlcache.WithTTL[string, int](time.Minute))
	go c.Start()
	c.Set("a", 1, ttlcache.DefaultTTL)
}

func sessionCaches() { each(80*time.Millisecond, sessionCache) }

func bigCachePerRequest() {
	each(80*time.Millisecond, func() {
		b, err := bigcache.New(context.Background(), bigcache.Config{Shards: 2, LifeWindow: time.Minute, CleanWindow: time.Second, MaxEntrySize: 10})
		if err == nil {
			_ = b.Set("a", []byte("b"))
		}
	})
}

// redconBusy is a key-value server with clients that come and stay.
func redconBusy() {
	l := listen()
	values := map[string]string{}
	var lock sync.Mutex
	go func() {
		_ = redcon.Serve(l, func(c redcon.Conn, cmd redcon.Command) {
			lock.Lock()
			values[string(cmd.Args[0])] = "x"
			lock.Unlock()
			c.WriteString("OK")
		}, func(redcon.Conn) bool { return true }, nil)
	}()
	for i := 0; i < 20; i++ {
		c, err := net.Dial("tcp", l.Addr().String())
		must(err)
		go client(0, 50*time.Millisecond, func() {
			_, _ = c.Write([]byte("*1\r\n$4\r\nPING\r\n"))
			_, _ = c.Read(make([]byte, 64))
		})
		time.Sleep(80 * time.Millisecond)
	}
}

// mongoAbsent is a service whose database is down: it tries, and gives up in time.
func mongoAbsent() {
	c, err := mongo.Connect(context.Background(), options.Client().ApplyURI("mongodb://127.0.0.1:1").SetServerSelectionTimeout(300*time.Millisecond))
	must(err)
	load(5, 200*time.Millisecond, func() { _ = c.Database("a").Collection("b").FindOne(context.Background(), bson.D{}) })
}

func lookInMongo() {
	c, err := mongo.Connect(context.Background(), options.Client().ApplyURI("mongodb://127.0.0.1:1").SetServerSelectionTimeout(30*time.Millisecond))
	if err == nil {
		_ = c.Ping(context.Background(), nil)
	}
}

func mongoPerRequest() { each(120*time.Millisecond, lookInMongo) }

func objects() *minio.Client {
	body := make([]byte, 200000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(body)
		}
	}))
	c, err := minio.New(s.Listener.Addr().String(), &minio.Options{Creds: credentials.NewStaticV4("a", "b", ""), Region: "us-east-1"})
	must(err)
	return c
}

func objectsBusy() {
	c := objects()
	load(5, 20*time.Millisecond, func() {
		o, err := c.GetObject(context.Background(), "bucket", "key", minio.GetObjectOptions{})
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, o)
		_ = o.Close()
	})
}

func headOf(c *minio.Client) {
	o, err := c.GetObject(context.Background(), "bucket", "key", minio.GetObjectOptions{})
	if err == nil {
		_, _ = o.Read(make([]byte, 100))
	}
}

func objectsKept() {
	c := objects()
	each(70*time.Millisecond, func() { headOf(c) })
}

func init() {
	healthy("pg-busy", false, pgBusy)
	healthy("sqlite-busy", true, sqliteBusy)
	healthy("leveldb-busy", false, leveldbBusy)
	healthy("caches-busy", false, cachesBusy)
	healthy("redcon-busy", false, redconBusy)
	healthy("mongo-absent", false, mongoAbsent)
	healthy("objects-busy", false, objectsBusy)
	leaking("pg-transactions-kept", pgTransactionsKept, "main.bookSeat", "main.pgTransactionsKept", "github.com/jackc")
	leaking("sqlite-rows-kept", sqliteRowsKept, "main.first", "main.sqliteRowsKept", "database/sql")
	leaking("ledger-per-request", ledgerPerRequest, "github.com/syndtr/goleveldb", "main.openLedger")
	leaking("remapping", remapping, "main.copyWhileReading", "main.client", "go.etcd.io/bbolt")
	leaking("session-caches", sessionCaches, "github.com/jellydator/ttlcache", "main.sessionCache")
	leaking("big-cache-per-request", bigCachePerRequest, "github.com/allegro/bigcache")
	leaking("mongo-per-request", mongoPerRequest, "go.mongodb.org", "main.lookInMongo")
	leaking("objects-kept", objectsKept, "github.com/minio/minio-go", "net/http.(*persistConn)")
}
