// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package simulator is an identity provider with fictitious persons, for the demo and for tests. It is a real OpenID Connect provider; only its login
// asks for no password.
package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Person is a fictitious person who can log in.
type Person struct {
	Client  string // id of the client at which the person is offered
	Subject string // id at the provider
	Label   string // on the login page, Italian
	ACR     string
	Claims  map[string]any
}

// Client is a service at which persons log in.
type Client struct {
	ID, Secret     string
	ReturnURL      string
	LoggedOutURL   string
	BackChannelURL string // to which a logout is told; "": to none
}

// Config configures a Provider.
type Config struct {
	Issuer string // http://127.0.0.1:PORT
	Title  string // of the login page, Italian
	People []Person
}

// Provider is a simulated identity provider. It is safe for concurrent use.
type Provider struct {
	Config
	provider *op.Provider
	mux      *http.ServeMux

	mu       sync.Mutex
	clients  map[string]Client
	requests map[string]*request // by id
	codes    map[string]string   // id of the request by code
	tokens   map[string]*request // by id of the access token
	key      key                 // signs tokens
}

// New returns a provider without clients.
func New(c Config) (*Provider, error) {
	p := &Provider{
		Config: c, mux: http.NewServeMux(), clients: map[string]Client{}, requests: map[string]*request{}, codes: map[string]string{}, tokens: map[string]*request{},
	}
	if err := p.RotateKey(); err != nil {
		return nil, err
	}
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, fmt.Errorf("identity provider: %w", err)
	}
	var err error
	p.provider, err = op.NewProvider(&op.Config{CryptoKey: secret, CodeMethodS256: true, AuthMethodPost: true, BackChannelLogoutSupported: true, BackChannelLogoutSessionSupported: true},
		&storage{p}, op.StaticIssuer(c.Issuer), op.WithAllowInsecure())
	if err != nil {
		return nil, fmt.Errorf("identity provider: %w", err)
	}
	p.mux.HandleFunc("GET /login", p.loginPage)
	p.mux.HandleFunc("POST /login", p.logIn)
	p.mux.Handle("/", p.provider)
	return p, nil
}

// ServeHTTP serves one request.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// Register adds or replaces a client.
func (p *Provider) Register(c Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients[c.ID] = c
}

// key is a key that signs tokens. It is an op.SigningKey, and its public part an op.Key.
type key struct {
	id      string
	private *rsa.PrivateKey
}

func (k key) ID() string                                  { return k.id }
func (k key) Key() any                                    { return k.private }
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

// publicKey is the public part of a key.
type publicKey struct{ key }

func (k publicKey) Key() any                           { return &k.private.PublicKey }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }

// RotateKey makes a new key the one that signs, and forgets the one before.
func (p *Provider) RotateKey() error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("key of the identity provider: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = key{rand.Text(), private}
	return nil
}

func (p *Provider) signingKey() key {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key
}

// Sign returns a token with claims, signed with the key of now.
func (p *Provider) Sign(claims map[string]any) (string, error) {
	signer, err := op.SignerFromKey(p.signingKey())
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return signed.CompactSerialize()
}

// LogOut tells a client that a person has logged out at the provider. session "" means all sessions of the person.
func (p *Provider) LogOut(ctx context.Context, clientID, subject, session string) error {
	p.mu.Lock()
	c := p.clients[clientID]
	p.mu.Unlock()
	if c.BackChannelURL == "" {
		return nil
	}
	now := time.Now()
	claims := map[string]any{
		"iss": p.Issuer, "aud": clientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(), "sub": subject,
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	if session != "" {
		claims["sid"] = session
	}
	token, err := p.Sign(claims)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BackChannelURL, bytes.NewBufferString(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return fmt.Errorf("tell a logout: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("tell a logout: %w", err)
	}
	if err := answer.Body.Close(); err != nil {
		return fmt.Errorf("tell a logout: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("tell a logout: %s", answer.Status)
	}
	return nil
}

// Choose finishes the login of a request as a person, and returns the address to which the browser goes on.
func (p *Provider) Choose(ctx context.Context, id, subject string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.requests[id]
	if r == nil {
		return "", errors.New("there is no such login")
	}
	n := slices.IndexFunc(p.People, func(person Person) bool { return person.Subject == subject && person.Client == r.ClientID })
	if n < 0 {
		return "", errors.New("there is no such person")
	}
	r.person, r.done, r.at = p.People[n], true, time.Now()
	return op.AuthCallbackURL(p.provider)(op.ContextWithIssuer(ctx, p.Issuer), id), nil
}

// peopleOf returns the persons who can log in for a request.
func (p *Provider) peopleOf(id string) (people []Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.requests[id]; r != nil {
		for _, person := range p.People {
			if person.Client == r.ClientID {
				people = append(people, person)
			}
		}
	}
	return people
}

// isLocal reports whether an address is one of this machine. The simulator sends nobody anywhere else.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (strings.HasPrefix(u.Host, "127.0.0.1:") || strings.HasPrefix(u.Host, "localhost:"))
}
