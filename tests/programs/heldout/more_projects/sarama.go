// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// Sarama: the consumer of a broker hands a response to every partition and waits on a group for all of them; a
// partition whose response was bad leaves it aside without Done.

func init() {
	leaking("sarama-broker-acks", func() { runKafkaClient(false) },
		"main.(*brokerConsumer).subscriptionConsumer", "main.(*partitionConsumer).responseFeeder", "main.(*partitionConsumer).handleMessages")
	healthy("sarama-broker-acks-fixed", false, func() { runKafkaClient(true) })
}

type fetchResponse struct {
	offset int
	broken bool
}

type brokerConsumer struct {
	acks  sync.WaitGroup
	parts []*partitionConsumer
}

type partitionConsumer struct {
	fixed    bool
	broker   *brokerConsumer
	feeder   chan fetchResponse
	messages chan int
	errors   atomic.Int64
}

func (b *brokerConsumer) subscriptionConsumer() {
	for offset := 0; ; offset++ {
		time.Sleep(10 * time.Millisecond)
		b.acks.Add(len(b.parts))
		for i, p := range b.parts {
			p.feeder <- fetchResponse{offset, i == 2 && offset%50 == 49}
		}
		b.acks.Wait()
	}
}

func (p *partitionConsumer) responseFeeder() {
	for r := range p.feeder {
		if r.broken {
			p.errors.Add(1)
			if p.fixed {
				p.broker.acks.Done()
			}
			continue
		}
		for i := 0; i < 3; i++ {
			p.messages <- r.offset + i
		}
		p.broker.acks.Done()
	}
}

func (p *partitionConsumer) handleMessages() {
	sum := 0
	for m := range p.messages {
		sum += m
		time.Sleep(200 * time.Microsecond)
	}
}

type producerBatch struct {
	values []string
	ack    chan int
}

func flushBatches(in <-chan string, out chan<- producerBatch) {
	t := time.NewTicker(15 * time.Millisecond)
	defer t.Stop()
	batch := []string{}
	for {
		select {
		case v := <-in:
			batch = append(batch, v)
		case <-t.C:
			if len(batch) == 0 {
				continue
			}
			b := producerBatch{batch, make(chan int, 1)}
			out <- b
			<-b.ack
			batch = nil
		}
	}
}

func runKafkaClient(fixed bool) {
	b := &brokerConsumer{}
	for i := 0; i < 6; i++ {
		p := &partitionConsumer{fixed: fixed, broker: b, feeder: make(chan fetchResponse, 1), messages: make(chan int, 2)}
		b.parts = append(b.parts, p)
		go p.responseFeeder()
		go p.handleMessages()
	}
	go b.subscriptionConsumer()
	in, out := make(chan string, 64), make(chan producerBatch)
	go flushBatches(in, out)
	go func() {
		for b := range out {
			time.Sleep(time.Millisecond)
			b.ack <- len(b.values)
		}
	}()
	load(3, 6*time.Millisecond, func() { in <- "event" })
	forever.Add(1)
	forever.Wait()
}
