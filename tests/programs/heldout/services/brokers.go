package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/IBM/sarama"
	"github.com/alicebob/miniredis/v2"
	mqtt "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nsqio/go-nsq"
	"github.com/nsqio/nsq/nsqd"
	"github.com/redis/go-redis/v9"
	"github.com/segmentio/kafka-go"
)

func streamOf() jetstream.JetStream {
	s, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true, JetStream: true, StoreDir: scratch()})
	must(err)
	go s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		panic("nats")
	}
	c, err := nats.Connect(s.ClientURL())
	must(err)
	js, err := jetstream.New(c)
	must(err)
	_, err = js.CreateStream(context.Background(), jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	must(err)
	return js
}

// streamConsumers work on a durable stream; some have nothing to do.
func streamConsumers() {
	js := streamOf()
	ctx := context.Background()
	for i := 0; i < 6; i++ {
		c, err := js.CreateOrUpdateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{Durable: fmt.Sprint("c", i), FilterSubject: fmt.Sprint("orders.", i)})
		must(err)
		_, err = c.Consume(func(m jetstream.Msg) { time.Sleep(time.Millisecond); _ = m.Ack() })
		must(err)
	}
	load(2, 20*time.Millisecond, func() { _, _ = js.Publish(ctx, "orders.1", []byte("one")) })
}

// waitingWorkers block in redis for jobs that come seldom.
func waitingWorkers() {
	s := miniredis.NewMiniRedis()
	must(s.Start())
	c := redis.NewClient(&redis.Options{Addr: s.Addr(), PoolSize: 40})
	ctx := context.Background()
	for i := 0; i < 16; i++ {
		go func() {
			for {
				_, _ = c.BLPop(ctx, 0, "jobs").Result()
			}
		}()
	}
	load(1, 150*time.Millisecond, func() { c.RPush(ctx, "jobs", "1") })
}

func mqttBroker() string {
	s := mochi.New(&mochi.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(s.AddHook(new(auth.AllowHook), nil))
	l := listeners.NewTCP(listeners.Config{ID: "t", Address: "127.0.0.1:0"})
	must(s.AddListener(l))
	go func() { _ = s.Serve() }()
	time.Sleep(50 * time.Millisecond)
	return "tcp://" + l.Address()
}

func mqttClient(broker, name string) mqtt.Client {
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(broker).SetClientID(name).SetKeepAlive(2 * time.Second))
	t := c.Connect()
	t.Wait()
	must(t.Error())
	return c
}

// sensors connect one after another and report now and then.
func sensors() {
	broker := mqttBroker()
	hub := mqttClient(broker, "hub")
	hub.Subscribe("t/#", 1, func(mqtt.Client, mqtt.Message) {}).Wait()
	for i := 0; i < 15; i++ {
		c := mqttClient(broker, fmt.Sprint("s", i))
		topic := fmt.Sprint("t/", i)
		go client(0, 400*time.Millisecond, func() { c.Publish(topic, 1, false, "20.1").Wait() })
		time.Sleep(100 * time.Millisecond)
	}
}

// answersInsideHandler waits for its own publish in the handler of the question.
func answersInsideHandler() {
	broker := mqttBroker()
	asker := mqttClient(broker, "asker")
	answerer := mqttClient(broker, "answerer")
	answerer.Subscribe("ask", 1, func(c mqtt.Client, m mqtt.Message) { answerInside(c) }).Wait()
	each(80*time.Millisecond, func() { ask(asker) })
}

func answerInside(c mqtt.Client) { c.Publish("answer", 1, false, "yes").Wait() }

func ask(c mqtt.Client) { c.Publish("ask", 2, false, "well?").Wait() }

// readersWithoutBroker try again and again.
func readersWithoutBroker() {
	for i := 0; i < 5; i++ {
		r := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{"127.0.0.1:1"}, Topic: fmt.Sprint("t", i), Partition: 0})
		go func() {
			for {
				_, _ = r.ReadMessage(context.Background())
			}
		}()
	}
	w := &kafka.Writer{Addr: kafka.TCP("127.0.0.1:1"), Topic: "t", MaxAttempts: 2, BatchTimeout: 10 * time.Millisecond}
	load(3, 100*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		_ = w.WriteMessages(ctx, kafka.Message{Value: []byte("x")})
	})
}

