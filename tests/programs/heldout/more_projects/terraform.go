// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// Terraform: in the walk of a graph each vertex waits for the channels of those it depends on to be closed; the
// provider that could not be configured returns early and leaves its channel open.

func init() {
	leaking("terraform-graph-walk", func() { runTerraform(false) }, "main.(*graphWalker).")
	healthy("terraform-graph-walk-fixed", false, func() { runTerraform(true) })
}

type graphVertex struct {
	name string
	deps []*graphVertex
	done chan struct{}
	fail bool
}

type graphWalker struct {
	fixed   bool
	wg      sync.WaitGroup
	visited atomic.Int64
	errors  atomic.Int64
}

func (w *graphWalker) walkVertex(v *graphVertex) {
	defer w.wg.Done()
	if w.fixed {
		defer close(v.done)
	}
	for _, d := range v.deps {
		<-d.done
	}
	time.Sleep(2 * time.Millisecond)
	if v.fail {
		w.errors.Add(1)
		return
	}
	w.visited.Add(1)
	if !w.fixed {
		close(v.done)
	}
}

func (w *graphWalker) walk(vertices []*graphVertex) {
	w.wg.Add(len(vertices))
	for _, v := range vertices {
		go w.walkVertex(v)
	}
	w.wg.Wait()
}

// newGraph has a provider, the resources that need it, and a root that needs all.
func newGraph(resources int, fail bool) []*graphVertex {
	provider := &graphVertex{name: "provider", done: make(chan struct{}), fail: fail}
	root := &graphVertex{name: "root", done: make(chan struct{})}
	vertices := []*graphVertex{provider}
	for i := 0; i < resources; i++ {
		v := &graphVertex{name: "resource", deps: []*graphVertex{provider}, done: make(chan struct{})}
		root.deps = append(root.deps, v)
		vertices = append(vertices, v)
	}
	return append(vertices, root)
}

type stateLocker struct {
	mu     sync.Mutex
	serial int
}

func (s *stateLocker) persist() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	time.Sleep(time.Millisecond)
}

func runTerraform(fixed bool) {
	s := &stateLocker{}
	load(4, 25*time.Millisecond, s.persist)
	go func() {
		time.Sleep(700 * time.Millisecond)
		(&graphWalker{fixed: fixed}).walk(newGraph(250, true))
	}()
	for {
		(&graphWalker{fixed: fixed}).walk(newGraph(20, false))
		s.persist()
		time.Sleep(100 * time.Millisecond)
	}
}
