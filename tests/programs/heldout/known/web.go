package main

// The library's own server and client, and what hangs on connections.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/rpc"
	"sync"
	"sync/atomic"
	"time"
)

func serveHTTP(h http.HandlerFunc) string {
	l := listen()
	go func() { _ = http.Serve(l, h) }()
	return "http://" + l.Addr().String()
}

func fetch(url string) {
	if r, err := http.Get(url); err == nil {
		discard(r.Body)
	}
}

// Events are sent to clients that may have gone: the handler does not look.
type events struct {
	lock sync.Mutex
	all  []chan string
}

func (e *events) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	c := make(chan string)
	e.lock.Lock()
	e.all = append(e.all, c)
	e.lock.Unlock()
	fmt.Fprint(w, "data: hello\n\n")
	w.(http.Flusher).Flush()
	for m := range c {
		fmt.Fprintf(w, "data: %s\n\n", m)
	}
}

func eventsGone() {
	e := &events{}
	url := serveHTTP(e.ServeHTTP)
	each(80*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		q, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
		if r, err := http.DefaultClient.Do(q); err == nil {
			discard(r.Body)
		}
	})
}

// A server that is overloaded is asked again, and its first answer forgotten.
func withRetries(url string) {
	for i := 0; i < 3; i++ {
		r, err := http.Get(url)
		if err != nil {
			return
		}
		if r.StatusCode == http.StatusOK {
			discard(r.Body)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func retriesUnclosed() {
	var n atomic.Int32
	page := make([]byte, 20000)
	url := serveHTTP(func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1)%3 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write(page)
	})
	each(60*time.Millisecond, func() { withRetries(url) })
}

// The client gets its error in time, the report goes on waiting.
func slowReport(w http.ResponseWriter, q *http.Request) {
	rows := make(chan int)
	if q.URL.RawQuery == "large" {
		<-rows
	}
	fmt.Fprint(w, "ok")
}

func behindTimeoutHandler() {
	l := listen()
	go func() {
		_ = http.Serve(l, http.TimeoutHandler(http.HandlerFunc(slowReport), 100*time.Millisecond, "late"))
	}()
	url := "http://" + l.Addr().String()
	go each(20*time.Millisecond, func() { fetch(url) })
	each(130*time.Millisecond, func() { fetch(url + "?large") })
}

// A reload opens new servers and leaves the old ones open.
func reloadServer() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if r, err := c.Get(s.URL); err == nil {
		discard(r.Body)
	}
}

func listenersKept() {
	for {
		reloadServer()
		time.Sleep(60 * time.Millisecond)
	}
}

// A server in memory whose other end was never closed.
func talkInMemory() {
	near, far := net.Pipe()
	go func() {
		in := bufio.NewScanner(far)
		for in.Scan() {
			fmt.Fprintln(far, in.Text())
		}
	}()
	fmt.Fprintln(near, "hello")
	_, _ = bufio.NewReader(near).ReadString('\n')
}

func pipesInMemory() { each(75*time.Millisecond, talkInMemory) }

// A handler's child that sends news as long as the request's two contexts last; one of them is the server's.
func merge(a, b context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(a)
	go func() {
		<-b.Done()
		cancel()
	}()
	return ctx, cancel
}

func mergedContexts() {
	server, cancel := context.WithCancel(context.Background())
	defer cancel()
	url := serveHTTP(func(w http.ResponseWriter, q *http.Request) {
		ctx, cancel := merge(q.Context(), server)
		defer cancel()
		_ = ctx.Err()
		fmt.Fprint(w, "ok")
	})
	load(3, 120*time.Millisecond, func() { fetch(url) })
	forever.Add(1)
	forever.Wait()
}

// Healthy: answers that take a second or two, many at a time.
func longAnswers() {
	var jobs atomic.Int32
	url := serveHTTP(func(w http.ResponseWriter, q *http.Request) {
		done := make(chan int, 1)
		go func() {
			n := jobs.Add(1)
			time.Sleep(time.Duration(700+int(n)%7*100) * time.Millisecond)
			done <- 1
		}()
		select {
		case <-done:
		case <-q.Context().Done():
		}
		fmt.Fprint(w, "ok")
	})
	each(30*time.Millisecond, func() { fetch(url) })
}

