// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// Config configures a Client. Provider, PublicURL and Now are required.
type Config struct {
	Provider  idp.Provider
	PublicURL string // of the service, without a slash at the end
	// Now returns the time with which tokens are compared: the clock of the log, which all nodes share.
	Now       func() time.Time
	Transport http.RoundTripper // nil: http.DefaultTransport
}

// Client logs people in at one provider. It is safe for concurrent use.
type Client struct {
	idp.Provider
	settings  Settings
	secret    string
	publicURL string
	now       func() time.Time
	http      *http.Client

	discovering sync.Mutex // of what follows, and held while the provider is asked
	found       *discovered
	askAgain    time.Time // when the endpoints are read again
}

// discovered is what a provider says about itself.
type discovered struct {
	*oidc.Provider
	endSession string
	keys       oidc.KeySet
	algorithms []string // with which it signs
	tellsIss   bool     // it names itself in each return (RFC 9207)
}

const (
	timeout = 10 * time.Second // of one request to the provider
	maxBody = 1 << 20          // bytes of an answer of the provider
	// rediscoverAfter is the time after which the provider's endpoints are read again. Its keys are read when a token names one that is not known.
	rediscoverAfter = time.Hour
	// retryAfter is the time for which the last answer holds when the provider could not be asked again.
	retryAfter = time.Minute
)

// New checks the settings of a provider. It asks the provider nothing, so that a provider that is away does not stop the service from starting.
func New(c Config) (*Client, error) {
	settings, secret, err := parseSettings(c.Provider)
	if err != nil {
		return nil, fmt.Errorf("identity provider %q: oidc: %w", c.Provider.Name, err)
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	return &Client{
		Provider: c.Provider, settings: settings, secret: secret, publicURL: strings.TrimSuffix(c.PublicURL, "/"), now: c.Now,
		http: &http.Client{
			Transport: bounded{c.Transport}, Timeout: timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// NewAll returns the clients of the providers that speak OpenID Connect. Errors: those of New.
func NewAll(providers []idp.Provider, publicURL string, now func() time.Time) (all []*Client, err error) {
	for _, p := range providers {
		if len(p.OIDC) == 0 {
			continue
		}
		c, err := New(Config{Provider: p, PublicURL: publicURL, Now: now})
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// bounded limits the size of answers and refuses addresses that are not allowed, which a discovery document could name. Its requests name no software
// but the service.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isAllowed(r.URL.String()) {
		return nil, errors.New("the provider names an address without https")
	}
	r = r.Clone(r.Context()) // a RoundTripper changes no request
	r.Header.Set("User-Agent", "sol")
	answer, err := b.next.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxBody), answer.Body}
	}
	return answer, err
}

// discover returns what the provider says about itself, at most rediscoverAfter old. If it cannot be asked again, the last answer holds, so that
// logouts do not wait one after the other for a provider that is away.
func (c *Client) discover(ctx context.Context) (*discovered, error) {
	c.discovering.Lock()
	defer c.discovering.Unlock()
	if c.found != nil && c.now().Before(c.askAgain) {
		return c.found, nil
	}
	// The key set that the provider holds uses the context of its making, which must not end with this request.
	p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), c.http), c.settings.Issuer)
	if err != nil {
		if c.found != nil {
			c.askAgain = c.now().Add(retryAfter)
			return c.found, nil
		}
		return nil, fmt.Errorf("discover %s: %w", c.settings.Issuer, err)
	}
	var more struct {
		EndSession string   `json:"end_session_endpoint"`
		Keys       string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		TellsIss   bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := p.Claims(&more); err != nil {
		return nil, fmt.Errorf("discover %s: %w", c.settings.Issuer, err)
	}
	if !isAllowed(more.EndSession) {
		more.EndSession = ""
	}
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(context.WithoutCancel(ctx), c.http), more.Keys)
	c.found, c.askAgain = &discovered{p, more.EndSession, keys, signing(more.Algorithms), more.TellsIss}, c.now().Add(rediscoverAfter)
	return c.found, nil
}

// oauth returns the settings of the code flow.
func (c *Client) oauth(p *discovered) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.settings.ClientID, ClientSecret: c.secret, Endpoint: p.Endpoint(), RedirectURL: c.publicURL + ReturnPath(c.Name),
		Scopes: append([]string{oidc.ScopeOpenID}, c.settings.Scopes...),
	}
}

// StartPath returns the path at which a login at a provider starts.
func StartPath(provider string) string { return "/accesso/con/" + provider }

// ReturnPath returns the path to which the browser comes back from a login at a provider.
func ReturnPath(provider string) string { return StartPath(provider) + "/ritorno" }

// BackChannelPath returns the path to which a provider tells a logout.
func BackChannelPath(provider string) string { return StartPath(provider) + "/uscita" }

// LoggedOutPath is the path to which the browser comes back from a logout at a provider.
const LoggedOutPath = "/uscita"

// LogoutURL returns the address at which the browser ends the session at the provider; "": it has none. idToken is that of the login; "": not
// known any more.
func (c *Client) LogoutURL(ctx context.Context, idToken string) string {
	p, err := c.discover(ctx)
	if err != nil || p.endSession == "" {
		return "" // the person is logged out here in any case
	}
	u, err := url.Parse(p.endSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", c.settings.ClientID)
	q.Set("post_logout_redirect_uri", c.publicURL+LoggedOutPath)
	if idToken != "" {
		q.Set("id_token_hint", idToken)
	}
	u.RawQuery = q.Encode()
	return u.String()
}
