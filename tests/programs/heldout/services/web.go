package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"
	"github.com/emersion/go-smtp"
	"github.com/fsnotify/fsnotify"
	"github.com/go-resty/resty/v2"
	"github.com/pion/webrtc/v3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func serving(h http.HandlerFunc) *httptest.Server { return httptest.NewServer(h) }

func fetchAll(c *http.Client, url string) {
	r, err := c.Get(url)
	if err == nil {
		discard(r.Body)
	}
}

// room is a hub for websockets as tutorials have it: all of it in one goroutine, words go by a channel to each member.
type room struct {
	join, leave chan *member
	words       chan []byte
	members     map[*member]bool
	polite      bool // drops a word that a member has no room for
}

type member struct {
	c    *websocket.Conn
	send chan []byte
}

func (r *room) run() {
	for {
		select {
		case m := <-r.join:
			r.members[m] = true
		case m := <-r.leave:
			delete(r.members, m)
			close(m.send)
		case w := <-r.words:
			for m := range r.members {
				if r.polite {
					select {
					case m.send <- w:
					default:
					}
				} else {
					m.send <- w
				}
			}
		}
	}
}

func (m *member) write(ctx context.Context) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case w, open := <-m.send:
			if !open || m.c.Write(ctx, websocket.MessageText, w) != nil {
				return
			}
		case <-tick.C:
			_ = m.c.Ping(ctx)
		}
	}
}

func (m *member) read(ctx context.Context, r *room) {
	for {
		_, w, err := m.c.Read(ctx)
		if err != nil {
			r.leave <- m
			return
		}
		r.words <- w
	}
}

func roomService(r *room) string {
	r.join, r.leave, r.words, r.members = make(chan *member), make(chan *member), make(chan []byte), map[*member]bool{}
	go r.run()
	s := serving(func(w http.ResponseWriter, q *http.Request) {
		c, err := websocket.Accept(w, q, nil)
		if err != nil {
			return
		}
		m := &member{c, make(chan []byte)}
		r.join <- m
		go m.write(context.Background())
		m.read(context.Background(), r)
	})
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func sit(url string, pause time.Duration, stays time.Duration) {
	c, _, err := websocket.Dial(context.Background(), url, nil)
	if err != nil {
		return
	}
	end := time.Now().Add(stays)
	go func() {
		for time.Now().Before(end) {
			time.Sleep(pause)
			_ = c.Write(context.Background(), websocket.MessageText, []byte("hello"))
		}
		_ = c.CloseNow()
	}()
	for {
		if _, _, err := c.Read(context.Background()); err != nil {
			return
		}
	}
}

// roomOfMany has members who mostly listen, and come over two seconds.
func roomOfMany() {
	url := roomService(&room{polite: true})
	for i := 0; i < 25; i++ {
		go sit(url, time.Duration(600+i*40)*time.Millisecond, time.Hour)
		time.Sleep(80 * time.Millisecond)
	}
}

// roomThatDies: a member leaves while the hub has a word for it: neither takes what the other gives.
func roomThatDies() {
	url := roomService(&room{})
	each(60*time.Millisecond, func() { sit(url, 40*time.Millisecond, 300*time.Millisecond) })
}

func fastBusy() {
	l := listen()
	go func() { _ = fasthttp.Serve(l, func(c *fasthttp.RequestCtx) { _, _ = c.WriteString("hello") }) }()
	c := &fasthttp.HostClient{Addr: l.Addr().String(), MaxConns: 20}
	load(16, 5*time.Millisecond, func() { _, _, _ = c.Get(nil, "http://"+l.Addr().String()+"/") })
}

// restarts: servers are started, asked and shut down one after another.
func restarts() {
	load(3, 50*time.Millisecond, func() {
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("a")) })}
		l := listen()
		ended := make(chan struct{})
		go func() { defer close(ended); _ = s.Serve(l) }()
		c := &http.Client{Transport: &http.Transport{}}
		for i := 0; i < 5; i++ {
			fetchAll(c, "http://"+l.Addr().String())
		}
		c.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.Shutdown(ctx)
		<-ended
	})
}

