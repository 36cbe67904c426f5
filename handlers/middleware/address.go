// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddress returns the address of the client: the peer's, or, if the peer is a trusted proxy, the rightmost address of
// X-Forwarded-For that is not a trusted proxy's. For an IPv6 client it returns the /64 network, since one client can use all its addresses.
func (e *Stack) ClientAddress(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	client := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && containsAddr(client, e.TrustedProxies); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = hop.Unmap()
	}
	if client.Is6() {
		if network, err := client.Prefix(64); err == nil {
			return network.String()
		}
	}
	return client.String()
}

// Workstation returns the name of the client's workstation as a trusted proxy tells it in Config.WorkstationHeader; "" without one. Other
// clients could write what they like.
func (e *Stack) Workstation(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || e.WorkstationHeader == "" || !containsAddr(peer.Addr().Unmap(), e.TrustedProxies) {
		return ""
	}
	return strings.TrimSpace(r.Header.Get(e.WorkstationHeader))
}

func containsAddr(a netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
