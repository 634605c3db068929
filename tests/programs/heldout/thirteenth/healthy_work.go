// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alitto/pond/v2"
	"github.com/anthdm/hollywood/actor"
	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/disintegration/imaging"
	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter"
	"github.com/redis/rueidis"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
)

func init() {
	healthy("websocket_arena_game", true, websocketArenaGame)
	healthy("fx_component_restarts", false, fxComponentRestarts)
	healthy("rueidis_profile_bursts", true, rueidisProfileBursts)
	healthy("zip_thumbnail_uploads", false, zipThumbnailUploads)
	healthy("pond_slow_printer", true, pondSlowPrinter)
	healthy("fair_turnstile_lock", false, fairTurnstileLock)
	healthy("barrier_heat_simulation", false, barrierHeatSimulation)
	healthy("exec_builds_long_poll", true, execBuildsLongPoll)
	healthy("warm_desk_workers", false, warmDeskWorkers)
	healthy("actor_parking_lot", false, actorParkingLot)
}

type move struct {
	Player, DX, DY int
}

// arena is a game: one goroutine owns the state, applies the moves and sends a picture of it thirty times a second.
type arena struct {
	moves chan move
	joins chan chan<- [2]int
	parts chan chan<- [2]int
}

func (a *arena) play() {
	frame := time.NewTicker(time.Second / 30)
	defer frame.Stop()
	position, viewers := [2]int{}, map[chan<- [2]int]bool{}
	for {
		select {
		case m := <-a.moves:
			position[0], position[1] = position[0]+m.DX, position[1]+m.DY
		case v := <-a.joins:
			viewers[v] = true
		case v := <-a.parts:
			delete(viewers, v)
		case <-frame.C:
			for v := range viewers {
				select {
				case v <- position:
				default: // a slow viewer misses a frame
				}
			}
		}
	}
}

