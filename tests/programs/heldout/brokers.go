package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hashicorp/memberlist"
	"github.com/hashicorp/raft"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"
	"github.com/twmb/franz-go/pkg/kgo"
	etcd "go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
	"io"
)

func redisClient() *redis.Client {
	s := miniredis.NewMiniRedis()
	must(s.Start())
	return redis.NewClient(&redis.Options{Addr: s.Addr(), PoolSize: 8})
}

func redisBusy() {
	c := redisClient()
	ctx := context.Background()
	load(12, 10*time.Millisecond, func() {
		p := c.Pipeline()
		p.Set(ctx, string(key()), 1, 0)
		p.Get(ctx, string(key()))
		_, _ = p.Exec(ctx)
	})
	hear := func() {
		for range c.Subscribe(ctx, "news").Channel() {
		}
	}
	for i := 0; i < 6; i++ {
		go hear()
	}
	load(1, 400*time.Millisecond, func() { c.Publish(ctx, "news", "none") })
}

// hearNews stays subscribed when the reader has left.
func hearNews(c *redis.Client, topic string) {
	for range c.Subscribe(context.Background(), topic).Channel() {
	}
}

func redisSubscribers() {
	c := redisClient()
	n := 0
	load(1, 90*time.Millisecond, func() { n++; go hearNews(c, fmt.Sprint("news", n)) })
}

func natsConnection() *nats.Conn {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	must(err)
	go s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		panic("nats")
	}
	c, err := nats.Connect(s.ClientURL())
	must(err)
	return c
}

func natsBusy() {
	c := natsConnection()
	for i := 0; i < 4; i++ {
		_, _ = c.QueueSubscribe("sum", "q", func(m *nats.Msg) { time.Sleep(time.Millisecond); _ = m.Respond(m.Data) })
	}
	for i := 0; i < 20; i++ {
		_, _ = c.Subscribe(fmt.Sprint("seldom.", i), func(*nats.Msg) {})
	}
	load(10, 10*time.Millisecond, func() { _, _ = c.Request("sum", []byte("1"), time.Second) })
}

func natsSubscriptions() {
	c := natsConnection()
	n := 0
	load(1, 70*time.Millisecond, func() {
		n++
		_, _ = c.Subscribe(fmt.Sprint("reply.", n), func(*nats.Msg) {})
	})
}

func kafkaClients() {
	each(120*time.Millisecond, func() {
		c, err := kgo.NewClient(kgo.SeedBrokers("127.0.0.1:1"), kgo.ConsumeTopics("orders"))
		must(err)
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		c.PollFetches(ctx)
	})
}

type counter struct{ n int }

func (c *counter) Apply(*raft.Log) interface{}         { c.n++; return c.n }
func (c *counter) Snapshot() (raft.FSMSnapshot, error) { return nil, fmt.Errorf("no") }
func (c *counter) Restore(io.ReadCloser) error         { return nil }

func raftBusy() {
	var nodes []*raft.Raft
	var members raft.Configuration
	var transports []*raft.InmemTransport
	for i := 0; i < 3; i++ {
		address, t := raft.NewInmemTransport("")
		transports = append(transports, t)
		members.Servers = append(members.Servers, raft.Server{ID: raft.ServerID(fmt.Sprint(i)), Address: address})
	}
	for i, t := range transports {
		for _, other := range transports {
			t.Connect(other.LocalAddr(), other)
		}
		config := raft.DefaultConfig()
		config.LocalID = raft.ServerID(fmt.Sprint(i))
		config.LogOutput = io.Discard
		store := raft.NewInmemStore()
		must(raft.BootstrapCluster(config, store, store, raft.NewInmemSnapshotStore(), t, members))
		node, err := raft.NewRaft(config, &counter{}, store, store, raft.NewInmemSnapshotStore(), t)
		must(err)
		nodes = append(nodes, node)
	}
	load(2, 30*time.Millisecond, func() {
		for _, node := range nodes {
			if node.State() == raft.Leader {
				_ = node.Apply([]byte("x"), time.Second).Error()
			}
		}
	})
}

func gossip() {
	var first *memberlist.Memberlist
	for i := 0; i < 4; i++ {
		config := memberlist.DefaultLocalConfig()
		config.Name, config.BindAddr, config.BindPort, config.LogOutput = fmt.Sprint(i), "127.0.0.1", 0, io.Discard
		m, err := memberlist.Create(config)
		must(err)
		if first == nil {
			first = m
		} else {
			_, _ = m.Join([]string{fmt.Sprintf("127.0.0.1:%d", first.LocalNode().Port)})
		}
	}
}

// etcdRaft is one node of etcd's consensus with a loop that serves it.
func etcdRaft() {
	store := etcd.NewMemoryStorage()
	node := etcd.StartNode(&etcd.Config{ID: 1, ElectionTick: 10, HeartbeatTick: 1, Storage: store,
		MaxSizePerMsg: 1 << 20, MaxInflightMsgs: 64}, []etcd.Peer{{ID: 1}})
	go func() {
		ticks := time.NewTicker(20 * time.Millisecond)
		for {
			select {
			case <-ticks.C:
				node.Tick()
			case ready := <-node.Ready():
				_ = store.Append(ready.Entries)
				for _, e := range ready.CommittedEntries {
					if e.Type == raftpb.EntryConfChange {
						var change raftpb.ConfChange
						_ = change.Unmarshal(e.Data)
						node.ApplyConfChange(change)
					}
				}
				node.Advance()
			}
		}
	}()
	load(3, 20*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = node.Propose(ctx, []byte("x"))
	})
}

func init() {
	healthy("redis-busy", false, redisBusy)
	healthy("nats-busy", true, natsBusy)
	healthy("raft-busy", false, raftBusy)
	healthy("gossip", true, gossip)
	healthy("etcd-raft", false, etcdRaft)
	leaking("redis-subscribers", redisSubscribers, "main.hearNews", "main.redisSubscribers", "github.com/redis/go-redis")
	leaking("nats-subscriptions", natsSubscriptions, "github.com/nats-io/nats")
	leaking("kafka-clients", kafkaClients, "github.com/twmb/franz-go")
}
