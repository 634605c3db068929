// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cschleiden/go-workflows/backend"
	"github.com/cschleiden/go-workflows/backend/sqlite"
	flows "github.com/cschleiden/go-workflows/client"
	"github.com/cschleiden/go-workflows/worker"
	"github.com/cschleiden/go-workflows/workflow"
	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"
	"github.com/gin-gonic/gin"
	"github.com/gliderlabs/ssh"
	"github.com/go-chi/chi/v5"
	"github.com/go-git/go-billy/v5/memfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/memory"
	"github.com/quic-go/quic-go"
	"github.com/tmaxmax/go-sse"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	cryptossh "golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"
)

func init() {
	healthy("etcd_settings_watchers", true, etcdSettingsWatchers)
	healthy("badger_session_store", true, badgerSessionStore)
	healthy("goja_discount_rules", false, gojaDiscountRules)
	healthy("ssh_maintenance_shells", true, sshMaintenanceShells)
	healthy("esbuild_site_batch", false, esbuildSiteBatch)
	healthy("git_release_notes_batch", false, gitReleaseNotesBatch)
	healthy("workflow_order_approval", false, workflowOrderApproval)
	healthy("quic_sensor_uploads", true, quicSensorUploads)
	healthy("kafka_invoice_consumers", true, kafkaInvoiceConsumers)
	healthy("sse_idle_departures", true, sseIdleDepartures)
}

// startEtcd runs one etcd node inside this process and gives the address of its clients' port.
func startEtcd() (*embed.Etcd, string) {
	config := embed.NewConfig()
	config.Dir = scratch()
	config.LogLevel = "fatal"
	config.LogOutputs = []string{filepath.Join(config.Dir, "etcd.log")}
	config.UnsafeNoFsync = true
	peer, clients := freeURL(), freeURL()
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{clients}, []url.URL{clients}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	node, err := embed.StartEtcd(config)
	must(err)
	<-node.Server.ReadyNotify()
	return node, clients.Host
}

func freeURL() url.URL {
	l := listen()
	defer l.Close()
	return url.URL{Scheme: "http", Host: l.Addr().String()}
}

func etcdClient(address string) *clientv3.Client {
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{address}, DialTimeout: 5 * time.Second})
	must(err)
	return c
}

// A service's settings live in an embedded etcd: four instances watch them and keep a lease alive, an operator changes
// one now and then, and one instance after the other is replaced (its watch cancelled, its lease revoked).
func etcdSettingsWatchers() {
	node, address := startEtcd()
	defer node.Close()
	operator := etcdClient(address)
	go func() {
		for n := 0; ; n++ {
			_, _ = operator.Put(context.Background(), fmt.Sprintf("settings/%d", n%6), strconv.Itoa(n))
			time.Sleep(70 * time.Millisecond)
		}
	}()
	var stops [4]context.CancelFunc
	var left [4]chan struct{}
	for n := 0; ; n++ {
		slot := n % len(stops)
		if stops[slot] != nil {
			stops[slot]()
			<-left[slot]
		}
		ctx, stop := context.WithCancel(context.Background())
		stops[slot], left[slot] = stop, make(chan struct{})
		go settingsInstance(ctx, etcdClient(address), n, left[slot])
		time.Sleep(600 * time.Millisecond)
	}
}

func settingsInstance(ctx context.Context, c *clientv3.Client, number int, left chan<- struct{}) {
	defer close(left)
	defer c.Close()
	lease, err := c.Grant(ctx, 10)
	if err != nil {
		return
	}
	_, _ = c.Put(ctx, fmt.Sprintf("instances/%d", number), "up", clientv3.WithLease(lease.ID))
	alive, err := c.KeepAlive(ctx, lease.ID)
	if err != nil {
		return
	}
	settings := map[string]string{}
	changes := c.Watch(ctx, "settings/", clientv3.WithPrefix())
	for alive != nil || changes != nil {
		select {
		case _, open := <-alive:
			if !open {
				alive = nil
			}
		case change, open := <-changes:
			if !open {
				changes = nil
			}
			for _, event := range change.Events {
				settings[string(event.Kv.Key)] = string(event.Kv.Value)
			}
		}
	}
	bye, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = c.Revoke(bye, lease.ID)
}

