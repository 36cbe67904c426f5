// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/app/looks"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// caller is the caller of a request: a person or system with a session, the holder of a personal link, or an anonymous client.
type caller struct {
	app.Caller
	token   string
	session identity.Session // zero without a session
	api     apitokens.Token  // zero without an API token
	look    looks.Refused    // what the request looks at, if it is refused
}

type callerKey struct{}

func callerFrom(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// bearer reads the token of the Authorization header. given is false without a header; another scheme than Bearer gives an empty token.
func bearer(header string) (token string, given bool) {
	if header == "" {
		return "", false
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", true
	}
	return strings.TrimSpace(token), true
}

// identify returns the caller of a request. Without a token the caller is anonymous. A token is charged to the limit of wrong tokens of the
// client's address before the database is queried, and the charge stays only if no session has it. So a client that guesses
// tokens is stopped without a query, and clients of the same address with a session or without a token are not affected.
func (a *API) identify(ctx context.Context, r *http.Request, h http.Header) (caller, error) {
	token, given := bearer(r.Header.Get("Authorization"))
	from, now := a.Middleware.ClientAddress(r), a.now()
	client := a.App.Looks.Client(token, from, a.Middleware.Workstation(r))
	unknown := caller{Caller: app.Caller{From: from, Actor: person.Actor{Role: person.Anonymous}, Client: client}}
	if !given {
		return unknown, nil
	}
	if holder, ok, err := a.App.FindLinkHolder(ctx, token, from); ok || err != nil {
		holder.Client = client
		return caller{Caller: holder, token: token}, err
	}
	if p := takeFromLimiter(a.Middleware.InvalidToken, from, now, h); p != nil {
		return unknown, p
	}
	if apitokens.IsToken(token) {
		t, err := a.App.Accounts.Tokens.Authenticate(ctx, token)
		if t.ID != "" {
			a.Middleware.InvalidToken.Refund(from, now)
			unknown.Actor, unknown.api = t.Actor(), t
		}
		unknown.token = token
		return unknown, err
	}
	s, err := a.App.Identity.Authenticate(ctx, token)
	if !errors.Is(err, identity.ErrNoSession) {
		a.Middleware.InvalidToken.Refund(from, now)
	}
	if err != nil {
		return unknown, err
	}
	return caller{Caller: app.Caller{From: from, Actor: s.Actor, Client: client}, token: token, session: s}, nil
}

// admit is the middleware of an endpoint: it identifies and authorizes the caller, applies the rate limits, and limits concurrent uploads.
// It runs before the body is read, and refuses with a Problem.
func (a *API) admit(e endpoint) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		ctx = huma.WithContext(ctx, accesslog.WithLook(ctx.Context()))
		c, err := a.identify(ctx.Context(), r, w.Header())
		c.look = looks.Refused{Action: e.action, Path: e.path}
		if apitokens.IsToken(c.token) {
			c.look.Token = cmp.Or(c.api.ID, "unknown")
		}
		if strings.HasPrefix(e.path, "/api/v1/tickets/{id}") {
			c.look.Ticket, c.look.File = ctx.Param("id"), ctx.Param("attachment")
		}
		if e.id == followChanges {
			c.look.Ticket = ctx.Query("ticket")
		}
		if err == nil {
			err = a.authorize(e, c, w.Header())
		}
		if err != nil {
			a.refuseLook(ctx.Context(), c, err).write(w)
			return
		}
		middleware.SetActor(ctx.Context(), c.Actor)
		if e.maxBody > middleware.SmallBody { // only endpoints with large bodies reserve a place: a stream would keep it
			done, ok := a.Middleware.AcquireUpload(r)
			if !ok {
				unavailable.detail("Too many attachments are being sent at this moment. Try again in a few seconds; nothing was changed.").withRetryAfter(5 * time.Second).write(w)
				return
			}
			defer done()
		}
		next(huma.WithValue(ctx, callerKey{}, c))
	}
}

// authorize checks the rate limits, and whether the caller may call the endpoint.
func (a *API) authorize(e endpoint, c caller, h http.Header) error {
	if p := a.checkLimits(e, c, h); p != nil {
		return p
	}
	switch {
	case e.public && c.token == "":
		return nil
	case c.token == "":
		return unauthorized.detail("Log in with POST /api/v1/sessions and send the token as Authorization: Bearer.").withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case c.session.Factor == identity.FactorDue && !e.beforeFactor:
		return secondFactorRequired.detail("Give your second factor with PUT /api/v1/sessions/current/second-factor, or with a security key. Until then nothing else is possible.")
	case c.session.MustChange && !e.beforeChange:
		return credentialsMustChange.detail("Password and PIN were generated for you: replace them with PUT /api/v1/sessions/current/credentials. Until then nothing else is possible.")
	case c.session.Factor == identity.FactorMissing && !e.beforeSetup:
		return secondFactorRequired.detail("Set up a second factor with POST /api/v1/sessions/current/factors/totp or /factors/security-keys. Until then nothing else is possible.")
	case e.action == "" && !e.public && c.session.Account == "":
		return unauthorized.detail("A personal link or an API token is no session: log in with POST /api/v1/sessions.").withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case e.action == "":
		return nil
	case c.Actor.Role == "":
		return placementRequired.detail("Choose with PUT /api/v1/sessions/current/placement which of your placements you act in.")
	case !policy.May(c.Actor, e.action):
		return forbidden.detail("The role %s may not do this (%s).", c.Actor.Role, e.action)
	case !c.api.Allows(e.action):
		return forbidden.detail("The scopes of the API token (%s) do not hold this (%s).", c.api.Scopes, e.action)
	}
	return nil
}

// checkLimits charges a request to its rate limits: the session's, and the endpoint's own by address, which holds for all sessions of an
// address together. A request without both is charged to the public limit.
func (a *API) checkLimits(e endpoint, c caller, h http.Header) *Problem {
	now := a.now()
	account := cmp.Or(c.session.Account, c.api.Account)
	if account != "" {
		if p := takeFromLimiter(a.Middleware.Session, account, now, h); p != nil {
			return p
		}
	}
	switch {
	case e.limiter != nil:
		return takeFromLimiter(e.limiter, c.From, now, h)
	case account == "":
		return takeFromLimiter(a.Middleware.Public, c.From, now, h)
	}
	return nil
}
