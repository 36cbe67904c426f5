// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sessions

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/api/operation"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// OpenSessions lists sessions that have not ended.
type OpenSessions struct {
	Sessions []identity.OpenSession `json:"sessions"`
	Current  string                 `json:"current,omitempty" doc:"Id of the session that asks, if it is one of them"`
}

type (
	openOutput struct{ Body OpenSessions }
	ownInput   struct {
		Session string `path:"session" format:"uuid"`
	}
	accountInput struct {
		Account string `path:"account" format:"uuid"`
	}
	sessionOfInput struct {
		Account string `path:"account" format:"uuid"`
		Session string `path:"session" format:"uuid"`
	}
)

// registerOpen adds the operations that list and end open sessions: one's own, and those of an account for administrators.
func (o Operations) registerOpen(r operation.Registry) {
	list := func(ctx context.Context, account, current string) (*openOutput, error) {
		all, err := o.App.Identity.OpenSessions(ctx, account)
		return &openOutput{OpenSessions{append([]identity.OpenSession{}, all...), current}}, err
	}
	operation.Add(r, operation.Operation{
		ID: "list-sessions", Method: http.MethodGet, Path: "/api/v1/sessions", Tag: "sessions", Summary: "One's open sessions", Description: "The newest first.",
	}, func(ctx context.Context, c operation.Caller, _ *struct{}) (*openOutput, error) {
		return list(ctx, c.Session.Account, c.Session.ID)
	})
	operation.Add(r, operation.Operation{
		ID: "end-other-session", Method: http.MethodDelete, Path: "/api/v1/sessions/{session}", Tag: "sessions", Status: http.StatusNoContent,
		Summary: "End one of one's sessions", Description: "Its token is refused at once by all nodes, and its streams end.", ErrorStatuses: []int{http.StatusNotFound},
	}, func(ctx context.Context, c operation.Caller, in *ownInput) (*struct{}, error) {
		_, err := o.App.Identity.EndSessions(ctx, c.Session.Account, identity.SessionChoice{Only: in.Session}, accounts.Owner(c.Session))
		return nil, err
	})
	operation.Add(r, operation.Operation{
		ID: "list-sessions-of-account", Method: http.MethodGet, Path: "/api/v1/accounts/{account}/sessions", Tag: "service", Action: policy.Administer,
		Summary: "Open sessions of an account", Description: "For administrators. The newest first.",
	}, func(ctx context.Context, _ operation.Caller, in *accountInput) (*openOutput, error) {
		return list(ctx, in.Account, "")
	})
	operation.Add(r, operation.Operation{
		ID: "end-session-of-account", Method: http.MethodDelete, Path: "/api/v1/accounts/{account}/sessions/{session}", Tag: "service", Action: policy.Administer,
		Status: http.StatusNoContent, Summary: "End a session of an account", Description: "For administrators. Its token is refused at once by all nodes, and its streams end.",
		ErrorStatuses: []int{http.StatusNotFound},
	}, func(ctx context.Context, c operation.Caller, in *sessionOfInput) (*struct{}, error) {
		_, err := o.App.Identity.EndSessions(ctx, in.Account, identity.SessionChoice{Only: in.Session}, c.Actor)
		return nil, err
	})
}