// A web shop keeps its sessions in badger, in memory: visitors read and extend theirs in transactions that are tried again
// on a conflict, an audit subscribes to all logins for good, and old sessions are deleted by a sweep.
func badgerSessionStore() {
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithMemTableSize(8 << 20).WithLogger(nil))
	must(err)
	defer db.Close()
	go func() {
		_ = db.Subscribe(context.Background(), func(logins *badger.KVList) error {
			for _, login := range logins.Kv {
				fmt.Fprintln(io.Discard, "login", string(login.Key))
			}
			return nil
		}, []pb.Match{{Prefix: []byte("login/")}})
	}()
	router := chi.NewRouter()
	router.Post("/visit/{user}", func(w http.ResponseWriter, r *http.Request) {
		user := chi.URLParam(r, "user")
		err := badger.ErrConflict
		for try := 0; try < 5 && errors.Is(err, badger.ErrConflict); try++ {
			err = db.Update(func(tx *badger.Txn) error { return extendSession(tx, user) })
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
		}
	})
	l := listen()
	go http.Serve(l, router)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 6}}
	load(6, 45*time.Millisecond, func() {
		address := fmt.Sprintf("http://%s/visit/%d", l.Addr(), time.Now().UnixMilli()%40)
		if answer, err := client.Post(address, "text/plain", nil); err == nil {
			discard(answer.Body)
		}
	})
	for {
		time.Sleep(700 * time.Millisecond)
		must(db.DropPrefix([]byte("session/1")))
	}
}

func extendSession(tx *badger.Txn, user string) error {
	key := []byte("session/" + user)
	visits := 0
	switch item, err := tx.Get(key); {
	case errors.Is(err, badger.ErrKeyNotFound):
		if err := tx.Set([]byte("login/"+user), []byte(time.Now().String())); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		raw, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		visits, _ = strconv.Atoi(string(raw))
	}
	return tx.SetEntry(badger.NewEntry(key, []byte(strconv.Itoa(visits+1))).WithTTL(time.Minute))
}

// scripts is a pool of JavaScript engines: it makes one more when all are in use, up to its limit, and keeps them.
type scripts struct {
	mu    sync.Mutex
	made  int
	limit int
	idle  chan *goja.Runtime
}

func (s *scripts) take() *goja.Runtime {
	select {
	case engine := <-s.idle:
		return engine
	default:
	}
	s.mu.Lock()
	if s.made < s.limit {
		s.made++
		s.mu.Unlock()
		engine := goja.New()
		_, err := engine.RunString(`function discount(total, items) {
			var d = 0; for (var i = 0; i < items * 200; i++) { d += (total * i) % 7 } return d / (items + 1) }`)
		must(err)
		return engine
	}
	s.mu.Unlock()
	return <-s.idle
}

// Discounts are computed by rules in JavaScript behind gin; requests come in bursts, so the pool of engines grows to its
// limit and then callers wait for a free one.
func gojaDiscountRules() {
	gin.SetMode(gin.ReleaseMode)
	pool := &scripts{limit: 5, idle: make(chan *goja.Runtime, 5)}
	router := gin.New()
	router.GET("/discount/:items", func(c *gin.Context) {
		items, _ := strconv.Atoi(c.Param("items"))
		engine := pool.take()
		defer func() { pool.idle <- engine }()
		discount, _ := goja.AssertFunction(engine.Get("discount"))
		value, err := discount(goja.Undefined(), engine.ToValue(120), engine.ToValue(items))
		if err != nil {
			c.String(http.StatusInternalServerError, err.Error())
			return
		}
		c.JSON(http.StatusOK, gin.H{"discount": value.ToFloat()})
	})
	l := listen()
	go http.Serve(l, router)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	for {
		var burst sync.WaitGroup
		for i := 0; i < 16; i++ {
			burst.Add(1)
			go func() {
				defer burst.Done()
				answer, err := client.Get(fmt.Sprintf("http://%s/discount/%d", l.Addr(), i))
				if err == nil {
					discard(answer.Body)
				}
			}()
		}
		burst.Wait()
		time.Sleep(300 * time.Millisecond)
	}
}

// An SSH server of a machine room: operators keep shells open and type seldom, and a monitor runs a short command over
// its one connection every now and then.
func sshMaintenanceShells() {
	server := &ssh.Server{Handler: func(s ssh.Session) {
		if command := s.RawCommand(); command != "" {
			fmt.Fprintln(s, "ran", command)
			return
		}
		buffer := make([]byte, 128)
		for {
			n, err := s.Read(buffer)
			if err != nil {
				return
			}
			fmt.Fprintf(s, "%s: unknown command\n", strings.TrimSpace(string(buffer[:n])))
		}
	}}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	signer, err := cryptossh.NewSignerFromKey(key)
	must(err)
	server.AddHostKey(signer)
	l := listen()
	go server.Serve(l)
	config := &cryptossh.ClientConfig{User: "operator", HostKeyCallback: cryptossh.FixedHostKey(signer.PublicKey())}
	for i := 0; i < 5; i++ {
		go operatorShell(l.Addr().String(), config, time.Duration(700+300*i)*time.Millisecond)
	}
	monitor, err := cryptossh.Dial("tcp", l.Addr().String(), config)
	must(err)
	for {
		if session, err := monitor.NewSession(); err == nil {
			_, _ = session.CombinedOutput("uptime")
			_ = session.Close()
		}
		time.Sleep(250 * time.Millisecond)
	}
}

