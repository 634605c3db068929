// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/raft"
	"golang.org/x/sync/semaphore"
)

func init() {
	leaking("watch_until_stop", watchUntilStop, "main.(*streamWatch).receive")
	leakingLate("log_follower_gone", logFollowerGone, "main.(*logFile).follow")
	leaking("index_lookup_limit", indexLookupLimit, "main.(*lookup).tableWorker", "main.(*lookup).indexWorker",
		"main.(*lookup).run.func1")
	leaking("cat_file_pipe", catFilePipe, "main.(*repository).catFile.func")
	leaking("reshard_deadlock", reshardDeadlock, "main.(*queueManager).reshard", "main.(*queueManager).append",
		"main.(*queueManager).runShard")
	leaking("seal_recursive_rlock", sealRecursiveRlock, "main.(*vaultCore).seal", "main.(*vaultCore).handle", "main.(*vaultCore).policy",
		"main.(*vaultCore).renew")
	leaking("raft_notify_unread", raftNotifyUnread, "github.com/hashicorp/raft.(*Raft).runLeader.func1",
		"github.com/hashicorp/raft.(*Raft).ApplyLog", "main.applyEver")
	leaking("compaction_tokens", compactionTokens, "main.(*engine).compact")
	leaking("fifo_open_waits", fifoOpenWaits, "main.openFifo")
	leakingLate("apply_panic_waiters", applyPanicWaiters, "main.(*proposer).propose")
}

// After Kubernetes' apimachinery, StreamWatcher: Stop closed the source, but the receiver may already have decoded an
// event and then sends it to a channel that nobody reads any more. The callers are "until" loops that leave with the
// first event that satisfies them.
type podEvent struct{ Type, Name string }

type streamWatch struct {
	mu      sync.Mutex
	stopped bool
	source  io.ReadCloser
	result  chan podEvent
}

func newStreamWatch(source io.ReadCloser) *streamWatch {
	w := &streamWatch{source: source, result: make(chan podEvent)}
	go w.receive()
	return w
}

func (w *streamWatch) receive() {
	defer close(w.result)
	decode := json.NewDecoder(w.source)
	for {
		var e podEvent
		if err := decode.Decode(&e); err != nil {
			w.Stop()
			return
		}
		w.result <- e
	}
}

func (w *streamWatch) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.stopped = true
		_ = w.source.Close()
	}
}

func watchUntilStop() {
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			encode := json.NewEncoder(w)
			for i := 0; ; i++ {
				for _, of := range []string{"Scheduled", "Running", "Ready"}[:1+rand.Intn(3)] { // changes come together
					if encode.Encode(podEvent{of, fmt.Sprint("pod-", i)}) != nil {
						return
					}
				}
				w.(http.Flusher).Flush()
				select {
				case <-time.After(30 * time.Millisecond):
				case <-r.Context().Done():
					return
				}
			}
		}))
	}()
	until := func(what string) {
		r, err := http.Get("http://" + l.Addr().String() + "/watch")
		if err != nil {
			return
		}
		w := newStreamWatch(r.Body)
		defer w.Stop()
		for e := range w.result {
			if e.Type == what {
				return
			}
		}
	}
	load(2, 120*time.Millisecond, func() { until("Running") })
	load(1, 200*time.Millisecond, func() { until("Ready") })
}

// After Docker's `logs -f`: the follower of a log file sends each line to the watcher of a client; when the client hangs
// up the handler returns, and the follower, which looks only for the end of the container, stays in its send.
type logFile struct{ path string }

