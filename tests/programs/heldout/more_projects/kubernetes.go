// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"time"
)

// Kubernetes: the one who watches stops to read and says Stop; the goroutine that decodes the stream has an event in
// its hands and hands it to the result channel with a plain send.

func init() {
	leaking("kubernetes-watch-stop", func() { runAPIServer(false) }, "main.(*streamWatcher).receive")
	healthy("kubernetes-watch-stop-fixed", false, func() { runAPIServer(true) })
}

type watchEvent struct {
	kind    string
	version int
}

type streamWatcher struct {
	fixed  bool
	source chan watchEvent
	result chan watchEvent
	done   chan struct{}
}

func (w *streamWatcher) receive() {
	for {
		select {
		case e, ok := <-w.source:
			if !ok {
				return
			}
			if !w.fixed {
				w.result <- e
				continue
			}
			select {
			case w.result <- e:
			case <-w.done:
				return
			}
		case <-w.done:
			return
		}
	}
}

type watchCache struct {
	fixed    bool
	mu       sync.Mutex
	version  int
	watchers map[*streamWatcher]bool
	objects  map[string]int
}

func (c *watchCache) watch() *streamWatcher {
	w := &streamWatcher{
		fixed: c.fixed, source: make(chan watchEvent, 8), result: make(chan watchEvent), done: make(chan struct{})}
	c.mu.Lock()
	c.watchers[w] = true
	c.mu.Unlock()
	go w.receive()
	return w
}

func (c *watchCache) forget(w *streamWatcher) {
	c.mu.Lock()
	delete(c.watchers, w)
	c.mu.Unlock()
	close(w.done)
}

func (c *watchCache) publish(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	c.objects[key] = c.version
	for w := range c.watchers {
		select {
		case w.source <- watchEvent{"MODIFIED", c.version}:
		default:
		}
	}
}

// followPods reads what comes for a while, then is busy with a relist and gives up its watch.
func (c *watchCache) followPods(until time.Duration) {
	w := c.watch()
	t := time.NewTimer(until)
	defer t.Stop()
	for {
		select {
		case <-w.result:
		case <-t.C:
			time.Sleep(120 * time.Millisecond)
			c.forget(w)
			return
		}
	}
}

func (c *watchCache) reflect(items <-chan string) {
	for key := range items {
		c.mu.Lock()
		_ = c.objects[key]
		c.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

func runAPIServer(fixed bool) {
	c := &watchCache{fixed: fixed, watchers: map[*streamWatcher]bool{}, objects: map[string]int{}}
	items := make(chan string, 16)
	for i := 0; i < 4; i++ {
		go c.reflect(items)
	}
	load(2, 12*time.Millisecond, func() { items <- "pods/web" })
	load(1, 30*time.Millisecond, func() { c.publish("pods/web") })
	time.Sleep(300 * time.Millisecond)
	for i := 0; i < 300; i++ {
		go c.followPods(400 * time.Millisecond)
	}
	forever.Add(1)
	forever.Wait()
}
