// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	leaking("kube_pod_status_updates", kubePodStatusUpdates, "main.(*podStatuses)")
	leaking("etcd_token_keeper", etcdTokenKeeper, "main.(*tokens).assign", "main.(*tokenKeeper).run")
	leaking("moby_plugin_activation_fails", mobyPluginActivationFails, "main.(*plugin).waitActive")
	leaking("cockroach_schema_read_twice", cockroachSchemaReadTwice, "main.(*schemaCache)")
	leaking("grpc_connection_cache_timer", grpcConnectionCacheTimer, "main.(*connectionCache)")
	leaking("containerd_exit_subscribers", containerdExitSubscribers,
		"main.(*reaper)", "main.runTask", "main.childExits")
	leaking("prometheus_discovery_reload", prometheusDiscoveryReload, "main.(*targetFinder).refresh")
	leaking("consul_cache_notify", consulCacheNotify, "main.(*agentCache).notifyLoop")
	leaking("nats_stream_consumer_locks", natsStreamConsumerLocks, "main.(*msgStream)", "main.(*msgConsumer)")
	leaking("tidb_index_lookup_limit", tidbIndexLookupLimit,
		"main.(*indexLookup).readRows", "main.(*indexLookup).collect.func1")
}

// webTraffic is what else goes on in a program: a few clients that ask an HTTP server how it is.
func webTraffic() {
	var asked atomic.Int64
	l := listen()
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "asked", asked.Add(1))
	}))
	client := &http.Client{Timeout: time.Second}
	load(3, 60*time.Millisecond, func() {
		if answer, err := client.Get("http://" + l.Addr().String()); err == nil {
			discard(answer.Body)
		}
	})
}

type podStatus struct {
	pod   string
	phase string
}

// podStatuses remembers the status of each pod and hands changes to a goroutine that tells the API server.
type podStatuses struct {
	mu      sync.Mutex
	known   map[string]string
	changes chan podStatus
}

func (s *podStatuses) set(pod, phase string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[pod] == phase {
		return
	}
	s.known[pod] = phase
	s.changes <- podStatus{pod, phase}
}

func (s *podStatuses) sync() {
	for change := range s.changes {
		s.mu.Lock()
		current := s.known[change.pod]
		s.mu.Unlock()
		if current == change.phase {
			time.Sleep(2 * time.Millisecond) // PUT it
		}
	}
}

// A kubelet's status manager. Wrong: a status is sent into a channel of limited length under the lock that the receiver
// needs before it can take the next one; once many pods change at a time, both wait for ever and so do the pods' workers.
// The class of Kubernetes' status manager deadlock (issue 10182).
func kubePodStatusUpdates() {
	webTraffic()
	s := &podStatuses{known: map[string]string{}, changes: make(chan podStatus, 8)}
	go s.sync()
	for i := 0; i < 3; i++ {
		go func() {
			pod := fmt.Sprintf("web-%d", i)
			for n := 0; ; n++ {
				s.set(pod, []string{"Pending", "Running"}[n%2])
				time.Sleep(80 * time.Millisecond)
			}
		}()
	}
	time.Sleep(1200 * time.Millisecond)
	for i := 0; i < 40; i++ { // a node is drained
		s.set(fmt.Sprintf("batch-%d", i), "Succeeded")
	}
	time.Sleep(time.Hour)
}

// tokenKeeper forgets tokens whose time is over.
type tokenKeeper struct {
	added  chan string
	forget func(string)
}

func (k *tokenKeeper) run() {
	ends := map[string]time.Time{}
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case token := <-k.added:
			ends[token] = time.Now().Add(600 * time.Millisecond)
		case now := <-tick.C:
			for token, end := range ends {
				if now.After(end) {
					k.forget(token)
					delete(ends, token)
				}
			}
		}
	}
}

type tokens struct {
	mu     sync.Mutex
	users  map[string]string
	keeper *tokenKeeper
}

func (t *tokens) assign(user string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	token := fmt.Sprintf("%x", sha256.Sum256([]byte(user+time.Now().String())))
	time.Sleep(time.Millisecond) // random bits from the system
	t.users[token] = user
	t.keeper.added <- token
	return token
}

