// Command leakrate records a trace of two seconds in which goroutines are left behind at a rate that is given, each as
// it sends an answer that nobody waits for any more.
//
//	go run . -rate 30 -o leak-30-a-second.trace
package main

import (
	"flag"
	"log"
	"os"
	"runtime/trace"
	"time"
)

func answer(to chan<- int) { to <- 1 }

func ask() { go answer(make(chan int)) }

func main() {
	rate := flag.Int("rate", 30, "goroutines left behind a second")
	out := flag.String("o", "leak.trace", "where the trace goes")
	flag.Parse()
	f, err := os.Create(*out)
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(f); err != nil {
		log.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		begin := time.Now()
		for i := 0; i < 2**rate; i++ {
			time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(*rate))))
			ask()
		}
	}()
	<-done
	trace.Stop()
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}
