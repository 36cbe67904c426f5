// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package bindings adds the operations of administrators on bound identities to the API: which identity at a provider leads to which account.
package bindings

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/api/operation"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity/bindings"
)

// Operations holds what the operations call.
type Operations struct{ App *app.Service }

// List lists the bound identities of an account. The identities themselves are not shown.
type List struct {
	Identities []bindings.Binding `json:"identities"`
}

// Bound is the result of a request to bind an identity.
type Bound struct {
	List
	Request string `json:"request,omitempty" doc:"Id of the request, if a second administrator must confirm it: nothing has changed yet"`
}

type (
	accountInput struct {
		Account string `path:"account" format:"uuid"`
	}
	identityInput struct {
		Account  string `path:"account" format:"uuid"`
		Identity string `path:"identity" format:"uuid"`
	}
	bindInput struct {
		Account string `path:"account" format:"uuid"`
		Body    accounts.BindRequest
	}
	listOutput  struct{ Body List }
	boundOutput struct{ Body Bound }
)

// Register adds the operations to an API.
func (o Operations) Register(r operation.Registry) {
	of := func(id, method, path, summary, description string, status int) operation.Operation {
		return operation.Operation{
			ID: id, Method: method, Path: "/api/v1/accounts/{account}/identities" + path, Tag: "service", Action: policy.Administer, Status: status,
			Summary: summary, Description: "For administrators. " + description, ErrorStatuses: []int{http.StatusNotFound, http.StatusConflict},
		}
	}
	list := func(ctx context.Context, account string) (List, error) {
		if _, err := o.App.Identity.Account(ctx, account); err != nil {
			return List{}, err
		}
		all, err := o.App.Identity.Bindings.List(ctx, account)
		return List{append([]bindings.Binding{}, all...)}, err
	}
	operation.Add(r, of("list-identities-of-account", http.MethodGet, "", "Bound identities of an account", "Identities at the providers of the configuration with which the person of the account logs in.", 0),
		func(ctx context.Context, _ operation.Caller, in *accountInput) (*listOutput, error) {
			all, err := list(ctx, in.Account)
			return &listOutput{all}, err
		})
	operation.Add(r, of("bind-identity", http.MethodPost, "", "Bind an identity to an account", "The person logs in with it from now on, with all roles of the account. A second administrator confirms it for an administrator or auditor, and for one's own account.", 0),
		func(ctx context.Context, c operation.Caller, in *bindInput) (*boundOutput, error) {
			in.Body.Account = in.Account
			done, err := o.App.Accounts.Bind(ctx, c.Actor, in.Body)
			if err != nil {
				return nil, err
			}
			b := Bound{}
			if done.Waits() {
				b.Request = done.Event.ID
			}
			b.List, err = list(ctx, in.Account)
			return &boundOutput{b}, err
		})
	operation.Add(r, of("unbind-identity", http.MethodDelete, "/{identity}", "End a bound identity", "The person no longer logs in with it. The sessions that began at its provider end at once, on all nodes.", http.StatusNoContent),
		func(ctx context.Context, c operation.Caller, in *identityInput) (*struct{}, error) {
			_, err := o.App.Accounts.Unbind(ctx, c.Actor, in.Account, in.Identity, "")
			return nil, err
		})
}