func (f *logFile) follow(lines chan<- []byte, exited <-chan struct{}) {
	defer close(lines)
	r, err := os.Open(f.path)
	must(err)
	defer r.Close()
	read := bufio.NewReader(r)
	for {
		line, err := read.ReadBytes('\n')
		if err == nil {
			lines <- line
			continue
		}
		select {
		case <-exited:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func logFollowerGone() {
	f := &logFile{filepath.Join(scratch(), "container-json.log")}
	out, err := os.Create(f.path)
	must(err)
	exited := make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			_, _ = fmt.Fprintf(out, `{"log":"line %d"}`+"\n", i)
			time.Sleep(30 * time.Millisecond)
		}
	}()
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			lines := make(chan []byte, 1)
			go f.follow(lines, exited)
			for {
				select {
				case line, more := <-lines:
					if !more {
						return
					}
					_, _ = w.Write(line)
					w.(http.Flusher).Flush()
				case <-r.Context().Done():
					return
				}
			}
		}))
	}()
	each(250*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(100+rand.Intn(300))*time.Millisecond)
		defer cancel()
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String(), nil)
		must(err)
		if r, err := http.DefaultClient.Do(q); err == nil {
			discard(r.Body)
		}
	})
}

// After TiDB's index lookup executor: under a LIMIT the reader has enough and closes; the table workers, which look for
// the end only between two tasks, are left in the send of their rows, and the index worker in that of its handles.
type lookup struct {
	handles chan []int
	rows    chan []string
	done    chan struct{}
}

func (l *lookup) indexWorker(n int) {
	defer close(l.handles)
	for i := 0; i < n; i++ {
		time.Sleep(2 * time.Millisecond)
		l.handles <- []int{i, i + 1, i + 2}
	}
}

func (l *lookup) tableWorker(all *sync.WaitGroup) {
	defer all.Done()
	for task := range l.handles {
		select {
		case <-l.done:
			return
		default:
		}
		time.Sleep(time.Duration(len(task)) * time.Millisecond)
		l.rows <- make([]string, len(task))
	}
}

func (l *lookup) run(limit int) {
	var all sync.WaitGroup
	all.Add(4)
	go l.indexWorker(40)
	for i := 0; i < 4; i++ {
		go l.tableWorker(&all)
	}
	go func() { all.Wait(); close(l.rows) }()
	defer close(l.done)
	for rows := range l.rows {
		if limit -= len(rows); limit <= 0 {
			return
		}
	}
}

func indexLookupLimit() {
	query := func(limit int) {
		(&lookup{handles: make(chan []int, 2), rows: make(chan []string), done: make(chan struct{})}).run(limit)
	}
	load(3, 60*time.Millisecond, func() { query(1 << 30) })
	load(1, 350*time.Millisecond, func() { query(10) })
}

// After Gitea's `git cat-file --batch`: the objects come through pipes from a goroutine; a caller that finds the object
// too large, or of the wrong kind, returns and closes neither end.
type repository struct{ objects map[string][]byte }

func (r *repository) catFile() (*io.PipeWriter, *bufio.Reader) {
	names, in := io.Pipe()
	out, contents := io.Pipe()
	go func() {
		defer contents.Close()
		for scan := bufio.NewScanner(names); scan.Scan(); {
			object := r.objects[scan.Text()]
			_, _ = fmt.Fprintf(contents, "%s blob %d\n", scan.Text(), len(object))
			_, _ = contents.Write(object)
		}
	}()
	return in, bufio.NewReader(out)
}

func (r *repository) blob(name string, most int) ([]byte, error) {
	in, out := r.catFile()
	if _, err := io.WriteString(in, name+"\n"); err != nil {
		return nil, err
	}
	head, err := out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	var kind string
	var size int
	if _, err := fmt.Sscanf(head, name+" %s %d", &kind, &size); err != nil {
		return nil, err
	}
	if size > most {
		return nil, errors.New("too large to be shown")
	}
	b := make([]byte, size)
	_, err = io.ReadFull(out, b)
	_ = in.Close()
	return b, err
}

func catFilePipe() {
	r := &repository{map[string][]byte{}}
	for i := 0; i < 20; i++ {
		r.objects[fmt.Sprint("object", i)] = bytes.Repeat([]byte("x"), 400*i)
	}
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			b, err := r.blob(q.URL.Query().Get("of"), 6500)
			if err != nil {
				http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
				return
			}
			_, _ = w.Write(b)
		}))
	}()
	load(4, 100*time.Millisecond, func() {
		if a, err := http.Get(fmt.Sprintf("http://%s/?of=object%d", l.Addr(), rand.Intn(20))); err == nil {
			discard(a.Body)
		}
	})
}

