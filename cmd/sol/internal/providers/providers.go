// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package providers makes the portal and the client certificates of the configuration: the guard before all requests, and the listeners on which
// browsers and proxies show certificates.
package providers

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/server"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/clientcert"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/identity/portal"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// Set holds the providers that tell who a request comes from.
type Set struct {
	Portal       *portal.Guard
	Certificates []*clientcert.Provider

	listed    []listed // with revocation lists: those of Certificates, and of the portals whose proxies show certificates
	accounts  *identity.Identity
	stack     *middleware.Stack
	publicURL string
	log       *slog.Logger
}

// New makes the portals and client certificates among the providers of the configuration. It reads their files.
func New(all []idp.Provider, accounts *identity.Identity, stack *middleware.Stack, publicURL string, log *slog.Logger) (*Set, error) {
	s := &Set{Portal: &portal.Guard{}, accounts: accounts, stack: stack, publicURL: publicURL, log: log}
	s.Portal.Refused = s.refuse
	for _, p := range all {
		var err error
		switch {
		case len(p.Portal) > 0:
			var made *portal.Provider
			if made, err = portal.New(p, accounts.Now); err == nil {
				s.Portal.Providers = append(s.Portal.Providers, made)
				err = s.addListener(p.Name, made.Settings.Listen)
			}
		case len(p.ClientCertificate) > 0:
			var made *clientcert.Provider
			if made, err = clientcert.NewProvider(p, accounts.Now); err == nil {
				s.Certificates = append(s.Certificates, made)
				s.listed = append(s.listed, listed{p.Name, made.Verifier})
			}
		}
		if err != nil {
			return nil, fmt.Errorf("identity provider %q: %w", p.Name, err)
		}
	}
	return s, nil
}

// addListener makes the verifier of the listener on which the proxies of a portal show certificates. nil: there is none.
func (s *Set) addListener(provider string, l *clientcert.Listener) error {
	if l == nil {
		return nil
	}
	v, err := l.NewVerifier(s.accounts.Now)
	if err == nil {
		s.listed = append(s.listed, listed{provider, v})
	}
	return err
}

// refuse records a refusal outside the pages that log in, as long as the client may try logins: who sends many spoofed headers cannot make
// the database write for each of them.
func (s *Set) refuse(r *http.Request, provider string, reason refusal.Reason) {
	address := s.stack.ClientAddress(r)
	if _, ok := s.stack.Login.Take(address, time.Now(), http.Header{}); !ok {
		return
	}
	err := s.accounts.RecordLogin(r.Context(), identity.LoginRecord{Kind: identity.LoginFailed, Address: address, Provider: provider, Reason: reason.Code})
	if err != nil {
		s.log.ErrorContext(r.Context(), "refused identity not recorded", "provider", provider, "error", err)
	}
}

// Listen opens the listeners of the providers and serves on them.
func (s *Set) Listen(srv *server.Server) error {
	for _, p := range s.Certificates {
		l, err := p.Listen(p.Listener)
		if err != nil {
			return fmt.Errorf("identity provider %q: %w", p.Name, err)
		}
		s.log.Info("listening for client certificates", "provider", p.Name, "address", l.Addr().String())
		srv.ServeAlso(l, func(next http.Handler) http.Handler { return s.certificatesOnly(p, next) }, s.log)
	}
	for _, p := range s.Portal.Providers {
		if p.Settings.Listen == nil {
			continue
		}
		n := slices.IndexFunc(s.listed, func(l listed) bool { return l.provider == p.Name })
		verifier := s.listed[n].Verifier
		l, err := verifier.Listen(*p.Settings.Listen)
		if err != nil {
			return fmt.Errorf("identity provider %q: %w", p.Name, err)
		}
		s.log.Info("listening for proxies of the portal", "provider", p.Name, "address", l.Addr().String())
		srv.ServeAlso(l, func(next http.Handler) http.Handler { return s.proxiesOnly(p, verifier, next) }, s.log)
	}
	return nil
}

// certificatesOnly passes on the requests of the page that logs in with a certificate, and the files that pages need. Others lead to the
// address of the service.
func (s *Set) certificatesOnly(p *clientcert.Provider, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != p.LoginPath() && !strings.HasPrefix(r.URL.Path, ui.StaticPath) {
			http.Redirect(w, r, s.publicURL+r.URL.EscapedPath(), http.StatusSeeOther) //nolint:gosec // G710: the path stays behind our address
			return
		}
		next.ServeHTTP(w, r.WithContext(clientcert.WithShown(r.Context(), p.Name, r.TLS.PeerCertificates)))
	})
}

// proxiesOnly passes on the requests of proxies that show a good certificate with one of the names of the configuration. Others are refused, with
// a record.
func (s *Set) proxiesOnly(p *portal.Provider, verifier *clientcert.Verifier, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown := r.TLS.PeerCertificates
		err := verifier.Verify(shown)
		if err == nil && !p.IsProxy(shown[0]) {
			err = &clientcert.RefusedError{Reason: refusal.LoginHeaderUntrusted.With()}
		}
		var refused *clientcert.RefusedError
		if errors.As(err, &refused) {
			s.log.WarnContext(r.Context(), "proxy refused", "provider", p.Name, "error", err)
			s.refuse(r, p.Name, refused.Reason)
			http.Error(w, "this listener is for the proxies of the portal: "+refused.Reason.String(), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r.WithContext(portal.WithAuthenticatedProxy(r.Context(), p.Name)))
	})
}