// peek makes a reader for one message and forgets it.
func peek() {
	r := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{"127.0.0.1:1"}, Topic: "t", Partition: 0})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, _ = r.ReadMessage(ctx)
}

func readersKept() { each(90*time.Millisecond, peek) }

type says struct{}

func (says) Log(...any)            {}
func (says) Logf(string, ...any)   {}
func (says) Error(...any)          {}
func (says) Errorf(string, ...any) {}
func (says) Fatal(...any)          {}
func (says) Fatalf(string, ...any) {}
func (says) Helper()               {}
func (says) Cleanup(func())        {}
func (says) Name() string          { return "" }
func (says) TempDir() string       { return os.TempDir() }

func saramaBroker() sarama.AsyncProducer {
	b := sarama.NewMockBroker(says{}, 1)
	b.SetHandlerByMap(map[string]sarama.MockResponse{
		"MetadataRequest": sarama.NewMockMetadataResponse(says{}).SetBroker(b.Addr(), b.BrokerID()).SetLeader("t", 0, b.BrokerID()),
		"ProduceRequest":  sarama.NewMockProduceResponse(says{}),
	})
	sarama.Logger = log.New(io.Discard, "", 0)
	c := sarama.NewConfig()
	c.Producer.Return.Successes = true
	c.ChannelBufferSize = 4
	p, err := sarama.NewAsyncProducer([]string{b.Addr()}, c)
	must(err)
	return p
}

func produced(p sarama.AsyncProducer) {
	p.Input() <- &sarama.ProducerMessage{Topic: "t", Value: sarama.StringEncoder("x")}
}

func producing() {
	p := saramaBroker()
	go func() {
		for range p.Successes() {
		}
	}()
	go func() {
		for range p.Errors() {
		}
	}()
	load(4, 10*time.Millisecond, func() { produced(p) })
}

// successesUnread asked to be told of successes and does not listen.
func successesUnread() {
	p := saramaBroker()
	each(20*time.Millisecond, func() { produced(p) })
}

func nsqBroker() string {
	o := nsqd.NewOptions()
	o.TCPAddress, o.HTTPAddress, o.HTTPSAddress, o.DataPath = "127.0.0.1:0", "127.0.0.1:0", "", scratch()
	o.Logger = log.New(io.Discard, "", 0)
	d, err := nsqd.New(o)
	must(err)
	go func() { _ = d.Main() }()
	time.Sleep(100 * time.Millisecond)
	return d.RealTCPAddr().String()
}

func nsqConsumer(address, topic string) {
	c, err := nsq.NewConsumer(topic, "all", nsq.NewConfig())
	must(err)
	c.SetLogger(log.New(io.Discard, "", 0), nsq.LogLevelError)
	c.AddConcurrentHandlers(nsq.HandlerFunc(func(*nsq.Message) error { return nil }), 3)
	must(c.ConnectToNSQD(address))
}

func topicsAndChannels() {
	address := nsqBroker()
	for i := 0; i < 5; i++ {
		nsqConsumer(address, fmt.Sprint("t", i))
	}
	p, err := nsq.NewProducer(address, nsq.NewConfig())
	must(err)
	p.SetLogger(log.New(io.Discard, "", 0), nsq.LogLevelError)
	load(3, 20*time.Millisecond, func() { _ = p.Publish("t0", []byte("x")) })
}

// consumerPerTenant never stops the consumers of tenants that left.
func consumerPerTenant() {
	address := nsqBroker()
	n := 0
	load(1, 120*time.Millisecond, func() { n++; nsqConsumer(address, fmt.Sprint("tenant", n)) })
}

func init() {
	healthy("stream-consumers", false, streamConsumers)
	healthy("waiting-workers", false, waitingWorkers)
	healthy("sensors", false, sensors)
	healthy("answers-inside-handler", false, answersInsideHandler)
	healthy("readers-without-broker", true, readersWithoutBroker)
	healthy("producing", false, producing)
	healthy("topics-and-channels", true, topicsAndChannels)
	leaking("readers-kept", readersKept, "github.com/segmentio/kafka-go")
	leaking("successes-unread", successesUnread, "main.produced", "main.successesUnread", "github.com/IBM/sarama")
	leaking("consumer-per-tenant", consumerPerTenant, "github.com/nsqio", "main.nsqConsumer")
}
