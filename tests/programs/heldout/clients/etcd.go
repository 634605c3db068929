package main

// etcd in the same process, its client, and what is left open with it.

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
	"go.etcd.io/etcd/server/v3/embed"
)

func etcd() *clientv3.Client {
	c := embed.NewConfig()
	c.Dir, c.LogLevel = scratch(), "panic"
	free := func() url.URL {
		l := listen()
		defer l.Close()
		return url.URL{Scheme: "http", Host: l.Addr().String()}
	}
	client, peer := free(), free()
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	e, err := embed.StartEtcd(c)
	must(err)
	<-e.Server.ReadyNotify()
	to, err := clientv3.New(clientv3.Config{Endpoints: []string{client.String()}, DialTimeout: 5 * time.Second})
	must(err)
	return to
}

func etcdBusy() {
	c := etcd()
	ctx := context.Background()
	for i := 0; i < 5; i++ {
		go func() {
			for range c.Watch(ctx, fmt.Sprint("k", i), clientv3.WithPrefix()) {
			}
		}()
	}
	lease, err := c.Grant(ctx, 5)
	must(err)
	kept, err := c.KeepAlive(ctx, lease.ID)
	must(err)
	go func() {
		for range kept {
		}
	}()
	load(8, 20*time.Millisecond, func() {
		_, _ = c.Put(ctx, "k1/x", "y")
		_, _ = c.Get(ctx, "k1/x")
	})
}

func etcdIdle() {
	c := etcd()
	for i := 0; i < 12; i++ {
		go func() {
			for range c.Watch(context.Background(), fmt.Sprint("k", i)) {
			}
		}()
	}
}

// Locks of the cluster: one has it, the others stand in line; each keeps it for a while.
func etcdLocks() {
	c := etcd()
	load(6, 10*time.Millisecond, func() {
		s, err := concurrency.NewSession(c, concurrency.WithTTL(5))
		if err != nil {
			return
		}
		defer s.Close()
		m := concurrency.NewMutex(s, "/lock")
		if m.Lock(context.Background()) == nil {
			time.Sleep(30 * time.Millisecond)
			_ = m.Unlock(context.Background())
		}
	})
}

// Each request watches its key, with a context that nobody cancels.
func watchOfRequest() {
	c := etcd()
	n := 0
	load(1, 60*time.Millisecond, func() {
		n++
		ctx := context.WithValue(context.Background(), "n", n) // of its own, so a stream of its own
		changed := c.Watch(clientv3.WithRequireLeader(ctx), fmt.Sprint("k", n))
		go func() {
			for range changed {
			}
		}()
		time.Sleep(time.Millisecond)
	})
}

// A session for each request; it is not closed, and its lease is kept alive.
func leaseOfRequest(c *clientv3.Client) {
	s, err := concurrency.NewSession(c, concurrency.WithTTL(60))
	if err == nil {
		_, _ = c.Put(context.Background(), "here", "yes", clientv3.WithLease(s.Lease()))
	}
}

func leasesKept() {
	c := etcd()
	load(1, 80*time.Millisecond, func() { leaseOfRequest(c) })
}

// Healthy: who is leader is asked for by many, and changes.
func elections() {
	c := etcd()
	var lock sync.Mutex
	var terms int
	for i := 0; i < 5; i++ {
		go func() {
			s, err := concurrency.NewSession(c, concurrency.WithTTL(5))
			must(err)
			e := concurrency.NewElection(s, "/leader")
			for {
				if e.Campaign(context.Background(), fmt.Sprint(i)) != nil {
					return
				}
				lock.Lock()
				terms++
				lock.Unlock()
				time.Sleep(300 * time.Millisecond)
				_ = e.Resign(context.Background())
			}
		}()
	}
}

func init() {
	healthy("etcd-busy", false, etcdBusy)
	healthy("etcd-idle", true, etcdIdle)
	healthy("etcd-locks", false, etcdLocks)
	healthy("elections", false, elections)
	leaking("watch-of-request", watchOfRequest, "go.etcd.io/etcd/client/v3.(*watchGrpcStream)", "main.watchOfRequest")
	leaking("leases-kept", leasesKept, "go.etcd.io/etcd/client/v3/concurrency.NewSession",
		"go.etcd.io/etcd/client/v3.(*lessor).keepAliveCtxCloser", "main.leaseOfRequest", "go.etcd.io/etcd/client/v3.(*lessor).KeepAlive")
}