func operatorShell(address string, config *cryptossh.ClientConfig, thinks time.Duration) {
	connection, err := cryptossh.Dial("tcp", address, config)
	must(err)
	defer connection.Close()
	session, err := connection.NewSession()
	must(err)
	in, err := session.StdinPipe()
	must(err)
	out, err := session.StdoutPipe()
	must(err)
	must(session.Shell())
	screen := make([]byte, 256)
	for {
		time.Sleep(thinks)
		if _, err := io.WriteString(in, "status\n"); err != nil {
			return
		}
		if _, err := out.Read(screen); err != nil {
			return
		}
	}
}

// A site generator: it bundles the scripts of thirty pages with esbuild, a few at a time, minifies them, writes them and
// is done before the trace is.
func esbuildSiteBatch() {
	folder := scratch()
	defer os.RemoveAll(folder)
	must(os.WriteFile(filepath.Join(folder, "lib.ts"), []byte(
		"export function money(n: number): string { return (n / 100).toFixed(2) }\n"), 0o644))
	pages := new(errgroup.Group)
	pages.SetLimit(3)
	for i := 0; i < 30; i++ {
		pages.Go(func() error {
			entry := filepath.Join(folder, fmt.Sprintf("page%d.ts", i))
			code := fmt.Sprintf("import { money } from './lib'\nconsole.log('page', %d, money(%d))\n", i, i*100)
			if err := os.WriteFile(entry, []byte(code), 0o644); err != nil {
				return err
			}
			result := api.Build(api.BuildOptions{EntryPoints: []string{entry}, Bundle: true, Write: true,
				Outdir: filepath.Join(folder, "out"), MinifyWhitespace: true, MinifySyntax: true})
			if len(result.Errors) > 0 {
				return fmt.Errorf("page %d: %s", i, result.Errors[0].Text)
			}
			return nil
		})
	}
	must(pages.Wait())
}

// A release tool: it makes the history of a repository in memory, walks it once per component in parallel, prints the
// notes and ends.
func gitReleaseNotesBatch() {
	files := memfs.New()
	repository, err := git.Init(memory.NewStorage(), files)
	must(err)
	tree, err := repository.Worktree()
	must(err)
	parts := []string{"billing", "search", "mail"}
	for i := 0; i < 40; i++ {
		f, err := files.Create(parts[i%3] + ".txt")
		must(err)
		fmt.Fprintln(f, "change", i)
		must(f.Close())
		_, err = tree.Add(parts[i%3] + ".txt")
		must(err)
		_, err = tree.Commit(fmt.Sprintf("%s: change %d", parts[i%3], i), &git.CommitOptions{
			Author: &object.Signature{Name: "dev", Email: "dev@example.org", When: time.Now()}})
		must(err)
	}
	notes := make(chan string)
	var walks errgroup.Group
	for _, part := range parts {
		walks.Go(func() error {
			history, err := repository.Log(&git.LogOptions{})
			if err != nil {
				return err
			}
			defer history.Close()
			return history.ForEach(func(c *object.Commit) error {
				if strings.HasPrefix(c.Message, part) {
					notes <- c.Hash.String()[:8] + " " + c.Message
				}
				return nil
			})
		})
	}
	go func() {
		must(walks.Wait())
		close(notes)
	}()
	for note := range notes {
		fmt.Fprintln(io.Discard, note)
	}
}

func approveOrder(ctx workflow.Context, order int) (string, error) {
	price, err := workflow.ExecuteActivity[int](ctx, workflow.DefaultActivityOptions, priceOrder, order).Get(ctx)
	if err != nil {
		return "", err
	}
	decision, _ := workflow.NewSignalChannel[string](ctx, "decision").Receive(ctx)
	return fmt.Sprintf("order %d for %d: %s", order, price, decision), nil
}

func priceOrder(_ context.Context, order int) (int, error) {
	time.Sleep(5 * time.Millisecond)
	return order * 3, nil
}

// Orders are workflows in a durable engine on SQLite: each is priced and then waits until a clerk approves it by a
// signal, which comes some hundred milliseconds later.
func workflowOrderApproval() {
	store := sqlite.NewInMemoryBackend(sqlite.WithBackendOptions(
		backend.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))))
	w := worker.New(store, nil)
	must(w.RegisterWorkflow(approveOrder))
	must(w.RegisterActivity(priceOrder))
	ctx := context.Background()
	must(w.Start(ctx))
	c := flows.New(store)
	for clerk := 0; clerk < 3; clerk++ {
		go func() {
			for n := 0; ; n++ {
				name := fmt.Sprintf("order-%d-%d", clerk, n)
				order, err := c.CreateWorkflowInstance(ctx,
					flows.WorkflowInstanceOptions{InstanceID: name}, approveOrder, n)
				must(err)
				time.Sleep(200 * time.Millisecond)
				must(c.SignalWorkflow(ctx, name, "decision", "approved"))
				if _, err = flows.GetWorkflowResult[string](ctx, c, order, 5*time.Second); err != nil {
					return
				}
			}
		}()
	}
	forever.Add(1)
	forever.Wait()
}

