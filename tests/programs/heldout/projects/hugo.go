// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	leaking("hugo-page-content", func() { runPageContent(false) },
		"main.(*hugoPage).Content", "main.(*hugoPage).expand", "main.(*hugoSite).renderWorker", "main.(*hugoSite).build",
		"main.(*hugoSite).rebuildLoop")
	healthy("hugo-page-content-fixed", false, func() { runPageContent(true) })
}

// A hugoPage makes its content when it is first asked for.
type hugoPage struct {
	initMu  sync.Mutex
	done    bool
	raw     string
	related []*hugoPage // pages that its shortcode lists
	content string
	guarded bool // the shortcode takes the raw text of the page that it is on
}

func (p *hugoPage) Content() string {
	p.initMu.Lock()
	defer p.initMu.Unlock()
	if !p.done {
		p.content = p.expand()
		p.done = true
	}
	return p.content
}

func (p *hugoPage) expand() string {
	var b strings.Builder
	b.WriteString(p.raw)
	compute(100)
	for _, other := range p.related {
		if p.guarded && other == p {
			b.WriteString(p.raw)
			continue
		}
		b.WriteString(other.Content())
	}
	return b.String()
}

type hugoSite struct {
	guarded bool
	builds  int
	size    atomic.Int64
}

func (s *hugoSite) read() []*hugoPage {
	pages := []*hugoPage{}
	for i := 0; i < 40; i++ {
		pages = append(pages, &hugoPage{raw: "text ", guarded: s.guarded})
	}
	pages[30].related = pages[:3]
	if s.builds >= 3 { // an edit: the page now lists its whole section
		pages[17].related = pages[15:20]
	}
	return pages
}

func (s *hugoSite) build() {
	s.builds++
	pages := make(chan *hugoPage)
	var workers sync.WaitGroup
	for i := 0; i < 3; i++ {
		workers.Add(1)
		go s.renderWorker(pages, &workers)
	}
	for _, p := range s.read() {
		pages <- p
	}
	close(pages)
	workers.Wait()
}

func (s *hugoSite) renderWorker(pages <-chan *hugoPage, workers *sync.WaitGroup) {
	defer workers.Done()
	for p := range pages {
		s.size.Add(int64(len(p.Content())))
		disk(time.Millisecond)
	}
}

func (s *hugoSite) rebuildLoop() {
	ticker := time.NewTicker(150 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		s.build()
	}
}

// liveReload tells the browsers that a file has changed.
type liveReload struct {
	events   chan string
	browsers []chan string
}

func (l *liveReload) hub() {
	for e := range l.events {
		for _, b := range l.browsers {
			b <- e
		}
	}
}

func (l *liveReload) watchFiles() {
	ticker := time.NewTicker(30 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		compute(30)
		l.events <- "style.css"
	}
}

func browserSession(in <-chan string) {
	for range in {
		compute(40)
	}
}

func runPageContent(guarded bool) {
	l := &liveReload{events: make(chan string)}
	for i := 0; i < 4; i++ {
		b := make(chan string, 4)
		l.browsers = append(l.browsers, b)
		go browserSession(b)
	}
	go l.hub()
	go l.watchFiles()
	load(4, 12*time.Millisecond, func() { compute(60) }) // static files
	go (&hugoSite{guarded: guarded}).rebuildLoop()
}
