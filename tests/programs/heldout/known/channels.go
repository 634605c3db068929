package main

// Classes of known bugs around channels, and healthy programs that look like them.

import (
	"context"
	"errors"
	"io"
	"math/rand"
	"net"
	"sync"
	"time"
)

var errLate = errors.New("too late")

// A check that comes too late has nobody to tell.
func runCheck(ctx context.Context, n int) error {
	result := make(chan error)
	go func() {
		if n%4 == 0 {
			time.Sleep(60 * time.Millisecond)
		} else {
			time.Sleep(2 * time.Millisecond)
		}
		result <- nil
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return errLate
	}
}

func checkTimeouts() {
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		_ = runCheck(ctx, n)
		cancel()
		time.Sleep(20 * time.Millisecond)
	}
}

// A container's streams are attached before it is started; where the start fails they stay.
func attach(ready chan struct{}, r io.Reader, w io.Writer) {
	<-ready
	_, _ = io.Copy(w, r)
}

func start(n int, ready chan struct{}) error {
	time.Sleep(5 * time.Millisecond)
	if n%3 == 0 {
		return errLate
	}
	close(ready)
	return nil
}

func runContainer(n int) {
	ready := make(chan struct{})
	stdin, in := io.Pipe()
	stdout, out := io.Pipe()
	go attach(ready, stdin, io.Discard)
	go attach(ready, stdout, io.Discard)
	if start(n, ready) != nil {
		return
	}
	time.Sleep(10 * time.Millisecond)
	in.Close()
	out.Close()
}

func attachBeforeStart() {
	for n := 0; ; n++ {
		go runContainer(n)
		time.Sleep(40 * time.Millisecond)
	}
}

// Tells an error, goes on, and tells once more.
func handle(n int, answers chan error) {
	if n%5 == 0 {
		answers <- errLate
	}
	time.Sleep(time.Millisecond)
	answers <- nil
}

func toldTwice() {
	for n := 0; ; n++ {
		answers := make(chan error)
		go handle(n, answers)
		<-answers
		time.Sleep(15 * time.Millisecond)
	}
}

// A listener has a goroutine that queues and one that handles; the handler gives up at an error.
type listener struct {
	add, next chan int
}

func (l *listener) pop() {
	var queued []int
	for {
		if len(queued) == 0 {
			n, open := <-l.add
			if !open {
				return
			}
			queued = append(queued, n)
		}
		l.next <- queued[0]
		queued = queued[1:]
	}
}

func (l *listener) run(failsAt int) {
	for n := range l.next {
		if n >= failsAt {
			return
		}
	}
}

func listenersPopped() {
	for n := 0; ; n++ {
		l := &listener{make(chan int), make(chan int)}
		go l.pop()
		go l.run(2)
		for i := 0; i < 4; i++ {
			l.add <- i
		}
		time.Sleep(90 * time.Millisecond)
	}
}

// A worker that failed has left; to stop it one waits for it to take the word.
type unit struct{ quit chan struct{} }

func (u *unit) work(fails bool) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if fails {
				return
			}
		case <-u.quit:
			return
		}
	}
}

func (u *unit) stop() { u.quit <- struct{}{} }

func stopsTwice() {
	for n := 0; ; n++ {
		u := &unit{make(chan struct{})}
		go u.work(n%3 == 0)
		time.Sleep(50 * time.Millisecond)
		go u.stop()
	}
}

// A connection is handed to whoever serves its protocol; nobody serves this one.
type sniffer struct {
	web, other chan net.Conn
}

func (s *sniffer) serve(c net.Conn) {
	first := make([]byte, 1)
	if _, err := io.ReadFull(c, first); err != nil {
		return
	}
	if first[0] == 'G' {
		s.web <- c
		return
	}
	s.other <- c
}

func sniffed() {
	s := &sniffer{make(chan net.Conn), make(chan net.Conn, 2)}
	l := listen()
	go func() {
		for c := range s.web {
			_, _ = c.Write([]byte("ok"))
			c.Close()
		}
	}()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	for n := 0; ; n++ {
		c, err := net.Dial("tcp", l.Addr().String())
		must(err)
		if n%2 == 0 {
			_, _ = c.Write([]byte("G"))
			_, _ = io.ReadAll(c)
		} else {
			_, _ = c.Write([]byte("X"))
		}
		c.Close()
		time.Sleep(40 * time.Millisecond)
	}
}

