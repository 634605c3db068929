// SPDX-License-Identifier: GPL-3.0-or-later

// Clusters and stores: raft, gossip, etcd with standbys, badger and pebble, PostgreSQL's protocol with a pool.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/cockroachdb/pebble"
	"github.com/dgraph-io/badger/v4"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/memberlist"
	"github.com/hashicorp/raft"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgxpool"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
	"go.etcd.io/etcd/server/v3/embed"
)

func init() {
	healthy("raft-ledger", false, raftLedger)
	healthy("gossip-members", true, gossipMembers)
	healthy("etcd-standby", true, etcdStandby)
	healthy("badger-events", true, badgerEvents)
	healthy("pebble-index", false, pebbleIndex)
	healthy("pg-accounts", true, pgAccounts)
}

// raft-ledger: five nodes over TCP that elect a leader and then apply entries of several writers.

type ledger struct {
	mu  sync.RWMutex
	sum int64
}

func (l *ledger) Apply(entry *raft.Log) any {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum += int64(binary.LittleEndian.Uint32(entry.Data))
	return l.sum
}

type ledgerSnapshot int64

func (l *ledger) Snapshot() (raft.FSMSnapshot, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return ledgerSnapshot(l.sum), nil
}

func (l *ledger) Restore(r io.ReadCloser) error {
	defer r.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	return binary.Read(r, binary.LittleEndian, &l.sum)
}

func (s ledgerSnapshot) Persist(sink raft.SnapshotSink) error {
	if err := binary.Write(sink, binary.LittleEndian, int64(s)); err != nil {
		_ = sink.Cancel()
		return err
	}
	return sink.Close()
}

func (s ledgerSnapshot) Release() {}

func raftLedger() {
	const size = 5
	var nodes []*raft.Raft
	var servers []raft.Server
	ledgers := make([]*ledger, size)
	for i := 0; i < size; i++ {
		transport, err := raft.NewTCPTransport("127.0.0.1:0", nil, 3, time.Second, io.Discard)
		must(err)
		config := raft.DefaultConfig()
		config.LocalID = raft.ServerID(fmt.Sprint("node", i))
		config.Logger = hclog.NewNullLogger()
		config.HeartbeatTimeout, config.ElectionTimeout = 300*time.Millisecond, 300*time.Millisecond
		config.LeaderLeaseTimeout = 200 * time.Millisecond
		config.SnapshotInterval, config.SnapshotThreshold = time.Second, 500
		ledgers[i] = &ledger{}
		store := raft.NewInmemStore()
		node, err := raft.NewRaft(config, ledgers[i], store, store, raft.NewInmemSnapshotStore(), transport)
		must(err)
		nodes = append(nodes, node)
		servers = append(servers, raft.Server{ID: config.LocalID, Address: transport.LocalAddr()})
	}
	must(nodes[0].BootstrapCluster(raft.Configuration{Servers: servers}).Error())
	for _, node := range nodes {
		go func(leads <-chan bool) {
			for range leads {
			}
		}(node.LeaderCh())
	}
	load(10, 25*time.Millisecond, func() {
		for _, node := range nodes {
			if node.State() == raft.Leader {
				_ = node.Apply(binary.LittleEndian.AppendUint32(nil, uint32(rand.Intn(100))), time.Second).Error()
				return
			}
		}
	})
	load(20, 50*time.Millisecond, func() {
		l := ledgers[rand.Intn(size)]
		l.mu.RLock()
		defer l.mu.RUnlock()
		_ = l.sum
	})
}

// gossip-members: fourteen members that know of each other and else do nothing, but for some words a second.

type gossip struct {
	queue *memberlist.TransmitLimitedQueue
	seen  chan []byte
}

type word []byte

func (w word) Invalidates(memberlist.Broadcast) bool { return false }
func (w word) Message() []byte                       { return w }
func (w word) Finished()                             {}

func (g *gossip) NodeMeta(int) []byte           { return nil }
func (g *gossip) LocalState(bool) []byte        { return nil }
func (g *gossip) MergeRemoteState([]byte, bool) {}
func (g *gossip) GetBroadcasts(overhead, max int) [][]byte {
	return g.queue.GetBroadcasts(overhead, max)
}
func (g *gossip) NotifyMsg(m []byte) {
	select {
	case g.seen <- bytes.Clone(m):
	default:
	}
}

