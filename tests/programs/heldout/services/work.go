package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/cenkalti/backoff/v4"
	"github.com/go-co-op/gocron/v2"
	"github.com/golang/groupcache"
	"github.com/oklog/run"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// controller is as operators are written: an informer, a queue, four workers.
func controller() {
	c := fake.NewSimpleClientset()
	stop := make(chan struct{})
	f := informers.NewSharedInformerFactory(c, 2*time.Second)
	q := workqueue.NewRateLimitingQueue(workqueue.DefaultControllerRateLimiter())
	_, err := f.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(o any) {
			if k, err := cache.MetaNamespaceKeyFunc(o); err == nil {
				q.Add(k)
			}
		}})
	must(err)
	_ = f.Core().V1().ConfigMaps().Informer()
	f.Start(stop)
	f.WaitForCacheSync(stop)
	for i := 0; i < 4; i++ {
		go wait.Until(func() {
			for {
				k, down := q.Get()
				if down {
					return
				}
				time.Sleep(2 * time.Millisecond)
				q.Done(k)
			}
		}, time.Second, stop)
	}
	n := 0
	load(1, 60*time.Millisecond, func() {
		n++
		_, _ = c.CoreV1().Pods("a").Create(context.Background(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("p", n)}}, metav1.CreateOptions{})
	})
}

// followNamespace has an informer for each namespace it is told of, and stops none.
func followNamespace(c *fake.Clientset, name string) {
	f := informers.NewSharedInformerFactoryWithOptions(c, 0, informers.WithNamespace(name))
	_ = f.Core().V1().Pods().Informer()
	f.Start(wait.NeverStop)
}

func informersKept() {
	c := fake.NewSimpleClientset()
	n := 0
	load(1, 100*time.Millisecond, func() { n++; followNamespace(c, fmt.Sprint("ns", n)) })
}

// actors are made by and by and talk.
func actors() {
	system := actor.NewActorSystem()
	props := actor.PropsFromFunc(func(c actor.Context) {
		if _, is := c.Message().(string); is {
			c.Respond("yes")
		}
	})
	pid := system.Root.Spawn(props)
	for i := 0; i < 10; i++ {
		system.Root.Spawn(props)
	}
	load(6, 10*time.Millisecond, func() { _, _ = system.Root.RequestFuture(pid, "well?", time.Second).Result() })
}

func scheduled() {
	s, err := gocron.NewScheduler()
	must(err)
	for i := 1; i < 6; i++ {
		_, err = s.NewJob(gocron.DurationJob(time.Duration(i)*150*time.Millisecond), gocron.NewTask(func() { time.Sleep(20 * time.Millisecond) }))
		must(err)
	}
	s.Start()
}

// nightly starts a run each time, though the one before waits for an answer that never comes.
func nightly(answer chan int) { <-answer }

func runsOverlap() {
	s, err := gocron.NewScheduler()
	must(err)
	answer := make(chan int)
	_, err = s.NewJob(gocron.DurationJob(100*time.Millisecond), gocron.NewTask(nightly, answer))
	must(err)
	s.Start()
}

// services runs parts of a service side by side until one fails: none does.
func services() {
	var g run.Group
	for i := 0; i < 6; i++ {
		stop := make(chan struct{})
		pause := time.Duration(i*i) * 100 * time.Millisecond
		g.Add(func() error {
			for {
				select {
				case <-stop:
					return nil
				case <-time.After(pause + 50*time.Millisecond):
				}
			}
		}, func(error) { close(stop) })
	}
	go func() { _ = g.Run() }()
}

func grouped() {
	g := groupcache.NewGroup("a", 1<<16, groupcache.GetterFunc(func(_ context.Context, key string, to groupcache.Sink) error {
		time.Sleep(5 * time.Millisecond)
		return to.SetString(key)
	}))
	load(12, 3*time.Millisecond, func() {
		var v string
		_ = g.Get(context.Background(), fmt.Sprint(time.Now().UnixNano()%200), groupcache.StringSink(&v))
	})
}

// pollers of a task queue wait for slots and for tasks, as workflow engines have them.
func taskQueues() {
	type task struct{ takes time.Duration }
	for i := 0; i < 4; i++ {
		tasks := make(chan task)
		slots := make(chan struct{}, 8)
		for j := 0; j < 3; j++ {
			go func() {
				for {
					slots <- struct{}{}
					select {
					case t := <-tasks:
						go func() { time.Sleep(t.takes); <-slots }()
					case <-time.After(600 * time.Millisecond):
						<-slots
					}
				}
			}()
		}
		go client(0, 40*time.Millisecond, func() { tasks <- task{30 * time.Millisecond} })
	}
}

// imports: an error group with a limit whose tasks start tasks in the same group.
func importAll(depth int) {
	g, _ := errgroup.WithContext(context.Background())
	g.SetLimit(2)
	for i := 0; i < 2; i++ {
		g.Go(func() error { return importOne(g, depth) })
	}
	_ = g.Wait()
}

func importOne(g *errgroup.Group, depth int) error {
	if depth == 0 {
		return nil
	}
	time.Sleep(5 * time.Millisecond)
	g.Go(func() error { return importOne(g, depth-1) })
	return nil
}

func nestedGroups() { each(90*time.Millisecond, func() { importAll(1) }) }

// withRetry tries for ever: the message can never be sent.
func withRetry() {
	b := backoff.NewExponentialBackOff(backoff.WithInitialInterval(20*time.Millisecond), backoff.WithMaxInterval(80*time.Millisecond), backoff.WithMaxElapsedTime(0))
	_ = backoff.Retry(func() error { return errors.New("refused") }, b)
}

func retriesForEver() { each(80*time.Millisecond, withRetry) }

