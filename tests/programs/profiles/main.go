// Command profiles records a small trace with something in every table of `go tool trace`: waits for channels, locks,
// the network and processors, system calls, tasks, regions inside regions, a collection, and waits that begin before
// the trace or do not end in it. `record` runs it and keeps what the tool says of it.
//
//	go run . -o profiles.trace
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"net"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"syscall"
	"time"
)

var (
	mutex sync.Mutex
	never = make(chan int)
	sink  [][]byte
)

// blockedBefore waits since before the trace until it is told to go on.
func blockedBefore(goOn <-chan int, done *sync.WaitGroup) {
	defer done.Done()
	<-goOn
}

// blockedForGood waits when the trace ends.
func blockedForGood() { <-never }

// holds takes the lock, works under it and gives way to those that wait for it.
func holds(done *sync.WaitGroup) {
	defer done.Done()
	for range 3 {
		mutex.Lock()
		time.Sleep(300 * time.Microsecond)
		mutex.Unlock()
	}
}

// spins keeps a processor busy, so that others are ready without one.
func spins(done *sync.WaitGroup) {
	defer done.Done()
	for begin := time.Now(); time.Since(begin) < 4*time.Millisecond; {
	}
}

func takes(in <-chan int, done *sync.WaitGroup) {
	defer done.Done()
	for range in {
	}
}

// echoes reads from a connection until it is closed.
func echoes(listener net.Listener, done *sync.WaitGroup) {
	defer done.Done()
	connection, err := listener.Accept()
	if err != nil {
		log.Fatal(err)
	}
	_, _ = io.Copy(connection, connection)
	_ = connection.Close()
}

func talks(address string, done *sync.WaitGroup) {
	defer done.Done()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	word := make([]byte, 4)
	for range 3 {
		_, _ = connection.Write(word)
		_, _ = io.ReadFull(connection, word)
		time.Sleep(200 * time.Microsecond)
	}
	_ = connection.Close()
}

// calls stays in a system call of which the scheduler knows.
func calls(done *sync.WaitGroup) {
	defer done.Done()
	for range 2 {
		_, _ = syscall.Select(0, nil, nil, nil, &syscall.Timeval{Usec: 1500})
	}
}

// handles is a request: a task with two regions, one inside the other, and a goroutine of its own.
func handles(id int, done *sync.WaitGroup) {
	defer done.Done()
	ctx, task := trace.NewTask(context.Background(), "request")
	defer task.End()
	trace.WithRegion(ctx, "answer", func() {
		result := make(chan int)
		go looksUp(ctx, id, result)
		trace.WithRegion(ctx, "wait", func() { <-result })
		spinFor(100 * time.Microsecond)
	})
}

func looksUp(ctx context.Context, id int, result chan<- int) {
	trace.Log(ctx, "looked up", "cache")
	time.Sleep(time.Duration(id+1) * 100 * time.Microsecond)
	result <- id
}

func spinFor(length time.Duration) {
	for begin := time.Now(); time.Since(begin) < length; {
	}
}

// staysOpen begins a task and a region that the trace does not see the end of.
func staysOpen(begun chan<- int) {
	ctx, _ := trace.NewTask(context.Background(), "stays open")
	defer trace.StartRegion(ctx, "stays open").End()
	begun <- 1
	<-never
}

func main() {
	output := flag.String("o", "profiles.trace", "the trace")
	flag.Parse()
	runtime.GOMAXPROCS(2)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	var before, done sync.WaitGroup
	goOn := make(chan int)
	before.Add(1)
	go blockedBefore(goOn, &before)
	time.Sleep(10 * time.Millisecond)

	file, err := os.Create(*output)
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(file); err != nil {
		log.Fatal(err)
	}
	time.Sleep(time.Millisecond)
	for range 4 {
		done.Add(1)
		go holds(&done)
	}
	done.Wait()
	for range 4 {
		done.Add(1)
		go spins(&done)
	}
	done.Wait()
	in := make(chan int)
	done.Add(4)
	go takes(in, &done)
	go echoes(listener, &done)
	go talks(listener.Addr().String(), &done)
	go calls(&done)
	for i := range 5 {
		in <- i
		time.Sleep(100 * time.Microsecond)
	}
	close(in)
	done.Wait()
	for i := range 4 {
		done.Add(1)
		go handles(i, &done)
	}
	done.Wait()
	for range 64 {
		sink = append(sink, make([]byte, 1<<14))
	}
	runtime.GC()
	begun := make(chan int)
	go staysOpen(begun)
	<-begun
	go blockedForGood()
	close(goOn)
	before.Wait()
	time.Sleep(time.Millisecond)
	trace.Stop()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
