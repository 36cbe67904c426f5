// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dbproxy_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/dbproxy"
)

// TestProxy checks that a proxy passes everything, late or at once. Stalled, nothing passes until later; in silence nothing passes, and the
// connection breaks when the silence ends.
func TestProxy(t *testing.T) {
	server, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	must(t, err)
	defer func() { must(t, server.Close()) }()
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c) }() // until the connection breaks
		}
	}()
	p, err := dbproxy.New(server.Addr().String())
	must(t, err)
	defer p.Close()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.Port()))
		must(t, err)
		t.Cleanup(func() { _ = c.Close() }) // it may be broken
		return c
	}
	echo := func(c net.Conn, text string) {
		t.Helper()
		_, err := io.WriteString(c, text)
		must(t, err)
		got := make([]byte, len(text))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
			t.Fatalf("got %q, %v, want %q", got, err, text)
		}
	}
	first := dial()
	echo(first, "forwarded")

	p.SetMode(dbproxy.Slow)
	start := time.Now()
	echo(first, "late")
	if took := time.Since(start); took < 2*dbproxy.SlowDelay {
		t.Errorf("slow: got an answer after %s, want two delays", took)
	}

	p.SetMode(dbproxy.Stalled)
	_, err = io.WriteString(first, "later")
	must(t, err)
	wantSilence(t, first)
	p.SetMode(dbproxy.Forwarding)
	later := make([]byte, len("later"))
	if _, err := io.ReadFull(first, later); err != nil || string(later) != "later" {
		t.Errorf("stalled and restored: got %q, %v, want what was written meanwhile", later, err)
	}

	p.SetMode(dbproxy.Silent)
	second := dial()
	for _, c := range []net.Conn{first, second} {
		_, err := io.WriteString(c, "lost")
		must(t, err)
		wantSilence(t, c)
	}
	p.SetMode(dbproxy.Forwarding)
	for _, c := range []net.Conn{first, second} {
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("after the silence: got %d bytes, %v, want a broken connection", n, err)
		}
	}
	third := dial()
	echo(third, "again")
	p.SetMode(dbproxy.Refusing)
	if n, err := third.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("refusing: got %d bytes, %v, want a broken connection", n, err)
	}
}

// wantSilence checks that nothing comes for a while.
func wantSilence(t *testing.T, c net.Conn) {
	t.Helper()
	must(t, c.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	var network net.Error
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.As(err, &network) || !network.Timeout() {
		t.Errorf("got %d bytes, %v, want a timeout", n, err)
	}
	must(t, c.SetReadDeadline(time.Time{}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
