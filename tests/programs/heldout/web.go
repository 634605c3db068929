package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"
)

func serve(h http.Handler) string {
	l := listen()
	go func() { _ = http.Serve(l, h) }()
	return "http://" + l.Addr().String()
}

func get(c *http.Client, url string) {
	if response, err := c.Get(url); err == nil {
		discard(response.Body)
	}
}

func work(w http.ResponseWriter, r *http.Request) {
	time.Sleep(3 * time.Millisecond)
	fmt.Fprintln(w, "done")
}

// eventStreams keeps streams of server-sent events open; nothing happens on most of them.
func eventStreams() {
	events := make(chan string)
	stream := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "data: hello")
		w.(http.Flusher).Flush()
		for {
			select {
			case e := <-events:
				fmt.Fprintln(w, "data: ", e)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}
	url := serve(http.HandlerFunc(stream))
	c := &http.Client{}
	follow := func() {
		response, err := c.Get(url)
		if err != nil {
			return
		}
		defer response.Body.Close()
		for s := bufio.NewScanner(response.Body); s.Scan(); {
		}
	}
	for i := 0; i < 20; i++ {
		go follow()
		time.Sleep(150 * time.Millisecond)
	}
	load(1, 300*time.Millisecond, func() { events <- "tick" })
}

// proxied is a service behind a reverse proxy with time limits; its clients keep their connections.
func proxied() {
	back, _ := url.Parse(serve(http.TimeoutHandler(http.HandlerFunc(work), time.Second, "late")))
	front := serve(httputil.NewSingleHostReverseProxy(back))
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 30}, Timeout: time.Second}
	load(20, 15*time.Millisecond, func() { get(c, front) })
}

// quietWeb served a burst and is idle since.
func quietWeb() {
	url := serve(http.HandlerFunc(work))
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 40}}
	var all sync.WaitGroup
	for i := 0; i < 40; i++ {
		all.Add(1)
		go func() { defer all.Done(); get(c, url) }()
	}
	all.Wait()
	load(1, 2*time.Second, func() { get(c, url) })
}

// forgottenBodies closes a response only where it went well.
func forgottenBodies() {
	r := chi.NewRouter()
	r.Use(middleware.Recoverer)
	r.Get("/price", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, strings.Repeat("sorry ", 20000))
	})
	url := serve(r)
	c := &http.Client{Transport: &http.Transport{}}
	fetchPrice := func() {
		response, err := c.Get(url + "/price")
		if err != nil || response.StatusCode != http.StatusOK {
			return
		}
		discard(response.Body)
	}
	load(1, 60*time.Millisecond, fetchPrice)
}

// transportPerRequest leaves an idle connection behind each time.
func transportPerRequest() {
	url := serve(http.HandlerFunc(work))
	load(1, 40*time.Millisecond, func() { get(&http.Client{Transport: &http.Transport{}}, url) })
}

// lateAnswers starts a lookup that outlasts the caller's patience and then has nobody to answer to.
func lookUp(answer chan<- string) {
	time.Sleep(80 * time.Millisecond)
	answer <- "found"
}

func lateAnswers() {
	r := chi.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 50*time.Millisecond)
		defer cancel()
		answer := make(chan string)
		go lookUp(answer)
		select {
		case a := <-answer:
			fmt.Fprint(w, a)
		case <-ctx.Done():
			w.WriteHeader(http.StatusGatewayTimeout)
		}
	})
	url := serve(r)
	c := &http.Client{}
	load(4, 100*time.Millisecond, func() { get(c, url) })
}

// ginAudit waits beside each request for an end that is told to nobody.
func audit(done <-chan struct{}) { <-done }

func ginAudit() {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/", func(c *gin.Context) {
		done := make(chan struct{})
		go audit(done)
		c.String(200, "ok")
	})
	url := serve(r)
	c := &http.Client{}
	load(2, 90*time.Millisecond, func() { get(c, url) })
}

func fiberBusy() {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error { time.Sleep(2 * time.Millisecond); return c.SendString("ok") })
	l := listen()
	go func() { _ = app.Listener(l) }()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	load(12, 20*time.Millisecond, func() { get(c, "http://"+l.Addr().String()) })
}

// chat is a hub with a reading and a writing goroutine for each of its members, who come one after another.
func chat() {
	var lock sync.Mutex
	members := map[chan string]bool{}
	upgrade := websocket.Upgrader{}
	url := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrade.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		send := make(chan string, 8)
		lock.Lock()
		members[send] = true
		lock.Unlock()
		go func() {
			for text := range send {
				_ = c.WriteMessage(websocket.TextMessage, []byte(text))
			}
		}()
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				break
			}
		}
		lock.Lock()
		delete(members, send)
		close(send)
		lock.Unlock()
	}))
	go load(1, 700*time.Millisecond, func() {
		lock.Lock()
		defer lock.Unlock()
		for send := range members {
			send <- "hello"
		}
	})
	for i := 0; i < 25; i++ {
		c, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http"), nil)
		if err != nil {
			continue
		}
		go func() {
			for {
				if _, _, err := c.ReadMessage(); err != nil {
					return
				}
			}
		}()
		time.Sleep(100 * time.Millisecond)
	}
}

// writePump waits for messages to a member who has left.
func writePump(c *websocket.Conn, send <-chan string) {
	for text := range send {
		_ = c.WriteMessage(websocket.TextMessage, []byte(text))
	}
}

func leftMembers() {
	upgrade := websocket.Upgrader{}
	url := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrade.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		send := make(chan string)
		go writePump(c, send)
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}))
	each(80*time.Millisecond, func() {
		if c, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http"), nil); err == nil {
			time.Sleep(30 * time.Millisecond)
			_ = c.Close()
		}
	})
}

func init() {
	healthy("event-streams", false, eventStreams)
	healthy("proxied", true, proxied)
	healthy("quiet-web", true, quietWeb)
	healthy("fiber-busy", false, fiberBusy)
	healthy("chat", false, chat)
	leaking("forgotten-bodies", forgottenBodies, "net/http.(*persistConn)")
	leaking("transport-per-request", transportPerRequest, "net/http.(*persistConn)", "net/http.(*Transport)")
	leaking("late-answers", lateAnswers, "main.lookUp")
	leaking("gin-audit", ginAudit, "main.audit")
	leaking("left-members", leftMembers, "main.writePump")
}
