// Command small records a trace of a few kilobytes that holds one goroutine in each kind of wait, so that the tests
// know what must come out. Every function that blocks for good is named after what it blocks on.
//
//	go run . -o small.trace
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"os"
	"runtime/trace"
	"sync"
	"time"
)

var (
	mutex     sync.Mutex
	rwmutex   sync.RWMutex
	never     = make(chan int)
	nilChan   chan int
	unserved  = make(chan int)
	neverDone sync.WaitGroup
	lost      = sync.NewCond(new(sync.Mutex))
)

func waitsOnMutex()   { mutex.Lock() }
func waitsOnRead()    { rwmutex.RLock() }
func waitsOnReceive() { <-never }
func waitsOnSend()    { unserved <- 1 }
func waitsOnSelect() {
	select {
	case <-never:
	case unserved <- 2:
	}
}
func waitsOnSelectEmpty()           { select {} }
func waitsOnNilChan()               { <-nilChan }
func waitsOnWaitGroup()             { neverDone.Wait() }
func waitsOnCond()                  { lost.L.Lock(); lost.Wait() }
func waitsOnSleep()                 { time.Sleep(time.Hour) }
func waitsOnNetwork(l net.Listener) { _, _ = l.Accept() }

// waitedBefore is blocked before the trace begins and stays so.
func waitedBefore() { <-never }

// pingPong is woken a few times by its peer and ends.
func pingPong(in <-chan int, out chan<- int, rounds int, done *sync.WaitGroup) {
	defer done.Done()
	for i := 0; i < rounds; i++ {
		out <- <-in
	}
}

// handleRequest is annotated work: a task with a region and a log line, and a timer that ends its only wait.
func handleRequest(id int, done *sync.WaitGroup) {
	defer done.Done()
	ctx, task := trace.NewTask(context.Background(), "request")
	defer task.End()
	trace.WithRegion(ctx, "lookup", func() {
		time.Sleep(time.Millisecond)
		trace.Logf(ctx, "cache", "miss %d", id)
	})
}

func main() {
	out := flag.String("o", "small.trace", "the trace to write")
	flag.Parse()
	mutex.Lock()
	rwmutex.Lock()
	neverDone.Add(1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go waitedBefore()
	time.Sleep(10 * time.Millisecond)

	file, err := os.Create(*out)
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(file); err != nil {
		log.Fatal(err)
	}
	for _, f := range []func(){waitsOnMutex, waitsOnRead, waitsOnReceive, waitsOnSend, waitsOnSelect,
		waitsOnSelectEmpty, waitsOnNilChan, waitsOnWaitGroup, waitsOnCond, waitsOnSleep} {
		go f()
	}
	go waitsOnNetwork(listener)
	var done sync.WaitGroup
	done.Add(3)
	there, back := make(chan int), make(chan int)
	go pingPong(there, back, 3, &done)
	for i := 0; i < 3; i++ {
		there <- i
		<-back
	}
	go handleRequest(1, &done)
	go handleRequest(2, &done)
	done.Wait()
	time.Sleep(5 * time.Millisecond)
	trace.Stop()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