func ticks() {
	t := backoff.NewTicker(backoff.NewConstantBackOff(time.Hour))
	<-t.C
}

func tickersKept() { each(80*time.Millisecond, ticks) }

// rows are read, worked on by three, written by one; the writer gives up at the first error.
func job(n int) {
	in, out := make(chan int), make(chan int)
	var workers sync.WaitGroup
	workers.Add(3)
	for i := 0; i < 3; i++ {
		go square(in, out, &workers)
	}
	go func() { workers.Wait(); close(out) }()
	go func() {
		defer close(in)
		for i := 0; i < 20; i++ {
			in <- i
		}
	}()
	for v := range out {
		if v > 50 && n%2 == 0 {
			return
		}
	}
}

func square(in <-chan int, out chan<- int, workers *sync.WaitGroup) {
	defer workers.Done()
	for v := range in {
		out <- v * v
	}
}

func jobsGivenUp() {
	n := 0
	load(1, 90*time.Millisecond, func() { n++; job(n) })
}

// ranges: workers of a batch wait for a close that is not written.
func batch() {
	in := make(chan int)
	for i := 0; i < 3; i++ {
		go take(in)
	}
	for i := 0; i < 12; i++ {
		in <- i
	}
}

func take(in <-chan int) {
	for range in {
		time.Sleep(time.Millisecond)
	}
}

func batchesNotClosed() { each(100*time.Millisecond, batch) }

// merged sets both of its channels to nil when they are closed, and goes on selecting.
func merged(a, b chan int) {
	for {
		select {
		case _, open := <-a:
			if !open {
				a = nil
			}
		case _, open := <-b:
			if !open {
				b = nil
			}
		}
	}
}

func nilForEver() {
	each(70*time.Millisecond, func() {
		a, b := make(chan int), make(chan int)
		go merged(a, b)
		close(a)
		close(b)
	})
}

// connections of a pool are lent; one in four is never given back.
type lender struct{ free chan int }

func (l *lender) borrow() int { return <-l.free }

func lent(l *lender, lose bool) {
	c := l.borrow()
	time.Sleep(4 * time.Millisecond)
	if !lose {
		l.free <- c
	}
}

func poolDrained() {
	l := &lender{make(chan int, 6)}
	for i := 0; i < 6; i++ {
		l.free <- i
	}
	var n atomic.Int32
	each(50*time.Millisecond, func() { lent(l, n.Add(1)%4 == 0) })
}

// one of the bounded buffer's conditions serves both sides, and is signalled, not broadcast.
type buffer struct {
	lock  sync.Mutex
	moved *sync.Cond
	items []int
}

func (b *buffer) put() {
	b.lock.Lock()
	defer b.lock.Unlock()
	for len(b.items) == 1 {
		b.moved.Wait()
	}
	b.items = append(b.items, 1)
	b.moved.Signal()
}

func (b *buffer) take() {
	b.lock.Lock()
	defer b.lock.Unlock()
	for len(b.items) == 0 {
		b.moved.Wait()
	}
	b.items = b.items[1:]
	b.moved.Signal()
}

func wrongOneTold() {
	b := &buffer{}
	b.moved = sync.NewCond(&b.lock)
	load(7, 0, b.put)
	load(5, 0, b.take)
}

// lazily: the first to ask makes the connection; it never comes about, and all wait.
func lazily() {
	var once sync.Once
	never := make(chan int)
	each(80*time.Millisecond, func() { once.Do(func() { dialOnce(never) }) })
}

func dialOnce(c chan int) { <-c }

// tenantsKept has a loop for each tenant, and no word for its end.
func tenantLoop(orders <-chan int, changes <-chan string) {
	for {
		select {
		case <-orders:
		case <-changes:
		}
	}
}

func tenantsKept() {
	each(60*time.Millisecond, func() {
		orders := make(chan int)
		go tenantLoop(orders, make(chan string))
		orders <- 1
	})
}

// sagas wait for all their parts; a part that is skipped is not counted down.
func saga(n int) {
	var parts sync.WaitGroup
	parts.Add(4)
	for i := 0; i < 4; i++ {
		if (n+i)%5 == 0 {
			continue
		}
		go func() { defer parts.Done(); time.Sleep(5 * time.Millisecond) }()
	}
	parts.Wait()
}

func sagas() {
	var n atomic.Int32
	each(60*time.Millisecond, func() { saga(int(n.Add(1))) })
}

func init() {
	healthy("controller", false, controller)
	healthy("actors", false, actors)
	healthy("scheduled", true, scheduled)
	healthy("services", false, services)
	healthy("grouped", true, grouped)
	healthy("task-queues", false, taskQueues)
	leaking("informers-kept", informersKept, "k8s.io", "main.followNamespace")
	leaking("runs-overlap", runsOverlap, "main.nightly", "github.com/go-co-op")
	leaking("nested-groups", nestedGroups, "main.importOne", "main.importAll", "golang.org/x/sync/errgroup")
	leaking("retries-for-ever", retriesForEver, "main.withRetry", "github.com/cenkalti", "main.retriesForEver")
	leaking("tickers-kept", tickersKept, "github.com/cenkalti", "main.ticks")
	leaking("jobs-given-up", jobsGivenUp, "main.square", "main.job")
	leaking("batches-not-closed", batchesNotClosed, "main.take", "main.batch")
	leaking("nil-for-ever", nilForEver, "main.merged")
	leaking("pool-drained", poolDrained, "main.(*lender)", "main.lent")
	leaking("wrong-one-told", wrongOneTold, "main.(*buffer)", "main.client")
	leaking("lazily", lazily, "main.dialOnce", "main.lazily")
	leaking("tenants-kept", tenantsKept, "main.tenantLoop")
	leaking("sagas", sagas, "main.saga")
}
