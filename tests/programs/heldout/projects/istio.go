// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"sync"
	"time"
)

func init() {
	leaking("istio-proxy-agent", func() { runProxyAgent(false) }, "main.(*proxyAgent).runWait")
	healthy("istio-proxy-agent-fixed", false, func() { runProxyAgent(true) })
}

type exitStatus struct {
	epoch int
	err   error
}

// A proxyAgent starts proxies and looks after those that end.
type proxyAgent struct {
	configC chan int
	statusC chan exitStatus
	abort   map[int]chan error
	collect bool // at the end it takes the statuses of those that still run
}

func (a *proxyAgent) run(ctx context.Context) {
	for {
		select {
		case epoch := <-a.configC:
			stop := make(chan error, 1)
			a.abort[epoch] = stop
			go a.runWait(epoch, stop)
		case s := <-a.statusC:
			delete(a.abort, s.epoch)
		case <-ctx.Done():
			a.terminate(ctx.Err())
			return
		}
	}
}

func (a *proxyAgent) terminate(err error) {
	for _, stop := range a.abort {
		stop <- err
	}
	if !a.collect {
		return
	}
	for len(a.abort) > 0 {
		s := <-a.statusC
		delete(a.abort, s.epoch)
	}
}

func (a *proxyAgent) runWait(epoch int, stop <-chan error) {
	err := serveProxy(epoch, stop)
	a.statusC <- exitStatus{epoch, err}
}

// serveProxy is the process of a proxy; every tenth is short of memory and soon ends by itself.
func serveProxy(epoch int, stop <-chan error) error {
	lifetime := time.Hour
	if epoch%10 == 0 {
		lifetime = 100 * time.Millisecond
	}
	end := time.NewTimer(lifetime)
	defer end.Stop()
	compute(20)
	select {
	case err := <-stop:
		disk(time.Duration(epoch%20) * time.Millisecond) // connections drain
		return err
	case <-end.C:
		return nil
	}
}

// A discovery pushes its configuration to those that are subscribed.
type discovery struct {
	mu   sync.Mutex
	subs []chan int
}

func (d *discovery) pushLoop() {
	for version := 0; ; version++ {
		compute(50)
		d.mu.Lock()
		for _, sub := range d.subs {
			select {
			case sub <- version:
			default:
			}
		}
		d.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

func (d *discovery) subscribe() <-chan int {
	sub := make(chan int, 1)
	d.mu.Lock()
	d.subs = append(d.subs, sub)
	d.mu.Unlock()
	return sub
}

func applyConfig(in <-chan int) {
	for version := range in {
		compute(20 + version%10)
	}
}

func runProxyAgent(collect bool) {
	d := &discovery{}
	go d.pushLoop()
	for i := 0; i < 6; i++ {
		go applyConfig(d.subscribe())
	}
	load(3, 20*time.Millisecond, func() { compute(70) })
	a := &proxyAgent{make(chan int), make(chan exitStatus), map[int]chan error{}, collect}
	ctx, cancel := context.WithCancel(context.Background())
	go a.run(ctx)
	for epoch := 1; epoch <= 220; epoch++ {
		a.configC <- epoch
		time.Sleep(2 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond)
	cancel()
}
