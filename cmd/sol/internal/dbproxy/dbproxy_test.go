// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// TestProxy: a proxy passes everything, late or at once; in silence nothing passes, and the connection breaks when the silence ends.
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
	p, err := newProxy(server.Addr().String())
	must(t, err)
	defer p.close()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.port()))
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

	p.setMode(slow)
	start := time.Now()
	echo(first, "late")
	if took := time.Since(start); took < 2*slowDelay {
		t.Errorf("slow: got an answer after %s, want two delays", took)
	}

	p.setMode(silent)
	second := dial()
	for _, c := range []net.Conn{first, second} {
		_, err := io.WriteString(c, "lost")
		must(t, err)
		must(t, c.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
		if n, err := c.Read(make([]byte, 1)); n != 0 || !isTimeout(err) {
			t.Errorf("silent: got %d bytes, %v, want a timeout", n, err)
		}
		must(t, c.SetReadDeadline(time.Time{}))
	}
	p.setMode(forwarding)
	for _, c := range []net.Conn{first, second} {
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("after the silence: got %d bytes, %v, want a broken connection", n, err)
		}
	}
	third := dial()
	echo(third, "again")
	p.setMode(refusing)
	if n, err := third.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("refusing: got %d bytes, %v, want a broken connection", n, err)
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
