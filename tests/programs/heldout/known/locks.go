package main

// Classes of bugs that issue trackers of well-known projects tell of, where a lock is in the middle: each in words of our
// own, none a copy.

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// A page of targets asks each pool for its state and then the manager for its configuration; a reload takes the two
// locks the other way round.
type scrapes struct {
	config sync.Mutex
	state  sync.Mutex
	loops  int
}

func (s *scrapes) page() int {
	s.state.Lock()
	defer s.state.Unlock()
	time.Sleep(3 * time.Millisecond)
	s.config.Lock()
	defer s.config.Unlock()
	return s.loops
}

func (s *scrapes) reload() {
	s.config.Lock()
	defer s.config.Unlock()
	time.Sleep(4 * time.Millisecond)
	s.state.Lock()
	s.loops++
	s.state.Unlock()
}

func targetsPage() {
	s := &scrapes{}
	go each(40*time.Millisecond, func() { s.page() })
	load(1, 300*time.Millisecond, s.reload)
}

// A reader that calls another reader is fine until a writer comes between the two.
type catalogue struct {
	lock  sync.RWMutex
	items map[int]string
}

func (c *catalogue) name(i int) string {
	c.lock.RLock()
	defer c.lock.RUnlock()
	return c.items[i]
}

func (c *catalogue) all() (names []string) {
	c.lock.RLock()
	defer c.lock.RUnlock()
	for i := 0; i < 5; i++ {
		time.Sleep(time.Millisecond)
		names = append(names, c.name(i))
	}
	return names
}

func (c *catalogue) put(i int, name string) {
	c.lock.Lock()
	c.items[i] = name
	c.lock.Unlock()
}

func doubleRead() {
	c := &catalogue{items: map[int]string{}}
	load(4, 12*time.Millisecond, func() { c.all() })
	load(1, 450*time.Millisecond, func() { c.put(3, "three") })
}

// The registry is locked while its numbers are written to a peer that has stopped to read.
type registry struct {
	lock    sync.Mutex
	numbers map[string]int
}

func (r *registry) count(name string) {
	r.lock.Lock()
	r.numbers[name]++
	r.lock.Unlock()
}

func (r *registry) writeTo(w http.ResponseWriter) {
	r.lock.Lock()
	defer r.lock.Unlock()
	line := make([]byte, 64<<10)
	for i := 0; i < 2000; i++ {
		_, _ = w.Write(line)
	}
}

func metricsWedged() {
	r := &registry{numbers: map[string]int{}}
	url := serveHTTP(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/metrics" {
			r.writeTo(w)
			return
		}
		r.count(q.URL.Path)
		fmt.Fprint(w, "ok")
	})
	go each(50*time.Millisecond, func() { fetch(url + "/buy") })
	time.Sleep(900 * time.Millisecond)
	c, err := net.Dial("tcp", url[len("http://"):])
	must(err)
	fmt.Fprint(c, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
	time.Sleep(time.Hour)
	c.Close()
}

// A broadcaster tells every subscriber under its lock; one of them has left without saying so.
type broadcaster struct {
	lock        sync.Mutex
	subscribers []chan int
}

func (b *broadcaster) subscribe() chan int {
	b.lock.Lock()
	defer b.lock.Unlock()
	c := make(chan int, 4)
	b.subscribers = append(b.subscribers, c)
	return c
}

func (b *broadcaster) tell(n int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, s := range b.subscribers {
		s <- n
	}
}

func hear(c chan int, most int) {
	for i := 0; i < most; i++ {
		<-c
	}
}

func broadcasterStuck() {
	b := &broadcaster{}
	for i := 0; i < 6; i++ {
		go hear(b.subscribe(), 1<<30)
	}
	go hear(b.subscribe(), 40)
	load(5, 60*time.Millisecond, func() { b.tell(1) })
}

// A consumer holds the lock of its group as long as it consumes; who closes the group wants it too, and the consumer
// waits for the closing.
type group struct {
	lock   sync.Mutex
	closed chan struct{}
}

func (g *group) consume() {
	g.lock.Lock()
	defer g.lock.Unlock()
	<-g.closed
}

func (g *group) leave() {
	g.lock.Lock()
	defer g.lock.Unlock()
	close(g.closed)
}

func rebalance() {
	g := &group{closed: make(chan struct{})}
	go g.consume()
	time.Sleep(700 * time.Millisecond)
	go g.leave()
}

// Healthy: a cache that one fills for all, each time for a while, and a table that many read and few write.
type table struct {
	lock sync.RWMutex
	rows map[int]int
}

func (t *table) get(i int) int {
	t.lock.RLock()
	defer t.lock.RUnlock()
	return t.rows[i]
}

func (t *table) set(i int) {
	t.lock.Lock()
	t.rows[i%1000]++
	t.lock.Unlock()
}

func tables() {
	t := &table{rows: map[int]int{}}
	for i := 0; i < 12; i++ {
		go func(i int) {
			for n := 0; ; n++ {
				for k := 0; k < 200; k++ {
					t.get(k)
				}
				if i == 0 {
					t.set(n)
				}
				time.Sleep(2 * time.Millisecond)
			}
		}(i)
	}
}

func init() {
	leaking("targets-page", targetsPage, "main.(*scrapes)", "main.targetsPage")
	leaking("double-read", doubleRead, "main.(*catalogue)", "main.doubleRead", "main.client")
	leaking("metrics-wedged", metricsWedged, "main.(*registry)", "main.metricsWedged")
	leaking("broadcaster-stuck", broadcasterStuck, "main.(*broadcaster)", "main.client")
	leaking("rebalance", rebalance, "main.(*group)", "main.rebalance")
	healthy("tables", false, tables)
}
