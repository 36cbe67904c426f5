// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

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
	body := SessionState{Token: s.Token, Person: SessionPerson{ID: s.Account, Name: s.Name, Username: s.Username}, Placements: []RolePlacement{}, MustChange: s.MustChange}
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

// registerSessions adds the endpoints of login, choice of role and placement, and logout (FAQ 2.1).
func (a *API) registerSessions() {
	register(a, endpoint{
		id: "create-session", method: http.MethodPost, path: "/api/v1/sessions", tag: "sessions", status: http.StatusCreated,
		summary: "Log in", description: "With user name, password and PIN (FAQ 2.1). Five failures lock a user name for 15 minutes for the address they came from; failures from many addresses, or of many user names from one, slow log-ins down. Retry-After says when to try again.",
		public: true, limiter: a.Middleware.Login,
	}, func(ctx context.Context, c caller, in *loginInput) (*sessionOutput, error) {
		s, err := a.App.Identity.Login(ctx, in.Body.Username, in.Body.Password, in.Body.PIN, c.From)
		if err != nil {
			return nil, err
		}
		return newSessionOutput(s), nil
	})
	register(a, endpoint{
		id: "choose-placement", method: http.MethodPut, path: "/api/v1/sessions/current/placement", tag: "sessions",
		summary: "Choose role and placement", description: "Renews the token: the old one is not valid any more.", errorStatuses: []int{http.StatusForbidden},
	}, func(ctx context.Context, c caller, in *placementInput) (*sessionOutput, error) {
		s, err := a.App.Identity.ChoosePlacement(ctx, c.token, in.Body.Role, in.Body.Entity)
		if err != nil {
			return nil, err
		}
		return newSessionOutput(s), nil
	})
	register(a, endpoint{
		id: "change-credentials", method: http.MethodPut, path: "/api/v1/sessions/current/credentials", tag: "sessions", beforeChange: true,
		summary: "Replace one's password and PIN", description: "Ends all sessions of the account and returns a new one.", limiter: a.Middleware.Login,
	}, func(ctx context.Context, c caller, in *credentialsInput) (*sessionOutput, error) {
		if c.session.Account == "" { // the token is a personal link
			return nil, identity.ErrNoSession
		}
		b := in.Body
		s, err := a.App.Accounts.ChangeOwn(ctx, c.session, identity.Source{Address: c.From}, accounts.Secrets{Password: b.Password, PIN: b.PIN}, accounts.Secrets{Password: b.NewPassword, PIN: b.NewPIN})
		if err != nil {
			return nil, err
		}
		return newSessionOutput(s), nil
	})
	register(a, endpoint{
		id: "end-session", beforeChange: true, method: http.MethodDelete, path: "/api/v1/sessions/current", tag: "sessions", status: http.StatusNoContent,
		summary: "Log out",
	}, func(ctx context.Context, c caller, _ *struct{}) (*struct{}, error) {
		return nil, a.App.Identity.EndSession(ctx, c.token)
	})
}
