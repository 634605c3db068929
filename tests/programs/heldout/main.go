// Command heldout records programs that the detectors were not tuned on: real libraries under load and idle, leaks as
// they are made with them, and classes of known concurrency bugs in words of our own.
//
//	heldout -list
//	heldout -o FOLDER -seconds 4 [-before 3] NAME     writes NAME.trace, NAME.truth.json and what there was at its end, NAME.goroutines.txt
//
// A program is started in a goroutine of its own and may go on for ever; after the given time the trace is stopped and
// the process ends.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sort"
	"sync"
	"time"
)

// A program is healthy if nothing of it leaks.
type program struct {
	leaks []string // begins of the names of functions that leaked goroutines run, or wait in, or were created in
	late  bool     // it runs for a second before it is traced, as a service does that is looked at
	run   func()
}

var programs = map[string]program{}

func add(name string, p program) { programs[name] = p }

func healthy(name string, late bool, run func()) { add(name, program{late: late, run: run}) }
func leaking(name string, run func(), functions ...string) {
	add(name, program{leaks: functions, run: run})
}

// load calls f again and again from n goroutines, with a pause between the calls.
func load(n int, pause time.Duration, f func()) {
	for i := 0; i < n; i++ {
		go client(time.Duration(i)*pause/time.Duration(n), pause, f)
	}
}

func client(first, pause time.Duration, f func()) {
	time.Sleep(first)
	for {
		f()
		time.Sleep(pause)
	}
}

// each calls f every pause, each time in a goroutine of its own, as requests come.
func each(pause time.Duration, f func()) {
	for {
		go f()
		time.Sleep(pause)
	}
}

func listen() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	return l
}

func scratch() string {
	folder, err := os.MkdirTemp("", "heldout")
	must(err)
	return folder
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func discard(r io.ReadCloser) {
	_, _ = io.Copy(io.Discard, r)
	_ = r.Close()
}

var forever sync.WaitGroup

func main() {
	list := flag.Bool("list", false, "print the names and leave")
	folder := flag.String("o", ".", "where the trace and the truth go")
	seconds := flag.Float64("seconds", 4, "of trace")
	before := flag.Float64("before", 0, "seconds that it runs before it is traced")
	flag.Parse()
	log.SetOutput(io.Discard)
	if *list {
		names := []string{}
		for name := range programs {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Println(name)
		}
		return
	}
	name := flag.Arg(0)
	p, known := programs[name]
	if !known {
		fmt.Fprintln(os.Stderr, "no such program:", name)
		os.Exit(2)
	}
	f, err := os.Create(filepath.Join(*folder, name+".trace"))
	must(err)
	if p.late && *before == 0 {
		*before = 1
	}
	if *before > 0 {
		go p.run()
		time.Sleep(time.Duration(*before * float64(time.Second)))
		must(trace.Start(f))
	} else {
		must(trace.Start(f))
		time.Sleep(20 * time.Millisecond)
		go p.run()
	}
	time.Sleep(time.Duration(*seconds * float64(time.Second)))
	trace.Stop()
	must(f.Close())
	dump, err := os.Create(filepath.Join(*folder, name+".goroutines.txt"))
	must(err)
	must(pprof.Lookup("goroutine").WriteTo(dump, 1))
	must(dump.Close())
	truth, err := json.Marshal(map[string]any{
		"leaks": p.leaks, "late": p.late, "go": runtime.Version(), "goroutines": runtime.NumGoroutine()})
	must(err)
	must(os.WriteFile(filepath.Join(*folder, name+".truth.json"), append(truth, '\n'), 0o644))
	os.Exit(0)
}
