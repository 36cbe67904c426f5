// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"net/http"
	"net/netip"
	"testing"
)

// FuzzClientAddress derives the client's address and workstation from headers. From a peer that is no trusted proxy they count for nothing; from a
// proxy the address is always one, because limits count by it.
func FuzzClientAddress(f *testing.F) {
	for _, header := range []string{"", "192.0.2.7", "192.0.2.7, 10.0.0.2", "::ffff:192.0.2.7", "2001:db8::1%eth0", "unknown", ",,", "192.0.2.7:1234", "\x00", "fe80::1%\n"} {
		f.Add(header, header)
	}
	e := &Stack{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, WorkstationHeader: "X-Postazione"}}
	f.Fuzz(func(t *testing.T, forwarded, station string) {
		r := &http.Request{Header: http.Header{"X-Forwarded-For": {forwarded}, "X-Postazione": {station}}, RemoteAddr: "198.51.100.9:40000"}
		if address, name := e.ClientAddress(r), e.Workstation(r); address != "198.51.100.9" || name != "" {
			t.Errorf("a stranger: got %q at %q, want the peer's address alone", address, name)
		}
		r.RemoteAddr = "10.0.0.1:40000"
		address := e.ClientAddress(r)
		if _, err := netip.ParseAddr(address); err != nil {
			if _, err := netip.ParsePrefix(address); err != nil {
				t.Errorf("a proxy with %q: got the address %q, want one", forwarded, address)
			}
		}
		e.Workstation(r)
	})
}