func gossipMembers() {
	var first string
	var all []*gossip
	for i := 0; i < 14; i++ {
		config := memberlist.DefaultLocalConfig()
		config.Name, config.BindAddr, config.BindPort, config.AdvertisePort = fmt.Sprint("member", i), "127.0.0.1", 0, 0
		config.LogOutput = io.Discard
		g := &gossip{seen: make(chan []byte, 32)}
		config.Delegate = g
		list, err := memberlist.Create(config)
		must(err)
		g.queue = &memberlist.TransmitLimitedQueue{NumNodes: list.NumMembers, RetransmitMult: 2}
		if first == "" {
			first = list.LocalNode().Address()
		} else {
			_, err = list.Join([]string{first})
			must(err)
		}
		all = append(all, g)
		go func() {
			for range g.seen {
			}
		}()
	}
	for range time.Tick(700 * time.Millisecond) {
		all[rand.Intn(len(all))].queue.QueueBroadcast(word("deployed"))
	}
}

// etcd-standby: an embedded etcd, workers that campaign for one leadership of which all but one stand by, watchers of
// the configuration, leases kept alive.

func etcdStandby() {
	config := embed.NewConfig()
	config.Dir = scratch()
	config.LogLevel, config.LogOutputs = "panic", []string{"/dev/null"}
	config.UnsafeNoFsync = true
	local := func() url.URL {
		l := listen()
		defer l.Close()
		return url.URL{Scheme: "http", Host: l.Addr().String()}
	}
	config.ListenClientUrls = []url.URL{local()}
	config.AdvertiseClientUrls = config.ListenClientUrls
	config.ListenPeerUrls = []url.URL{local()}
	config.AdvertisePeerUrls = config.ListenPeerUrls
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	must(err)
	<-etcd.Server.ReadyNotify()
	join := func() *clientv3.Client {
		c, err := clientv3.New(clientv3.Config{Endpoints: []string{config.ListenClientUrls[0].String()}, DialTimeout: 3 * time.Second})
		must(err)
		return c
	}
	ctx := context.Background()
	for i := 0; i < 12; i++ {
		i := i
		c := join()
		go func() {
			for {
				session, err := concurrency.NewSession(c, concurrency.WithTTL(10))
				if err != nil {
					time.Sleep(time.Second)
					continue
				}
				election := concurrency.NewElection(session, "/leader")
				if election.Campaign(ctx, fmt.Sprint("worker", i)) == nil {
					// The leader does its work as long as its lease holds.
					work := time.NewTicker(100 * time.Millisecond)
					for leads := true; leads; {
						select {
						case <-work.C:
							_, _ = c.Put(ctx, "/progress", fmt.Sprint(time.Now().Unix()))
						case <-session.Done():
							leads = false
						}
					}
					work.Stop()
				}
				_ = session.Close()
			}
		}()
		go func() {
			for update := range c.Watch(ctx, "/config/", clientv3.WithPrefix()) {
				_ = update.Events
			}
		}()
	}
	admin := join()
	load(4, 200*time.Millisecond, func() {
		timeout, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, _ = admin.Get(timeout, "/config/", clientv3.WithPrefix())
	})
	for i := 0; ; i++ {
		_, _ = admin.Put(ctx, fmt.Sprint("/config/", i%5), "on")
		time.Sleep(800 * time.Millisecond)
	}
}

// badger-events: several writers by batches, readers with iterators, the collector of old values, a subscriber.

func badgerEvents() {
	db, err := badger.Open(badger.DefaultOptions(scratch()).WithLogger(nil).WithMemTableSize(4 << 20).WithValueThreshold(1 << 10).WithValueLogFileSize(16 << 20).WithNumCompactors(3))
	must(err)
	go func() {
		for range time.Tick(500 * time.Millisecond) {
			for db.RunValueLogGC(0.5) == nil {
			}
		}
	}()
	go func() {
		_ = db.Subscribe(context.Background(), func(*badger.KVList) error { return nil }, nil)
	}()
	event := bytes.Repeat([]byte("event"), 60)
	load(8, 40*time.Millisecond, func() {
		batch := db.NewWriteBatch()
		defer batch.Cancel()
		for i := 0; i < 50; i++ {
			_ = batch.SetEntry(badger.NewEntry([]byte(fmt.Sprintf("%06d", rand.Intn(200000))), event).WithTTL(time.Hour))
		}
		_ = batch.Flush()
	})
	load(16, 30*time.Millisecond, func() {
		_ = db.View(func(t *badger.Txn) error {
			it := t.NewIterator(badger.IteratorOptions{PrefetchValues: true, PrefetchSize: 20})
			defer it.Close()
			n := 0
			for it.Seek([]byte(fmt.Sprintf("%06d", rand.Intn(200000)))); it.Valid() && n < 40; it.Next() {
				n++
			}
			return nil
		})
	})
}

// pebble-index: an index is built at the start by four loaders and then asked while compactions go on.

type nothing struct{}

