// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package tokens adds the operations to the API with which administrators list, make and revoke the API tokens of integrations.
package tokens

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/api/operation"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Operations holds what the operations call.
type Operations struct {
	App *app.Service
}

// NewToken says for whom an API token is made, and what it may be used for.
type NewToken struct {
	Username  string             `json:"username" maxLength:"200" doc:"Of an account with the role integrazione"`
	Name      string             `json:"name" doc:"Which system uses it; at most 100 characters"`
	Scopes    []policy.Scope     `json:"scopes" maxItems:"20" example:"[\"tickets.open\"]" doc:"tickets.open, tickets.read, tickets.export or figures.read"`
	Entity    catalog.EntityCode `json:"entity,omitempty" maxLength:"100" example:"010301" doc:"The only one at which the token may act; left out: all, for tickets.open alone"`
	ExpiresAt time.Time          `json:"expires_at" doc:"Within a year"`
	Reason    string             `json:"reason,omitempty" doc:"Why; recorded"`
}

// IssuedToken is a new API token with its secret.
type IssuedToken struct {
	apitokens.Token
	Secret string `json:"token" doc:"For the header Authorization: Bearer. It is shown once"`
}

// TokenList holds API tokens.
type TokenList struct {
	Tokens []apitokens.Token `json:"tokens"`
}

type (
	listOutput  struct{ Body TokenList }
	issueInput  struct{ Body NewToken }
	issueOutput struct{ Body IssuedToken }
	revokeInput struct {
		Token string `path:"token" format:"uuid"`
	}
)

// Register adds the operations to an API.
func (o Operations) Register(r operation.Registry) {
	operation.Add(r, operation.Operation{
		ID: "list-api-tokens", Method: http.MethodGet, Path: "/api/v1/api-tokens", Tag: "service", Action: policy.Administer,
		Summary: "API tokens", Description: "For administrators: of all integrations, without their secrets, the newest first.",
	}, func(ctx context.Context, _ operation.Caller, _ *struct{}) (*listOutput, error) {
		all, err := o.App.Accounts.Tokens.List(ctx)
		return &listOutput{TokenList{append([]apitokens.Token{}, all...)}}, err
	})
	operation.Add(r, operation.Operation{
		ID: "create-api-token", Method: http.MethodPost, Path: "/api/v1/api-tokens", Tag: "service", Action: policy.Administer, Status: http.StatusCreated,
		Summary:       "Make an API token",
		Description:   "For administrators. A token that reads waits until another administrator confirms it (waits); until then it is refused.",
		ErrorStatuses: []int{http.StatusConflict},
	}, o.issue)
	operation.Add(r, operation.Operation{
		ID: "revoke-api-token", Method: http.MethodDelete, Path: "/api/v1/api-tokens/{token}", Tag: "service", Action: policy.Administer, Status: http.StatusNoContent,
		Summary: "Revoke an API token", Description: "For administrators. All nodes refuse it at once.", ErrorStatuses: []int{http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, c operation.Caller, in *revokeInput) (*struct{}, error) {
		err := o.App.Accounts.RevokeToken(ctx, c.Actor, in.Token, "")
		if errors.Is(err, apitokens.ErrNotFound) {
			err = identity.ErrNotFound
		}
		return nil, err
	})
}

func (o Operations) issue(ctx context.Context, c operation.Caller, in *issueInput) (*issueOutput, error) {
	b := in.Body
	id, err := o.App.Identity.FindAccount(ctx, b.Username)
	if errors.Is(err, identity.ErrNotFound) {
		err = &identity.InvalidError{Field: "username", Reason: refusal.TokenNeedsIntegration.With()}
	}
	if err != nil {
		return nil, err
	}
	t, secret, err := o.App.Accounts.IssueToken(ctx, c.Actor, apitokens.Token{
		Account: id, Name: b.Name, Scopes: b.Scopes, Entity: b.Entity, ExpiresAt: b.ExpiresAt,
	}, b.Reason)
	var refused *account.RefusedError
	if errors.As(err, &refused) && fields[refused.Reason.Code] != "" {
		err = &identity.InvalidError{Field: fields[refused.Reason.Code], Reason: refused.Reason}
	}
	return &issueOutput{IssuedToken{t, secret}}, err
}

// fields holds the field of a new token that each refusal is about.
var fields = map[refusal.Code]string{
	refusal.TokenNeedsIntegration: "username", refusal.TokenNeedsScope: "scopes", refusal.UnknownScope: "scopes", refusal.TokenReadsEntity: "entity",
	refusal.UnknownPlacement: "entity", refusal.TokenExpiry: "expires_at",
}
