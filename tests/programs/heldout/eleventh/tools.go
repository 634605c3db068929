// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	healthy("build-runner-exec", false, runBuilds)
	healthy("checksum-tool", false, runChecksums)
	healthy("lock-free-telemetry", false, runTelemetry)
	healthy("parallel-test-suite", false, runTests)
	healthy("service-warm-up", false, runWarmUp)
}

// A runner of small processes with limits of time.

func runStep(script string, limit time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := exec.CommandContext(ctx, "/bin/sh", "-c", script)
	c.Stdin = strings.NewReader("input\n")
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := c.Start(); err != nil {
		return 0, err
	}
	lines := 0
	for s := bufio.NewScanner(out); s.Scan(); {
		lines++
	}
	return lines, c.Wait()
}

func runBuilds() {
	scripts := []string{"cat; echo done", "sleep 0.2; echo linked", "exec sleep 3", "for i in 1 2 3 4; do echo $i; done"}
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := i; ; n++ {
				_, _ = runStep(scripts[n%len(scripts)], 600*time.Millisecond)
				time.Sleep(40 * time.Millisecond)
			}
		}()
	}
	wg.Wait()
}

// A tool that reads a folder, hashes what is there, merges two sorted lists, and ends.

func walk(root string) iter.Seq[string] {
	return func(yield func(string) bool) {
		entries, err := os.ReadDir(root)
		if err != nil {
			return
		}
		for _, e := range entries {
			if !yield(filepath.Join(root, e.Name())) {
				return
			}
		}
	}
}

func common(a, b iter.Seq[string], most int) int {
	nextA, stopA := iter.Pull(a)
	defer stopA()
	nextB, stopB := iter.Pull(b)
	defer stopB()
	n := 0
	x, okA := nextA()
	y, okB := nextB()
	for okA && okB && n < most {
		switch c := strings.Compare(filepath.Base(x), filepath.Base(y)); {
		case c == 0:
			n++
			x, okA = nextA()
			y, okB = nextB()
		case c < 0:
			x, okA = nextA()
		default:
			y, okB = nextB()
		}
	}
	return n
}

func hashAll(paths iter.Seq[string]) map[string][32]byte {
	type result struct {
		path string
		sum  [32]byte
	}
	in, out := make(chan string), make(chan result)
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for path := range in {
				b, err := os.ReadFile(path)
				if err == nil {
					out <- result{path, sha256.Sum256(b)}
				}
			}
		}()
	}
	go func() {
		for path := range paths {
			in <- path
			time.Sleep(time.Millisecond)
		}
		close(in)
		wg.Wait()
		close(out)
	}()
	sums := map[string][32]byte{}
	for r := range out {
		sums[r.path] = r.sum
	}
	return sums
}

func runChecksums() {
	a, b := scratch(), scratch()
	content := make([]byte, 100_000)
	for i := 0; i < 300; i++ {
		_, _ = io.ReadFull(rand.New(rand.NewSource(int64(i))), content)
		must(os.WriteFile(filepath.Join(a, fmt.Sprintf("%04d", i)), content, 0o600))
		if i%3 == 0 {
			must(os.WriteFile(filepath.Join(b, fmt.Sprintf("%04d", i)), content[:1000], 0o600))
		}
	}
	for i := 0; i < 3; i++ {
		hashAll(walk(a))
		for j := 0; j < 20; j++ {
			common(walk(a), walk(b), 5+j)
		}
		hashAll(walk(b))
	}
	_, _ = os.RemoveAll(a), os.RemoveAll(b)
}

// Counters without locks, a table that is replaced as a whole, a queue with compare-and-swap.

type node struct {
	value int
	next  *node
}

type stack struct{ top atomic.Pointer[node] }

func (s *stack) push(v int) {
	n := &node{value: v}
	for {
		n.next = s.top.Load()
		if s.top.CompareAndSwap(n.next, n) {
			return
		}
		runtime.Gosched()
	}
}

func (s *stack) drain() int {
	sum := 0
	for n := s.top.Swap(nil); n != nil; n = n.next {
		sum += n.value
	}
	return sum
}

func runTelemetry() {
	var s stack
	var table atomic.Pointer[map[int]int]
	table.Store(&map[int]int{})
	var shards [16]struct {
		sync.RWMutex
		m map[int]int
	}
	for i := range shards {
		shards[i].m = map[int]int{}
	}
	for i := 0; i < 6; i++ {
		go func() {
			for n := 0; ; n++ {
				s.push(n)
				k := rand.Intn(4000)
				sh := &shards[k%2] // two of them are hot
				if n%10 == 0 {
					sh.Lock()
					sh.m[k]++
					sh.Unlock()
				} else {
					sh.RLock()
					_ = sh.m[k] + (*table.Load())[k]
					sh.RUnlock()
				}
				if n%200 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
		}()
	}
	for i := 0; ; i++ {
		time.Sleep(5 * time.Millisecond)
		s.drain()
		table.Store(&map[int]int{i % 4000: i})
	}
}

// A suite of tests in parallel, each with a server of its own.

func testOne(n int) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(n%9) * time.Millisecond)
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	defer s.Close()
	c := s.Client()
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, _ = fetch(c, s.URL+"/x")
		}()
	}
	wg.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	pr, pw := io.Pipe()
	go func() {
		_, err := io.WriteString(pw, strings.Repeat("line\n", 50))
		pw.CloseWithError(err)
	}()
	for b := bufio.NewScanner(pr); b.Scan(); {
	}
	<-ctx.Done()
}

func runTests() {
	// As t.Parallel does: all are started and wait for their turn.
	turns := make(chan struct{}, 4)
	var wg sync.WaitGroup
	for i := 0; i < 240; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			turns <- struct{}{}
			defer func() { <-turns }()
			testOne(i)
		}()
	}
	wg.Wait()
}

// A service that starts: pools and connections grow to their sizes and then stay.

type warmPool struct {
	jobs chan func()
	size atomic.Int32
}

func (p *warmPool) worker() {
	for f := range p.jobs {
		f()
	}
}

func (p *warmPool) grow(to int, pause time.Duration) {
	for int(p.size.Load()) < to {
		p.size.Add(1)
		go p.worker()
		time.Sleep(pause)
	}
}

func runWarmUp() {
	base := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Millisecond)
		_, _ = io.WriteString(w, "ready")
	}))
	p := &warmPool{jobs: make(chan func())}
	go p.grow(60, 30*time.Millisecond)
	c := newClient(50)
	go func() {
		// Clients learn of the service one after the other.
		for i := 0; i < 40; i++ {
			go client(0, 200*time.Millisecond, func() { _, _ = fetch(c, base) })
			time.Sleep(45 * time.Millisecond)
		}
	}()
	for {
		p.jobs <- func() { time.Sleep(4 * time.Millisecond) }
		time.Sleep(3 * time.Millisecond)
	}
}
