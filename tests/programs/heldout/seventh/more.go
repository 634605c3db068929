// SPDX-License-Identifier: GPL-3.0-or-later

package main

// Leaks that are few among many that end, and healthy services that grow for a while.

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

// Files are fetched without a time limit from a mirror that sometimes takes a request and never answers.
func download(c *http.Client, url string) {
	a, err := c.Get(url)
	if err != nil {
		return
	}
	discard(a.Body)
}

func mirror(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		q, err := http.ReadRequest(r)
		if err != nil {
			c.Close()
			return
		}
		if q.URL.Path == "/7" {
			_, _ = r.ReadByte()
			return
		}
		time.Sleep(time.Duration(rand.Intn(10)) * time.Millisecond)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes")
	}
}

func downloadsThatHang() {
	restOfService()
	l := listen()
	go accept(l, mirror)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	each(15*time.Millisecond, func() { download(c, fmt.Sprintf("http://%s/%d", l.Addr(), rand.Intn(10))) })
}

// A message is in flight till it is acknowledged, or the consumer is stopped; one in ten is never acknowledged.
type flying struct {
	lock  sync.Mutex
	acked map[int]chan struct{}
}

func (f *flying) await(ctx context.Context, id int, acked chan struct{}) {
	select {
	case <-acked:
		f.lock.Lock()
		delete(f.acked, id)
		f.lock.Unlock()
	case <-ctx.Done():
	}
}

func (f *flying) send(ctx context.Context, id int) {
	acked := make(chan struct{})
	f.lock.Lock()
	f.acked[id] = acked
	f.lock.Unlock()
	go f.await(ctx, id, acked)
}

func (f *flying) acknowledge(id int) {
	f.lock.Lock()
	defer f.lock.Unlock()
	close(f.acked[id])
}

func acksLost() {
	restOfService()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f := &flying{acked: map[int]chan struct{}{}}
	ids := make(chan int, 100)
	for i := 0; i < 4; i++ {
		go func() {
			for id := range ids {
				time.Sleep(time.Duration(rand.Intn(20)) * time.Millisecond)
				if id%10 != 0 {
					f.acknowledge(id)
				}
			}
		}()
	}
	for id := 0; ; id++ {
		f.send(ctx, id)
		ids <- id
		time.Sleep(12 * time.Millisecond)
	}
}

// Plugins are loaded one by one, each with somebody who ends it when the program does.
func pluginsLoading() {
	restOfService()
	stop := make(chan struct{})
	defer close(stop)
	for i := 0; i < 14; i++ {
		time.Sleep(time.Duration(60+rand.Intn(80)) * time.Millisecond)
		go func() {
			<-stop
			time.Sleep(time.Millisecond)
		}()
	}
	forever.Add(1)
	forever.Wait()
}

// Every device that reports has a shadow with a mailbox; all are known after a few seconds, and a third report again.
type shadow struct{ letters chan int }

func (s *shadow) live() {
	sum := 0
	for n := range s.letters {
		sum += n
	}
}

func deviceShadows() {
	shadows := map[int]*shadow{}
	report := func(device int) {
		s, known := shadows[device]
		if !known {
			s = &shadow{make(chan int, 8)}
			shadows[device] = s
			go s.live()
		}
		s.letters <- 1
	}
	for n := 0; ; n++ {
		report(min(n, 120))
		for i := 0; i < 3; i++ {
			report(rand.Intn(min(n+1, 40)))
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// A backlog of a night's work is given out at once, and eight at a time are at it.
func backlogDrained() {
	restOfService()
	places := make(chan struct{}, 8)
	var all sync.WaitGroup
	for i := 0; i < 900; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			places <- struct{}{}
			defer func() { <-places }()
			time.Sleep(time.Duration(20+rand.Intn(80)) * time.Millisecond)
		}()
	}
	all.Wait()
}

// Calls to a partner take two or three seconds, and there are always a hundred of them.
func callsOutstanding() {
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2*time.Second + time.Duration(rand.Intn(1000))*time.Millisecond)
			_, _ = io.WriteString(w, "done")
		}))
	}()
	c := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	call := func() {
		answered := make(chan error, 1)
		go func() {
			a, err := c.Get("http://" + l.Addr().String())
			if err == nil {
				discard(a.Body)
			}
			answered <- err
		}()
		<-answered
	}
	each(25*time.Millisecond, call)
}

func init() {
	leaking("downloads-that-hang", downloadsThatHang, "main.download", "main.downloadsThatHang", "net/http.(*persistConn)", "net/http.(*Transport)")
	leaking("acks-lost", acksLost, "main.(*flying)")
	healthy("plugins-loading", false, pluginsLoading)
	healthy("device-shadows", false, deviceShadows)
	healthy("backlog-drained", false, backlogDrained)
	healthy("calls-outstanding", true, callsOutstanding)
}