func (a *arena) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	connection, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer connection.CloseNow()
	ctx, leave := context.WithCancel(r.Context())
	frames := make(chan [2]int, 2)
	a.joins <- frames
	defer func() { a.parts <- frames }()
	var writer sync.WaitGroup
	writer.Add(1)
	go func() {
		defer writer.Done()
		for {
			select {
			case f := <-frames:
				if wsjson.Write(ctx, connection, f) != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		var m move
		if wsjson.Read(ctx, connection, &m) != nil {
			break
		}
		a.moves <- m
	}
	leave()
	writer.Wait()
}

// A small online game: players come over websockets, play for a second or two and go; a spectator only watches.
func websocketArenaGame() {
	a := &arena{moves: make(chan move), joins: make(chan chan<- [2]int), parts: make(chan chan<- [2]int)}
	go a.play()
	l := listen()
	go http.Serve(l, a)
	address := "ws://" + l.Addr().String()
	go arenaPlayer(address, 0, time.Hour, time.Hour)
	for player := 1; ; player++ {
		go arenaPlayer(address, player, 1500*time.Millisecond, 40*time.Millisecond)
		time.Sleep(300 * time.Millisecond)
	}
}

func arenaPlayer(address string, player int, stays, pause time.Duration) {
	ctx, leave := context.WithTimeout(context.Background(), stays)
	defer leave()
	connection, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		return
	}
	defer connection.CloseNow()
	go func() {
		var seen [2]int
		for wsjson.Read(ctx, connection, &seen) == nil {
		}
	}()
	for {
		select {
		case <-time.After(pause):
			if wsjson.Write(ctx, connection, move{player, player%3 - 1, 1}) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// indexer is a component with a loop of its own and two helpers, which all end when it is stopped.
type indexer struct {
	documents <-chan string
	log       *zap.Logger
	stop      context.CancelFunc
	work      sync.WaitGroup
	indexed   atomic.Int64
}

func (x *indexer) start(context.Context) error {
	ctx, stop := context.WithCancel(context.Background())
	x.stop = stop
	for i := 0; i < 3; i++ {
		x.work.Add(1)
		go x.loop(ctx)
	}
	return nil
}

func (x *indexer) loop(ctx context.Context) {
	defer x.work.Done()
	for {
		select {
		case d := <-x.documents:
			x.indexed.Add(int64(crc32.ChecksumIEEE([]byte(d)) % 3))
		case <-ctx.Done():
			return
		}
	}
}

func (x *indexer) end(ctx context.Context) error {
	x.stop()
	done := make(chan struct{})
	go func() {
		x.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		x.log.Info("stopped", zap.Int64("indexed", x.indexed.Load()))
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A service wired with fx whose settings change: the part that indexes is stopped gracefully and started again as a new
// fx application, while the source of documents goes on.
func fxComponentRestarts() {
	documents := make(chan string, 16)
	go func() {
		for n := 0; ; n++ {
			documents <- fmt.Sprintf("document %d", n)
			time.Sleep(2 * time.Millisecond)
		}
	}()
	for {
		app := fx.New(fx.NopLogger,
			fx.Supply((<-chan string)(documents)),
			fx.Provide(zap.NewNop),
			fx.Invoke(func(life fx.Lifecycle, log *zap.Logger, documents <-chan string) {
				x := &indexer{documents: documents, log: log}
				life.Append(fx.Hook{OnStart: x.start, OnStop: x.end})
			}))
		must(app.Start(context.Background()))
		time.Sleep(700 * time.Millisecond)
		must(app.Stop(context.Background()))
	}
}

// Profiles come from Redis by way of a small cache with a short life; when an entry has gone, a burst of thirty callers
// asks for it and one of them reads it for all.
func rueidisProfileBursts() {
	redis, err := miniredis.Run()
	must(err)
	for i := 0; i < 20; i++ {
		must(redis.Set(fmt.Sprintf("profile:%d", i), fmt.Sprintf(`{"name":"user %d"}`, i)))
	}
	c, err := rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{redis.Addr()}, DisableCache: true, ForceSingleClient: true})
	must(err)
	cache, err := otter.MustBuilder[string, string](100).WithTTL(time.Second).Build()
	must(err)
	var flights singleflight.Group
	profile := func(key string) (string, error) {
		if value, found := cache.Get(key); found {
			return value, nil
		}
		value, err, _ := flights.Do(key, func() (any, error) {
			time.Sleep(15 * time.Millisecond)
			value, err := c.Do(context.Background(), c.B().Get().Key(key).Build()).ToString()
			if err == nil {
				cache.Set(key, value)
			}
			return value, err
		})
		if err != nil {
			return "", err
		}
		return value.(string), nil
	}
	for n := 0; ; n++ {
		for i := 0; i < 30; i++ {
			go func() {
				_, _ = profile(fmt.Sprintf("profile:%d", n%20))
			}()
		}
		time.Sleep(120 * time.Millisecond)
	}
}

// Uploads of a zip with photos: the sender packs them straight into the request, the server reads the archive, makes
// thumbnails on a few goroutines and answers with their sizes.
func zipThumbnailUploads() {
	l := listen()
	go http.Serve(l, http.HandlerFunc(makeThumbnails))
	load(2, 250*time.Millisecond, func() {
		reader, writer := io.Pipe()
		go func() {
			archive := zip.NewWriter(writer)
			var err error
			for i := 0; i < 4 && err == nil; i++ {
				var entry io.Writer
				if entry, err = archive.Create(fmt.Sprintf("photo%d.png", i)); err == nil {
					err = png.Encode(entry, imaging.New(160, 120, color.NRGBA{uint8(60 * i), 90, 120, 255}))
				}
			}
			if err == nil {
				err = archive.Close()
			}
			writer.CloseWithError(err)
		}()
		answer, err := http.Post("http://"+l.Addr().String(), "application/zip", reader)
		if err != nil {
			return
		}
		discard(answer.Body)
	})
	forever.Add(1)
	forever.Wait()
}

func makeThumbnails(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sizes := make([]int, len(archive.File))
	var thumbs errgroup.Group
	thumbs.SetLimit(2)
	for i, f := range archive.File {
		thumbs.Go(func() error {
			entry, err := f.Open()
			if err != nil {
				return err
			}
			defer entry.Close()
			photo, _, err := image.Decode(entry)
			if err != nil {
				return err
			}
			var small bytes.Buffer
			err = jpeg.Encode(&small, imaging.Sharpen(imaging.Thumbnail(photo, 32, 32, imaging.Lanczos), 1), nil)
			sizes[i] = small.Len()
			return err
		})
	}
	if err := thumbs.Wait(); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	fmt.Fprintln(w, sizes)
}

// Labels are printed by a slow device behind HTTP. A pond pool with a short queue takes the jobs, sends away what does
// not fit, and a circuit breaker gives the device a rest when it fails.
func pondSlowPrinter() {
	var jobs atomic.Int64
	device := listen()
	go http.Serve(device, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(70 * time.Millisecond)
		if jobs.Add(1)%40 < 3 {
			http.Error(w, "out of paper", http.StatusServiceUnavailable)
		}
	}))
	breaker := circuitbreaker.Builder[int]().WithFailureThreshold(3).WithDelay(300 * time.Millisecond).Build()
	printer := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	printLabel := func() (int, error) {
		answer, err := printer.Get("http://" + device.Addr().String())
		if err != nil {
			return 0, err
		}
		discard(answer.Body)
		if answer.StatusCode != http.StatusOK {
			return answer.StatusCode, errors.New(answer.Status)
		}
		return answer.StatusCode, nil
	}
	pool := pond.NewPool(4, pond.WithQueueSize(10), pond.WithNonBlocking(true))
	var refused, failed atomic.Int64
	load(24, 50*time.Millisecond, func() {
		task := pool.SubmitErr(func() error {
			_, err := failsafe.Get(printLabel, breaker)
			return err
		})
		switch err := task.Wait(); {
		case errors.Is(err, pond.ErrQueueFull):
			refused.Add(1)
		case err != nil:
			failed.Add(1)
		}
	})
	forever.Add(1)
	forever.Wait()
}

// turnstile is a lock that lets callers through in the order in which they came: who unlocks hands it to the first that
// waits, each on a channel of its own.
type turnstile struct {
	mu      sync.Mutex
	taken   bool
	waiting []chan struct{}
}

func (t *turnstile) enter() {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	t.waiting = append(t.waiting, turn)
	t.mu.Unlock()
	<-turn
}

func (t *turnstile) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		t.taken = false
		return
	}
	close(t.waiting[0])
	t.waiting = t.waiting[1:]
}