// Logins of a store get tokens that end after a time. Wrong: a new token is sent to the keeper under the lock, and the
// keeper, when it forgets an old one, takes the same lock before it receives again. The class of etcd's simple token
// keeper (etcd 7492).
func etcdTokenKeeper() {
	webTraffic()
	t := &tokens{users: map[string]string{}}
	t.keeper = &tokenKeeper{added: make(chan string), forget: func(token string) {
		t.mu.Lock()
		delete(t.users, token)
		t.mu.Unlock()
	}}
	go t.keeper.run()
	for n := 0; ; n++ {
		go t.assign(fmt.Sprintf("user%d", n))
		time.Sleep(12 * time.Millisecond)
	}
}

// plugin is activated once by a handshake, for which all who want to use it wait.
type plugin struct {
	mu        sync.Mutex
	changed   *sync.Cond
	activated bool
	err       error
}

func (p *plugin) activate(socket string) {
	time.Sleep(20 * time.Millisecond) // shake hands
	p.mu.Lock()
	defer p.mu.Unlock()
	if socket == "" {
		p.err = errors.New("no such socket")
		return
	}
	p.activated = true
	p.changed.Broadcast()
}

func (p *plugin) waitActive() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.activated && p.err == nil {
		p.changed.Wait()
	}
	return p.err
}

// Containers wait for their volume plugins. Wrong: a plugin whose activation fails keeps the error, but does not wake
// those who wait already; only later ones see it. The class of Docker's plugin activation (moby 30408).
func mobyPluginActivationFails() {
	webTraffic()
	for n := 0; ; n++ {
		p := &plugin{}
		p.changed = sync.NewCond(&p.mu)
		socket := "/run/plugins/volume.sock"
		if n%5 == 2 {
			socket = ""
		}
		for container := 0; container < 3; container++ {
			go func() {
				if p.waitActive() == nil {
					time.Sleep(10 * time.Millisecond) // mount it
				}
			}()
		}
		go p.activate(socket)
		time.Sleep(60 * time.Millisecond)
		if err := p.waitActive(); err != nil {
			fmt.Fprintln(io.Discard, "volume:", err)
		}
	}
}

// schemaCache has the tables' schemas, which are read by each statement and changed seldom.
type schemaCache struct {
	mu     sync.RWMutex
	tables map[string]int
}

func (c *schemaCache) prepare(names ...string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	columns := 0
	for _, name := range names {
		time.Sleep(time.Millisecond) // parse
		columns += c.columns(name)
	}
	return columns
}

func (c *schemaCache) columns(name string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tables[name]
}

func (c *schemaCache) alter(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tables[name]++
}

// Statements of an SQL server are prepared with a cache of schemas. Wrong: who prepares holds the read lock and takes it
// once more, and if a writer has come in between, both wait for one another. The class of CockroachDB's repeated read
// lock (cockroach 16167).
func cockroachSchemaReadTwice() {
	webTraffic()
	c := &schemaCache{tables: map[string]int{"users": 4, "orders": 7}}
	go client(400*time.Millisecond, 130*time.Millisecond, func() { c.alter("orders") })
	each(6*time.Millisecond, func() { c.prepare("users", "orders", "users") })
}

type cachedConnection struct {
	address string
	removal *time.Timer
	keep    bool
}

// connectionCache keeps a removed connection for a moment, as it is often wanted again at once.
type connectionCache struct {
	mu          sync.Mutex
	connections map[string]*cachedConnection
}

func (c *connectionCache) get(address string) *cachedConnection {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.connections[address]; ok {
		time.Sleep(300 * time.Microsecond) // look whether it is still good
		if found.removal != nil && !found.removal.Stop() {
			found.keep = true // its timer has begun, and shall do nothing
		}
		found.removal = nil
		return found
	}
	made := &cachedConnection{address: address}
	c.connections[address] = made
	return made
}

func (c *connectionCache) remove(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.connections[address]
	if !ok || entry.removal != nil {
		return
	}
	entry.removal = time.AfterFunc(10*time.Millisecond, func() {
		c.mu.Lock()
		if entry.keep {
			return
		}
		delete(c.connections, address)
		c.mu.Unlock()
	})
}

