// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"net/http"
	"net/netip"
	"testing"
)

// TestOnlyTrustedProxiesTellTheWorkstation: a client that is no trusted proxy could write what it likes.
func TestOnlyTrustedProxiesTellTheWorkstation(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, c := range map[string]struct {
		config Config
		peer   string
		want   string
	}{
		"trusted proxy":       {Config{TrustedProxies: trusted, WorkstationHeader: "X-Workstation"}, "10.1.2.3:99", "PC-PROVA-7"},
		"mapped address":      {Config{TrustedProxies: trusted, WorkstationHeader: "X-Workstation"}, "[::ffff:10.1.2.3]:99", "PC-PROVA-7"},
		"client":              {Config{TrustedProxies: trusted, WorkstationHeader: "X-Workstation"}, "192.0.2.1:99", ""},
		"no trusted proxies":  {Config{WorkstationHeader: "X-Workstation"}, "10.1.2.3:99", ""},
		"no header is set":    {Config{TrustedProxies: trusted}, "10.1.2.3:99", ""},
		"address without one": {Config{TrustedProxies: trusted, WorkstationHeader: "X-Workstation"}, "@", ""},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Workstation": {" PC-PROVA-7 "}}}
		if got := New(c.config).Workstation(r); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
