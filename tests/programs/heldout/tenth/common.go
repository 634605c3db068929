// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"time"
)

// serveHTTP starts a server on a local port and gives its base address.
func serveHTTP(h http.Handler) string {
	l := listen()
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	return "http://" + l.Addr().String()
}

// httpClient is a client with a transport of its own.
func httpClient(idle int, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			MaxIdleConns:        idle * 4,
			MaxIdleConnsPerHost: idle,
			IdleConnTimeout:     30 * time.Second,
		},
	}
}

// get fetches and drains a page.
func get(c *http.Client, url string) (int, error) {
	res, err := c.Get(url)
	if err != nil {
		return 0, err
	}
	discard(res.Body)
	return res.StatusCode, nil
}

// work takes between low and high.
func work(low, high time.Duration) {
	time.Sleep(low + time.Duration(rand.Int63n(int64(high-low)+1)))
}

// workCtx is work that can be cancelled.
func workCtx(ctx context.Context, low, high time.Duration) error {
	t := time.NewTimer(low + time.Duration(rand.Int63n(int64(high-low)+1)))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// burn computes for a while.
func burn(n int) uint64 {
	h := uint64(1469598103934665603)
	for i := 0; i < n; i++ {
		h ^= uint64(i)
		h *= 1099511628211
	}
	return h
}

// statusPage is an http service with clients that poll it.
func statusPage(clients int, pause time.Duration) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /status/{id}", func(w http.ResponseWriter, r *http.Request) {
		work(time.Millisecond, 8*time.Millisecond)
		fmt.Fprintln(w, r.PathValue("id"), burn(5000))
	})
	base := serveHTTP(mux)
	c := httpClient(clients, 3*time.Second)
	load(clients, pause, func() {
		_, _ = get(c, fmt.Sprintf("%s/status/%d", base, rand.Intn(1000)))
	})
}

type thumbJob struct {
	id   int
	done chan uint64
}

// backgroundJobs is a pool of workers behind a queue, with a producer and a periodic sweep.
func backgroundJobs(workers int, pause time.Duration) {
	jobs := make(chan thumbJob, workers)
	for i := 0; i < workers; i++ {
		go backgroundWorker(jobs)
	}
	go func() {
		for id := 0; ; id++ {
			j := thumbJob{id, make(chan uint64, 1)}
			jobs <- j
			if id%10 == 0 {
				<-j.done
			}
			time.Sleep(pause)
		}
	}()
	go func() {
		t := time.NewTicker(400 * time.Millisecond)
		defer t.Stop()
		for range t.C {
			burn(20000)
		}
	}()
}

func backgroundWorker(jobs <-chan thumbJob) {
	for j := range jobs {
		work(time.Millisecond, 5*time.Millisecond)
		j.done <- burn(3000 + j.id%100)
	}
}

// lineSessions is a line protocol with sessions that are mostly idle.
func lineSessions(n int, pause time.Duration) {
	l := listen()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go lineSession(c)
		}
	}()
	var ready sync.WaitGroup
	for i := 0; i < n; i++ {
		ready.Add(1)
		go func() {
			c, err := net.Dial("tcp", l.Addr().String())
			ready.Done()
			if err != nil {
				return
			}
			defer c.Close()
			r := bufio.NewReader(c)
			for k := 0; ; k++ {
				fmt.Fprintf(c, "PING %d\n", k)
				if _, err := r.ReadString('\n'); err != nil {
					return
				}
				work(pause/2, pause*3/2)
			}
		}()
	}
	ready.Wait()
}

func lineSession(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if _, err := io.WriteString(c, "+"+line); err != nil {
			return
		}
	}
}