// A fair lock under heavy contention: eighty callers want to write one register all the time, each waits long and each
// gets its turn.
func fairTurnstileLock() {
	var gate turnstile
	register := uint32(0)
	var callers sync.WaitGroup
	for i := 0; i < 80; i++ {
		callers.Add(1)
		go func() {
			defer callers.Done()
			page := make([]byte, 4096)
			for {
				gate.enter()
				page[0] = byte(register)
				register += crc32.ChecksumIEEE(page)
				if register%5 == 0 {
					time.Sleep(2 * time.Millisecond) // written to disk
				}
				gate.leave()
			}
		}()
	}
	callers.Wait()
}

// barrier holds those that come until all have, and then lets them go on together to the next phase.
type barrier struct {
	mu      sync.Mutex
	all     *sync.Cond
	parties int
	here    int
	phase   int
}

func newBarrier(parties int) *barrier {
	b := &barrier{parties: parties}
	b.all = sync.NewCond(&b.mu)
	return b
}

func (b *barrier) await() {
	b.mu.Lock()
	defer b.mu.Unlock()
	phase := b.phase
	if b.here++; b.here == b.parties {
		b.here = 0
		b.phase++
		b.all.Broadcast()
		return
	}
	for phase == b.phase {
		b.all.Wait()
	}
}

// Heat spreads over a plate: six workers compute a strip each, step by step between two barriers, while snapshots of the
// plate are summed by tasks that take their weight of memory from a semaphore.
func barrierHeatSimulation() {
	const size, strips = 120, 6
	plate, next := make([]float64, size*size), make([]float64, size*size)
	plate[size*size/2+size/2] = 1e6
	step, memory := newBarrier(strips), semaphore.NewWeighted(100)
	var workers, sums errgroup.Group
	sums.SetLimit(4)
	for s := 0; s < strips; s++ {
		workers.Go(func() error {
			for n := 0; ; n++ {
				for y := max(1, s*size/strips); y < min(size-1, (s+1)*size/strips); y++ {
					for x := 1; x < size-1; x++ {
						i := y*size + x
						next[i] = plate[i] + 0.2*(plate[i-1]+plate[i+1]+plate[i-size]+plate[i+size]-4*plate[i])
					}
				}
				step.await()
				if s == 0 {
					plate, next = next, plate
					if n%20 == 0 {
						snapshot := append([]float64(nil), plate...)
						sums.Go(func() error { return sumSnapshot(memory, snapshot, int64(20+n%60)) })
					}
					time.Sleep(5 * time.Millisecond) // shown on the screen
				}
				step.await()
			}
		})
	}
	must(workers.Wait())
}

func sumSnapshot(memory *semaphore.Weighted, snapshot []float64, weight int64) error {
	if err := memory.Acquire(context.Background(), weight); err != nil {
		return err
	}
	defer memory.Release(weight)
	total := 0.0
	for _, v := range snapshot {
		total += math.Sqrt(v)
	}
	time.Sleep(30 * time.Millisecond)
	return nil
}

