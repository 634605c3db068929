// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func init() {
	leaking("frames-close-signal", framesCloseSignal, "main.(*frameQueue).consume")
	leaking("watch-first-only", watchFirstOnly, "google.golang.org/grpc.newClientStreamWithParams", "main.(*watchService).Watch")
	leaking("merge-pages", mergePages, "main.topRows", "main.(*pageSource).Rows", "iter.Pull")
	leaking("session-heartbeats", sessionHeartbeats, "main.(*deviceSession).heartbeat")
	leaking("export-group", exportGroup, "main.(*tableExport).Run")
	leaking("topic-subscriber-left", topicSubscriberLeft, "main.(*topicBus).Publish")
	leaking("probe-no-deadline", probeNoDeadline, "main.(*replicaProbe).check")
	leaking("rates-future", ratesFuture, "main.(*rateFuture).get", "main.(*rateTable).Get")
	leaking("courier-resend", courierResend, "main.(*courier).deliver")
	leaking("wait-removed-job", waitRemovedJob, "main.(*renderJobs).await")
}

// A queue of frames wakes only one of its consumers when it is closed.

type frameQueue struct {
	mu     sync.Mutex
	more   *sync.Cond
	frames []int
	closed bool
}

func newFrameQueue() *frameQueue {
	q := &frameQueue{}
	q.more = sync.NewCond(&q.mu)
	return q
}

func (q *frameQueue) push(n int) {
	q.mu.Lock()
	q.frames = append(q.frames, n)
	q.mu.Unlock()
	q.more.Signal()
}

func (q *frameQueue) pop() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.frames) == 0 && !q.closed {
		q.more.Wait()
	}
	if len(q.frames) == 0 {
		return 0, false
	}
	n := q.frames[0]
	q.frames = q.frames[1:]
	return n, true
}

func (q *frameQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.more.Signal()
}

func (q *frameQueue) consume() {
	for {
		n, ok := q.pop()
		if !ok {
			return
		}
		burn(2000 + n)
	}
}

func framesCloseSignal() {
	backgroundJobs(10, 8*time.Millisecond)
	statusPage(6, 90*time.Millisecond)
	load(3, 300*time.Millisecond, func() {
		q := newFrameQueue()
		for i := 0; i < 3; i++ {
			go q.consume()
		}
		for i := 0; i < 12; i++ {
			q.push(i)
			work(time.Millisecond, 12*time.Millisecond)
		}
		time.Sleep(5 * time.Millisecond)
		q.close()
	})
}

// A client watches a price, takes the first value and forgets the stream.

type watchService struct{ changed atomic.Int64 }

func (s *watchService) Watch(stream grpc.ServerStream) error {
	sku := &wrapperspb.StringValue{}
	if err := stream.RecvMsg(sku); err != nil {
		return err
	}
	if err := stream.SendMsg(wrapperspb.Int64(s.changed.Load())); err != nil {
		return err
	}
	<-stream.Context().Done()
	return stream.Context().Err()
}

func (s *watchService) price(ctx context.Context, in *wrapperspb.StringValue) (*wrapperspb.Int64Value, error) {
	if err := workCtx(ctx, time.Millisecond, 10*time.Millisecond); err != nil {
		return nil, err
	}
	return wrapperspb.Int64(int64(len(in.Value))), nil
}

func currentPrice(conn *grpc.ClientConn, desc *grpc.StreamDesc, sku string) (int64, error) {
	stream, err := conn.NewStream(context.Background(), desc, "/prices.Prices/Watch")
	if err != nil {
		return 0, err
	}
	if err := stream.SendMsg(wrapperspb.String(sku)); err != nil {
		return 0, err
	}
	if err := stream.CloseSend(); err != nil {
		return 0, err
	}
	m := &wrapperspb.Int64Value{}
	if err := stream.RecvMsg(m); err != nil {
		return 0, err
	}
	return m.Value, nil
}

func watchFirstOnly() {
	desc := grpc.StreamDesc{StreamName: "Watch", ServerStreams: true,
		Handler: func(s any, stream grpc.ServerStream) error { return s.(*watchService).Watch(stream) }}
	unary := grpc.MethodDesc{MethodName: "Get", Handler: func(s any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		in := &wrapperspb.StringValue{}
		if err := dec(in); err != nil {
			return nil, err
		}
		return s.(*watchService).price(ctx, in)
	}}
	g := grpc.NewServer()
	g.RegisterService(&grpc.ServiceDesc{ServiceName: "prices.Prices", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{unary}, Streams: []grpc.StreamDesc{desc}}, &watchService{})
	l := listen()
	go func() { _ = g.Serve(l) }()
	conn, err := grpc.NewClient("passthrough:///"+l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	load(20, 60*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = conn.Invoke(ctx, "/prices.Prices/Get", wrapperspb.String("shoe"), &wrapperspb.Int64Value{})
	})
	go client(0, 180*time.Millisecond, func() { _, _ = currentPrice(conn, &desc, "shoe") })
	statusPage(4, 100*time.Millisecond)
}

