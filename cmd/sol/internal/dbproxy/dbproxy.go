// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"net"
	"sync"
	"time"
)

// proxy forwards the TCP connections of a node to a Postgres server, or damages them.
type proxy struct {
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	target  string // path of the server's socket
	mode    proxyMode
	changed chan struct{} // closed when the mode changes
	links   map[*link]bool
}

// proxyMode is what a proxy does with its connections.
type proxyMode int

const (
	forwarding proxyMode = iota
	refusing             // connections break, new ones too
	silent               // connections stay open and nothing passes, not even their end
	slow                 // everything passes slowDelay late
)

// slowDelay is the delay of a slow connection, each way.
const slowDelay = 200 * time.Millisecond

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

// newProxy listens on a free port of 127.0.0.1 and forwards to the socket.
func newProxy(target string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, target: target, changed: make(chan struct{}), links: map[*link]bool{}}
	p.running.Go(p.accept)
	return p, nil
}

// port returns the port on which the proxy listens.
func (p *proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// setTarget changes the server for new connections.
func (p *proxy) setTarget(socket string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = socket
}

// setMode changes the mode. Connections that were silent break then, as they do when a firewall has forgotten them.
func (p *proxy) setMode(mode proxyMode) {
	p.mu.Lock()
	before := p.mode
	p.mode = mode
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
	if before == silent || mode == refusing {
		p.breakLinks()
	}
}

func (p *proxy) breakLinks() {
	p.mu.Lock()
	all := p.links
	p.links = map[*link]bool{}
	p.mu.Unlock()
	for l := range all {
		l.close()
	}
}

// close stops the proxy and breaks its connections.
func (p *proxy) close() {
	_ = p.listener.Close() // ends accept
	p.setMode(refusing)
	p.running.Wait()
}

func (p *proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(c) })
	}
}

// serve forwards one connection until it ends.
func (p *proxy) serve(node net.Conn) {
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
	target := p.target
	p.mu.Unlock()
	server, err := net.Dial("unix", target)
	if err != nil || !l.add(server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.forward(l, node, server) })
	both.Go(func() { p.forward(l, server, node) })
	both.Wait()
}

// register adds a link to those that a change of the mode can break. It returns false when the proxy refuses connections.
func (p *proxy) register(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == refusing {
		return false
	}
	p.links[l] = true
	return true
}

func (p *proxy) remove(l *link) {
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
func (p *proxy) forward(l *link, from, to net.Conn) {
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
func (p *proxy) wait(l *link, at time.Time) bool {
	for {
		p.mu.Lock()
		mode, changed := p.mode, p.changed
		p.mu.Unlock()
		var pass <-chan time.Time
		switch mode {
		case forwarding:
			return true
		case slow:
			pass = time.After(time.Until(at.Add(slowDelay)))
		case silent, refusing:
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
