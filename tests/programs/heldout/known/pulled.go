//go:build go1.23

package main

// Iterators that are pulled from.

import (
	"iter"
	"time"
)

func numbers() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < 100; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

// The first few are enough, and the iterator is not told.
func firstTwo() int {
	next, _ := iter.Pull(numbers())
	a, _ := next()
	b, _ := next()
	return a + b
}

func pulled() { each(60*time.Millisecond, func() { firstTwo() }) }

func pulledAndStopped() {
	load(5, 4*time.Millisecond, func() {
		next, stop := iter.Pull(numbers())
		defer stop()
		for i := 0; i < 20; i++ {
			next()
		}
	})
}

func init() {
	leaking("pulled", pulled, "main.firstTwo", "main.numbers", "iter.Pull", "runtime.corostart")
	healthy("pulled-and-stopped", false, pulledAndStopped)
}
