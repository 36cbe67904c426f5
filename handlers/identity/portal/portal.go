// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package portal is the login provider of the regional portal: a Shibboleth proxy in front of sol logs people in and tells who they are in a
// request header of IRIDE. The header counts only if a trusted proxy sent it.
package portal

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// maxAhead is how far the portal's clock may be ahead.
const maxAhead = 5 * time.Minute

// Provider reads identities from requests that a Guard passed on. It is safe for concurrent use.
type Provider struct {
	idp.Provider
	Settings
	clock func() time.Time
}

// New returns the provider of a configuration, with the clock with which log-ins at the portal are compared (identity.Identity.Now).
func New(p idp.Provider, clock func() time.Time) (*Provider, error) {
	s, err := ParseSettings(p.Portal)
	if err != nil {
		return nil, err
	}
	if clock == nil {
		return nil, errors.New("portal: a clock is required")
	}
	return &Provider{Provider: p, Settings: s, clock: clock}, nil
}

// RefusedError refuses what a request told of an identity. It holds nothing of a person.
type RefusedError struct {
	Reason refusal.Reason
	Field  Field // that is malformed; "": none
}

func (e *RefusedError) Error() string {
	text := "identity of the portal refused: " + e.Reason.String()
	if e.Field != "" {
		text += ": " + string(e.Field)
	}
	return text
}

func refuse(code refusal.Code) error { return &RefusedError{Reason: code.With()} }

// Read returns what the portal's proxy told with a request that a Guard passed on. Error: *RefusedError.
func (p *Provider) Read(ctx context.Context) (identity.Assertion, error) {
	sent, ok := ctx.Value(presentedKey{}).(presented)
	switch {
	case !ok || len(sent.identity) == 0:
		return identity.Assertion{}, refuse(refusal.LoginHeaderMissing)
	case !p.trusts(sent):
		return identity.Assertion{}, refuse(refusal.LoginHeaderUntrusted)
	}
	id, err := Parse(sent.identity)
	var malformed *MalformedError
	if errors.As(err, &malformed) {
		return identity.Assertion{}, &RefusedError{refusal.LoginHeaderMalformed.With(), malformed.Field}
	}
	switch age := p.clock().Sub(id.At); {
	case age > p.MaxAge.Duration:
		return identity.Assertion{}, refuse(refusal.LoginHeaderOld)
	case age < -maxAhead:
		return identity.Assertion{}, refuse(refusal.LoginHeaderFuture)
	case len(p.IDPs) > 0 && !slices.Contains(p.IDPs, id.IDP):
		return identity.Assertion{}, refuse(refusal.LoginHeaderProvider)
	}
	claims := map[string][]string{"idp": {id.IDP}}
	for claim, header := range p.Claims {
		for _, value := range sent.claims[header] {
			claims[claim] = append(claims[claim], splitValues(value)...)
		}
	}
	return identity.Assertion{
		Provider: p.Name, Subject: id.TaxCode, TaxCode: id.TaxCode, GivenName: id.GivenName, FamilyName: id.FamilyName,
		Level: p.Levels[id.Level], Claims: claims,
	}, nil
}

// trusts reports whether the peer of a request is a proxy of this portal.
func (p *Provider) trusts(t presented) bool {
	return t.listener == p.Name && p.Name != "" || containsAddr(p.Proxies, t.peer)
}

func containsAddr(networks []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
}

// splitValues splits the values of an attribute as Shibboleth joins them: by semicolons, with a backslash before one that is part of a value.
func splitValues(joined string) (values []string) {
	var value strings.Builder
	end := func() {
		if text, ok := decodeText(strings.TrimSpace(value.String())); ok && text != "" {
			values = append(values, text)
		}
		value.Reset()
	}
	for i := 0; i < len(joined); i++ {
		switch {
		case joined[i] == '\\' && i+1 < len(joined) && joined[i+1] == ';':
			i++
			value.WriteByte(';')
		case joined[i] == ';':
			end()
		default:
			value.WriteByte(joined[i])
		}
	}
	end()
	return values
}