// A balancer takes back connections that it was about to remove. Wrong: a timer that finds its removal revoked returns
// without giving the lock back, and from then on everybody waits for it. The class of gRPC-Go's cache of sub-connections
// (grpc-go 3017).
func grpcConnectionCacheTimer() {
	webTraffic()
	c := &connectionCache{connections: map[string]*cachedConnection{}}
	for n := 0; ; n++ {
		go func() {
			address := fmt.Sprintf("10.0.0.%d", n%6)
			c.get(address)
			time.Sleep(4 * time.Millisecond)
			c.remove(address)
			time.Sleep(time.Duration(n%80) * 250 * time.Microsecond)
			c.get(address)
		}()
		time.Sleep(15 * time.Millisecond)
	}
}

// reaper tells all that have subscribed which child processes have ended.
type reaper struct {
	mu          sync.Mutex
	subscribers map[chan int]bool
}

func (r *reaper) subscribe() chan int {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := make(chan int, 16)
	r.subscribers[c] = true
	return c
}

func (r *reaper) unsubscribe(c chan int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.subscribers, c)
}

func (r *reaper) reap(exits <-chan int) {
	for pid := range exits {
		r.mu.Lock()
		for c := range r.subscribers {
			c <- pid
		}
		r.mu.Unlock()
	}
}

func childExits(pid int, exits chan<- int, after time.Duration) {
	time.Sleep(after)
	exits <- pid
}

func runTask(r *reaper, pid int, exits chan<- int) error {
	ended := r.subscribe()
	lives := 15 * time.Millisecond
	if pid%20 == 0 {
		lives = 300 * time.Millisecond
	}
	go childExits(pid, exits, lives)
	timeout := time.After(100 * time.Millisecond)
	for {
		select {
		case one := <-ended:
			if one == pid {
				r.unsubscribe(ended)
				return nil
			}
		case <-timeout:
			return fmt.Errorf("task %d takes too long", pid)
		}
	}
}

// A shim starts tasks and learns from its reaper when they end. Wrong: a task that takes too long is given up without
// unsubscribing; its channel fills up, the reaper blocks on it with its lock held, and all further tasks wait. The class
// of the exit subscribers of containerd's shims and go-runc's monitor.
func containerdExitSubscribers() {
	webTraffic()
	r, exits := &reaper{subscribers: map[chan int]bool{}}, make(chan int)
	go r.reap(exits)
	for pid := 1; ; pid++ {
		go runTask(r, pid, exits)
		time.Sleep(25 * time.Millisecond)
	}
}

// targetFinder is a provider of scrape targets that sends all it knows again and again.
type targetFinder struct {
	job string
}

func (f *targetFinder) refresh(ctx context.Context, found chan<- []string) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		found <- []string{fmt.Sprintf("%s-%d:9100", f.job, n%5)}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func takeTargets(ctx context.Context, found <-chan []string, known *atomic.Int64) {
	for {
		select {
		case targets := <-found:
			known.Add(int64(len(targets)))
			time.Sleep(8 * time.Millisecond) // relabel them
		case <-ctx.Done():
			return
		}
	}
}

// A monitoring server finds its targets by providers, which are replaced whenever the settings are loaded anew. Wrong: a
// provider sends without looking at its context, so one that is sending when the receiver ends waits for ever. The class
// of Prometheus' discovery providers at a reload.
func prometheusDiscoveryReload() {
	webTraffic()
	var known atomic.Int64
	for {
		ctx, stop := context.WithCancel(context.Background())
		found := make(chan []string)
		for _, job := range []string{"node", "database", "proxy"} {
			go (&targetFinder{job}).refresh(ctx, found)
		}
		go takeTargets(ctx, found, &known)
		time.Sleep(350 * time.Millisecond)
		stop()
	}
}

type cacheUpdate struct {
	key   string
	index int
}

// agentCache tells watchers of every new value under a key.
type agentCache struct {
	mu    sync.Mutex
	index int
	newer chan struct{}
}

func (c *agentCache) bump() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.index++
	close(c.newer)
	c.newer = make(chan struct{})
}

