// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// Docker: a container that is attached to exits, its output ends and the request returns, but the copy of standard
// input goes on reading what the terminal of the client will never send.

func init() {
	leaking("moby-attach-stdin", func() { runDockerd(false) }, "main.(*attachSession).copyStdin")
	healthy("moby-attach-stdin-fixed", true, func() { runDockerd(true) })
}

type dockerDaemon struct {
	fixed    bool
	attached atomic.Int64
	samples  atomic.Int64
}

type attachSession struct {
	stdin  *io.PipeReader
	tty    *io.PipeWriter
	stdout *io.PipeReader
	log    *io.PipeWriter
}

func (s *attachSession) copyStdin() {
	_, _ = io.Copy(io.Discard, s.stdin)
}

func (s *attachSession) runContainer() {
	for i := 0; i < 6; i++ {
		if _, err := fmt.Fprintf(s.log, "line %d of the container\n", i); err != nil {
			return
		}
		time.Sleep(4 * time.Millisecond)
	}
	_ = s.log.Close()
}

func (d *dockerDaemon) attach() {
	d.attached.Add(1)
	defer d.attached.Add(-1)
	s := &attachSession{}
	s.stdin, s.tty = io.Pipe()
	s.stdout, s.log = io.Pipe()
	go s.copyStdin()
	go s.runContainer()
	_, _ = s.tty.Write([]byte("ls -l\n"))
	_, _ = io.Copy(io.Discard, s.stdout)
	if d.fixed {
		_ = s.stdin.Close()
		_ = s.tty.Close()
	}
}

func (d *dockerDaemon) collectStats() {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for range t.C {
		d.samples.Add(1)
	}
}

func runDockerd(fixed bool) {
	d := &dockerDaemon{fixed: fixed}
	api := http.NewServeMux()
	api.HandleFunc("/_ping", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "OK") })
	api.HandleFunc("/info", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "attached %d, samples %d\n", d.attached.Load(), d.samples.Load())
	})
	l := listen()
	go func() { _ = http.Serve(l, api) }()
	go d.collectStats()
	load(3, 40*time.Millisecond, func() {
		for _, path := range []string{"/_ping", "/info"} {
			if r, err := http.Get("http://" + l.Addr().String() + path); err == nil {
				discard(r.Body)
			}
		}
	})
	each(100*time.Millisecond, d.attach)
}