// Pages are fetched ahead; the caller had enough after the first.
func pages(most int) chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for p := 0; p < most; p++ {
			time.Sleep(time.Millisecond)
			out <- p
		}
	}()
	return out
}

func pagesUnread() {
	each(55*time.Millisecond, func() { <-pages(4) })
}

// An alarm that nobody hears, since the answer came in time.
func withAlarm(answer time.Duration) {
	late := make(chan struct{})
	time.AfterFunc(40*time.Millisecond, func() { late <- struct{}{} })
	select {
	case <-late:
	case <-time.After(answer):
	}
}

func alarmsUnheard() {
	each(35*time.Millisecond, func() { withAlarm(time.Duration(1+rand.Intn(60)) * time.Millisecond) })
}

// One in fifty requests fills the cache, and waits for a word that a failed fill does not give.
type fills struct {
	lock    sync.Mutex
	pending map[int]chan struct{}
}

func (f *fills) get(n int) {
	if n%50 != 0 {
		time.Sleep(time.Millisecond)
		return
	}
	done := make(chan struct{})
	f.lock.Lock()
	f.pending[n] = done
	f.lock.Unlock()
	go func() {
		time.Sleep(2 * time.Millisecond)
		if n%100 != 0 {
			close(done)
		}
	}()
	<-done
}

func rareFills() {
	f := &fills{pending: map[int]chan struct{}{}}
	for n := 0; ; n++ {
		go f.get(n)
		time.Sleep(4 * time.Millisecond)
	}
}

// Little by little: three every two seconds.
func drip() {
	each(650*time.Millisecond, func() { answerOf(make(chan int)) })
}

func answerOf(c chan int) int { return <-c }

// Bursts go through eight places; the last of a burst queue for most of a second.
func importing() {
	places := make(chan struct{}, 8)
	for {
		var all sync.WaitGroup
		for i := 0; i < 400; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				places <- struct{}{}
				time.Sleep(12 * time.Millisecond)
				<-places
			}()
		}
		all.Wait()
		time.Sleep(700 * time.Millisecond)
	}
}

// Shards are given to workers one by one; each has something to do now and then.
func assigned() {
	work := make([]chan int, 40)
	for i := range work {
		work[i] = make(chan int)
		go shard(work[i])
		time.Sleep(40 * time.Millisecond)
	}
	for {
		select {
		case work[rand.Intn(len(work))] <- 1:
		case <-time.After(time.Second):
		}
		time.Sleep(60 * time.Millisecond)
	}
}

func shard(work chan int) {
	for range work {
		time.Sleep(time.Millisecond)
	}
}

// A hub whose subscribers came in the first second and a half, with little to say.
func quietHub() {
	b := &broadcaster{}
	for i := 0; i < 25; i++ {
		go hear(b.subscribe(), 1<<30)
		time.Sleep(60 * time.Millisecond)
	}
	for {
		b.tell(1)
		time.Sleep(2 * time.Second)
	}
}

// Workers that are told to end, in the middle of the trace, and do.
func graceful() {
	ctx, cancel := context.WithCancel(context.Background())
	jobs := make(chan int)
	for i := 0; i < 10; i++ {
		go func() {
			for {
				select {
				case <-jobs:
					time.Sleep(5 * time.Millisecond)
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	go func() {
		for {
			select {
			case jobs <- 1:
			case <-ctx.Done():
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	time.Sleep(2500 * time.Millisecond)
	cancel()
}

func init() {
	leaking("check-timeouts", checkTimeouts, "main.runCheck")
	leaking("attach-before-start", attachBeforeStart, "main.attach", "main.runContainer")
	leaking("told-twice", toldTwice, "main.handle", "main.toldTwice")
	leaking("listeners-popped", listenersPopped, "main.(*listener)", "main.listenersPopped")
	leaking("stops-twice", stopsTwice, "main.(*unit)", "main.stopsTwice")
	leaking("sniffed", sniffed, "main.(*sniffer)", "main.sniffed")
	leaking("pages-unread", pagesUnread, "main.pages")
	leaking("alarms-unheard", alarmsUnheard, "main.withAlarm")
	leaking("rare-fills", rareFills, "main.(*fills)", "main.rareFills")
	leaking("drip", drip, "main.answerOf", "main.drip")
	healthy("importing", false, importing)
	healthy("assigned", false, assigned)
	healthy("quiet-hub", false, quietHub)
	healthy("graceful", false, graceful)
}
