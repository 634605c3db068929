package main

// gRPC, connect and web sockets.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"connectrpc.com/connect"
	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/olahol/melody"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func serve(h http.Handler) string {
	l := listen()
	go func() { _ = http.Serve(l, h) }()
	return "http://" + l.Addr().String()
}

// An uploading stream that answers at its end, and one that follows.
var uploads = grpc.ServiceDesc{ServiceName: "files", HandlerType: (*any)(nil),
	Streams: []grpc.StreamDesc{
		{StreamName: "up", ClientStreams: true, Handler: takeUpload},
		{StreamName: "follow", ServerStreams: true, Handler: follow}}}

func takeUpload(_ any, s grpc.ServerStream) error {
	n := 0
	for {
		m := &wrapperspb.BytesValue{}
		err := s.RecvMsg(m)
		if errors.Is(err, io.EOF) {
			return s.SendMsg(wrapperspb.Int64(int64(n)))
		}
		if err != nil {
			return err
		}
		n += len(m.Value)
	}
}

func follow(_ any, s grpc.ServerStream) error {
	m := &wrapperspb.StringValue{}
	if err := s.RecvMsg(m); err != nil {
		return err
	}
	for i := 0; i < 5; i++ {
		if err := s.SendMsg(wrapperspb.Int64(int64(i))); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

func grpcFiles(o ...grpc.DialOption) *grpc.ClientConn {
	server := grpc.NewServer()
	server.RegisterService(&uploads, nil)
	l := listen()
	go func() { _ = server.Serve(l) }()
	c, err := grpc.NewClient(l.Addr().String(), append(o, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	must(err)
	return c
}

func up(ctx context.Context, c *grpc.ClientConn) (grpc.ClientStream, error) {
	s, err := c.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, "/files/up")
	if err != nil {
		return nil, err
	}
	for i := 0; i < 3; i++ {
		if err := s.SendMsg(wrapperspb.Bytes(make([]byte, 1000))); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func uploadsBusy() {
	c := grpcFiles()
	load(10, 15*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s, err := up(ctx, c)
		if err != nil || s.CloseSend() != nil {
			return
		}
		_ = s.RecvMsg(&wrapperspb.Int64Value{})
	})
}

// An upload that fails on the way is neither closed nor cancelled.
func uploadBroken(ctx context.Context, c *grpc.ClientConn) error {
	s, err := up(ctx, c)
	if err != nil {
		return err
	}
	_ = s
	return errors.New("cannot read the file")
}

func uploadsBroken() {
	c := grpcFiles()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	load(1, 60*time.Millisecond, func() { _ = uploadBroken(ctx, c) })
	forever.Add(1)
	forever.Wait()
}

// A span for each stream, that ends when both sides told its end; one that is not read to its end does not.
type told struct {
	grpc.ClientStream
	events chan error
}

func (t *told) RecvMsg(m any) error {
	err := t.ClientStream.RecvMsg(m)
	if err != nil {
		close(t.events)
	}
	return err
}

func spanOf(events chan error) {
	for range events {
		time.Sleep(0)
	}
}

func withSpan(ctx context.Context, d *grpc.StreamDesc, c *grpc.ClientConn, method string, next grpc.Streamer,
	o ...grpc.CallOption) (grpc.ClientStream, error) {
	s, err := next(ctx, d, c, method, o...)
	if err != nil {
		return nil, err
	}
	t := &told{s, make(chan error)}
	go spanOf(t.events)
	return t, nil
}

func spanOfStream() {
	c := grpcFiles(grpc.WithStreamInterceptor(withSpan))
	load(2, 90*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		defer cancel()
		s, err := c.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/files/follow")
		if err != nil {
			return
		}
		_ = s.SendMsg(wrapperspb.String("log"))
		_ = s.CloseSend()
		_ = s.RecvMsg(&wrapperspb.Int64Value{}) // the first is enough
	})
}

func connectBusy() {
	mux := http.NewServeMux()
	mux.Handle("/greet", connect.NewUnaryHandler("/greet",
		func(_ context.Context, r *connect.Request[wrapperspb.StringValue]) (*connect.Response[wrapperspb.StringValue], error) {
			time.Sleep(2 * time.Millisecond)
			return connect.NewResponse(r.Msg), nil
		}))
	url := serve(mux)
	c := connect.NewClient[wrapperspb.StringValue, wrapperspb.StringValue](http.DefaultClient, url+"/greet")
	load(12, 10*time.Millisecond, func() {
		_, _ = c.CallUnary(context.Background(), connect.NewRequest(wrapperspb.String("you")))
	})
}

func echoBusy() {
	e := echo.New()
	e.Use(middleware.Recover(), middleware.ContextTimeout(200*time.Millisecond))
	e.GET("/", func(c echo.Context) error {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-c.Request().Context().Done():
		}
		return c.String(http.StatusOK, "ok")
	})
	url := serve(e)
	load(15, 10*time.Millisecond, func() {
		if r, err := http.Get(url); err == nil {
			discard(r.Body)
		}
	})
}

var upgrader = websocket.Upgrader{}

// A client has a pump for each direction; the one that reads ends with the client, the other is not told.
func writePump(c *websocket.Conn, send chan []byte) {
	for m := range send {
		_ = c.WriteMessage(websocket.TextMessage, m)
	}
}

func writePumpsKept() {
	url := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		send := make(chan []byte, 8)
		go writePump(c, send)
		for {
			_, m, err := c.ReadMessage()
			if err != nil {
				c.Close()
				return
			}
			send <- m
		}
	}))
	load(1, 70*time.Millisecond, func() {
		c, _, err := websocket.DefaultDialer.Dial("ws"+url[4:], nil)
		if err != nil {
			return
		}
		_ = c.WriteMessage(websocket.TextMessage, []byte("hello"))
		_, _, _ = c.ReadMessage()
		c.Close()
	})
}

