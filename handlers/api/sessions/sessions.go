// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package sessions adds the operations of a person's login, sessions, credentials and second factors to the API.
package sessions

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/api/operation"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
)

// Operations holds what the operations call.
type Operations struct {
	App     *app.Service
	Factors *secondfactor.Service
}

// Credentials holds user name, password and PIN of a login (FAQ 2.1).
type Credentials struct {
	Username string `json:"username" maxLength:"200"`
	Password string `json:"password" maxLength:"200"`
	PIN      string `json:"pin" maxLength:"20"`
}

// RolePlacement is a role at an entity.
type RolePlacement struct {
	Role   person.Role        `json:"role" example:"operatore_asr"`
	Entity catalog.EntityCode `json:"entity" required:"false" example:"010301" doc:"Empty for roles without an entity"`
}

// SessionState holds a session's token, person, and placements.
type SessionState struct {
	Token      string          `json:"token" doc:"For the header Authorization: Bearer. Choosing a placement renews it"`
	Person     SessionPerson   `json:"person"`
	Placements []RolePlacement `json:"placements" doc:"The placements that can be chosen now"`
	Placement  *RolePlacement  `json:"placement,omitempty" doc:"The chosen placement. A person with only one placement need not choose it"`
	MustChange bool            `json:"must_change_credentials,omitempty" doc:"Password and PIN must be replaced before anything else"`
	Factor     string          `json:"second_factor,omitempty" enum:"due,missing,given" doc:"due: it must be given before anything else; missing: one must be set up before anything else"`
}

// SessionPerson is the person who logged in.
type SessionPerson struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
}

type sessionOutput struct {
	Body SessionState
}

func newSessionOutput(s identity.Session) *sessionOutput {
	body := SessionState{Token: s.Token, Person: SessionPerson{ID: s.Account, Name: s.Name, Username: s.Username}, Placements: []RolePlacement{}, MustChange: s.MustChange, Factor: string(s.Factor)}
	for _, p := range s.Placements {
		body.Placements = append(body.Placements, RolePlacement{p.Role, p.Entity})
	}
	if s.Actor.Role != "" {
		body.Placement = &RolePlacement{s.Actor.Role, s.Actor.Entity}
	}
	return &sessionOutput{body}
}

type loginInput struct {
	Body Credentials
}

// NewCredentials holds the password and PIN in use and those that replace them.
type NewCredentials struct {
	Password    string `json:"password" maxLength:"200"`
	PIN         string `json:"pin" maxLength:"20"`
	NewPassword string `json:"new_password" maxLength:"200" doc:"10 to 200 characters of any kind, not easily guessed, another than the one in use"`
	NewPIN      string `json:"new_pin" maxLength:"20" doc:"4 to 12 digits, not easily guessed, others than those in use"`
}

type credentialsInput struct {
	Body NewCredentials
}

type placementInput struct {
	Body RolePlacement
}

// Register adds the operations to an API.
func (o Operations) Register(r operation.Registry) {
	o.registerLogin(r)
	o.registerFactors(r)
	o.registerOpen(r)
}

// from returns where the caller's request comes from. A client of the API has no device token.
func from(c operation.Caller) identity.Source { return identity.Source{Address: c.From} }

// registerLogin adds the operations of login, choice of role and placement, and logout (FAQ 2.1).
func (o Operations) registerLogin(r operation.Registry) {
	operation.Add(r, operation.Operation{
		ID: "create-session", Method: http.MethodPost, Path: "/api/v1/sessions", Tag: "sessions", Status: http.StatusCreated,
		Summary: "Log in", Description: "With user name, password and PIN (FAQ 2.1). If second_factor is due, go on with PUT /api/v1/sessions/current/second-factor. Five failures lock a user name for 15 minutes for the address they came from; failures from many addresses, or of many user names from one, slow log-ins down. Retry-After says when to try again.",
		Public: true, LoginLimit: true,
	}, func(ctx context.Context, c operation.Caller, in *loginInput) (*sessionOutput, error) {
		s, err := o.App.Identity.Login(ctx, in.Body.Username, in.Body.Password, in.Body.PIN, c.From)
		if err != nil {
			return nil, err
		}
		return newSessionOutput(s), nil
	})
	operation.Add(r, operation.Operation{
		ID: "choose-placement", Method: http.MethodPut, Path: "/api/v1/sessions/current/placement", Tag: "sessions",
		Summary: "Choose role and placement", Description: "Renews the token: the old one is not valid any more.", ErrorStatuses: []int{http.StatusForbidden},
	}, func(ctx context.Context, c operation.Caller, in *placementInput) (*sessionOutput, error) {
		s, err := o.App.Identity.ChoosePlacement(ctx, c.Token, in.Body.Role, in.Body.Entity)
		if err != nil {
			return nil, err
		}
		return newSessionOutput(s), nil
	})
	operation.Add(r, operation.Operation{
		ID: "change-credentials", Method: http.MethodPut, Path: "/api/v1/sessions/current/credentials", Tag: "sessions", BeforeChange: true, BeforeSetup: true,
		Summary: "Replace one's password and PIN", Description: "Ends all sessions of the account and returns a new one.", LoginLimit: true,
	}, func(ctx context.Context, c operation.Caller, in *credentialsInput) (*sessionOutput, error) {
		if c.Session.Account == "" { // the token is a personal link
			return nil, identity.ErrNoSession
		}
		b := in.Body
		s, err := o.App.Accounts.ChangeOwn(ctx, c.Session, from(c), accounts.Secrets{Password: b.Password, PIN: b.PIN}, accounts.Secrets{Password: b.NewPassword, PIN: b.NewPIN})
		if err != nil {
			return nil, err
		}
		return newSessionOutput(s), nil
	})
	operation.Add(r, operation.Operation{
		ID: "end-session", BeforeChange: true, BeforeFactor: true, BeforeSetup: true, Method: http.MethodDelete, Path: "/api/v1/sessions/current", Tag: "sessions", Status: http.StatusNoContent,
		Summary: "Log out",
	}, func(ctx context.Context, c operation.Caller, _ *struct{}) (*struct{}, error) {
		return nil, o.App.Identity.EndSession(ctx, c.Token)
	})
}
