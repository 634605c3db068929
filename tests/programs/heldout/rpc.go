package main

import (
	"context"
	"net"
	"net/rpc"
	"time"

	"github.com/hashicorp/yamux"
	"github.com/miekg/dns"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

func grpcService() string {
	l := listen()
	s := grpc.NewServer()
	h := health.NewServer()
	h.SetServingStatus("shop", healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(s, h)
	go func() { _ = s.Serve(l) }()
	return l.Addr().String()
}

func dial(address string) *grpc.ClientConn {
	c, err := grpc.Dial(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	return c
}

func check(c *grpc.ClientConn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = healthpb.NewHealthClient(c).Check(ctx, &healthpb.HealthCheckRequest{Service: "shop"})
}

// grpcBusy has calls, and streams on which nothing happens.
func grpcBusy() {
	c := dial(grpcService())
	load(8, 10*time.Millisecond, func() { check(c) })
	watch := func() {
		stream, err := healthpb.NewHealthClient(c).Watch(context.Background(), &healthpb.HealthCheckRequest{Service: "shop"})
		for err == nil {
			_, err = stream.Recv()
		}
	}
	for i := 0; i < 20; i++ {
		go watch()
		time.Sleep(100 * time.Millisecond)
	}
}

// grpcWatches opens a stream, takes what comes first and forgets the rest.
func grpcWatches() {
	c := dial(grpcService())
	each(60*time.Millisecond, func() {
		stream, err := healthpb.NewHealthClient(c).Watch(context.Background(), &healthpb.HealthCheckRequest{Service: "shop"})
		if err == nil {
			_, _ = stream.Recv()
		}
	})
}

func grpcConnections() {
	address := grpcService()
	each(80*time.Millisecond, func() { check(dial(address)) })
}

// multiplexed has streams over one connection, each with a word now and then.
func multiplexed() {
	one, other := net.Pipe()
	server, err := yamux.Server(one, nil)
	must(err)
	client, err := yamux.Client(other, nil)
	must(err)
	echo := func(c net.Conn) {
		word := make([]byte, 4)
		for {
			if _, err := c.Read(word); err != nil {
				return
			}
			_, _ = c.Write(word)
		}
	}
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			go echo(c)
		}
	}()
	talk := func() {
		c, err := client.Open()
		if err != nil {
			return
		}
		word := []byte("ping")
		for {
			_, _ = c.Write(word)
			if _, err := c.Read(word); err != nil {
				return
			}
			time.Sleep(800 * time.Millisecond)
		}
	}
	for i := 0; i < 25; i++ {
		go talk()
		time.Sleep(100 * time.Millisecond)
	}
}

func names() {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(err)
	answer := func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(r)
		_ = w.WriteMsg(m)
	}
	go func() { _ = dns.ActivateAndServe(nil, l, dns.HandlerFunc(answer)) }()
	load(10, 10*time.Millisecond, func() {
		m := new(dns.Msg)
		m.SetQuestion("example.com.", dns.TypeA)
		_, _ = dns.Exchange(m, l.LocalAddr().String())
	})
}

// Stock answers only what it knows.
type Stock struct{ unknown chan int }

// Count waits for a count that nobody makes.
func (s *Stock) Count(item string, n *int) error {
	*n = <-s.unknown
	return nil
}

func askStock(c *rpc.Client) {
	var n int
	_ = c.Call("Stock.Count", "left shoe", &n)
}

func unansweredCalls() {
	s := rpc.NewServer()
	must(s.Register(&Stock{make(chan int)}))
	l := listen()
	go s.Accept(l)
	c, err := rpc.Dial("tcp", l.Addr().String())
	must(err)
	each(70*time.Millisecond, func() { askStock(c) })
}

func init() {
	healthy("grpc-busy", false, grpcBusy)
	healthy("multiplexed", false, multiplexed)
	healthy("names", true, names)
	leaking("grpc-watches", grpcWatches, "google.golang.org/grpc")
	leaking("grpc-connections", grpcConnections, "google.golang.org/grpc")
	leaking("unanswered-calls", unansweredCalls, "main.askStock", "main.(*Stock)", "main.unansweredCalls", "net/rpc.(*service).call")
}