func (nothing) Infof(string, ...any)  {}
func (nothing) Fatalf(string, ...any) {}

func pebbleIndex() {
	db, err := pebble.Open(scratch(), &pebble.Options{MemTableSize: 1 << 20, L0CompactionThreshold: 2, Logger: nothing{},
		MaxConcurrentCompactions: func() int { return 2 }})
	must(err)
	documents := make(chan int, 256)
	var loaders sync.WaitGroup
	for i := 0; i < 4; i++ {
		loaders.Add(1)
		go func() {
			defer loaders.Done()
			batch := db.NewBatch()
			for d := range documents {
				for w := 0; w < 20; w++ {
					_ = batch.Set([]byte(fmt.Sprintf("word%05d/%d", (d*7919+w*31)%20000, d)), []byte("posting"), nil)
				}
				if batch.Count() >= 400 {
					_ = batch.Commit(pebble.NoSync)
					batch = db.NewBatch()
				}
			}
			_ = batch.Commit(pebble.Sync)
		}()
	}
	for d := 0; d < 6000; d++ {
		documents <- d
	}
	close(documents)
	loaders.Wait()
	load(20, 25*time.Millisecond, func() {
		word := []byte(fmt.Sprintf("word%05d/", rand.Intn(20000)))
		it, err := db.NewIter(&pebble.IterOptions{LowerBound: word})
		if err != nil {
			return
		}
		for n, ok := 0, it.First(); ok && n < 30; n, ok = n+1, it.Next() {
		}
		_ = it.Close()
	})
}

// pg-accounts: pgx's pool against a server that speaks just enough of PostgreSQL, and a listener on its own connection.

func servePostgres(conn net.Conn) {
	defer conn.Close()
	backend := pgproto3.NewBackend(conn, conn)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	var sending sync.Mutex
	send := func(messages ...pgproto3.BackendMessage) {
		sending.Lock()
		defer sending.Unlock()
		for _, m := range messages {
			backend.Send(m)
		}
		_ = backend.Flush()
	}
	send(&pgproto3.AuthenticationOk{}, &pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"},
		&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"},
		&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: 2}, &pgproto3.ReadyForQuery{TxStatus: 'I'})
	gone := make(chan struct{})
	defer close(gone)
	for {
		message, err := backend.Receive()
		if err != nil {
			return
		}
		query, ok := message.(*pgproto3.Query)
		if !ok {
			if _, ok := message.(*pgproto3.Terminate); ok {
				return
			}
			continue
		}
		if query.String == "listen transfers" {
			send(&pgproto3.CommandComplete{CommandTag: []byte("LISTEN")}, &pgproto3.ReadyForQuery{TxStatus: 'I'})
			go func() {
				t := time.NewTicker(600 * time.Millisecond)
				defer t.Stop()
				for {
					select {
					case <-t.C:
						send(&pgproto3.NotificationResponse{PID: 1, Channel: "transfers", Payload: "7"})
					case <-gone:
						return
					}
				}
			}()
			continue
		}
		time.Sleep(time.Duration(2+rand.Intn(12)) * time.Millisecond)
		send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("balance"), DataTypeOID: 25, DataTypeSize: -1, TypeModifier: -1}}},
			&pgproto3.DataRow{Values: [][]byte{[]byte("1250")}},
			&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")}, &pgproto3.ReadyForQuery{TxStatus: 'I'})
	}
}

func pgAccounts() {
	l := listen()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go servePostgres(conn)
		}
	}()
	ctx := context.Background()
	dsn := "postgres://app@" + l.Addr().String() + "/bank?sslmode=disable&pool_max_conns=12&pool_min_conns=4&pool_health_check_period=1s&default_query_exec_mode=simple_protocol"
	pool, err := pgxpool.New(ctx, dsn)
	must(err)
	go func() {
		conn, err := pgx.Connect(ctx, "postgres://app@"+l.Addr().String()+"/bank?sslmode=disable&default_query_exec_mode=simple_protocol")
		must(err)
		_, err = conn.Exec(ctx, "listen transfers")
		for err == nil {
			_, err = conn.WaitForNotification(ctx)
		}
	}()
	load(60, 50*time.Millisecond, func() {
		timeout, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		var balance string
		_ = pool.QueryRow(timeout, "select balance from accounts where id = 7").Scan(&balance)
	})
	load(2, 400*time.Millisecond, func() {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return
		}
		defer conn.Release()
		for i := 0; i < 10; i++ {
			if rows, err := conn.Query(ctx, "select balance from accounts"); err == nil {
				_, _ = pgx.CollectRows(rows, pgx.RowTo[string])
			}
		}
	})
}
