// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package operation lets packages below handlers/api add operations to the API, with its checks before each call and its problems for refusals.
package operation

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Caller is the caller of an operation: a person or system with a session, the holder of a personal link, or an anonymous client.
type Caller struct {
	app.Caller
	Token   string
	Session identity.Session // zero without a session
}

// Operation describes one operation for the OpenAPI document and for the checks before a call.
type Operation struct {
	ID, Method, Path     string
	Summary, Description string
	Tag                  string
	Status               int           // of a success; 0: 200
	Public               bool          // may be called without a token
	Action               policy.Action // that the policy must allow; "": any session, also without a placement
	BeforeChange         bool          // also for a session that must replace its password and PIN
	BeforeFactor         bool          // also for a session that must give a second factor
	BeforeSetup          bool          // also for a session that must set up a second factor
	LoginLimit           bool          // has the request limit of logins, by address
	ErrorStatuses        []int         // of refusals in addition to those of every operation
}

// Registry adds operations to one API.
type Registry struct {
	API     huma.API
	Prepare func(Operation) huma.Operation             // returns the operation with its checks
	Caller  func(context.Context) Caller               // of a call that passed the checks
	Refuse  func(ctx context.Context, err error) error // converts an error to a problem
}

// Add adds an operation to the API and to the OpenAPI document. Errors of handle become problems.
func Add[I, O any](r Registry, o Operation, handle func(context.Context, Caller, *I) (*O, error)) {
	huma.Register(r.API, r.Prepare(o), func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, r.Caller(ctx), in)
		if err != nil {
			return nil, r.Refuse(ctx, err)
		}
		return out, nil
	})
}
