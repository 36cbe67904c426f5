// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Route is one page, or one action on a page.
type Route struct {
	Pattern      string
	Access       Access
	Action       policy.Action       // for WithRole: the action that the reader's role must be allowed
	Limit        *middleware.Limiter // nil: the limit per account, or per address without a session
	MaxBody      int64               // bytes; 0: middleware.SmallBody
	BeforeFactor bool                // also for a session that must give a second factor
	BeforeChange bool                // also for a session that must replace its password and PIN
	BeforeSetup  bool                // also for a session that must set up a second factor
	Background   bool                // a script sends the request without the reader's action: it does not extend the session
	Cookieless   bool                // the route reads no cookie: every reader is anonymous
	Handle       func(r *Request) error
}

// Access states who may call a route.
type Access int

const (
	Anyone       Access = iota // with or without a session
	LoggedIn                   // with a session, also if no role is chosen yet
	WithRole                   // with a session in a role that is allowed the route's Action
	TicketHolder               // with a personal link in the path, with the cookie for which it was exchanged, or as WithRole
)

// Documents holds the addresses of the documents that the body which runs the service publishes. The pages state which are missing.
type Documents struct {
	Privacy       string // URL of the privacy notice
	Accessibility string // URL of the declaration made with AgID
	Feedback      string // URL or mailto: for reports of accessibility problems
}