// After Prometheus' remote write: appends hold the read lock while they wait for room in a shard's queue; resharding
// waits for the write lock; the shards, which would make room, ask for the read lock to count what was sent, and come
// behind the waiting writer. All stand still for ever.
type queueManager struct {
	mu     sync.RWMutex
	shards []chan int
	sent   map[int]int
	stats  atomic.Int64
}

func (m *queueManager) append(sample int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	m.shards[sample%len(m.shards)] <- sample
}

func (m *queueManager) runShard(queue <-chan int) {
	for sample := range queue {
		time.Sleep(4 * time.Millisecond) // the other end stores it
		m.mu.RLock()
		_ = m.sent[sample%10]
		m.mu.RUnlock()
		m.stats.Add(1)
	}
}

func (m *queueManager) start(n int) {
	m.shards = nil
	for i := 0; i < n; i++ {
		q := make(chan int, 4)
		m.shards = append(m.shards, q)
		go m.runShard(q)
	}
}

func (m *queueManager) reshard(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, q := range m.shards {
		close(q)
	}
	m.start(n)
}

func reshardDeadlock() {
	m := &queueManager{sent: map[int]int{}}
	m.start(2)
	load(5, 3*time.Millisecond, func() { m.append(rand.Intn(1000)) })
	load(3, 50*time.Millisecond, func() { _ = m.stats.Load() })
	time.Sleep(900 * time.Millisecond)
	m.reshard(4)
	for {
		time.Sleep(400 * time.Millisecond)
		m.reshard(2 + rand.Intn(3))
	}
}

// After Vault's state lock: a request holds it for reading, and deep in its way a helper takes it for reading again;
// a seal that asks for the write lock between the two stops everything.
type vaultCore struct {
	state    sync.RWMutex
	sealed   bool
	policies map[string]string
}

func (c *vaultCore) handle() {
	c.state.RLock()
	defer c.state.RUnlock()
	if c.sealed {
		return
	}
	time.Sleep(3 * time.Millisecond) // the storage
	c.policy("default")
}

func (c *vaultCore) policy(name string) string {
	c.state.RLock()
	defer c.state.RUnlock()
	return c.policies[name]
}

func (c *vaultCore) renew() {
	for range time.Tick(50 * time.Millisecond) {
		c.state.RLock()
		_ = len(c.policies)
		c.state.RUnlock()
	}
}

func (c *vaultCore) seal(yes bool) {
	c.state.Lock()
	defer c.state.Unlock()
	c.sealed = yes
}

func sealRecursiveRlock() {
	c := &vaultCore{policies: map[string]string{"default": "deny"}}
	go c.renew()
	load(4, 4*time.Millisecond, c.handle)
	audit := make(chan string, 16)
	go func() {
		for range audit {
		}
	}()
	load(2, 30*time.Millisecond, func() { audit <- "seen" })
	for i := 1; ; i++ {
		time.Sleep(500 * time.Millisecond)
		c.seal(i%2 == 1)
	}
}

// After the users of hashicorp/raft (Consul among them) that did not drain NotifyCh: the first election is awaited by
// the start-up, the loss of leadership later is not, and raft's own goroutine waits in the send for ever; those that
// apply without a timeout wait for it.
func raftNotifyUnread() {
	notify := make([]chan bool, 3)
	nodes, transports := raftNodes(3, func(i int, c *raft.Config) {
		notify[i] = make(chan bool)
		c.NotifyCh = notify[i]
	})
	var first int
	select {
	case <-notify[0]:
		first = 0
	case <-notify[1]:
		first = 1
	case <-notify[2]:
		first = 2
	}
	leader := nodes[first]
	for i := 0; i < 4; i++ {
		go applyEver(leader)
	}
	for i := range nodes { // the other two tell it when they lead
		if i != first {
			go func() {
				for range notify[i] {
				}
			}()
		}
	}
	time.Sleep(time.Second)
	transports[first].DisconnectAll() // the network is lost
	for i, t := range transports {
		if i != first {
			t.Disconnect(transports[first].LocalAddr())
		}
	}
}

