// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"math/rand"
	"net"
	netrpc "net/rpc"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func init() {
	healthy("grpc-geocoder-busy", true, runGeocoder)
	healthy("grpc-watchers-idle", true, runStatusBoard)
	healthy("unix-socket-daemon", true, runDaemon)
}

type lookup interface {
	Find(context.Context, string) (string, error)
}

type geocoder struct{ slots chan struct{} }

func (g *geocoder) Find(ctx context.Context, place string) (string, error) {
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return "", status.FromContextError(ctx.Err()).Err()
	}
	defer func() { <-g.slots }()
	if rand.Intn(30) == 0 {
		return "", status.Error(codes.NotFound, "no such place")
	}
	select {
	case <-time.After(time.Duration(2+rand.Intn(10)) * time.Millisecond):
		return place + " is at 48.1, 11.5", nil
	case <-ctx.Done():
		return "", status.FromContextError(ctx.Err()).Err()
	}
}

// lookupService is written by hand in place of generated code.
var lookupService = grpc.ServiceDesc{
	ServiceName: "places.Lookup",
	HandlerType: (*lookup)(nil),
	Methods: []grpc.MethodDesc{{MethodName: "Find", Handler: func(s any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		in := &wrapperspb.StringValue{}
		if err := decode(in); err != nil {
			return nil, err
		}
		out, err := s.(lookup).Find(ctx, in.GetValue())
		if err != nil {
			return nil, err
		}
		return wrapperspb.String(out), nil
	}}},
}

func dialGRPC(l net.Listener) *grpc.ClientConn {
	c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	return c
}

func find(c *grpc.ClientConn, place string, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	out := &wrapperspb.StringValue{}
	err := c.Invoke(ctx, "/places.Lookup/Find", wrapperspb.String(place), out)
	return out.GetValue(), err
}

func runGeocoder() {
	l := listen()
	s := grpc.NewServer()
	s.RegisterService(&lookupService, &geocoder{make(chan struct{}, 10)})
	go s.Serve(l)
	for i := 0; i < 3; i++ {
		c := dialGRPC(l)
		load(10, 12*time.Millisecond, func() { _, _ = find(c, "Munich", time.Duration(5+rand.Intn(60))*time.Millisecond) })
	}
	select {}
}

// Many streams on which there is little news.
func runStatusBoard() {
	l := listen()
	s := grpc.NewServer()
	board := health.NewServer()
	grpc_health_v1.RegisterHealthServer(s, board)
	go s.Serve(l)
	names := []string{"billing", "search", "mail", "stock", "auth"}
	for _, name := range names {
		board.SetServingStatus(name, grpc_health_v1.HealthCheckResponse_SERVING)
	}
	for i := 0; i < 12; i++ {
		c := grpc_health_v1.NewHealthClient(dialGRPC(l))
		for _, name := range names {
			go func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				w, err := c.Watch(ctx, &grpc_health_v1.HealthCheckRequest{Service: name})
				if err != nil {
					return
				}
				for {
					if _, err := w.Recv(); err != nil {
						return
					}
				}
			}()
		}
	}
	for up := false; ; up = !up {
		time.Sleep(1300 * time.Millisecond)
		state := grpc_health_v1.HealthCheckResponse_NOT_SERVING
		if up {
			state = grpc_health_v1.HealthCheckResponse_SERVING
		}
		board.SetServingStatus("mail", state)
	}
}

// Tokens is what the daemon hands out.
type Tokens struct{ bucket chan int }

// Take waits for a token for a while.
func (t *Tokens) Take(_ string, token *int) error {
	select {
	case *token = <-t.bucket:
	case <-time.After(400 * time.Millisecond):
		*token = -1
	}
	return nil
}

func (t *Tokens) refill() {
	n := 0
	for range time.Tick(8 * time.Millisecond) {
		n++
		select {
		case t.bucket <- n:
		default:
		}
	}
}

// A daemon on a unix socket with clients that stay and tools that call once.
func runDaemon() {
	path := filepath.Join(scratch(), "tokens.sock")
	l, err := net.Listen("unix", path)
	must(err)
	t := &Tokens{make(chan int, 20)}
	go t.refill()
	s := netrpc.NewServer()
	must(s.Register(t))
	go s.Accept(l)
	for i := 0; i < 9; i++ {
		c, err := netrpc.Dial("unix", path)
		must(err)
		go client(0, time.Duration(50+i*20)*time.Millisecond, func() {
			var token int
			_ = c.Call("Tokens.Take", "steady", &token)
		})
	}
	each(70*time.Millisecond, func() {
		c, err := netrpc.Dial("unix", path)
		if err != nil {
			return
		}
		defer c.Close()
		var token int
		_ = c.Call("Tokens.Take", "once", &token)
	})
}
