// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestClientAddressTrustsListedProxiesOnly(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, c := range map[string]struct {
		peer, forwarded, want string
		trusted               []netip.Prefix
	}{
		"the peer":                 {"192.0.2.1:99", "", "192.0.2.1", nil},
		"no trusted proxy":         {"192.0.2.1:99", "198.51.100.7", "192.0.2.1", nil},
		"a trusted proxy":          {"10.1.1.1:99", "198.51.100.7", "198.51.100.7", proxies},
		"a forged first hop":       {"10.1.1.1:99", "203.0.113.9, 198.51.100.7", "198.51.100.7", proxies},
		"two trusted proxies":      {"10.1.1.1:99", "198.51.100.7, 10.2.2.2", "198.51.100.7", proxies},
		"a hop that is no address": {"10.1.1.1:99", "me", "10.1.1.1", proxies},
		"an IPv6 network":          {"[2001:db8:1:2:3::4]:99", "", "2001:db8:1:2::/64", nil},
		"an IPv4 address in IPv6":  {"[::ffff:192.0.2.1]:99", "", "192.0.2.1", nil},
		"an unparsable peer":       {"@", "", "@", nil},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := New(Config{TrustedProxies: c.trusted}).ClientAddress(r); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestLimiterDeletesIdleClients(t *testing.T) {
	l, now := NewLimiter(Rate{PerMinute: 60, Burst: 2}), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, client := range []string{"a", "a", "b"} {
		if _, ok := l.Take(client, now, http.Header{}); !ok {
			t.Fatalf("%s: got a refusal, want the request allowed", client)
		}
	}
	if wait, ok := l.Take("a", now, http.Header{}); ok || wait != time.Second {
		t.Fatalf("third request: got %v, %v, want a refusal with a wait of 1 s", wait, ok)
	}
	if _, ok := l.Take("a", now.Add(time.Second), http.Header{}); !ok {
		t.Fatal("after a second: got a refusal, want the request allowed")
	}
	if _, ok := l.Take("c", now.Add(2*time.Minute), http.Header{}); !ok || len(l.clients) != 1 {
		t.Errorf("got %d clients, allowed %v, want only c", len(l.clients), ok)
	}
}

func TestRefundNeverExceedsTheBurst(t *testing.T) {
	l, now := NewLimiter(Rate{PerMinute: 1, Burst: 2}), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for range 10 {
		if _, ok := l.Take("a", now, http.Header{}); !ok {
			t.Fatal("got a refusal, want the request allowed")
		}
		l.Refund("a", now)
	}
	l.Refund("a", now) // it does not add to the burst
	for n := range 3 {
		if _, ok := l.Take("a", now, http.Header{}); ok != (n < 2) {
			t.Fatalf("request %d: got allowed %v, want %v", n, ok, n < 2)
		}
	}
}
