// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Login is a login that the provider has confirmed.
type Login struct {
	identity.Assertion
	IDToken string // for the logout at the provider
}

// leeway is how far the clock of the provider may be from that of the log.
const leeway = time.Minute

// Finish exchanges the code with which the browser comes back, verifies the ID token, and returns what the provider tells of the person. A login
// that is not accepted gives the code of its refusal.
func (c *Client) Finish(ctx context.Context, a Attempt, query url.Values) (Login, refusal.Code) {
	if code := c.checkReturn(a, query); code != "" {
		return Login{}, code
	}
	p, err := c.discover(ctx)
	if err != nil {
		return Login{}, refusal.LoginProviderUnavailable
	}
	if p.tellsIss && !query.Has("iss") { // another provider may have sent the browser here with its own code
		return Login{}, refusal.LoginIssuer
	}
	ctx = oidc.ClientContext(ctx, c.http)
	tokens, err := c.oauth(p).Exchange(ctx, query.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return Login{}, exchangeRefusal(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, claims, code := c.verify(ctx, p, raw)
	switch {
	case code != "":
		return Login{}, code
	case !same(token.Nonce, a.Nonce):
		return Login{}, refusal.LoginNonce
	case token.Subject == "", token.AccessTokenHash != "" && token.VerifyAccessToken(tokens.AccessToken) != nil:
		return Login{}, refusal.LoginToken
	}
	values := map[string]any{}
	if p.UserInfoEndpoint() != "" {
		info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
		if err != nil {
			return Login{}, refusal.LoginProviderUnavailable
		}
		if info.Subject != token.Subject || info.Claims(&values) != nil {
			return Login{}, refusal.LoginToken
		}
	}
	for _, name := range []string{"acr", "sid"} { // of the signed token only
		delete(values, name)
	}
	maps.Copy(values, claims)
	assertion, ok := c.settings.assertion(token.Subject, flatten(values))
	if !ok {
		return Login{}, refusal.LoginTaxCode
	}
	acr, _ := claims["acr"].(string) // one value of the signed token: a list tells no level
	assertion.Level = c.settings.Levels[acr]
	return Login{assertion, raw}, ""
}

// checkReturn checks what the browser brings back, before the provider is asked.
func (c *Client) checkReturn(a Attempt, query url.Values) refusal.Code {
	switch {
	case a.Provider != c.Name || !same(a.State, query.Get("state")) || len(query["state"]) != 1:
		return refusal.LoginState
	case c.now().Sub(a.Begun) > AttemptLifetime || a.Begun.Sub(c.now()) > leeway:
		return refusal.LoginTooLate
	case query.Has("iss") && (query.Get("iss") != c.settings.Issuer || len(query["iss"]) != 1):
		return refusal.LoginIssuer
	case query.Get("error") == "access_denied":
		return refusal.LoginCancelled
	case query.Has("error") || query.Get("code") == "" || len(query["code"]) != 1:
		return refusal.LoginProviderRefused
	}
	return ""
}

// exchangeRefusal returns the refusal for an error of the token endpoint: that the provider refused, for example a code that was used before, or
// that it cannot be reached.
func exchangeRefusal(err error) refusal.Code {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode < http.StatusInternalServerError {
		return refusal.LoginProviderRefused
	}
	return refusal.LoginProviderUnavailable
}

// verify verifies signature, issuer, audience and times of a token, each with a refusal of its own. Nonce and subject are the caller's: a logout
// token has no nonce and may name the session alone.
func (c *Client) verify(ctx context.Context, p *discovered, raw string) (*oidc.IDToken, map[string]any, refusal.Code) {
	if raw == "" {
		return nil, nil, refusal.LoginToken
	}
	keys := &keys{KeySet: p.keys}
	token, err := oidc.NewVerifier(c.settings.Issuer, keys, &oidc.Config{
		SkipClientIDCheck: true, SkipIssuerCheck: true, SkipExpiryCheck: true, SupportedSigningAlgs: p.algorithms,
	}).Verify(ctx, raw)
	switch {
	case keys.unavailable:
		return nil, nil, refusal.LoginProviderUnavailable
	case err != nil:
		return nil, nil, refusal.LoginSignature
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return nil, nil, refusal.LoginToken
	}
	party, hasParty := claims["azp"]
	now := c.now()
	switch {
	case token.Issuer != c.settings.Issuer:
		return nil, nil, refusal.LoginIssuer
	case !slices.Contains(token.Audience, c.settings.ClientID), len(token.Audience) > 1 && !hasParty, hasParty && party != c.settings.ClientID:
		return nil, nil, refusal.LoginAudience
	case !now.Before(token.Expiry), token.IssuedAt.Sub(now) > leeway:
		return nil, nil, refusal.LoginExpired
	}
	if before, ok := claims["nbf"].(float64); ok && time.Unix(int64(before), 0).Sub(now) > leeway {
		return nil, nil, refusal.LoginExpired
	}
	return token, claims, ""
}

// logoutEvent is the member of the claim events of a logout token (OpenID Connect Back-Channel Logout 1.0).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// maxLogoutAge is the largest age of a logout token.
const maxLogoutAge = 5 * time.Minute

// VerifyLogout verifies a logout token that the provider sends, and returns the subject or the session at the provider, or both, whose sessions end.
// An ID token is none.
func (c *Client) VerifyLogout(ctx context.Context, raw string) (subject, session string, code refusal.Code) {
	p, err := c.discover(ctx)
	if err != nil {
		return "", "", refusal.LoginProviderUnavailable
	}
	token, claims, code := c.verify(oidc.ClientContext(ctx, c.http), p, raw)
	if code != "" {
		return "", "", code
	}
	events, _ := claims["events"].(map[string]any)
	_, isLogout := events[logoutEvent].(map[string]any)
	_, hasNonce := claims["nonce"]
	session, _ = claims["sid"].(string)
	switch {
	case !isLogout || hasNonce || token.Subject == "" && session == "":
		return "", "", refusal.LoginToken
	case c.now().Sub(token.IssuedAt) > maxLogoutAge:
		return "", "", refusal.LoginExpired
	}
	return token.Subject, session, ""
}