// A merge of sorted pages with iter.Pull that stops at its limit and does not stop the iterators.

type pageSource struct{ from, step int }

func (p *pageSource) Rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := p.from; n < 100000; n += p.step {
			if !yield(n) {
				return
			}
		}
	}
}

func topRows(sources []*pageSource, limit int) []int {
	type head struct {
		value int
		ok    bool
		next  func() (int, bool)
	}
	heads := make([]*head, len(sources))
	for i, s := range sources {
		next, _ := iter.Pull(s.Rows())
		v, ok := next()
		heads[i] = &head{v, ok, next}
	}
	out := make([]int, 0, limit)
	for len(out) < limit {
		var least *head
		for _, h := range heads {
			if h.ok && (least == nil || h.value < least.value) {
				least = h
			}
		}
		if least == nil {
			break
		}
		out = append(out, least.value)
		least.value, least.ok = least.next()
	}
	return out
}

func mergePages() {
	sources := []*pageSource{{1, 3}, {2, 5}, {3, 7}, {0, 11}}
	load(4, 160*time.Millisecond, func() { topRows(sources, 60) })
	lineSessions(25, 250*time.Millisecond)
	backgroundJobs(6, 12*time.Millisecond)
}

// A gateway starts a heartbeat for each device session with a context that nobody cancels.

type deviceSession struct {
	id     int
	beat   atomic.Int64
	cancel context.CancelFunc
}

func (s *deviceSession) heartbeat(ctx context.Context) {
	t := time.NewTicker(150 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			s.beat.Add(1)
			burn(300)
		}
	}
}

func (s *deviceSession) serve(c net.Conn) {
	defer c.Close()
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.heartbeat(ctx)
	buf := make([]byte, 256)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

func sessionHeartbeats() {
	l := listen()
	go func() {
		for id := 0; ; id++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go (&deviceSession{id: id}).serve(c)
		}
	}()
	load(4, 150*time.Millisecond, func() {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 5)
		for k := 0; k < 3; k++ {
			if _, err := c.Write([]byte("state")); err != nil {
				return
			}
			if _, err := io.ReadFull(c, buf); err != nil {
				return
			}
			work(10*time.Millisecond, 30*time.Millisecond)
		}
	})
	statusPage(8, 60*time.Millisecond)
	backgroundJobs(5, 20*time.Millisecond)
}

// An export with an errgroup: the reader fails and returns without closing the channel that the writer ranges over.

type tableExport struct{ rows int }

func (e *tableExport) Run(ctx context.Context, broken bool) error {
	g, ctx := errgroup.WithContext(ctx)
	rows := make(chan int)
	g.Go(func() error {
		for i := 0; i < e.rows; i++ {
			if broken && i == e.rows/2 {
				return errors.New("cursor is gone")
			}
			if err := workCtx(ctx, 100*time.Microsecond, time.Millisecond); err != nil {
				return err
			}
			rows <- i
		}
		close(rows)
		return nil
	})
	g.Go(func() error {
		for n := range rows {
			burn(500 + n)
		}
		return nil
	})
	return g.Wait()
}

func exportGroup() {
	statusPage(10, 70*time.Millisecond)
	lineSessions(15, 300*time.Millisecond)
	for n := 0; ; n++ {
		go func() { _ = (&tableExport{40}).Run(context.Background(), n%3 == 2) }()
		time.Sleep(80 * time.Millisecond)
	}
}

// A bus sends to its subscribers under its lock; one of them left without unsubscribing, and all publishers pile up.

type topicBus struct {
	mu   sync.Mutex
	subs map[int]chan string
	next int
}

func (b *topicBus) Subscribe() (int, <-chan string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	in := make(chan string, 4)
	b.subs[b.next] = in
	return b.next, in
}

func (b *topicBus) Unsubscribe(id int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, id)
}

func (b *topicBus) Publish(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, in := range b.subs {
		in <- text
	}
}

func busListener(in <-chan string) {
	pending := 0
	flush := time.NewTicker(120 * time.Millisecond)
	defer flush.Stop()
	for {
		select {
		case text := <-in:
			pending += len(text)
		case <-flush.C:
			burn(pending * 50)
			pending = 0
		}
	}
}

func busPreview(b *topicBus) error {
	id, in := b.Subscribe()
	for i := 0; i < 20; i++ {
		select {
		case <-in:
		case <-time.After(200 * time.Millisecond):
			return fmt.Errorf("preview %d: nothing came", id)
		}
		if rand.Intn(10) == 0 {
			return errors.New("client went away")
		}
	}
	b.Unsubscribe(id)
	return nil
}

func topicSubscriberLeft() {
	b := &topicBus{subs: map[int]chan string{}}
	for i := 0; i < 5; i++ {
		_, in := b.Subscribe()
		go busListener(in)
	}
	statusPage(6, 60*time.Millisecond)
	backgroundJobs(8, 10*time.Millisecond)
	go func() {
		time.Sleep(800 * time.Millisecond)
		for busPreview(b) == nil {
		}
	}()
	each(8*time.Millisecond, func() { b.Publish("order.created") })
}