// Sockets that come within two seconds and stay; a word for all every half second.
func melodies() {
	m := melody.New()
	url := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = m.HandleRequest(w, r) }))
	for i := 0; i < 25; i++ {
		c, _, err := websocket.DefaultDialer.Dial("ws"+url[4:], nil)
		must(err)
		go func() {
			for {
				if _, _, err := c.ReadMessage(); err != nil {
					return
				}
			}
		}()
		time.Sleep(80 * time.Millisecond)
	}
	for {
		_ = m.Broadcast([]byte("x"))
		time.Sleep(500 * time.Millisecond)
	}
}

// A subscription of GraphQL's kind: the resolver's goroutine sends what it finds, and the socket's has gone.
func resolve(from chan int, to chan string) {
	for n := range from {
		to <- fmt.Sprint(n)
	}
}

func resolversKept() {
	var lock sync.Mutex
	var all []chan int
	go func() {
		for {
			lock.Lock()
			for _, c := range all {
				select {
				case c <- 1:
				default:
				}
			}
			lock.Unlock()
			time.Sleep(20 * time.Millisecond)
		}
	}()
	load(1, 70*time.Millisecond, func() {
		from, to := make(chan int, 1), make(chan string)
		lock.Lock()
		all = append(all, from)
		lock.Unlock()
		go resolve(from, to)
		select {
		case <-to:
		case <-time.After(50 * time.Millisecond):
		}
	})
}

func init() {
	healthy("uploads-busy", false, uploadsBusy)
	healthy("connect-busy", false, connectBusy)
	healthy("echo-busy", true, echoBusy)
	healthy("melodies", false, melodies)
	leaking("uploads-broken", uploadsBroken, "google.golang.org/grpc.newClientStream", "google.golang.org/grpc.(*Server)",
		"main.takeUpload", "main.uploadBroken")
	leaking("span-of-stream", spanOfStream, "main.spanOf", "main.withSpan")
	leaking("write-pumps-kept", writePumpsKept, "main.writePump", "main.writePumpsKept")
	leaking("resolvers-kept", resolversKept, "main.resolve")
}
