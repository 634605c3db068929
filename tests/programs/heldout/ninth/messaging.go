// SPDX-License-Identifier: GPL-3.0-or-later

// Services around streams and brokers: gRPC, NATS, Kafka, MQTT, a job queue on redis.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/go-co-op/gocron/v2"
	"github.com/hibiken/asynq"
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func init() {
	healthy("grpc-fleet", true, grpcFleet)
	healthy("nats-telemetry", true, natsTelemetry)
	healthy("kafka-billing", true, kafkaBilling)
	healthy("mqtt-sensors", true, mqttSensors)
	healthy("job-board", true, jobBoard)
}

// grpc-fleet: agents keep a stream open to their controller, say now and then how they are, and get orders.

type controller struct {
	mu     sync.Mutex
	agents map[string]chan string
}

func (c *controller) connect(stream grpc.ServerStream) error {
	var name wrapperspb.StringValue
	if err := stream.RecvMsg(&name); err != nil {
		return err
	}
	commands := make(chan string, 4)
	c.mu.Lock()
	c.agents[name.Value] = commands
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.agents, name.Value)
		c.mu.Unlock()
	}()
	ended := make(chan error, 1)
	go func() {
		for {
			var status wrapperspb.StringValue
			if err := stream.RecvMsg(&status); err != nil {
				ended <- err
				return
			}
		}
	}()
	for {
		select {
		case command := <-commands:
			if err := stream.SendMsg(wrapperspb.String(command)); err != nil {
				return err
			}
		case err := <-ended:
			if err == io.EOF {
				return nil
			}
			return err
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

func (c *controller) dispatch() {
	for range time.Tick(60 * time.Millisecond) {
		c.mu.Lock()
		for _, commands := range c.agents {
			select {
			case commands <- "collect":
			default:
			}
			break
		}
		c.mu.Unlock()
	}
}

var fleetService = grpc.ServiceDesc{
	ServiceName: "fleet.Controller",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{MethodName: "Lookup", Handler: func(srv any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		var in wrapperspb.StringValue
		if err := dec(&in); err != nil {
			return nil, err
		}
		time.Sleep(time.Duration(rand.Intn(8)) * time.Millisecond)
		return wrapperspb.String("zone of " + in.Value), nil
	}}},
	Streams: []grpc.StreamDesc{{StreamName: "Connect", ServerStreams: true, ClientStreams: true, Handler: func(srv any, stream grpc.ServerStream) error {
		return srv.(*controller).connect(stream)
	}}},
}

func dialGRPC(address string) *grpc.ClientConn {
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 5 * time.Second, PermitWithoutStream: true}))
	must(err)
	return conn
}

func grpcFleet() {
	c := &controller{agents: map[string]chan string{}}
	s := grpc.NewServer(grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}))
	s.RegisterService(&fleetService, c)
	checks := health.NewServer()
	healthpb.RegisterHealthServer(s, checks)
	l := listen()
	go s.Serve(l)
	go c.dispatch()
	address := l.Addr().String()

	connect := &grpc.StreamDesc{StreamName: "Connect", ServerStreams: true, ClientStreams: true}
	for i := 0; i < 120; i++ {
		name := fmt.Sprint("agent-", i)
		conn := dialGRPC(address)
		go func() {
			stream, err := conn.NewStream(context.Background(), connect, "/fleet.Controller/Connect")
			must(err)
			must(stream.SendMsg(wrapperspb.String(name)))
			for {
				var command wrapperspb.StringValue
				if stream.RecvMsg(&command) != nil {
					return
				}
				time.Sleep(time.Duration(rand.Intn(20)) * time.Millisecond)
				if stream.SendMsg(wrapperspb.String("collected")) != nil {
					return
				}
			}
		}()
	}
	shared := dialGRPC(address)
	load(10, 70*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var zone wrapperspb.StringValue
		_ = shared.Invoke(ctx, "/fleet.Controller/Lookup", wrapperspb.String("agent-7"), &zone)
	})
	for i := 0; i < 3; i++ {
		go func() {
			watch, err := healthpb.NewHealthClient(shared).Watch(context.Background(), &healthpb.HealthCheckRequest{})
			for err == nil {
				_, err = watch.Recv()
			}
		}()
	}
	for {
		time.Sleep(1500 * time.Millisecond)
		checks.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
		time.Sleep(100 * time.Millisecond)
		checks.SetServingStatus("", healthpb.HealthCheckResponse_SERVING)
	}
}