// builds keeps the number of the latest build; those who poll wait for a newer one or go away after a time.
type builds struct {
	mu     sync.Mutex
	number int
	newer  chan struct{}
}

func (b *builds) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.number++
	close(b.newer)
	b.newer = make(chan struct{})
}

func (b *builds) poll(c echo.Context) error {
	b.mu.Lock()
	newer := b.newer
	b.mu.Unlock()
	select {
	case <-newer:
	case <-time.After(5 * time.Second):
		return c.NoContent(http.StatusNoContent)
	case <-c.Request().Context().Done():
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return c.JSON(http.StatusOK, b.number)
}

// A build server runs a shell for each build, reads what it prints line by line, and tells those who long-poll for the
// result; builds are slow and most pollers just wait.
func execBuildsLongPoll() {
	b := &builds{newer: make(chan struct{})}
	server := echo.New()
	server.HideBanner = true
	server.GET("/next", b.poll)
	l := listen()
	go http.Serve(l, server)
	client := &http.Client{Timeout: 8 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 12}}
	load(12, 50*time.Millisecond, func() {
		if answer, err := client.Get("http://" + l.Addr().String() + "/next"); err == nil {
			discard(answer.Body)
		}
	})
	for {
		build := exec.Command("sh", "-c", "for f in parse check link; do echo $f; sleep 0.2; done")
		out, err := build.StdoutPipe()
		must(err)
		must(build.Start())
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			fmt.Fprintln(io.Discard, lines.Text())
		}
		_ = build.Wait()
		b.done()
		time.Sleep(300 * time.Millisecond)
	}
}

// A help desk just starts: it makes three workers for each of eighty subjects, which stay for good; a request comes to
// one of a few popular subjects now and then, and the other workers have nothing to do yet.
func warmDeskWorkers() {
	type question struct {
		text   string
		answer chan string
	}
	desks := make([]chan question, 80)
	for i := range desks {
		desks[i] = make(chan question, 4)
		for w := 0; w < 3; w++ {
			go func() {
				handbook := make([]byte, 32<<10)
				for q := range desks[i] {
					sum := crc32.ChecksumIEEE(append(handbook, q.text...))
					q.answer <- fmt.Sprintf("see page %d", sum%900)
				}
			}()
		}
		time.Sleep(5 * time.Millisecond) // reads the handbook
	}
	for n := 0; ; n++ {
		q := question{fmt.Sprintf("question %d", n), make(chan string, 1)}
		desks[n%5] <- q
		<-q.answer
		time.Sleep(40 * time.Millisecond)
	}
}

type (
	enterLot struct{ plate string }
	leaveLot struct{ plate string }
	askLot   struct{}
	gotPlace struct{ free int }
)

// parkingLot is an actor that counts the cars of one lot.
type parkingLot struct {
	cars map[string]bool
}

func newParkingLot() actor.Receiver { return &parkingLot{cars: map[string]bool{}} }

func (p *parkingLot) Receive(c *actor.Context) {
	switch message := c.Message().(type) {
	case enterLot:
		p.cars[message.plate] = true
	case leaveLot:
		delete(p.cars, message.plate)
	case askLot:
		c.Respond(gotPlace{free: 50 - len(p.cars)})
	}
}

// A town's parking lots are actors: cars come and go by messages, signs ask how many places are free, and a lot is closed
// for cleaning (its actor poisoned) and opened again.
func actorParkingLot() {
	engine, err := actor.NewEngine(actor.NewEngineConfig())
	must(err)
	lots := make([]atomic.Pointer[actor.PID], 12)
	for i := range lots {
		lots[i].Store(engine.Spawn(newParkingLot, "lot"))
	}
	var cars atomic.Int64
	load(4, 20*time.Millisecond, func() {
		n := int(cars.Add(1))
		plate, lot := fmt.Sprintf("B-%d", n), lots[n%len(lots)].Load()
		engine.Send(lot, enterLot{plate})
		time.Sleep(15 * time.Millisecond)
		engine.Send(lot, leaveLot{plate})
	})
	load(2, 100*time.Millisecond, func() {
		for i := range lots {
			_, _ = engine.Request(lots[i].Load(), askLot{}, 200*time.Millisecond).Result()
		}
	})
	for n := 0; ; n++ {
		time.Sleep(500 * time.Millisecond)
		old := lots[n%len(lots)].Swap(engine.Spawn(newParkingLot, "lot"))
		<-engine.Poison(old).Done()
	}
}