func selfSigned() tls.Certificate {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	must(err)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: private}
}

// Sensors send their readings over QUIC, one stream a reading; each stays connected and is silent between its bursts.
func quicSensorUploads() {
	server := &tls.Config{Certificates: []tls.Certificate{selfSigned()}, NextProtos: []string{"readings"}}
	l, err := quic.ListenAddr("127.0.0.1:0", server, &quic.Config{MaxIdleTimeout: 20 * time.Second})
	must(err)
	go func() {
		for {
			connection, err := l.Accept(context.Background())
			if err != nil {
				return
			}
			go takeReadings(connection)
		}
	}()
	for i := 0; i < 8; i++ {
		go quicSensor(l.Addr(), time.Duration(300+150*i)*time.Millisecond)
	}
	forever.Add(1)
	forever.Wait()
}

func takeReadings(connection quic.Connection) {
	for {
		stream, err := connection.AcceptStream(connection.Context())
		if err != nil {
			return
		}
		go func() {
			defer stream.Close()
			n, _ := io.Copy(io.Discard, stream)
			fmt.Fprintf(stream, "%d bytes", n)
		}()
	}
}

func quicSensor(address net.Addr, pause time.Duration) {
	ctx := context.Background()
	config := &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"readings"}}
	connection, err := quic.DialAddr(ctx, address.String(), config, &quic.Config{KeepAlivePeriod: 5 * time.Second})
	must(err)
	for {
		for i := 0; i < 4; i++ {
			stream, err := connection.OpenStreamSync(ctx)
			if err != nil {
				return
			}
			_, _ = stream.Write(make([]byte, 2000))
			_ = stream.Close()
			_, _ = io.ReadAll(stream)
		}
		time.Sleep(pause)
	}
}

// Invoices go through a Kafka topic of a fake cluster in the process: two consumers read half of the partitions each, a
// third waits on a topic on which nothing comes.
func kafkaInvoiceConsumers() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2), kfake.SeedTopics(4, "invoices", "complaints"))
	must(err)
	defer cluster.Close()
	brokers := kgo.SeedBrokers(cluster.ListenAddrs()...)
	for half := int32(0); half < 2; half++ {
		start := kgo.NewOffset().AtStart()
		go consumeTopic(brokers, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
			"invoices": {half * 2: start, half*2 + 1: start}}))
	}
	go consumeTopic(brokers, kgo.ConsumeTopics("complaints"))
	producer, err := kgo.NewClient(brokers, kgo.DefaultProduceTopic("invoices"))
	must(err)
	for n := 0; ; n++ {
		for i := 0; i < 5; i++ {
			producer.Produce(context.Background(), kgo.StringRecord(fmt.Sprintf("invoice %d/%d", n, i)), nil)
		}
		_ = producer.Flush(context.Background())
		time.Sleep(80 * time.Millisecond)
	}
}

func consumeTopic(options ...kgo.Opt) {
	c, err := kgo.NewClient(options...)
	must(err)
	defer c.Close()
	total := 0
	for {
		fetched := c.PollFetches(context.Background())
		if fetched.IsClientClosed() {
			return
		}
		fetched.EachRecord(func(r *kgo.Record) { total += len(r.Value) })
	}
}

// A departure board over server-sent events: thirty screens are connected and mostly idle, a train is announced every
// half second, and a visitor's phone comes for a moment and goes.
func sseIdleDepartures() {
	board := &sse.Server{}
	l := listen()
	go http.Serve(l, board)
	address := "http://" + l.Addr().String()
	for i := 0; i < 30; i++ {
		go departureScreen(context.Background(), address)
	}
	go func() {
		for {
			ctx, leave := context.WithTimeout(context.Background(), 400*time.Millisecond)
			departureScreen(ctx, address)
			leave()
		}
	}()
	for train := 0; ; train++ {
		message := &sse.Message{}
		message.AppendData(fmt.Sprintf("train %d leaves from platform %d", train, train%7))
		_ = board.Publish(message)
		time.Sleep(500 * time.Millisecond)
	}
}

func departureScreen(ctx context.Context, address string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	must(err)
	screen := sse.NewConnection(request)
	screen.SubscribeMessages(func(e sse.Event) { fmt.Fprintln(io.Discard, e.Data) })
	_ = screen.Connect()
}
