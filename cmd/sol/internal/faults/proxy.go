// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package faults

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Proxy is a TCP proxy in front of a Postgres server, between it and one node. It can stop forwarding without closing a connection, as a
// network does that loses every packet, and delay what it forwards. Its methods may be called from any goroutine.
type Proxy struct {
	url             string
	network, target string
	listener        net.Listener
	running         sync.WaitGroup

	mu    sync.Mutex
	delay time.Duration
	flow  chan struct{} // closed while the proxy forwards
	conns map[net.Conn]bool
	ended chan struct{}
}

// NewProxy listens on a free port of 127.0.0.1 and forwards to the server of a database URL.
func NewProxy(databaseURL string) (*Proxy, error) {
	target, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, flow: make(chan struct{}), conns: map[net.Conn]bool{}, ended: make(chan struct{})}
	close(p.flow)
	p.network, p.target = pgconn.NetworkAddress(target.Host, target.Port)
	user := url.User(target.User)
	if target.Password != "" {
		user = url.UserPassword(target.User, target.Password)
	}
	p.url = fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", user, listener.Addr(), url.PathEscape(target.Database))
	p.running.Go(p.accept)
	return p, nil
}

// URL returns the URL of the database by way of the proxy.
func (p *Proxy) URL() string { return p.url }

// Stall stops forwarding. Connections stay open, and new ones are accepted.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flow:
		p.flow = make(chan struct{})
	default: // it stalls already
	}
}

// Slow delays what is forwarded from now on, each way.
func (p *Proxy) Slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// Restore forwards again, without a delay, also what arrived meanwhile.
func (p *Proxy) Restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = 0
	select {
	case <-p.flow:
	default:
		close(p.flow)
	}
}

// Close closes all connections and waits for the goroutines.
func (p *Proxy) Close() error {
	p.mu.Lock()
	select {
	case <-p.ended:
	default:
		close(p.ended)
	}
	for c := range p.conns {
		_ = c.Close() // its goroutines see the error
	}
	p.mu.Unlock()
	err := p.listener.Close()
	p.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// accept accepts connections until the listener is closed.
func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.target)
		if err != nil {
			_ = client.Close() // the node sees that the server cannot be reached
			continue
		}
		p.mu.Lock()
		p.conns[client], p.conns[server] = true, true
		p.mu.Unlock()
		p.running.Go(func() { p.forward(client, server) })
		p.running.Go(func() { p.forward(server, client) })
	}
}

// chunk is what arrived at a time.
type chunk struct {
	data []byte
	at   time.Time
}

// forward copies from one connection to the other until one of them ends, and then closes both.
func (p *Proxy) forward(from, to net.Conn) {
	chunks := make(chan chunk, 1024)
	p.running.Go(func() {
		defer close(chunks)
		for {
			data := make([]byte, 16<<10)
			n, err := from.Read(data)
			if n > 0 {
				select {
				case chunks <- chunk{data[:n], time.Now()}:
				case <-p.ended:
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	for c := range chunks {
		if !p.wait(c.at) {
			break
		}
		if _, err := to.Write(c.data); err != nil {
			break
		}
	}
	p.wait(time.Now()) // a stalled network carries no end of a connection either
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range []net.Conn{from, to} {
		_ = c.Close() // the other direction may have closed it
		delete(p.conns, c)
	}
}

// wait returns when what arrived at a time may be forwarded, and false when the proxy is closed before.
func (p *Proxy) wait(arrived time.Time) bool {
	p.mu.Lock()
	flow, delay := p.flow, p.delay
	p.mu.Unlock()
	due := time.NewTimer(time.Until(arrived.Add(delay)))
	defer due.Stop()
	select {
	case <-due.C:
	case <-p.ended:
		return false
	}
	select {
	case <-flow:
		return true
	case <-p.ended:
		return false
	}
}
