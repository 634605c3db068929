// Command lru is the field report in small: a recommendation service whose feature cache takes its lock around a slow
// call. 2,300 requests arrive in one burst; with the mutex they queue up behind one another, with -rwmutex they do not.
//
//	go run . -o lru-burst-mutex.trace
//	go run . -rwmutex -o lru-burst-rwmutex.trace
//
// The same seed gives the same requests; the times are the machine's.
package main

import (
	"container/list"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"runtime/trace"
	"sync"
	"time"
)

// FeatureCache is a least-recently-used cache of feature vectors.
type FeatureCache struct {
	mutex   sync.Mutex
	rwmutex sync.RWMutex
	fixed   bool
	entries map[int]*list.Element
	order   *list.List
}

// Get returns the features of an item. It looks at the store to see whether the entry is still fresh, which takes a
// millisecond, and does so while it holds the lock: that is the fault. The fix lets readers hold it together.
func (c *FeatureCache) Get(item int) []float64 {
	if c.fixed {
		c.rwmutex.RLock()
		defer c.rwmutex.RUnlock()
	} else {
		c.mutex.Lock()
		defer c.mutex.Unlock()
	}
	element := c.entries[item]
	checkFreshness()
	return element.Value.([]float64)
}

func checkFreshness() {
	time.Sleep(time.Millisecond)
}

func newFeatureCache(size int, fixed bool, random *rand.Rand) *FeatureCache {
	c := &FeatureCache{fixed: fixed, entries: make(map[int]*list.Element), order: list.New()}
	for item := 0; item < size; item++ {
		c.entries[item] = c.order.PushFront([]float64{random.Float64(), random.Float64()})
	}
	return c
}

// handleRecommendation is one request.
func handleRecommendation(cache *FeatureCache, item int, done *sync.WaitGroup) {
	defer done.Done()
	features := cache.Get(item)
	_ = features[0]*0.7 + features[1]*0.3
}

// serveBurst starts every request at once and waits for all of them.
func serveBurst(cache *FeatureCache, requests, items int, random *rand.Rand) {
	var done sync.WaitGroup
	done.Add(requests)
	for i := 0; i < requests; i++ {
		go handleRecommendation(cache, random.Intn(items), &done)
	}
	done.Wait()
}

func main() {
	out := flag.String("o", "lru.trace", "the trace to write")
	fixed := flag.Bool("rwmutex", false, "with the fix: readers share the lock")
	requests := flag.Int("n", 2300, "requests in the burst")
	items := flag.Int("items", 500, "items in the cache")
	seed := flag.Int64("seed", 1, "of the random numbers")
	flag.Parse()

	random := rand.New(rand.NewSource(*seed))
	cache := newFeatureCache(*items, *fixed, random)
	file, err := os.Create(*out)
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(file); err != nil {
		log.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	begin := time.Now()
	serveBurst(cache, *requests, *items, random)
	took := time.Since(begin)
	time.Sleep(20 * time.Millisecond)
	trace.Stop()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d requests in %v\n", *requests, took.Round(time.Millisecond))
}
