// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"errors"
	"sync"
	"time"
)

func init() {
	leaking("moby-plugin-activate", func() { runPluginActivate(false) },
		"main.(*volumePlugin).waitActive", "main.(*engineDaemon).startContainer")
	healthy("moby-plugin-activate-fixed", false, func() { runPluginActivate(true) })
}

var errHandshake = errors.New("plugin does not answer")

// A volumePlugin is activated by the first who needs it; the others wait until it is.
type volumePlugin struct {
	mu        sync.Mutex
	ready     *sync.Cond
	started   bool
	active    bool
	err       error
	answers   bool
	tellError bool
}

func newVolumePlugin(answers, tellError bool) *volumePlugin {
	p := &volumePlugin{answers: answers, tellError: tellError}
	p.ready = sync.NewCond(&p.mu)
	return p
}

func (p *volumePlugin) activate() error {
	err := p.handshake()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.err = err
		if p.tellError {
			p.ready.Broadcast()
		}
		return err
	}
	p.active = true
	p.ready.Broadcast()
	return nil
}

func (p *volumePlugin) handshake() error {
	disk(300 * time.Millisecond)
	if !p.answers {
		return errHandshake
	}
	return nil
}

func (p *volumePlugin) waitActive() error {
	p.mu.Lock()
	for !p.active && p.err == nil {
		p.ready.Wait()
	}
	defer p.mu.Unlock()
	return p.err
}

func (p *volumePlugin) get() error {
	p.mu.Lock()
	first := !p.started
	p.started = true
	p.mu.Unlock()
	if first {
		return p.activate()
	}
	return p.waitActive()
}

type engineDaemon struct {
	events  chan string
	local   *volumePlugin
	network *volumePlugin
}

func (d *engineDaemon) eventLoop() {
	last := make([]string, 0, 64)
	for e := range d.events {
		if len(last) == cap(last) {
			last = last[:0]
		}
		last = append(last, e)
	}
}

func (d *engineDaemon) statsLoop(container int) {
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		compute(20 + container)
	}
}

// inspect uses a plugin that works.
func (d *engineDaemon) inspect() {
	if d.local.get() == nil {
		compute(50)
		d.events <- "inspect"
	}
}

func (d *engineDaemon) startContainer() {
	compute(30)
	if d.network.get() != nil {
		d.events <- "die"
		return
	}
	d.events <- "start"
}

func runPluginActivate(tellError bool) {
	d := &engineDaemon{make(chan string, 16), newVolumePlugin(true, tellError), newVolumePlugin(false, tellError)}
	go d.eventLoop()
	for i := 0; i < 5; i++ {
		go d.statsLoop(i)
	}
	load(4, 15*time.Millisecond, d.inspect)
	time.Sleep(500 * time.Millisecond)
	// A stack of many services is deployed at once.
	go d.startContainer()
	time.Sleep(50 * time.Millisecond)
	for i := 0; i < 300; i++ {
		go d.startContainer()
	}
}