func watchedByProbes() {
	registry := prometheus.NewRegistry()
	n := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "n"}, []string{"a"})
	registry.MustRegister(n, prometheus.NewGoCollector())
	s := serving(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP)
	load(4, 5*time.Millisecond, func() { n.WithLabelValues("x").Inc() })
	load(2, 100*time.Millisecond, func() { fetchAll(http.DefaultClient, s.URL) })

	core := &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(io.Discard), FlushInterval: 500 * time.Millisecond}
	z := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), core, zap.InfoLevel))
	load(4, 10*time.Millisecond, func() { z.Info("one", zap.Int("n", 1)) })

	spans := trace.NewTracerProvider(trace.WithBatcher(tracetest.NewInMemoryExporter(), trace.WithBatchTimeout(300*time.Millisecond)))
	load(4, 10*time.Millisecond, func() { _, span := spans.Tracer("a").Start(context.Background(), "b"); span.End() })
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(nowhere{}, metric.WithInterval(400*time.Millisecond))))
	count, err := meters.Meter("a").Int64Counter("n")
	must(err)
	load(2, 20*time.Millisecond, func() { count.Add(context.Background(), 1) })
}

// nowhere takes metrics and keeps none.
type nowhere struct{}

func (nowhere) Temporality(k metric.InstrumentKind) metricdata.Temporality {
	return metric.DefaultTemporalitySelector(k)
}
func (nowhere) Aggregation(k metric.InstrumentKind) metric.Aggregation {
	return metric.DefaultAggregationSelector(k)
}
func (nowhere) Export(context.Context, *metricdata.ResourceMetrics) error { return nil }
func (nowhere) ForceFlush(context.Context) error                          { return nil }
func (nowhere) Shutdown(context.Context) error                            { return nil }

// stuckCollector asks a device under the collector's lock; the device stops answering, the probes pile up.
type stuckCollector struct {
	lock   sync.Mutex
	d      *prometheus.Desc
	device chan int
}

func (s *stuckCollector) Describe(ch chan<- *prometheus.Desc) { ch <- s.d }
func (s *stuckCollector) Collect(ch chan<- prometheus.Metric) {
	s.lock.Lock()
	defer s.lock.Unlock()
	ch <- prometheus.MustNewConstMetric(s.d, prometheus.GaugeValue, float64(<-s.device))
}

func probesPileUp() {
	s := &stuckCollector{d: prometheus.NewDesc("d", "d", nil, nil), device: make(chan int)}
	registry := prometheus.NewRegistry()
	registry.MustRegister(s)
	go func() {
		for i := 0; i < 8; i++ {
			s.device <- i
		}
	}()
	service := serving(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP)
	each(90*time.Millisecond, func() { fetchAll(http.DefaultClient, service.URL) })
}

func zapPerRequest() {
	each(70*time.Millisecond, func() {
		w := &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(io.Discard)}
		zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), w, zap.InfoLevel)).Info("once")
	})
}

// rawAnswers takes the answer of resty without its body.
func rawAnswers() {
	s := serving(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 300000)) })
	c := resty.New()
	each(80*time.Millisecond, func() { statusOf(c, s.URL) })
}

func statusOf(c *resty.Client, url string) {
	r, err := c.R().SetDoNotParseResponse(true).Get(url)
	if err == nil {
		_ = r.StatusCode()
	}
}

// timedOut: the handler inside http.TimeoutHandler waits on, for what nobody sends.
func timedOut() {
	never := make(chan int)
	h := http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { slowPage(never) }), 50*time.Millisecond, "late")
	s := httptest.NewServer(h)
	each(60*time.Millisecond, func() { fetchAll(http.DefaultClient, s.URL) })
}

func slowPage(c chan int) { <-c }

func smtpBusy() {
	s := smtp.NewServer(mailbox{})
	s.Domain, s.AllowInsecureAuth = "localhost", true
	l := listen()
	go func() { _ = s.Serve(l) }()
	load(4, 30*time.Millisecond, func() {
		c, err := smtp.Dial(l.Addr().String())
		if err != nil {
			return
		}
		_ = c.SendMail("a@b.c", []string{"d@e.f"}, strings.NewReader("Subject: x\r\n\r\ny\r\n"))
		_ = c.Quit()
	})
}

type mailbox struct{}