func applyEver(leader *raft.Raft) {
	for {
		_ = leader.Apply(binary.BigEndian.AppendUint64(nil, 1), 0).Error()
		time.Sleep(40 * time.Millisecond)
	}
}

// After InfluxDB's compaction limiter: a compaction that fails early returns without its token; soon each shard's
// compaction waits for one.
type engine struct {
	tokens *semaphore.Weighted
	mu     sync.Mutex
	errs   int
}

func (e *engine) compact(shard int) error {
	if err := e.tokens.Acquire(context.Background(), 1); err != nil {
		return err
	}
	time.Sleep(time.Duration(10+rand.Intn(30)) * time.Millisecond)
	if rand.Intn(6) == 0 {
		e.mu.Lock()
		e.errs++
		e.mu.Unlock()
		return fmt.Errorf("shard %d: a block is corrupt", shard)
	}
	e.tokens.Release(1)
	return nil
}

func compactionTokens() {
	e := &engine{tokens: semaphore.NewWeighted(4)}
	written := make(chan int, 100)
	load(3, 15*time.Millisecond, func() { written <- 1 })
	go func() {
		for range written {
		}
	}()
	each(80*time.Millisecond, func() { _ = e.compact(rand.Intn(9)) })
}

// After containerd's fifos: the shim's side of a container's output is opened for reading; if the container fails before
// it opens its side, the open, in a goroutine of its own, never returns, though its caller has given up.
func openFifo(path string, opened chan<- *os.File) {
	f, err := os.OpenFile(path, os.O_RDONLY, 0)
	if err == nil {
		opened <- f
	}
}

func fifoOpenWaits() {
	folder := scratch()
	var n atomic.Int64
	run := func(fails bool) {
		path := filepath.Join(folder, fmt.Sprint("stdout-", n.Add(1)))
		must(syscall.Mkfifo(path, 0o600))
		opened := make(chan *os.File, 1)
		go openFifo(path, opened)
		if !fails {
			go func() {
				w, err := os.OpenFile(path, os.O_WRONLY, 0)
				must(err)
				_, _ = io.WriteString(w, "hello\n")
				_ = w.Close()
			}()
		}
		select {
		case f := <-opened:
			_, _ = io.Copy(io.Discard, f)
			_ = f.Close()
		case <-time.After(150 * time.Millisecond):
		}
	}
	load(2, 90*time.Millisecond, func() { run(false) })
	load(1, 250*time.Millisecond, func() { run(true) })
}

// After etcd's proposals, which register with a wait and are triggered when they are applied: an apply that panics is
// recovered, so that the loop goes on, but its proposal is never triggered, and its caller has no deadline.
type proposal struct {
	id    uint64
	value []byte
}

type proposer struct {
	mu      sync.Mutex
	next    uint64
	waiting map[uint64]chan error
	log     chan proposal
}

func (p *proposer) propose(value []byte) error {
	p.mu.Lock()
	p.next++
	id := p.next
	done := make(chan error, 1)
	p.waiting[id] = done
	p.mu.Unlock()
	p.log <- proposal{id, value}
	return <-done
}

func (p *proposer) trigger(id uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[id] <- err
	delete(p.waiting, id)
}

func (p *proposer) apply(e proposal) {
	defer func() { _ = recover() }()
	time.Sleep(2 * time.Millisecond)
	if e.value[0] == 0 {
		var none map[string]int
		none["x"] = 1
	}
	p.trigger(e.id, nil)
}

func applyPanicWaiters() {
	p := &proposer{waiting: map[uint64]chan error{}, log: make(chan proposal, 64)}
	go func() {
		for e := range p.log {
			p.apply(e)
		}
	}()
	each(25*time.Millisecond, func() { _ = p.propose([]byte{byte(rand.Intn(12))}) })
}