// Healthy: callers of one connection wait for their answers.
type Sums struct{}

func (Sums) Add(n int, sum *int) error {
	time.Sleep(time.Duration(n%20) * time.Millisecond)
	*sum = n + 1
	return nil
}

func calls() {
	s := rpc.NewServer()
	must(s.Register(Sums{}))
	l := listen()
	go s.Accept(l)
	c, err := rpc.Dial("tcp", l.Addr().String())
	must(err)
	var n atomic.Int32
	load(25, 30*time.Millisecond, func() {
		var sum int
		_ = c.Call("Sums.Add", int(n.Add(1)), &sum)
	})
}

// Healthy: those who listen to events come and go, and most stay.
func listening() {
	happens := sync.NewCond(&sync.Mutex{})
	go func() {
		for {
			time.Sleep(250 * time.Millisecond)
			happens.Broadcast()
		}
	}()
	url := serveHTTP(func(w http.ResponseWriter, q *http.Request) {
		for q.Context().Err() == nil {
			happens.L.Lock()
			happens.Wait()
			happens.L.Unlock()
			fmt.Fprint(w, "data: x\n\n")
			w.(http.Flusher).Flush()
		}
	})
	listenTo := func(most time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), most)
		defer cancel()
		q, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
		if r, err := http.DefaultClient.Do(q); err == nil {
			discard(r.Body)
		}
	}
	for i := 0; i < 15; i++ {
		go listenTo(time.Hour)
		time.Sleep(70 * time.Millisecond)
	}
	load(4, 100*time.Millisecond, func() { listenTo(600 * time.Millisecond) })
}

// Healthy: a proxy for connections, most of which have nothing to say.
func relayed() {
	backend := listen()
	go acceptAll(backend, func(c net.Conn) { _, _ = io.Copy(c, c) })
	front := listen()
	go acceptAll(front, func(c net.Conn) {
		far, err := net.Dial("tcp", backend.Addr().String())
		if err != nil {
			return
		}
		ended := make(chan struct{}, 2)
		pass := func(to, from net.Conn) {
			_, _ = io.Copy(to, from)
			ended <- struct{}{}
		}
		go pass(far, c)
		go pass(c, far)
		<-ended
		far.Close()
		c.Close()
		<-ended
	})
	talk := func(pause time.Duration, most int) {
		c, err := net.Dial("tcp", front.Addr().String())
		must(err)
		defer c.Close()
		word := make([]byte, 1)
		for i := 0; i < most; i++ {
			_, _ = c.Write(word)
			_, _ = io.ReadFull(c, word)
			time.Sleep(pause)
		}
	}
	for i := 0; i < 30; i++ {
		go talk(20*time.Second, 1<<30)
		time.Sleep(25 * time.Millisecond)
	}
	load(3, 20*time.Millisecond, func() { talk(5*time.Millisecond, 10) })
}

func acceptAll(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go serve(c)
	}
}

func init() {
	leaking("events-gone", eventsGone, "main.(*events)", "net/http.(*conn).serve")
	leaking("retries-unclosed", retriesUnclosed, "main.withRetries", "net/http.(*persistConn)")
	leaking("behind-timeout-handler", behindTimeoutHandler, "main.slowReport", "net/http.(*timeoutHandler)")
	leaking("listeners-kept", listenersKept, "net/http/httptest", "main.reloadServer", "net/http.(*Server)")
	leaking("pipes-in-memory", pipesInMemory, "main.talkInMemory")
	leaking("merged-contexts", mergedContexts, "main.merge")
	healthy("long-answers", false, longAnswers)
	healthy("calls", true, calls)
	healthy("listening", false, listening)
	healthy("relayed", false, relayed)
}
