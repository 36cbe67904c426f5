// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package clientcert

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// Settings are the settings of client certificates in the file of identity providers.
type Settings struct {
	Listener
	// URL is the address of the listener for browsers. Its host is that of SOL_PUBLIC_URL, so that the session's cookie counts at both.
	URL string `json:"url"`
}

// levelOfCertificate is the level of assurance of a certificate: who has it has the card and knows its PIN.
const levelOfCertificate = 3

// ParseSettings parses and checks settings.
func ParseSettings(raw json.RawMessage) (Settings, error) {
	var s Settings
	if err := idp.DecodeStrictly(raw, &s); err != nil {
		return s, fmt.Errorf("client_certificate: %w", err)
	}
	if err := s.Check(); err != nil {
		return s, fmt.Errorf("client_certificate: %w", err)
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return s, errors.New("client_certificate: url: want https://host:port")
	}
	return s, nil
}

// Provider tells who shows a client certificate.
type Provider struct {
	idp.Provider
	Settings
	*Verifier
}

// NewProvider returns the provider of a configuration. It reads the files.
func NewProvider(p idp.Provider, clock func() time.Time) (*Provider, error) {
	s, err := ParseSettings(p.ClientCertificate)
	if err != nil {
		return nil, err
	}
	v, err := s.NewVerifier(clock)
	if err != nil {
		return nil, fmt.Errorf("client_certificate: %w", err)
	}
	return &Provider{Provider: p, Settings: s, Verifier: v}, nil
}

// LoginPath begins the path of the page that logs in with a certificate: the name of the provider follows.
const LoginPath = "/accesso/certificato/"

// LoginPath returns the path of the page that logs in with a certificate.
func (p *Provider) LoginPath() string { return LoginPath + p.Name }

type shownKey struct{}

// shown are the certificates of a connection, and the provider on whose listener the client showed them.
type shown struct {
	provider     string
	certificates []*x509.Certificate
}

// WithShown returns a context for requests on the listener of a provider, with the certificates that the client showed.
func WithShown(ctx context.Context, provider string, certificates []*x509.Certificate) context.Context {
	return context.WithValue(ctx, shownKey{}, shown{provider, certificates})
}

// IsOnListener reports whether a request came to the listener of the provider.
func (p *Provider) IsOnListener(ctx context.Context) bool {
	s, ok := ctx.Value(shownKey{}).(shown)
	return ok && s.provider == p.Name
}

// Read returns what the certificate of a request on the provider's listener tells, once it is checked. Error: *RefusedError.
func (p *Provider) Read(ctx context.Context) (identity.Assertion, error) {
	var certificates []*x509.Certificate
	if p.IsOnListener(ctx) {
		certificates = ctx.Value(shownKey{}).(shown).certificates
	}
	if err := p.Verify(certificates); err != nil {
		return identity.Assertion{}, err
	}
	c := certificates[0]
	who, err := PersonOf(c)
	if err != nil {
		return identity.Assertion{}, err
	}
	return identity.Assertion{
		Provider: p.Name, Subject: who.TaxCode, TaxCode: who.TaxCode, GivenName: who.GivenName, FamilyName: who.FamilyName, Level: levelOfCertificate,
		Claims: map[string][]string{"issuer": {c.Issuer.String()}, "organization": c.Subject.Organization, "unit": c.Subject.OrganizationalUnit},
	}, nil
}
