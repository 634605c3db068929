package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/quic-go/quic-go"
)

// A quote service without generated code: one call, one stream of answers, one conversation.
type quotes struct {
	serve func(s grpc.ServerStream) error
}

func (q *quotes) service() string {
	l := listen()
	s := grpc.NewServer()
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "quotes",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Get", Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := new(wrapperspb.StringValue)
			return in, decode(in)
		}}},
		Streams: []grpc.StreamDesc{{StreamName: "Talk", ClientStreams: true, ServerStreams: true,
			Handler: func(_ any, s grpc.ServerStream) error { return q.serve(s) }}},
	}, q)
	go func() { _ = s.Serve(l) }()
	return l.Addr().String()
}

func dialQuotes(address string) *grpc.ClientConn {
	c, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	return c
}

func get(c *grpc.ClientConn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Invoke(ctx, "/quotes/Get", wrapperspb.String("GOOG"), new(wrapperspb.StringValue))
}

func talk(ctx context.Context, c *grpc.ClientConn) (grpc.ClientStream, error) {
	return c.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/quotes/Talk")
}

// echoing answers each message, and ticks of its own beside them.
func echoing(s grpc.ServerStream) error {
	heard := make(chan *wrapperspb.StringValue)
	failed := make(chan error, 1)
	go func() {
		for {
			m := new(wrapperspb.StringValue)
			if err := s.RecvMsg(m); err != nil {
				failed <- err
				return
			}
			select {
			case heard <- m:
			case <-s.Context().Done():
				return
			}
		}
	}()
	tick := time.NewTicker(700 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case m := <-heard:
			_ = s.SendMsg(m)
		case <-tick.C:
			_ = s.SendMsg(wrapperspb.String("tick"))
		case err := <-failed:
			return err
		}
	}
}

// conversations come and stay, and short calls go on beside them.
func conversations() {
	c := dialQuotes((&quotes{echoing}).service())
	load(6, 15*time.Millisecond, func() { get(c) })
	for i := 0; i < 15; i++ {
		s, err := talk(context.Background(), c)
		must(err)
		go func() {
			for s.RecvMsg(new(wrapperspb.StringValue)) == nil {
			}
		}()
		go client(0, 300*time.Millisecond, func() { _ = s.SendMsg(wrapperspb.String("hello")) })
		time.Sleep(120 * time.Millisecond)
	}
}

// shortConversations are opened, used and closed properly.
func shortConversations() {
	c := dialQuotes((&quotes{echoing}).service())
	each(40*time.Millisecond, func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		s, err := talk(ctx, c)
		if err != nil {
			return
		}
		for i := 0; i < 5; i++ {
			_ = s.SendMsg(wrapperspb.String("hello"))
			_ = s.RecvMsg(new(wrapperspb.StringValue))
			time.Sleep(20 * time.Millisecond)
		}
		_ = s.CloseSend()
		for s.RecvMsg(new(wrapperspb.StringValue)) == nil {
		}
	})
}

// quietClients are connected and ask for nothing; one asks now and then.
func quietClients() {
	address := (&quotes{echoing}).service()
	for i := 0; i < 12; i++ {
		c := dialQuotes(address)
		c.Connect()
		if i == 0 {
			go client(0, 900*time.Millisecond, func() { get(c) })
		}
	}
}

// priced computes a price beside the stream and hands it over, though the stream may have gone.
func priced(s grpc.ServerStream) error {
	price := make(chan int)
	go func() {
		time.Sleep(30 * time.Millisecond)
		price <- 1
	}()
	select {
	case <-price:
		return s.SendMsg(wrapperspb.String("1"))
	case <-s.Context().Done():
		return s.Context().Err()
	}
}

func pricesNobodyWants() {
	c := dialQuotes((&quotes{priced}).service())
	each(60*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		if s, err := talk(ctx, c); err == nil {
			_ = s.RecvMsg(new(wrapperspb.StringValue))
		}
	})
}

