// SPDX-License-Identifier: GPL-3.0-or-later

package main

// Locks that are kept, taken twice, or taken in a circle, and what waits for a first call that never returns.

import (
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var errEmpty = errors.New("empty")

// restOfService answers requests all the while.
func restOfService() {
	l := listen()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Duration(rand.Intn(4)) * time.Millisecond)
			_, _ = io.WriteString(w, "fine")
		}))
	}()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	load(6, 20*time.Millisecond, func() {
		if a, err := client.Get("http://" + l.Addr().String()); err == nil {
			discard(a.Body)
		}
	})
}

// A tenant's settings are refused once, and its lock stays locked; the other tenants go on.
type tenant struct {
	lock     sync.Mutex
	settings map[string]string
}

func (t *tenant) setting(key string) string {
	t.lock.Lock()
	defer t.lock.Unlock()
	time.Sleep(200 * time.Microsecond)
	return t.settings[key]
}

func (t *tenant) change(key, value string) error {
	t.lock.Lock()
	if value == "" {
		return errEmpty
	}
	t.settings[key] = value
	t.lock.Unlock()
	return nil
}

func tenantLockKept() {
	all := make([]*tenant, 8)
	for i := range all {
		all[i] = &tenant{settings: map[string]string{"colour": "red"}}
	}
	l := listen()
	var began = time.Now()
	var refused atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscan(r.PathValue("tenant"), &n)
		_, _ = io.WriteString(w, all[n].setting("colour"))
	})
	mux.HandleFunc("PUT /{tenant}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscan(r.PathValue("tenant"), &n)
		value := "blue"
		if time.Since(began) > time.Second && refused.CompareAndSwap(false, true) {
			value = ""
		}
		if all[n].change("colour", value) != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	go func() { _ = http.Serve(l, mux) }()
	client := &http.Client{Timeout: 400 * time.Millisecond, Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	load(12, 20*time.Millisecond, func() {
		method := "GET"
		if rand.Intn(10) == 0 {
			method = "PUT"
		}
		r, _ := http.NewRequest(method, fmt.Sprintf("http://%s/%d", l.Addr(), rand.Intn(8)), nil)
		if a, err := client.Do(r); err == nil {
			discard(a.Body)
		}
	})
}

// A page is rendered under the read lock and asks for its neighbours' titles under the same; a rebuild comes between.
type site struct {
	lock   sync.RWMutex
	titles []string
	built  int
}

func (s *site) title(i int) string {
	s.lock.RLock()
	defer s.lock.RUnlock()
	return s.titles[i%len(s.titles)]
}

func (s *site) render(i int) string {
	s.lock.RLock()
	defer s.lock.RUnlock()
	page := s.titles[i%len(s.titles)]
	time.Sleep(3 * time.Millisecond)
	return page + s.title(i+1) + s.title(i+2)
}

func (s *site) rebuild() {
	s.lock.Lock()
	defer s.lock.Unlock()
	time.Sleep(2 * time.Millisecond)
	s.built++
}

func siteRebuilt() {
	restOfService()
	s := &site{titles: []string{"a", "b", "c", "d"}}
	go each(25*time.Millisecond, func() { s.render(rand.Intn(4)) })
	go each(10*time.Millisecond, func() { s.render(rand.Intn(4)) })
	time.Sleep(600 * time.Millisecond)
	load(1, 200*time.Millisecond, s.rebuild)
}

// Each of three desks keeps its own lock while it asks the next one.
type desks struct {
	orders, stock, billing sync.Mutex
	done                   int
}

func (d *desks) place() {
	d.orders.Lock()
	defer d.orders.Unlock()
	time.Sleep(2 * time.Millisecond)
	d.stock.Lock()
	d.done++
	d.stock.Unlock()
}

func (d *desks) reserve() {
	d.stock.Lock()
	defer d.stock.Unlock()
	time.Sleep(2 * time.Millisecond)
	d.billing.Lock()
	d.done++
	d.billing.Unlock()
}

func (d *desks) settle() {
	d.billing.Lock()
	defer d.billing.Unlock()
	time.Sleep(2 * time.Millisecond)
	d.orders.Lock()
	d.done++
	d.orders.Unlock()
}

func (d *desks) status() {
	d.orders.Lock()
	defer d.orders.Unlock()
}

func threeDesks() {
	restOfService()
	d := &desks{}
	load(2, 17*time.Millisecond, d.place)
	load(2, 19*time.Millisecond, d.reserve)
	load(2, 23*time.Millisecond, d.settle)
	go each(60*time.Millisecond, d.status)
}

// A region's address is found out once, by a registry that takes the call for one of them and never answers.
type regions struct{ found map[string]func() string }

func discover(registry string, region string) string {
	c, err := net.Dial("tcp", registry)
	must(err)
	defer c.Close()
	_, _ = io.WriteString(c, region+"\n")
	answer := make([]byte, 16)
	n, _ := c.Read(answer)
	return string(answer[:n])
}

func (r *regions) route(region string) string { return r.found[region]() }

func regionsDiscovered() {
	restOfService()
	l := listen()
	var kept []net.Conn
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			kept = append(kept, c)
			asked := make([]byte, 16)
			n, _ := c.Read(asked)
			if string(asked[:n]) != "ap\n" {
				_, _ = io.WriteString(c, "10.0.0.1")
			}
		}
	}()
	names := []string{"eu", "us", "ap", "sa", "af"}
	r := &regions{map[string]func() string{}}
	for _, name := range names {
		r.found[name] = sync.OnceValue(func() string { return discover(l.Addr().String(), name) })
	}
	each(12*time.Millisecond, func() { r.route(names[rand.Intn(5)]) })
	runtime.KeepAlive(kept)
}

func init() {
	leaking("tenant-lock-kept", tenantLockKept, "main.(*tenant)", "main.tenantLockKept")
	leaking("site-rebuilt", siteRebuilt, "main.(*site)", "main.siteRebuilt")
	leaking("three-desks", threeDesks, "main.(*desks)", "main.threeDesks")
	leaking("regions-discovered", regionsDiscovered, "main.(*regions)", "main.discover", "main.regionsDiscovered")
}