func (mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return mailbox{}, nil }
func (mailbox) Reset()                                      {}
func (mailbox) Logout() error                               { return nil }
func (mailbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (mailbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (mailbox) Data(r io.Reader) error                      { _, err := io.Copy(io.Discard, r); return err }

// connect makes a pair of peers with a data channel.
func connect() (*webrtc.PeerConnection, *webrtc.PeerConnection, *webrtc.DataChannel) {
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings))
	a, err := api.NewPeerConnection(webrtc.Configuration{})
	must(err)
	b, err := api.NewPeerConnection(webrtc.Configuration{})
	must(err)
	d, err := a.CreateDataChannel("d", nil)
	must(err)
	offer, err := a.CreateOffer(nil)
	must(err)
	gathered := webrtc.GatheringCompletePromise(a)
	must(a.SetLocalDescription(offer))
	<-gathered
	must(b.SetRemoteDescription(*a.LocalDescription()))
	answer, err := b.CreateAnswer(nil)
	must(err)
	gathered = webrtc.GatheringCompletePromise(b)
	must(b.SetLocalDescription(answer))
	<-gathered
	must(a.SetRemoteDescription(*b.LocalDescription()))
	return a, b, d
}

func peers() {
	for i := 0; i < 3; i++ {
		_, _, d := connect()
		go client(0, 200*time.Millisecond, func() { _ = d.SendText("hello") })
	}
}

func peersKept() { load(1, 200*time.Millisecond, func() { connect() }) }

func folders() {
	folder := scratch()
	w, err := fsnotify.NewWatcher()
	must(err)
	must(w.Add(folder))
	go func() {
		for {
			select {
			case <-w.Events:
			case <-w.Errors:
			}
		}
	}()
	load(2, 40*time.Millisecond, func() { _ = os.WriteFile(folder+"/a", []byte("x"), 0o600) })
}

// reload makes a watcher each time and forgets the one before.
func reload(folder string) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return
	}
	_ = w.Add(folder)
	go func() {
		for range w.Events {
		}
	}()
}

func watchersKept() {
	folder := scratch()
	load(1, 70*time.Millisecond, func() { reload(folder) })
}

// interruptible takes a context that ends with a signal for each request, and never gives it back.
func interruptible() {
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGUSR1) //nolint
	_ = ctx.Err()
}

func signalsPerRequest() { each(70*time.Millisecond, interruptible) }

func startTool(ctx context.Context) {
	c := exec.CommandContext(ctx, "true")
	_ = c.Start() // nobody waits for it
}

func toolsNotAwaited() {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	each(80*time.Millisecond, func() { startTool(ctx) })
}

// gateway is a TCP proxy with connections that are idle most of the time.
func gateway() {
	upstream := listen()
	go func() {
		for {
			c, err := upstream.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	front := listen()
	go func() {
		for {
			c, err := front.Accept()
			if err != nil {
				return
			}
			go relay(c, upstream.Addr().String())
		}
	}()
	for i := 0; i < 18; i++ {
		c, err := net.Dial("tcp", front.Addr().String())
		must(err)
		go client(0, 700*time.Millisecond, func() {
			_, _ = c.Write([]byte("x"))
			_, _ = c.Read(make([]byte, 1))
		})
		time.Sleep(110 * time.Millisecond)
	}
}

func relay(c net.Conn, to string) {
	defer c.Close()
	u, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer u.Close()
	var both sync.WaitGroup
	both.Add(2)
	go func() { defer both.Done(); _, _ = io.Copy(u, c) }()
	go func() { defer both.Done(); _, _ = io.Copy(c, u) }()
	both.Wait()
}

func init() {
	healthy("room-of-many", false, roomOfMany)
	healthy("fast-busy", false, fastBusy)
	healthy("restarts", false, restarts)
	healthy("watched-by-probes", true, watchedByProbes)
	healthy("smtp-busy", false, smtpBusy)
	healthy("peers", true, peers)
	healthy("folders", false, folders)
	healthy("gateway", false, gateway)
	leaking("room-that-dies", roomThatDies, "main.(*room)", "main.(*member)", "main.roomService")
	leaking("probes-pile-up", probesPileUp, "main.(*stuckCollector)", "github.com/prometheus")
	leaking("zap-per-request", zapPerRequest, "go.uber.org/zap")
	leaking("raw-answers", rawAnswers, "net/http.(*persistConn)", "main.statusOf", "main.rawAnswers")
	leaking("timed-out", timedOut, "main.slowPage", "main.timedOut", "net/http.(*timeoutHandler)")
	leaking("peers-kept", peersKept, "github.com/pion")
	leaking("watchers-kept", watchersKept, "main.reload", "github.com/fsnotify")
	leaking("signals-per-request", signalsPerRequest, "os/signal", "main.interruptible")
	leaking("tools-not-awaited", toolsNotAwaited, "os/exec", "main.startTool")
}