// nats-telemetry: an embedded server, queue groups that answer, a stream with durable consumers.

func natsTelemetry() {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: scratch(), NoLog: true, NoSigs: true})
	must(err)
	s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		return
	}
	join := func(name string) *nats.Conn {
		conn, err := nats.Connect(s.ClientURL(), nats.Name(name), nats.MaxReconnects(-1))
		must(err)
		return conn
	}
	for i := 0; i < 6; i++ {
		conn := join("geo")
		_, err := conn.QueueSubscribe("geo.lookup", "geo", func(m *nats.Msg) {
			time.Sleep(time.Duration(rand.Intn(5)) * time.Millisecond)
			_ = m.Respond([]byte("51.2,4.4"))
		})
		must(err)
	}
	ctx := context.Background()
	js, err := jetstream.New(join("ingest"))
	must(err)
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "READINGS", Subjects: []string{"readings.>"}, MaxMsgs: 5000})
	must(err)
	for i := 0; i < 4; i++ {
		mine, err := jetstream.New(join("writer"))
		must(err)
		consumer, err := mine.CreateOrUpdateConsumer(ctx, "READINGS", jetstream.ConsumerConfig{Durable: fmt.Sprint("writer", i), AckPolicy: jetstream.AckExplicitPolicy})
		must(err)
		if i%2 == 0 {
			_, err = consumer.Consume(func(m jetstream.Msg) { _ = m.Ack() })
			must(err)
			continue
		}
		go func() {
			for {
				batch, err := consumer.Fetch(20, jetstream.FetchMaxWait(400*time.Millisecond))
				if err != nil {
					time.Sleep(time.Second)
					continue
				}
				for m := range batch.Messages() {
					_ = m.Ack()
				}
			}
		}()
	}
	// Forty services that hold a connection and listen for a seldom word.
	for i := 0; i < 40; i++ {
		sub, err := join("service").SubscribeSync("config.changed")
		must(err)
		go func() {
			for {
				if _, err := sub.NextMsgWithContext(ctx); err != nil {
					return
				}
			}
		}()
	}
	asker := join("asker")
	load(20, 90*time.Millisecond, func() { _, _ = asker.Request("geo.lookup", []byte("antwerp"), 500*time.Millisecond) })
	go func() {
		for range time.Tick(1200 * time.Millisecond) {
			_ = asker.Publish("config.changed", nil)
		}
	}()
	for range time.Tick(8 * time.Millisecond) {
		_, _ = js.PublishAsync("readings.hall", []byte("21.5"))
	}
}

// kafka-billing: producers, a group of three that works by partition, and a second group that only counts.

func kafkaBilling() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SeedTopics(6, "usage"))
	must(err)
	for i := 0; i < 3; i++ {
		client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics("usage"), kgo.ConsumerGroup("billing"), kgo.DisableAutoCommit())
		must(err)
		go bill(client)
	}
	counter, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics("usage"), kgo.ConsumerGroup("counting"))
	must(err)
	var count atomic.Int64
	go func() {
		for {
			fetches := counter.PollFetches(context.Background())
			if fetches.IsClientClosed() {
				return
			}
			count.Add(int64(fetches.NumRecords()))
		}
	}()
	producer, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic("usage"), kgo.ProducerLinger(10*time.Millisecond))
	must(err)
	load(8, 40*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_ = producer.ProduceSync(ctx, &kgo.Record{Key: []byte(fmt.Sprint(rand.Intn(100))), Value: []byte("call 62s")}).FirstErr()
	})
	for range time.Tick(5 * time.Millisecond) {
		producer.Produce(context.Background(), kgo.StringRecord("data 12kB"), nil)
	}
}

