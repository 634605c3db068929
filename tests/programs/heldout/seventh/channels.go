// SPDX-License-Identifier: GPL-3.0-or-later

package main

// Senders and receivers that somebody went away from.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"
)

var errBroken = errors.New("broken")

// Five replicas are asked and three answers are enough.
func askReplica(key string, answers chan<- string) {
	time.Sleep(time.Duration(1+rand.Intn(6)) * time.Millisecond)
	answers <- key
}

func quorum(key string) (last string) {
	answers := make(chan string)
	for i := 0; i < 5; i++ {
		go askReplica(key, answers)
	}
	for i := 0; i < 3; i++ {
		last = <-answers
	}
	return
}

func quorumOfFive() {
	restOfService()
	load(4, 150*time.Millisecond, func() { quorum("k") })
}

// A connection is drained: it is seen to be busy, the peer is told, and by then the last call may have ended.
type wire struct {
	lock    sync.Mutex
	idle    *sync.Cond
	calls   int
	closing bool
}

func (w *wire) call(takes time.Duration) {
	w.lock.Lock()
	w.calls++
	w.lock.Unlock()
	time.Sleep(takes)
	w.lock.Lock()
	w.calls--
	if w.closing && w.calls == 0 {
		w.idle.Signal()
	}
	w.lock.Unlock()
}

func (w *wire) drain() {
	w.lock.Lock()
	busy := w.calls > 0
	w.lock.Unlock()
	if !busy {
		return
	}
	time.Sleep(3 * time.Millisecond)
	w.lock.Lock()
	w.closing = true
	w.idle.Wait()
	w.lock.Unlock()
}

func drainedUnseen() {
	restOfService()
	each(35*time.Millisecond, func() {
		w := &wire{}
		w.idle = sync.NewCond(&w.lock)
		go w.call(time.Duration(4000+rand.Intn(8000)) * time.Microsecond)
		time.Sleep(5 * time.Millisecond)
		w.drain()
	})
}

// A configuration is pushed to six proxies; one that refuses it is not counted off.
type pilot struct{ pushed int }

func (p *pilot) push(n int) error {
	var proxies sync.WaitGroup
	for i := 0; i < 6; i++ {
		proxies.Add(1)
		go func() {
			time.Sleep(time.Duration(2+rand.Intn(5)) * time.Millisecond)
			if n%3 == 0 && i == 2 {
				return
			}
			proxies.Done()
		}()
	}
	all := make(chan struct{})
	go func() {
		proxies.Wait()
		close(all)
	}()
	select {
	case <-all:
		p.pushed++
		return nil
	case <-time.After(80 * time.Millisecond):
		return errBroken
	}
}

func pushesWaitedFor() {
	restOfService()
	p := &pilot{}
	for n := 0; ; n++ {
		_ = p.push(n)
		time.Sleep(20 * time.Millisecond)
	}
}

// A crawl has a limit of members, and each of them starts more of them.
type crawl struct {
	group *errgroup.Group
}

func (c *crawl) visit(depth int) error {
	time.Sleep(time.Millisecond)
	if depth == 0 {
		return nil
	}
	for i := 0; i < 3; i++ {
		c.group.Go(func() error { return c.visit(depth - 1) })
	}
	return nil
}

func crawlSite(ctx context.Context, depth int) error {
	done := make(chan error, 1)
	go func() {
		c := &crawl{&errgroup.Group{}}
		c.group.SetLimit(4)
		c.group.Go(func() error { return c.visit(depth) })
		done <- c.group.Wait()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func crawlLimited() {
	restOfService()
	load(3, 100*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
		defer cancel()
		_ = crawlSite(ctx, 1+rand.Intn(4))
	})
}

// An event is told to each subscriber by a goroutine of its own; who has left is told as well.
type bus struct {
	lock        sync.Mutex
	subscribers []chan int
}

func (b *bus) subscribe() chan int {
	s := make(chan int, 4)
	b.lock.Lock()
	b.subscribers = append(b.subscribers, s)
	b.lock.Unlock()
	return s
}

func (b *bus) publish(event int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, s := range b.subscribers {
		go func() { s <- event }()
	}
}

func eventsEachAlone() {
	restOfService()
	b := &bus{}
	for i := 0; i < 5; i++ {
		go func() {
			for range b.subscribe() {
				time.Sleep(time.Millisecond)
			}
		}()
	}
	go each(300*time.Millisecond, func() {
		s := b.subscribe()
		for i := 0; i < 3; i++ {
			<-s
		}
	})
	for event := 0; ; event++ {
		b.publish(event)
		time.Sleep(50 * time.Millisecond)
	}
}

// An album is listed, its pictures are read by four, scaled by one, and at a broken one nobody takes any more.
func listPictures(n int) chan int {
	names := make(chan int)
	go func() {
		defer close(names)
		for i := 0; i < n; i++ {
			names <- i
		}
	}()
	return names
}

func readPictures(names chan int) chan []byte {
	pictures := make(chan []byte)
	var readers sync.WaitGroup
	for i := 0; i < 4; i++ {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for n := range names {
				time.Sleep(time.Millisecond)
				pictures <- make([]byte, 100+n)
			}
		}()
	}
	go func() {
		readers.Wait()
		close(pictures)
	}()
	return pictures
}

