package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"math/rand"
	"path/filepath"
	"time"

	"github.com/cockroachdb/pebble"
	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"go.etcd.io/bbolt"
)

// A database that answers every query with one row after 2 ms.
type tinyDriver struct{}
type tinyConn struct{}
type tinyTx struct{}
type tinyStmt struct{}
type tinyRows struct{ left int }

func (tinyDriver) Open(string) (driver.Conn, error)         { return tinyConn{}, nil }
func (tinyConn) Prepare(string) (driver.Stmt, error)        { return tinyStmt{}, nil }
func (tinyConn) Close() error                               { return nil }
func (tinyConn) Begin() (driver.Tx, error)                  { return tinyTx{}, nil }
func (tinyTx) Commit() error                                { return nil }
func (tinyTx) Rollback() error                              { return nil }
func (tinyStmt) Close() error                               { return nil }
func (tinyStmt) NumInput() int                              { return 0 }
func (tinyStmt) Exec([]driver.Value) (driver.Result, error) { return driver.RowsAffected(1), nil }
func (tinyStmt) Query(args []driver.Value) (driver.Rows, error) {
	time.Sleep(2 * time.Millisecond)
	return &tinyRows{1}, nil
}
func (*tinyRows) Columns() []string { return []string{"n"} }
func (*tinyRows) Close() error      { return nil }
func (r *tinyRows) Next(to []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	to[0] = int64(1)
	return nil
}

func database(most int) *sql.DB {
	db, err := sql.Open("tiny", "")
	must(err)
	db.SetMaxOpenConns(most)
	return db
}

func sqlBusy() {
	db := database(4)
	load(16, 8*time.Millisecond, func() {
		var n int
		_ = db.QueryRow("select n").Scan(&n)
	})
}

// report keeps the rows, and with them the connection, when it has seen enough.
func report(db *sql.DB) {
	rows, err := db.Query("select n")
	if err == nil {
		rows.Next()
	}
}

func sqlRows() {
	db := database(5)
	each(70*time.Millisecond, func() { report(db) })
}

// book returns before the end of its transaction.
func book(db *sql.DB) {
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return
	}
	if _, err := tx.Exec("insert"); err == nil {
		return // a seat is a seat
	}
	_ = tx.Rollback()
}

func sqlTransactions() {
	db := database(0)
	each(70*time.Millisecond, func() { book(db) })
}

func bolt() *bbolt.DB {
	db, err := bbolt.Open(filepath.Join(scratch(), "bolt"), 0o600, &bbolt.Options{NoSync: true})
	must(err)
	must(db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("b")); return err }))
	return db
}

func key() []byte { return []byte(fmt.Sprint(rand.Intn(5000))) }

func boltBusy() {
	db := bolt()
	load(6, 5*time.Millisecond, func() {
		_ = db.Batch(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("b")).Put(key(), key()) })
	})
	load(6, 5*time.Millisecond, func() {
		_ = db.View(func(tx *bbolt.Tx) error { tx.Bucket([]byte("b")).Get(key()); return nil })
	})
}

// save leaves its transaction open where it finds nothing to do.
func save(db *bbolt.DB, n int) {
	tx, err := db.Begin(true)
	if err != nil || n == 10 {
		return
	}
	_ = tx.Bucket([]byte("b")).Put(key(), key())
	_ = tx.Commit()
}

func boltOpenTx() {
	db := bolt()
	n := 0
	load(1, 50*time.Millisecond, func() { n++; go save(db, n) })
}

func badgerDB() *badger.DB {
	db, err := badger.Open(badger.DefaultOptions(scratch()).WithLogger(nil).WithMemTableSize(8 << 20))
	must(err)
	return db
}

func badgerBusy() {
	db := badgerDB()
	load(6, 5*time.Millisecond, func() {
		_ = db.Update(func(tx *badger.Txn) error { return tx.Set(key(), key()) })
	})
	load(6, 5*time.Millisecond, func() {
		_ = db.View(func(tx *badger.Txn) error { _, err := tx.Get(key()); return err })
	})
}

// follow stays subscribed after whoever asked has gone.
func follow(db *badger.DB) {
	_ = db.Subscribe(context.Background(), func(*pb.KVList) error { return nil }, []pb.Match{{Prefix: []byte("never")}})
}

func badgerFollowers() {
	db := badgerDB()
	each(90*time.Millisecond, func() { go follow(db) })
}

func pebbleBusy() {
	db, err := pebble.Open(scratch(), &pebble.Options{Logger: silent{}})
	must(err)
	load(6, 5*time.Millisecond, func() { _ = db.Set(key(), key(), pebble.Sync) })
	load(6, 5*time.Millisecond, func() {
		if _, closer, err := db.Get(key()); err == nil {
			_ = closer.Close()
		}
	})
}

type silent struct{}

func (silent) Infof(string, ...interface{})  {}
func (silent) Errorf(string, ...interface{}) {}
func (silent) Fatalf(string, ...interface{}) {}

func init() {
	sql.Register("tiny", tinyDriver{})
	healthy("sql-busy", false, sqlBusy)
	healthy("bolt-busy", true, boltBusy)
	healthy("badger-busy", true, badgerBusy)
	healthy("pebble-busy", false, pebbleBusy)
	leaking("sql-rows", sqlRows, "main.sqlRows", "main.report", "database/sql.(*DB).conn")
	leaking("sql-transactions", sqlTransactions, "database/sql.(*Tx).awaitDone")
	leaking("bolt-open-tx", boltOpenTx, "main.save", "main.boltOpenTx")
	leaking("badger-followers", badgerFollowers, "main.badgerFollowers", "main.follow")
}
