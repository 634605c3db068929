// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

func init() {
	leaking("knative-breaker", func() { runBreaker(false) },
		"main.(*revisionBreaker).Maybe", "main.(*activator).forward", "golang.org/x/sync/semaphore.(*Weighted).Acquire")
	healthy("knative-breaker-fixed", false, func() { runBreaker(true) })
}

// A revisionBreaker lets some requests through, lets some wait, and refuses the others.
type revisionBreaker struct {
	active   *semaphore.Weighted
	waiting  atomic.Int64
	room     int64
	always   bool // the slot is given back also by requests that time out
	timeouts atomic.Int64
}

func (b *revisionBreaker) Maybe(ctx context.Context, f func(context.Context) error) bool {
	if b.waiting.Add(1) > b.room {
		b.waiting.Add(-1)
		return false
	}
	err := b.active.Acquire(context.Background(), 1)
	b.waiting.Add(-1)
	if err != nil {
		return false
	}
	if b.always {
		defer b.active.Release(1)
	}
	if f(ctx) != nil {
		b.timeouts.Add(1)
		return false
	}
	if !b.always {
		b.active.Release(1)
	}
	return true
}

type activator struct {
	breaker *revisionBreaker
	refused atomic.Int64
}

func (a *activator) forward(took time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Millisecond)
	defer cancel()
	ok := a.breaker.Maybe(ctx, func(ctx context.Context) error {
		compute(20)
		answer := time.NewTimer(took)
		defer answer.Stop()
		select {
		case <-answer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if !ok {
		a.refused.Add(1)
	}
}

type autoscaler struct{ stats chan int64 }

func (s *autoscaler) decideLoop() {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	sum := int64(0)
	for {
		select {
		case n := <-s.stats:
			sum += n
		case <-ticker.C:
			compute(100 + int(sum%10))
			sum = 0
		}
	}
}

func (a *activator) reportLoop(s *autoscaler) {
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		s.stats <- a.breaker.waiting.Load()
	}
}

func probePods() {
	ticker := time.NewTicker(15 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		compute(40)
	}
}

func runBreaker(always bool) {
	a := &activator{breaker: &revisionBreaker{active: semaphore.NewWeighted(8), room: 400, always: always}}
	s := &autoscaler{make(chan int64)}
	go s.decideLoop()
	go a.reportLoop(s)
	for i := 0; i < 3; i++ {
		go probePods()
	}
	go each(20*time.Millisecond, func() { a.forward(2 * time.Millisecond) })
	time.Sleep(300 * time.Millisecond)
	// A cold start: the first requests take too long.
	for i := 0; i < 10; i++ {
		go a.forward(time.Second)
	}
	time.Sleep(500 * time.Millisecond)
	for i := 0; i < 250; i++ {
		go a.forward(2 * time.Millisecond)
	}
}
