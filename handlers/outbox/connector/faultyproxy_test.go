// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package connector_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// fault passes a part of an answer to the client, in whole, in part or not at all. It returns false to close the connection.
type fault func(client *net.TCPConn, answer []byte) bool

// faultyProxy is a TCP proxy that applies a fault to answers and passes requests unchanged.
type faultyProxy struct {
	address string
	fault   atomic.Pointer[fault] // nil: answers pass unchanged
}

// newFaultyProxy starts a proxy to the target address. It stops at the end of the test.
func newFaultyProxy(t *testing.T, target string) *faultyProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	p := &faultyProxy{address: listener.Addr().String()}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", target)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { // ends when the client closes the connection
				_, _ = io.Copy(server, client)
				_ = server.Close()
			}()
			go p.answer(client.(*net.TCPConn), server)
		}
	}()
	return p
}

func (p *faultyProxy) answer(client *net.TCPConn, server net.Conn) {
	defer client.Close()
	for part := make([]byte, 64<<10); ; {
		n, err := server.Read(part)
		if f := p.fault.Load(); f != nil && n > 0 {
			if !(*f)(client, part[:n]) {
				return
			}
		} else if _, err := client.Write(part[:n]); err != nil {
			return
		}
		if err != nil {
			return
		}
	}
}

// lose discards the answer and leaves the connection open.
func lose(*net.TCPConn, []byte) bool { return true }

// crawl passes one byte per second.
func crawl(client *net.TCPConn, answer []byte) bool {
	for i := range answer {
		if _, err := client.Write(answer[i : i+1]); err != nil {
			return false
		}
		<-time.After(time.Second)
	}
	return true
}

// truncate passes the first 120 bytes of the answer and closes the connection.
func truncate(client *net.TCPConn, answer []byte) bool {
	_, _ = client.Write(answer[:min(120, len(answer))])
	return false
}

// reset discards the answer and resets the connection: the client gets "connection reset by peer".
func reset(client *net.TCPConn, _ []byte) bool {
	_ = client.SetLinger(0)
	return false
}