func bill(client *kgo.Client) {
	for {
		fetches := client.PollFetches(context.Background())
		if fetches.IsClientClosed() {
			return
		}
		var parts sync.WaitGroup
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			parts.Add(1)
			go func() {
				defer parts.Done()
				time.Sleep(time.Duration(len(p.Records)) * 200 * time.Microsecond)
			}()
		})
		parts.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		_ = client.CommitUncommittedOffsets(ctx)
		cancel()
	}
}

// mqtt-sensors: a broker, eighty sensors that publish seldom, five dashboards that listen to all of them.

func mqttSensors() {
	broker := mqtt.New(&mqtt.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(broker.AddHook(new(auth.AllowHook), nil))
	l := listen()
	address := l.Addr().String()
	_ = l.Close()
	must(broker.AddListener(listeners.NewTCP(listeners.Config{ID: "tcp", Address: address})))
	go broker.Serve()
	time.Sleep(100 * time.Millisecond)
	join := func(name string) paho.Client {
		c := paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + address).SetClientID(name).SetKeepAlive(10 * time.Second).SetConnectRetry(true))
		c.Connect().WaitTimeout(5 * time.Second)
		return c
	}
	for i := 0; i < 5; i++ {
		join(fmt.Sprint("dashboard", i)).Subscribe("site/+/temperature", 0, func(paho.Client, paho.Message) {}).WaitTimeout(time.Second)
	}
	for i := 0; i < 80; i++ {
		i := i
		c := join(fmt.Sprint("sensor", i))
		c.Subscribe(fmt.Sprintf("site/%d/set", i), 1, func(paho.Client, paho.Message) {}).WaitTimeout(time.Second)
		go func() {
			time.Sleep(time.Duration(rand.Intn(2000)) * time.Millisecond)
			for {
				c.Publish(fmt.Sprintf("site/%d/temperature", i), byte(i%2), false, "20.1").WaitTimeout(2 * time.Second)
				time.Sleep(2 * time.Second)
			}
		}()
	}
	forever.Add(1)
	forever.Wait()
}

// job-board: asynq workers on redis, tasks from the API and from a scheduler.

type quiet struct{}

func (quiet) Debug(...any) {}
func (quiet) Info(...any)  {}
func (quiet) Warn(...any)  {}
func (quiet) Error(...any) {}
func (quiet) Fatal(...any) {}

func jobBoard() {
	store, err := miniredis.Run()
	must(err)
	redis := asynq.RedisClientOpt{Addr: store.Addr()}
	workers := asynq.NewServer(redis, asynq.Config{Concurrency: 24, Logger: quiet{}, Queues: map[string]int{"urgent": 3, "default": 1},
		RetryDelayFunc: func(n int, err error, t *asynq.Task) time.Duration { return time.Second }})
	mux := asynq.NewServeMux()
	mux.HandleFunc("mail:send", func(ctx context.Context, t *asynq.Task) error {
		select {
		case <-time.After(time.Duration(10+rand.Intn(60)) * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		if rand.Intn(25) == 0 {
			return fmt.Errorf("greylisted")
		}
		return nil
	})
	mux.HandleFunc("report:build", func(ctx context.Context, t *asynq.Task) error {
		time.Sleep(300 * time.Millisecond)
		return nil
	})
	must(workers.Start(mux))
	client := asynq.NewClient(redis)
	clock, err := gocron.NewScheduler(gocron.WithLimitConcurrentJobs(4, gocron.LimitModeReschedule))
	must(err)
	for i := 0; i < 6; i++ {
		_, err = clock.NewJob(gocron.DurationJob(time.Duration(600+200*i)*time.Millisecond), gocron.NewTask(func() {
			_, _ = client.Enqueue(asynq.NewTask("report:build", nil), asynq.Queue("urgent"))
		}))
		must(err)
	}
	clock.Start()
	load(6, 60*time.Millisecond, func() {
		_, _ = client.Enqueue(asynq.NewTask("mail:send", []byte("{}")), asynq.MaxRetry(3), asynq.Timeout(2*time.Second))
	})
}
