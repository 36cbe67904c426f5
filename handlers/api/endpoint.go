// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/api/operation"
	"github.com/sol-assistenza/sol/handlers/app/looks"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// endpoint describes one operation of the API for prepare, the OpenAPI document and admit.
type endpoint struct {
	id, method, path     string
	summary, description string
	tag                  string
	status               int                 // status of a success; 0: 200
	public               bool                // may be called without a token
	action               policy.Action       // action that the policy must allow; "": any session, also without a placement
	beforeChange         bool                // also for a session that must replace its password and PIN
	beforeFactor         bool                // also for a session that must give a second factor
	beforeSetup          bool                // also for a session that must set up a second factor
	limiter              *middleware.Limiter // an own limit by address, in addition to the session's; nil: the public limit, for callers without a session
	maxBody              int64               // maximum body in bytes; 0: 64 kB
	errorStatuses        []int               // statuses of refusals in addition to those of every operation
	responses            map[string]*huma.Response
}

// registry returns the API as packages below it add operations to it.
func (a *API) registry() operation.Registry {
	return operation.Registry{
		API: a.huma,
		Prepare: func(o operation.Operation) huma.Operation {
			e := endpoint{
				id: o.ID, method: o.Method, path: o.Path, summary: o.Summary, description: o.Description, tag: o.Tag, status: o.Status, public: o.Public, action: o.Action,
				beforeChange: o.BeforeChange, beforeFactor: o.BeforeFactor, beforeSetup: o.BeforeSetup, errorStatuses: o.ErrorStatuses,
			}
			if o.LoginLimit {
				e.limiter = a.Middleware.Login
			}
			return a.prepare(e)
		},
		Caller: func(ctx context.Context) operation.Caller {
			c := callerFrom(ctx)
			return operation.Caller{Caller: c.Caller, Token: c.token, Session: c.session}
		},
		Refuse: func(ctx context.Context, err error) error { return a.refuseLook(ctx, callerFrom(ctx), err) },
	}
}

// register adds an endpoint to the API and to the OpenAPI document. Errors of handle are converted to problems.
func register[I, O any](a *API, e endpoint, handle func(context.Context, caller, *I) (*O, error)) {
	huma.Register(a.huma, a.prepare(e), func(ctx context.Context, in *I) (*O, error) {
		c := callerFrom(ctx)
		out, err := handle(ctx, c, in)
		if err != nil {
			return nil, a.refuseLook(ctx, c, err)
		}
		return out, nil
	})
}

// prepare returns the operation of an endpoint, with its checks and its refusals.
func (a *API) prepare(e endpoint) huma.Operation {
	if !e.beforeChange {
		e.errorStatuses = append([]int{http.StatusForbidden}, e.errorStatuses...) // credentials-must-change
	}
	op := huma.Operation{
		OperationID: e.id, Method: e.method, Path: e.path, Summary: e.summary, Description: e.description, Tags: []string{e.tag},
		DefaultStatus: e.status, MaxBodyBytes: e.maxBody, BodyReadTimeout: a.BodyTimeout,
		RejectUnknownQueryParameters: true,
		Errors:                       append([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError, http.StatusUnprocessableEntity}, e.errorStatuses...),
		Middlewares:                  huma.Middlewares{a.admit(e)},
		Responses:                    e.responses,
		Security:                     []map[string][]string{{"session": {}}},
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = middleware.SmallBody
	}
	if e.public {
		op.Security = append(op.Security, map[string][]string{})
	}
	op.Errors = append(op.Errors, http.StatusUnauthorized)
	if e.action != "" {
		op.Errors = append(op.Errors, http.StatusForbidden)
	}
	if e.method != http.MethodGet && e.method != http.MethodDelete {
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(op.Errors)
	op.Errors = slices.Compact(op.Errors)
	return op
}

// refuseLook converts an error to the problem for the client, and records the look that it refuses before the answer leaves.
func (a *API) refuseLook(ctx context.Context, c caller, err error) *Problem {
	p := a.refuse(ctx, err)
	if looks.IsRefusal(p.Status, err) {
		err := a.App.Looks.RecordRefused(ctx, c.Caller, c.look)
		if err == nil && c.api.ID != "" {
			err = a.App.Accounts.Tokens.RecordRefused(ctx, c.api)
		}
		if err != nil {
			return a.refuse(ctx, err)
		}
	}
	return p
}

// refuse converts an error to the problem for the client. It logs errors of the service (status 500 and above).
func (a *API) refuse(ctx context.Context, err error) *Problem {
	p := problemFor(err)
	if p.Status >= http.StatusInternalServerError {
		middleware.LogFailure(ctx, a.Log, "request failed", err, slog.String("problem", p.Type))
	}
	a.addConflictNames(ctx, p)
	return p
}

// addConflictNames fills in the names of the people who changed the conflicting fields.
func (a *API) addConflictNames(ctx context.Context, p *Problem) {
	if p.Conflicts == nil {
		return
	}
	var ids []string
	for _, c := range p.Conflicts {
		ids = append(ids, c.By.ID)
	}
	names, err := a.App.Identity.Names(ctx, callerFrom(ctx).Viewer().Reader(), ids)
	if err != nil {
		return // the conflict is reported without names
	}
	for i := range p.Conflicts {
		if name, ok := names[p.Conflicts[i].By.ID]; ok && p.Conflicts[i].By.Name == "" {
			p.Conflicts[i].By.Name = name
		}
	}
}
