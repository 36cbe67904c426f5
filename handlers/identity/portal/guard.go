// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package portal

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// Guard stands before all handlers. It takes the headers of the portal out of each request, whoever sent it, so that no handler and no log can
// take them for the truth. What a trusted proxy told goes into the context, for Provider.Read.
type Guard struct {
	Providers []*Provider
	// Refused records an identity header from a peer that no provider trusts. It is called with the name of the first provider; nil: no record.
	Refused func(r *http.Request, provider string, reason refusal.Reason)
}

// shibboleth is the prefix of all headers in which the portal's proxy tells something of a person.
const shibboleth = "Shib-"

type presentedKey struct{}

// presented is what the headers of a request told, and who sent them.
type presented struct {
	identity []string // values of Header
	claims   http.Header
	peer     netip.Addr
	listener string // name of the provider on whose listener the peer showed a valid certificate; "": none
}

type listenerKey struct{}

// WithAuthenticatedProxy returns a context for requests from a proxy that showed its certificate on the listener of a provider.
func WithAuthenticatedProxy(ctx context.Context, provider string) context.Context {
	return context.WithValue(ctx, listenerKey{}, provider)
}

// IsPresented reports whether the proxy of the portal told an identity with a request that a Guard passed on, whatever it is.
func (p *Provider) IsPresented(ctx context.Context) bool {
	t, ok := ctx.Value(presentedKey{}).(presented)
	return ok && len(t.identity) > 0 && p.trusts(t)
}

// Pass returns the request without the headers of the portal.
func (g *Guard) Pass(r *http.Request) *http.Request {
	var found []string
	for name := range r.Header {
		if strings.HasPrefix(name, shibboleth) || g.isClaim(name) {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return r
	}
	t := presented{identity: r.Header.Values(Header), claims: http.Header{}}
	t.listener, _ = r.Context().Value(listenerKey{}).(string)
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		t.peer = peer.Addr().Unmap()
	}
	headers := r.Header.Clone()
	for _, name := range found {
		t.claims[name] = headers[name]
		headers.Del(name)
	}
	r = r.WithContext(context.WithValue(r.Context(), presentedKey{}, t))
	r.Header = headers
	if len(t.identity) > 0 && len(g.Providers) > 0 && g.Refused != nil && !g.trusts(t) {
		g.Refused(r, g.Providers[0].Name, refusal.LoginHeaderUntrusted.With())
	}
	return r
}

func (g *Guard) isClaim(name string) bool {
	return slices.ContainsFunc(g.Providers, func(p *Provider) bool {
		for _, header := range p.Claims {
			if header == name {
				return true
			}
		}
		return false
	})
}

// trusts reports whether a provider trusts who sent a request.
func (g *Guard) trusts(t presented) bool {
	return slices.ContainsFunc(g.Providers, func(p *Provider) bool { return p.trusts(t) })
}

// For returns the providers that accept what a request told; a person behind the portal needs no login page if it is just one.
func (g *Guard) For(ctx context.Context) (all []*Provider) {
	if g == nil {
		return nil
	}
	for _, p := range g.Providers {
		if _, err := p.Read(ctx); err == nil {
			all = append(all, p)
		}
	}
	return all
}
