// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

func init() {
	leaking("nomad-event-stream", func() { runEventStream(false) }, "main.(*eventBroker).forward")
	healthy("nomad-event-stream-fixed", false, func() { runEventStream(true) })
}

type clusterEvent struct{ index int }

// An eventBroker sends what happens in the cluster to those that are subscribed.
type eventBroker struct {
	mu   sync.Mutex
	subs map[chan clusterEvent]bool
}

func (b *eventBroker) publishLoop() {
	for i := 1; ; i++ {
		compute(10)
		b.mu.Lock()
		for sub := range b.subs {
			select {
			case sub <- clusterEvent{i}:
			default: // it is too slow
			}
		}
		b.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
}

func (b *eventBroker) subscribe() chan clusterEvent {
	sub := make(chan clusterEvent, 4)
	b.mu.Lock()
	b.subs[sub] = true
	b.mu.Unlock()
	return sub
}

func (b *eventBroker) unsubscribe(sub chan clusterEvent) {
	b.mu.Lock()
	delete(b.subs, sub)
	b.mu.Unlock()
}

func (b *eventBroker) forward(ctx context.Context, sub <-chan clusterEvent, out chan<- clusterEvent) {
	for {
		select {
		case e := <-sub:
			select {
			case out <- e:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

type streamAPI struct {
	base   context.Context
	broker *eventBroker
	always bool // the context is cancelled on every way out
}

type streamQuery struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func (s *streamAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q streamQuery
	q.ctx, q.cancel = context.WithCancel(s.base)
	if s.always {
		defer q.cancel()
	}
	sub := s.broker.subscribe()
	defer s.broker.unsubscribe(sub)
	events := make(chan clusterEvent)
	go s.broker.forward(q.ctx, sub, events)
	if r.URL.Query().Get("topic") == "" {
		<-events // the first tells the index
		http.Error(w, "no topic", http.StatusBadRequest)
		return
	}
	for i := 0; i < 5; i++ {
		e := <-events
		_, _ = fmt.Fprintln(w, e.index)
	}
	q.cancel()
}

func nodeHeartbeats() {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		compute(50)
	}
}

func runEventStream(always bool) {
	b := &eventBroker{subs: map[chan clusterEvent]bool{}}
	go b.publishLoop()
	for i := 0; i < 4; i++ {
		go nodeHeartbeats()
	}
	l := listen()
	go func() { _ = http.Serve(l, &streamAPI{context.Background(), b, always}) }()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	get := func(query string) {
		resp, err := c.Get("http://" + l.Addr().String() + "/v1/event/stream" + query)
		must(err)
		discard(resp.Body)
	}
	load(3, 50*time.Millisecond, func() { get("?topic=Allocation") })
	load(1, 80*time.Millisecond, func() { get("") })
}