func scalePictures(pictures chan []byte) chan int {
	scaled := make(chan int)
	go func() {
		defer close(scaled)
		for p := range pictures {
			scaled <- len(p)
		}
	}()
	return scaled
}

func album(n int, broken bool) error {
	for size := range scalePictures(readPictures(listPictures(n))) {
		if broken && size == 110 {
			return errBroken
		}
	}
	return nil
}

func thumbnailsAbandoned() {
	restOfService()
	load(3, 150*time.Millisecond, func() { _ = album(30, rand.Intn(3) == 0) })
}

// Two goroutines copy, one each way, and both tell their end; only the first is heard.
func forward(c net.Conn, to string) {
	defer c.Close()
	b, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer b.Close()
	ended := make(chan error)
	go copyHalf(b, c, ended)
	go copyHalf(c, b, ended)
	<-ended
}

func copyHalf(to io.Writer, from io.Reader, ended chan<- error) {
	_, err := io.Copy(to, from)
	ended <- err
}

func accept(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go serve(c)
	}
}

func echo(c net.Conn) {
	_, _ = io.Copy(c, c)
	_ = c.Close()
}

func proxiedHalves() {
	backend, front := listen(), listen()
	go accept(backend, echo)
	go accept(front, func(c net.Conn) { forward(c, backend.Addr().String()) })
	load(5, 100*time.Millisecond, func() {
		c, err := net.Dial("tcp", front.Addr().String())
		must(err)
		answer := make([]byte, 5)
		for i := 0; i < 4; i++ {
			_, _ = io.WriteString(c, "hello")
			_, _ = io.ReadFull(c, answer)
			time.Sleep(2 * time.Millisecond)
		}
		c.Close()
	})
}

// Who asks for a product is in time for an answer or gives up; the call that was made for all of them does not.
type shop struct {
	flights singleflight.Group
	backend string
}

func (s *shop) askBackend(product int) (any, error) {
	c, err := net.Dial("tcp", s.backend)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_, _ = fmt.Fprintln(c, product)
	answer := make([]byte, 8)
	n, err := c.Read(answer)
	return string(answer[:n]), err
}

func (s *shop) price(ctx context.Context, product int) error {
	answer := s.flights.DoChan(fmt.Sprint(product), func() (any, error) { return s.askBackend(product) })
	select {
	case a := <-answer:
		return a.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func flightsUnanswered() {
	restOfService()
	l := listen()
	var kept []net.Conn
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			var product int
			_, _ = fmt.Fscanln(c, &product)
			if product%5 == 0 {
				kept = append(kept, c)
				continue
			}
			_, _ = io.WriteString(c, "3.50")
			c.Close()
		}
	}()
	s := &shop{backend: l.Addr().String()}
	load(6, 40*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		_ = s.price(ctx, rand.Intn(500))
	})
}

// Whoever fetches a page puts its links into the queue that they all take from.
type fetchers struct{ pages chan int }

func (f *fetchers) fetch() {
	for depth := range f.pages {
		time.Sleep(2 * time.Millisecond)
		if depth > 3 {
			continue
		}
		for i := 0; i < 3; i++ {
			f.pages <- depth + 1
		}
	}
}

func (f *fetchers) submit() { f.pages <- 0 }

func fetchersFeedThemselves() {
	restOfService()
	f := &fetchers{make(chan int, 40)}
	for i := 0; i < 8; i++ {
		go f.fetch()
	}
	time.Sleep(300 * time.Millisecond)
	each(50*time.Millisecond, f.submit)
}

func init() {
	leaking("quorum-of-five", quorumOfFive, "main.askReplica", "main.quorum")
	leaking("drained-unseen", drainedUnseen, "main.(*wire)", "main.drainedUnseen")
	leaking("pushes-waited-for", pushesWaitedFor, "main.(*pilot)")
	leaking("crawl-limited", crawlLimited, "main.(*crawl)", "main.crawlSite", "golang.org/x/sync/errgroup")
	leaking("events-each-alone", eventsEachAlone, "main.(*bus)")
	leaking("thumbnails-abandoned", thumbnailsAbandoned, "main.listPictures", "main.readPictures", "main.scalePictures")
	leaking("proxied-halves", proxiedHalves, "main.copyHalf", "main.forward")
	leaking("flights-unanswered", flightsUnanswered, "main.(*shop)", "golang.org/x/sync/singleflight")
	leaking("fetchers-feed-themselves", fetchersFeedThemselves, "main.(*fetchers)", "main.fetchersFeedThemselves")
}
