// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	leaking("kubernetes-finish-request", func() { runFinishRequest(0) }, "main.finishRequest.func")
	healthy("kubernetes-finish-request-fixed", false, func() { runFinishRequest(1) })
	leaking("kubernetes-cpu-manager", func() { runCPUManager(false) },
		"main.(*cpuState)", "main.(*cpuManager).reconcileLoop", "main.(*cpuManager).allocateLoop")
	healthy("kubernetes-cpu-manager-fixed", false, func() { runCPUManager(true) })
}

var errSlowStorage = errors.New("request did not complete within the allowed time")

// finishRequest runs f, and gives up if it takes too long.
func finishRequest(room int, timeout time.Duration, f func() (string, error)) (string, error) {
	results := make(chan string, room)
	failures := make(chan error, room)
	go func() {
		if r, err := f(); err != nil {
			failures <- err
		} else {
			results <- r
		}
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case r := <-results:
		return r, nil
	case err := <-failures:
		return "", err
	case <-timer.C:
		return "", errSlowStorage
	}
}

type apiRegistry struct {
	room    int
	mu      sync.RWMutex
	objects map[string]int
}

func (a *apiRegistry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		a.mu.RLock()
		n := a.objects[r.URL.Path]
		a.mu.RUnlock()
		compute(20 + n%10)
		_, _ = w.Write([]byte("{}"))
		return
	}
	body, err := a.update(r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
		return
	}
	_, _ = w.Write([]byte(body))
}

func (a *apiRegistry) update(path string) (string, error) {
	return finishRequest(a.room, 60*time.Millisecond, func() (string, error) {
		if strings.HasPrefix(path, "/apis/webhooks") {
			disk(110 * time.Millisecond) // an admission hook that answers late
		} else {
			disk(2 * time.Millisecond)
		}
		a.mu.Lock()
		a.objects[path]++
		a.mu.Unlock()
		return "{}", nil
	})
}

func runFinishRequest(room int) {
	l := listen()
	registry := &apiRegistry{room: room, objects: map[string]int{}}
	go func() { _ = http.Serve(l, registry) }()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	call := func(method, path string) {
		req, err := http.NewRequestWithContext(context.Background(), method, "http://"+l.Addr().String()+path, nil)
		must(err)
		resp, err := c.Do(req)
		must(err)
		discard(resp.Body)
	}
	load(4, 25*time.Millisecond, func() { call(http.MethodGet, "/api/v1/pods") })
	load(2, 30*time.Millisecond, func() { call(http.MethodPut, "/api/v1/pods/web") })
	load(1, 100*time.Millisecond, func() { call(http.MethodPut, "/apis/webhooks/policy") })
}

// cpuState says which containers have which processors.
type cpuState struct {
	mu       sync.RWMutex
	sets     map[string]int
	fallback int
	oneLock  bool
}

func (s *cpuState) GetCPUSet(container string) (int, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	set, ok := s.sets[container]
	return set, ok
}

func (s *cpuState) GetDefaultCPUSet() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.fallback
}

func (s *cpuState) GetCPUSetOrDefault(container string) int {
	if s.oneLock {
		if set, ok := s.GetCPUSet(container); ok {
			return set
		}
		disk(time.Millisecond)
		return s.GetDefaultCPUSet()
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if set, ok := s.sets[container]; ok {
		return set
	}
	disk(time.Millisecond) // the checkpoint is read
	return s.GetDefaultCPUSet()
}

func (s *cpuState) SetDefaultCPUSet(set int) {
	s.mu.Lock()
	s.fallback = set
	s.mu.Unlock()
}

type cpuManager struct {
	state   *cpuState
	applied atomic.Int64
}

func (m *cpuManager) reconcileLoop(container string) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		m.applied.Store(int64(m.state.GetCPUSetOrDefault(container)))
		compute(20)
	}
}

func (m *cpuManager) allocateLoop() {
	time.Sleep(400 * time.Millisecond)
	for set := 1; ; set++ {
		m.state.SetDefaultCPUSet(set % 16)
		time.Sleep(13 * time.Millisecond)
	}
}

type podWorker struct{ updates chan int }

func (p *podWorker) managePodLoop() {
	for u := range p.updates {
		compute(40 + u%10)
		disk(time.Millisecond)
	}
}

func pleg(workers []*podWorker) {
	ticker := time.NewTicker(12 * time.Millisecond)
	defer ticker.Stop()
	n := 0
	for range ticker.C {
		n++
		workers[n%len(workers)].updates <- n
	}
}

func runCPUManager(oneLock bool) {
	workers := []*podWorker{}
	for i := 0; i < 8; i++ {
		w := &podWorker{make(chan int, 1)}
		workers = append(workers, w)
		go w.managePodLoop()
	}
	go pleg(workers)
	load(5, 30*time.Millisecond, func() { compute(60) }) // probes
	m := &cpuManager{state: &cpuState{sets: map[string]int{"pinned": 3}, oneLock: oneLock}}
	for _, c := range []string{"web", "cache", "batch"} {
		go m.reconcileLoop(c)
	}
	go m.allocateLoop()
}
