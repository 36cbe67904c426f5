// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Route is one page, or one action on a page.
type Route struct {
	Pattern    string
	Access     Access
	Action     identity.Action // that the policy must allow to the reader's role; for WithRole
	Limit      *middleware.Limiter
	MaxBody    int64 // bytes; 0: middleware.SmallBody
	Background bool  // a script sends the request by itself: it does not extend the session
	Handle     func(r *Request) error
}

// Access is who may call a route.
type Access int

const (
	Anyone       Access = iota // with or without a session
	LoggedIn                   // in any role, or in none yet
	WithRole                   // in a role that the route's Action is allowed to
	TicketHolder               // the citizen of one ticket: logged in, or by a personal link in the path
)

// Documents are the addresses of the documents that the body which runs the service publishes. Where one is empty, the pages say so.
type Documents struct {
	Privacy       string // URL of the privacy notice
	Accessibility string // URL of the declaration made with AgID
	Feedback      string // URL or mailto: where obstacles are reported
}