// conversationsLeftOpen takes one answer and goes, without a cancel.
func conversationsLeftOpen() {
	c := dialQuotes((&quotes{echoing}).service())
	each(70*time.Millisecond, func() {
		if s, err := talk(context.TODO(), c); err == nil {
			_ = s.SendMsg(wrapperspb.String("hello"))
			_ = s.RecvMsg(new(wrapperspb.StringValue))
		}
	})
}

func ownCertificate() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	must(err)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"heldout"}}
}

func trusting() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"heldout"}}
}

func quicPair(handle func(quic.Stream)) quic.Connection {
	l, err := quic.ListenAddr("127.0.0.1:0", ownCertificate(), &quic.Config{MaxIncomingStreams: 20, KeepAlivePeriod: time.Second})
	must(err)
	go func() {
		for {
			c, err := l.Accept(context.Background())
			if err != nil {
				return
			}
			go func() {
				for {
					s, err := c.AcceptStream(context.Background())
					if err != nil {
						return
					}
					go handle(s)
				}
			}()
		}
	}()
	c, err := quic.DialAddr(context.Background(), l.Addr().String(), trusting(), &quic.Config{KeepAlivePeriod: time.Second})
	must(err)
	return c
}

func echoStream(s quic.Stream) {
	_, _ = io.Copy(s, s)
	_ = s.Close()
}

func quicBusy() {
	c := quicPair(echoStream)
	load(8, 15*time.Millisecond, func() {
		s, err := c.OpenStreamSync(context.Background())
		if err != nil {
			return
		}
		_, _ = s.Write(make([]byte, 2000))
		_ = s.Close()
		_, _ = io.Copy(io.Discard, s)
	})
}

// fetch forgets to close its stream: the peer allows twenty.
func fetch(c quic.Connection) {
	s, err := c.OpenStreamSync(context.Background())
	if err != nil {
		return
	}
	_, _ = s.Write([]byte("x"))
	_, _ = s.Read(make([]byte, 1))
}

func quicStreamsKept() {
	c := quicPair(echoStream)
	each(50*time.Millisecond, func() { fetch(c) })
}

// tunnel: the reader holds the read lock while it waits for the peer, who is silent; the sender wants to connect anew.
type tunnel struct {
	lock   sync.RWMutex
	stream net.Conn
	sent   atomic.Int64
}

func (t *tunnel) receive() {
	word := make([]byte, 1)
	for {
		t.lock.RLock()
		_, err := t.stream.Read(word)
		t.lock.RUnlock()
		if err != nil {
			return
		}
	}
}

func (t *tunnel) send() {
	t.lock.RLock()
	defer t.lock.RUnlock()
	t.sent.Add(1)
}

func (t *tunnel) reconnect() {
	t.lock.Lock()
	defer t.lock.Unlock()
}

func tunnelThatHangs() {
	l := listen()
	go func() {
		c, err := l.Accept()
		if err == nil {
			_, _ = c.Write([]byte("hello"))
		}
		forever.Add(1)
		forever.Wait()
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	must(err)
	t := &tunnel{stream: c}
	go t.receive()
	load(4, 20*time.Millisecond, t.send)
	time.Sleep(800 * time.Millisecond)
	go t.reconnect()
}

func init() {
	healthy("conversations", false, conversations)
	healthy("short-conversations", true, shortConversations)
	healthy("quiet-clients", true, quietClients)
	healthy("quic-busy", false, quicBusy)
	leaking("prices-nobody-wants", pricesNobodyWants, "main.priced")
	leaking("conversations-left-open", conversationsLeftOpen, "main.echoing", "google.golang.org/grpc")
	leaking("quic-streams-kept", quicStreamsKept, "main.fetch", "main.quicStreamsKept", "github.com/quic-go", "main.echoStream")
	leaking("tunnel-that-hangs", tunnelThatHangs, "main.(*tunnel)", "main.client")
}
