package main

// A database whose driver only takes its time, and pools of connections to it.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"time"
)

type slowDriver struct{}
type slowConn struct{}
type slowRows struct{ left int }

func (slowDriver) Open(string) (driver.Conn, error)                { return slowConn{}, nil }
func (slowConn) Prepare(string) (driver.Stmt, error)               { return nil, driver.ErrSkip }
func (slowConn) Close() error                                      { return nil }
func (slowConn) Begin() (driver.Tx, error)                         { return slowConn{}, nil }
func (slowConn) Commit() error                                     { return nil }
func (slowConn) Rollback() error                                   { return nil }
func (slowConn) Query(string, []driver.Value) (driver.Rows, error) { return ask1(), nil }
func (*slowRows) Columns() []string                                { return []string{"n"} }
func (*slowRows) Close() error                                     { return nil }
func (r *slowRows) Next(to []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	to[0] = int64(r.left)
	return nil
}

func ask1() *slowRows {
	time.Sleep(3 * time.Millisecond)
	return &slowRows{2}
}

func pool(most int) *sql.DB {
	db, err := sql.Open("slow", "")
	must(err)
	db.SetMaxOpenConns(most)
	return db
}

// A report keeps its connection while it asks somebody else.
func report(db *sql.DB) {
	rows, err := db.QueryContext(context.Background(), "select n")
	if err != nil {
		return
	}
	defer rows.Close()
	for rows.Next() {
		callElsewhere()
	}
}

func callElsewhere() { time.Sleep(20 * time.Millisecond) }

// All is given back, and much too late for so many.
func poolTooSmall() {
	db := pool(2)
	load(30, 10*time.Millisecond, func() { report(db) })
}

// Healthy: a pool for a few more callers than it has connections.
func poolWithQueue() {
	db := pool(4)
	load(6, 12*time.Millisecond, func() {
		if rows, err := db.Query("select n"); err == nil {
			for rows.Next() {
			}
			rows.Close()
		}
	})
}

func init() {
	sql.Register("slow", slowDriver{})
	leaking("pool-too-small", poolTooSmall, "main.report", "main.poolTooSmall") // no leak: starved
	healthy("pool-with-queue", false, poolWithQueue)
}
