// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Prometheus: a reload of the configuration cancels the discovery; who took the groups of targets is gone, and the
// one who finds them sends without a look at the context.

func init() {
	leaking("prometheus-discovery-reload", func() { runScraper(false) }, "main.(*refreshDiscovery).run")
	healthy("prometheus-discovery-reload-fixed", true, func() { runScraper(true) })
}

type refreshDiscovery struct {
	fixed   bool
	targets []string
}

func (d *refreshDiscovery) run(ctx context.Context, up chan<- []string) {
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		groups := append([]string(nil), d.targets...)
		if !d.fixed {
			up <- groups
			continue
		}
		select {
		case up <- groups:
		case <-ctx.Done():
			return
		}
	}
}

type discoveryManager struct {
	fixed  bool
	mu     sync.Mutex
	groups []string
	cancel context.CancelFunc
}

func (m *discoveryManager) updater(ctx context.Context, up <-chan []string) {
	pause := time.NewTicker(60 * time.Millisecond)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case g := <-up:
			m.mu.Lock()
			m.groups = g
			m.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

func (m *discoveryManager) applyConfig(targets []string) {
	if m.cancel != nil {
		m.cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	up := make(chan []string)
	d := &refreshDiscovery{m.fixed, targets}
	go d.run(ctx, up)
	go m.updater(ctx, up)
}

func runScraper(fixed bool) {
	exporter := http.NewServeMux()
	exporter.HandleFunc("/metrics", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < 20; i++ {
			fmt.Fprintf(w, "node_cpu_seconds_total{cpu=\"%d\"} %d\n", i, time.Now().Unix())
		}
	})
	l := listen()
	go func() { _ = http.Serve(l, exporter) }()
	m := &discoveryManager{fixed: fixed}
	load(5, 90*time.Millisecond, func() {
		m.mu.Lock()
		n := len(m.groups)
		m.mu.Unlock()
		if n == 0 {
			return
		}
		if r, err := http.Get("http://" + l.Addr().String() + "/metrics"); err == nil {
			discard(r.Body)
		}
	})
	for {
		m.applyConfig([]string{"a:9100", "b:9100"})
		time.Sleep(150 * time.Millisecond)
	}
}
