// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

func init() {
	healthy("notes-api-quiet", true, runNotes)
	healthy("edge-proxy-busy", true, runEdge)
	healthy("mailbox-long-poll", true, runMailboxes)
	healthy("chat-rooms-websocket", true, runChat)
}

// serveHTTP serves h on a port of its own and returns the base URL.
func serveHTTP(h http.Handler) string {
	l := listen()
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go s.Serve(l)
	return "http://" + l.Addr().String()
}

func newClient(idle int) *http.Client {
	return &http.Client{
		Timeout:   20 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: idle, IdleConnTimeout: 30 * time.Second},
	}
}

func fetch(c *http.Client, address string) (string, error) {
	r, err := c.Get(address)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	return string(b), err
}

// A small JSON service which is asked little.

type noteStore struct {
	mu    sync.RWMutex
	notes map[int]string
	until map[int]time.Time
	next  int
}

func (s *noteStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		b, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.next++
		id := s.next
		s.notes[id] = string(b)
		s.until[id] = time.Now().Add(2 * time.Second)
		s.mu.Unlock()
		fmt.Fprintf(w, `{"id":%d}`, id)
	default:
		s.mu.RLock()
		defer s.mu.RUnlock()
		_ = json.NewEncoder(w).Encode(s.notes)
	}
}

func (s *noteStore) expire(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.mu.Lock()
			for id, end := range s.until {
				if now.After(end) {
					delete(s.until, id)
					delete(s.notes, id)
				}
			}
			s.mu.Unlock()
		}
	}
}

func runNotes() {
	s := &noteStore{notes: map[int]string{}, until: map[int]time.Time{}}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go s.expire(ctx)
	base := serveHTTP(s)
	for i := 0; i < 3; i++ {
		c := newClient(2)
		go func() {
			for {
				if r, err := c.Post(base, "text/plain", strings.NewReader("buy milk")); err == nil {
					discard(r.Body)
				}
				time.Sleep(time.Duration(400+rand.Intn(900)) * time.Millisecond)
				_, _ = fetch(c, base)
			}
		}()
	}
	<-ctx.Done()
}

// A reverse proxy before two upstreams; many clients, some of them give up early.

func runEdge() {
	upstreams := []*url.URL{}
	for i := 0; i < 2; i++ {
		delay := time.Duration(3+4*i) * time.Millisecond
		base := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(delay + time.Duration(rand.Intn(6))*time.Millisecond):
			}
			_, _ = io.WriteString(w, strings.Repeat("x", 2000))
		}))
		u, err := url.Parse(base)
		must(err)
		upstreams = append(upstreams, u)
	}
	var mu sync.Mutex
	turn := 0
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			mu.Lock()
			turn++
			u := upstreams[turn%len(upstreams)]
			mu.Unlock()
			r.SetURL(u)
		},
		Transport:    &http.Transport{MaxIdleConnsPerHost: 32},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	base := serveHTTP(proxy)
	c := newClient(40)
	load(24, 15*time.Millisecond, func() {
		limit := 200 * time.Millisecond
		if rand.Intn(20) == 0 {
			limit = 4 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/page", nil)
		if err != nil {
			return
		}
		if r, err := c.Do(q); err == nil {
			discard(r.Body)
		}
	})
	select {}
}

// Mailboxes on which clients hang for long.

type mailboxes struct {
	mu      sync.Mutex
	waiting map[string]chan string
}

func (m *mailboxes) poll(w http.ResponseWriter, r *http.Request) {
	who := r.URL.Query().Get("who")
	ch := make(chan string, 1)
	m.mu.Lock()
	m.waiting[who] = ch
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		if m.waiting[who] == ch {
			delete(m.waiting, who)
		}
		m.mu.Unlock()
	}()
	limit := time.NewTimer(12 * time.Second)
	defer limit.Stop()
	select {
	case text := <-ch:
		_, _ = io.WriteString(w, text)
	case <-limit.C:
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}

func (m *mailboxes) deliver(who, text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	ch := m.waiting[who]
	if ch == nil {
		return false
	}
	delete(m.waiting, who)
	ch <- text
	return true
}

func runMailboxes() {
	m := &mailboxes{waiting: map[string]chan string{}}
	base := serveHTTP(http.HandlerFunc(m.poll))
	const people = 120
	c := newClient(people)
	for i := 0; i < people; i++ {
		go func() {
			for {
				if _, err := fetch(c, fmt.Sprintf("%s/?who=p%d", base, i)); err != nil {
					time.Sleep(time.Second)
				}
			}
		}()
	}
	// Most of the mail is for few of them.
	for {
		time.Sleep(60 * time.Millisecond)
		who := rand.Intn(10)
		if rand.Intn(5) == 0 {
			who = rand.Intn(people)
		}
		m.deliver(fmt.Sprintf("p%d", who), "hello")
	}
}

// A chat with rooms; members come and go.

type member struct {
	conn *websocket.Conn
	out  chan []byte
}

type room struct {
	join, part chan *member
	say        chan []byte
}

func newRoom() *room {
	r := &room{make(chan *member), make(chan *member), make(chan []byte, 16)}
	go r.host()
	return r
}

func (r *room) host() {
	members := map[*member]bool{}
	for {
		select {
		case m := <-r.join:
			members[m] = true
		case m := <-r.part:
			if members[m] {
				delete(members, m)
				close(m.out)
			}
		case text := <-r.say:
			for m := range members {
				select {
				case m.out <- text:
				default:
					delete(members, m)
					close(m.out)
				}
			}
		}
	}
}

func (m *member) writePump() {
	ping := time.NewTicker(5 * time.Second)
	defer ping.Stop()
	defer m.conn.Close()
	for {
		select {
		case b, ok := <-m.out:
			if !ok {
				return
			}
			if m.conn.WriteMessage(websocket.TextMessage, b) != nil {
				return
			}
		case <-ping.C:
			if m.conn.WriteMessage(websocket.PingMessage, nil) != nil {
				return
			}
		}
	}
}

func (m *member) readPump(r *room) {
	defer func() { r.part <- m }()
	for {
		_, b, err := m.conn.ReadMessage()
		if err != nil {
			return
		}
		r.say <- b
	}
}

func runChat() {
	rooms := []*room{newRoom(), newRoom(), newRoom(), newRoom()}
	up := websocket.Upgrader{}
	base := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		c, err := up.Upgrade(w, q, nil)
		if err != nil {
			return
		}
		r := rooms[len(q.URL.Path)%len(rooms)]
		m := &member{c, make(chan []byte, 64)}
		r.join <- m
		go m.writePump()
		m.readPump(r)
	}))
	visit := func(i int, stay time.Duration, pause time.Duration) {
		c, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(base, "http")+"/"+strings.Repeat("r", i%4), nil)
		if err != nil {
			return
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				if _, _, err := c.ReadMessage(); err != nil {
					return
				}
			}
		}()
		end := time.Now().Add(stay)
		for time.Now().Before(end) {
			time.Sleep(pause)
			if c.WriteMessage(websocket.TextMessage, []byte("hi there")) != nil {
				break
			}
		}
		_ = c.Close()
		<-done
	}
	for i := 0; i < 70; i++ {
		go visit(i, time.Hour, time.Duration(2+i%9)*time.Second)
	}
	for i := 0; i < 6; i++ {
		go func() {
			for {
				visit(i, 900*time.Millisecond, 150*time.Millisecond)
			}
		}()
	}
	select {}
}
