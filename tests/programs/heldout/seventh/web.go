// SPDX-License-Identifier: GPL-3.0-or-later

package main

// What servers and their clients leave behind.

import (
	"context"
	"errors"
	"io"
	"math/rand"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"
)

// Each watch has somebody who delivers what is queued for it; when the watch ends its queue is taken out, not closed.
type watches struct {
	health.UnimplementedHealthServer
	lock   sync.Mutex
	queues map[chan *health.HealthCheckResponse]bool
}

func deliver(queue chan *health.HealthCheckResponse, s grpc.ServerStreamingServer[health.HealthCheckResponse]) {
	for a := range queue {
		_ = s.Send(a)
	}
}

func (w *watches) Watch(_ *health.HealthCheckRequest, s grpc.ServerStreamingServer[health.HealthCheckResponse]) error {
	queue := make(chan *health.HealthCheckResponse, 16)
	w.lock.Lock()
	w.queues[queue] = true
	w.lock.Unlock()
	go deliver(queue, s)
	<-s.Context().Done()
	w.lock.Lock()
	delete(w.queues, queue)
	w.lock.Unlock()
	return nil
}

func (w *watches) tell() {
	w.lock.Lock()
	defer w.lock.Unlock()
	for q := range w.queues {
		select {
		case q <- &health.HealthCheckResponse{Status: health.HealthCheckResponse_SERVING}:
		default:
		}
	}
}

func dialHealth(l net.Listener) health.HealthClient {
	c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	return health.NewHealthClient(c)
}

func deliveriesAfterStream() {
	l := listen()
	w := &watches{queues: map[chan *health.HealthCheckResponse]bool{}}
	g := grpc.NewServer()
	health.RegisterHealthServer(g, w)
	go func() { _ = g.Serve(l) }()
	load(1, 15*time.Millisecond, w.tell)
	c := dialHealth(l)
	load(6, 100*time.Millisecond, func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		s, err := c.Watch(ctx, &health.HealthCheckRequest{})
		if err != nil {
			return
		}
		for i := 0; i < 5; i++ {
			_, _ = s.Recv()
		}
	})
}

// A connection is kept alive by somebody who does not care what becomes of what he writes.
func keepAlive(c net.Conn) {
	for range time.Tick(250 * time.Millisecond) {
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = c.Write([]byte{0})
	}
}

func keepAlivesDeaf() {
	l := listen()
	go accept(l, func(c net.Conn) {
		go keepAlive(c)
		echo(c)
	})
	load(4, 60*time.Millisecond, func() {
		c, err := net.Dial("tcp", l.Addr().String())
		must(err)
		answer := make([]byte, 5)
		for i := 0; i < 5; i++ {
			_, _ = io.WriteString(c, "hello")
			_, _ = io.ReadFull(c, answer)
			time.Sleep(5 * time.Millisecond)
		}
		c.Close()
	})
}

// An answer that is not the one hoped for is not read, and not closed.
func stockOf(c *http.Client, url string) error {
	a, err := c.Get(url)
	if err != nil {
		return err
	}
	if a.StatusCode != http.StatusOK {
		return errors.New(a.Status)
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	return err
}

func refusalsUnclosed() {
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Duration(rand.Intn(5)) * time.Millisecond)
			if rand.Intn(5) == 0 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			_, _ = io.WriteString(w, strings.Repeat("stock ", 2000))
		}))
	}()
	c := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	load(5, 50*time.Millisecond, func() { _ = stockOf(c, "http://"+l.Addr().String()) })
}

// Who prints has one of five places, and gives it back unless he panics.
var printers = make(chan struct{}, 5)

func limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		printers <- struct{}{}
		next(w, r)
		<-printers
	}
}

func printPage(w http.ResponseWriter, r *http.Request) {
	time.Sleep(3 * time.Millisecond)
	if rand.Intn(25) == 0 {
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, "printed")
}

func limitAndPanic() {
	l := listen()
	mux := http.NewServeMux()
	mux.HandleFunc("/print", limited(printPage))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "home") })
	go func() { _ = http.Serve(l, mux) }()
	client := &http.Client{Timeout: 300 * time.Millisecond, Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	ask := func(path string) func() {
		return func() {
			if a, err := client.Get("http://" + l.Addr().String() + path); err == nil {
				discard(a.Body)
			}
		}
	}
	load(8, 30*time.Millisecond, ask("/print"))
	load(6, 30*time.Millisecond, ask("/"))
}

// A socket is closed by its guard after a while of silence; if it ends before, the guard's timer is stopped.
func guard(c *websocket.Conn, t *time.Timer) {
	<-t.C
	_ = c.Close()
}

func guarded(c *websocket.Conn) {
	defer c.Close()
	t := time.NewTimer(20 * time.Second)
	go guard(c, t)
	defer t.Stop()
	for {
		kind, message, err := c.ReadMessage()
		if err != nil {
			return
		}
		t.Reset(20 * time.Second)
		if c.WriteMessage(kind, message) != nil {
			return
		}
	}
}

func socketServer(serve func(*websocket.Conn)) string {
	l := listen()
	up := websocket.Upgrader{}
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c, err := up.Upgrade(w, r, nil); err == nil {
				serve(c)
			}
		}))
	}()
	return "ws://" + l.Addr().String()
}

func dialSocket(url string) *websocket.Conn {
	c, _, err := websocket.DefaultDialer.Dial(url, nil)
	must(err)
	return c
}

func guardsOfSockets() {
	url := socketServer(guarded)
	load(5, 80*time.Millisecond, func() {
		c := dialSocket(url)
		for i := 0; i < 4; i++ {
			_ = c.WriteMessage(websocket.TextMessage, []byte("hello"))
			_, _, _ = c.ReadMessage()
			time.Sleep(5 * time.Millisecond)
		}
		c.Close()
	})
}

func init() {
	leaking("deliveries-after-stream", deliveriesAfterStream, "main.deliver", "main.(*watches).Watch")
	leaking("keep-alives-deaf", keepAlivesDeaf, "main.keepAlive")
	leaking("refusals-unclosed", refusalsUnclosed, "net/http.(*persistConn)", "net/http.(*Transport)", "main.stockOf")
	leaking("limit-and-panic", limitAndPanic, "main.limited", "main.limitAndPanic")
	leaking("guards-of-sockets", guardsOfSockets, "main.guard")
}