// A probe reads from its replicas without a deadline; one of them accepts and for a while does not answer.

type replicaProbe struct {
	mu sync.Mutex
	up map[string]bool
}

func (p *replicaProbe) check(addr string) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "ruok\n")
	buf := make([]byte, 64)
	n, err := c.Read(buf)
	p.mu.Lock()
	p.up[addr] = err == nil && n > 0
	p.mu.Unlock()
}

func probeNoDeadline() {
	p := &replicaProbe{up: map[string]bool{}}
	addrs := []string{}
	var held []net.Conn
	for i := 0; i < 6; i++ {
		l := listen()
		addrs = append(addrs, l.Addr().String())
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				if i == 2 && len(held) < 5 {
					// the replica hangs for a while
					held = append(held, c)
					continue
				}
				go lineSession(c)
			}
		}()
	}
	lineSessions(30, 300*time.Millisecond)
	statusPage(8, 80*time.Millisecond)
	for {
		for _, addr := range addrs {
			go p.check(addr)
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// Requests poll for the end of a render job; a job that was removed meanwhile never ends.

type renderJobs struct {
	mu    sync.Mutex
	state map[int]string
	last  int
}

func (j *renderJobs) submit() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last++
	j.state[j.last] = "queued"
	return j.last
}

func (j *renderJobs) finish(id int) {
	work(20*time.Millisecond, 200*time.Millisecond)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state[id] == "queued" {
		j.state[id] = "done"
	}
}

func (j *renderJobs) await(id int) {
	for {
		j.mu.Lock()
		state := j.state[id]
		j.mu.Unlock()
		if state == "done" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (j *renderJobs) sweep() {
	for {
		time.Sleep(250 * time.Millisecond)
		j.mu.Lock()
		for id := range j.state {
			if rand.Intn(4) == 0 {
				delete(j.state, id)
			}
		}
		j.mu.Unlock()
	}
}

func waitRemovedJob() {
	j := &renderJobs{state: map[int]string{}}
	go j.sweep()
	backgroundJobs(6, 15*time.Millisecond)
	lineSessions(20, 200*time.Millisecond)
	each(40*time.Millisecond, func() {
		id := j.submit()
		go j.finish(id)
		j.await(id)
	})
}

// Exchange rates are computed once for all that ask; if that panics, it is recovered but the future is never resolved.

type rateFuture struct {
	done chan struct{}
	rate int
}

func (f *rateFuture) get() int {
	<-f.done
	return f.rate
}

type rateTable struct {
	mu      sync.Mutex
	futures map[string]*rateFuture
}

func (t *rateTable) compute(f *rateFuture, pair string, divisor int) {
	defer func() { _ = recover() }()
	work(10*time.Millisecond, 30*time.Millisecond)
	f.rate = len(pair) * 1000 / divisor
	close(f.done)
}

func (t *rateTable) Get(pair string, divisor int) int {
	t.mu.Lock()
	f := t.futures[pair]
	if f == nil {
		f = &rateFuture{done: make(chan struct{})}
		t.futures[pair] = f
		go t.compute(f, pair, divisor)
	}
	t.mu.Unlock()
	return f.get()
}

func ratesFuture() {
	t := &rateTable{futures: map[string]*rateFuture{}}
	statusPage(8, 60*time.Millisecond)
	backgroundJobs(6, 12*time.Millisecond)
	load(10, 40*time.Millisecond, func() { t.Get(fmt.Sprint("EUR/", rand.Intn(40)), 7) })
	// at the hour the reports of all customers are made at once
	time.Sleep(1300 * time.Millisecond)
	for i := 0; i < 300; i++ {
		go t.Get("EUR/XTS", 0)
	}
}

// A courier sends a message again until it is acknowledged; the acknowledgement of some devices is lost.

type courier struct {
	mu   sync.Mutex
	acks map[int]chan struct{}
	sent chan int
}

func (c *courier) deliver(id int) {
	acked := make(chan struct{})
	c.mu.Lock()
	c.acks[id] = acked
	c.mu.Unlock()
	c.sent <- id
	for {
		select {
		case <-acked:
			return
		case <-time.After(200 * time.Millisecond):
			c.sent <- id
		}
	}
}

func (c *courier) device() {
	for id := range c.sent {
		work(time.Millisecond, 10*time.Millisecond)
		if id%8 == 5 {
			continue
		}
		c.mu.Lock()
		if acked := c.acks[id]; acked != nil {
			close(acked)
			delete(c.acks, id)
		}
		c.mu.Unlock()
	}
}

func courierResend() {
	c := &courier{acks: map[int]chan struct{}{}, sent: make(chan int, 64)}
	for i := 0; i < 12; i++ {
		go c.device()
	}
	lineSessions(25, 300*time.Millisecond)
	statusPage(5, 70*time.Millisecond)
	var id atomic.Int64
	each(25*time.Millisecond, func() { c.deliver(int(id.Add(1))) })
}