func (c *agentCache) after(ctx context.Context, index int) (int, error) {
	for {
		c.mu.Lock()
		now, newer := c.index, c.newer
		c.mu.Unlock()
		if now > index {
			return now, nil
		}
		select {
		case <-newer:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (c *agentCache) notifyLoop(ctx context.Context, key string, updates chan<- cacheUpdate) {
	for index := 0; ; {
		next, err := c.after(ctx, index)
		if err != nil {
			return
		}
		index = next
		updates <- cacheUpdate{key, index}
	}
}

// Sidecars watch services through an agent's cache: each registers for a while and then cancels. Wrong: the cache sends
// an update without regard to the context, so a watcher that has gone leaves the sender behind. The class of Consul's
// cache notifications.
func consulCacheNotify() {
	webTraffic()
	c := &agentCache{index: 1, newer: make(chan struct{})}
	load(1, 15*time.Millisecond, c.bump)
	for n := 0; ; n++ {
		go func() {
			ctx, cancel := context.WithCancel(context.Background())
			updates := make(chan cacheUpdate, 2)
			go c.notifyLoop(ctx, fmt.Sprint("service", n), updates)
			for i := 0; i < 4; i++ {
				<-updates
			}
			time.Sleep(time.Duration(n%3) * 40 * time.Millisecond) // a large route to work out
			cancel()
		}()
		time.Sleep(60 * time.Millisecond)
	}
}

// msgStream stores messages and tells its consumer of each.
type msgStream struct {
	mu       sync.Mutex
	messages map[int]string
	last     int
	consumer *msgConsumer
}

func (s *msgStream) store(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.messages[s.last] = text
	s.consumer.signal(s.last)
}

func (s *msgStream) remove(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.messages, number)
}

// msgConsumer knows which messages are not acknowledged yet.
type msgConsumer struct {
	mu      sync.Mutex
	pending map[int]time.Time
	stream  *msgStream
}

func (c *msgConsumer) signal(number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending[number] = time.Now()
}

func (c *msgConsumer) acknowledge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for number := range c.pending {
		delete(c.pending, number)
		c.stream.remove(number)
	}
}

// A message server with a work queue. Wrong: who stores a message locks the stream and then its consumer, who
// acknowledges locks them the other way round; sooner or later the two meet. The class of NATS JetStream's inversions of
// the locks of stream and consumer.
func natsStreamConsumerLocks() {
	webTraffic()
	s := &msgStream{messages: map[int]string{}}
	s.consumer = &msgConsumer{pending: map[int]time.Time{}, stream: s}
	go func() {
		time.Sleep(600 * time.Millisecond) // the worker is late and finds a queue
		for {
			s.consumer.acknowledge()
			time.Sleep(200 * time.Microsecond)
		}
	}()
	for n := 0; ; n++ {
		for i := 0; i < 50; i++ {
			s.store(fmt.Sprintf("message %d/%d", n, i))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// indexLookup reads handles from an index on one goroutine and the rows to them on others.
type indexLookup struct {
	handles  chan int
	rows     chan int
	finished chan struct{}
}

func (x *indexLookup) fetchHandles(from, to int) {
	defer close(x.handles)
	for h := from; h < to; h++ {
		select {
		case x.handles <- h:
		case <-x.finished:
			return
		}
	}
}

func (x *indexLookup) readRows(workers *sync.WaitGroup) {
	defer workers.Done()
	for h := range x.handles {
		time.Sleep(200 * time.Microsecond) // from the store
		x.rows <- h * h
	}
}

func (x *indexLookup) collect(limit int) (sum int) {
	var workers sync.WaitGroup
	for i := 0; i < 3; i++ {
		workers.Add(1)
		go x.readRows(&workers)
	}
	go func() {
		workers.Wait()
		close(x.rows)
	}()
	defer close(x.finished)
	for row := range x.rows {
		sum += row
		if limit--; limit == 0 {
			break
		}
	}
	return sum
}

// Queries go by an index to their rows. Wrong: a query with a limit stops reading when it has enough; the goroutine at
// the index is told so, those that deliver rows are not and wait for ever. The class of TiDB's index lookup under a
// limit.
func tidbIndexLookupLimit() {
	webTraffic()
	for n := 0; ; n++ {
		limit := -1
		if n%4 == 0 {
			limit = 10
		}
		x := &indexLookup{handles: make(chan int), rows: make(chan int), finished: make(chan struct{})}
		go x.fetchHandles(n, n+60)
		fmt.Fprintln(io.Discard, x.collect(limit))
		time.Sleep(50 * time.Millisecond)
	}
}
