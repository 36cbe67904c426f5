// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package dbproxy forwards the connections of a node to its database, or damages them, for tests and benchmarks of failures.
package dbproxy

import (
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Proxy listens on a TCP port and forwards to a Postgres server. Its methods may be called from any goroutine.
type Proxy struct {
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	network string
	target  string // address of the server in the network
	mode    Mode
	changed chan struct{} // closed when the mode changes
	links   map[*link]bool
}

// Mode says how a proxy treats its connections.
type Mode int

// The modes of a proxy.
const (
	Forwarding Mode = iota
	Refusing        // connections break, new ones too
	Silent          // connections stay open and nothing passes, not even their end; they break when the mode changes
	Stalled         // the same, but what has arrived passes when the mode changes
	Slow            // everything passes SlowDelay late
)

// SlowDelay is the delay of a slow connection, each way.
const SlowDelay = 200 * time.Millisecond

// link is a connection of a node with its connection to the server.
type link struct {
	closed chan struct{}

	mu     sync.Mutex
	conns  []net.Conn // the node's, and the server's once there is one
	broken bool
}

// add adds a connection to the link. It returns false, and closes the connection, when the link was closed before.
func (l *link) add(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		_ = c.Close() // nobody has used it
		return false
	}
	l.conns = append(l.conns, c)
	return true
}

// close breaks the connections without the orderly end of TCP.
func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return
	}
	l.broken = true
	close(l.closed)
	for _, c := range l.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // the other side sees a reset
		}
		_ = c.Close() // it may be broken already
	}
}

// New listens on a free port of 127.0.0.1 and forwards to the socket of a server.
func New(socket string) (*Proxy, error) { return listen("unix", socket) }

// NewForURL does the same for the server of a database URL, and returns the URL of the database by way of the proxy.
func NewForURL(databaseURL string) (_ *Proxy, proxied string, err error) {
	target, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		return nil, "", err
	}
	p, err := listen(pgconn.NetworkAddress(target.Host, target.Port))
	if err != nil {
		return nil, "", err
	}
	user := url.User(target.User)
	if target.Password != "" {
		user = url.UserPassword(target.User, target.Password)
	}
	return p, fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", user, p.listener.Addr(), url.PathEscape(target.Database)), nil
}

func listen(network, target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, network: network, target: target, changed: make(chan struct{}), links: map[*link]bool{}}
	p.running.Go(p.accept)
	return p, nil
}

// Port returns the port on which the proxy listens.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// SetSocket changes the server for new connections.
func (p *Proxy) SetSocket(socket string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.network, p.target = "unix", socket
}

// SetMode changes the mode. Connections that were silent break then, as they do when a firewall has forgotten them.
func (p *Proxy) SetMode(mode Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == Silent || mode == Refusing {
		for l := range p.links { // before anybody learns of the new mode, in which what is waiting could pass
			l.close()
		}
		clear(p.links)
	}
	p.mode = mode
	close(p.changed)
	p.changed = make(chan struct{})
}

// Close stops the proxy and breaks its connections.
func (p *Proxy) Close() {
	_ = p.listener.Close() // ends accept
	p.SetMode(Refusing)
	p.running.Wait()
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(c) })
	}
}

// serve forwards one connection until it ends.
func (p *Proxy) serve(node net.Conn) {
	l := &link{closed: make(chan struct{}), conns: []net.Conn{node}}
	defer l.close()
	if !p.register(l) {
		return
	}
	defer p.remove(l)
	if !p.wait(l, time.Now()) {
		return
	}
	p.mu.Lock()
	network, target := p.network, p.target
	p.mu.Unlock()
	server, err := net.Dial(network, target)
	if err != nil || !l.add(server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.forward(l, node, server) })
	both.Go(func() { p.forward(l, server, node) })
	both.Wait()
}

// register adds a link to those that a change of the mode can break. It returns false when the proxy refuses connections.
func (p *Proxy) register(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == Refusing {
		return false
	}
	p.links[l] = true
	return true
}

func (p *Proxy) remove(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

// chunk is a piece of a connection's bytes, and when it came.
type chunk struct {
	bytes []byte
	at    time.Time
}

// forward copies the bytes of one direction until the connection ends, and then closes the link.
func (p *Proxy) forward(l *link, from, to net.Conn) {
	defer l.close()
	received := make(chan chunk, 64)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(received)
		for {
			buffer := make([]byte, 16<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				select {
				case received <- chunk{buffer[:n], time.Now()}:
				case <-l.closed:
					return
				}
			}
			if err != nil {
				return // io.EOF or a broken connection: both end the link
			}
		}
	})
	defer reading.Wait()
	defer l.close()
	for c := range received {
		if !p.wait(l, c.at) {
			return
		}
		if _, err := to.Write(c.bytes); err != nil {
			return
		}
	}
	p.wait(l, time.Now()) // in silence the end does not pass either
}

// wait returns true when what came at a moment may pass, and false when the link was closed before.
func (p *Proxy) wait(l *link, at time.Time) bool {
	for {
		p.mu.Lock()
		mode, changed := p.mode, p.changed
		p.mu.Unlock()
		select {
		case <-l.closed:
			return false
		default:
		}
		var pass <-chan time.Time
		switch mode {
		case Forwarding:
			return true
		case Slow:
			pass = time.After(time.Until(at.Add(SlowDelay)))
		case Silent, Stalled, Refusing:
		}
		select {
		case <-pass:
			return true
		case <-changed:
		case <-l.closed:
			return false
		}
	}
}
