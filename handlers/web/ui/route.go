// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Route is one page, or one thing to do on it.
type Route struct {
	Pattern    string
	Access     Access
	Action     identity.Action // that the policy must allow, for those who are placed
	Limit      *middleware.Limiter
	MaxBody    int64 // bytes; 0: entrance.SmallBody
	Background bool  // the page does it by itself: it does not keep a session alive
	Handle     func(v *Request) error
}

// Access is who is let in.
type Access int

const (
	Anyone       Access = iota // with a session or without
	LoggedIn                   // in whatever role, or in none yet
	WithRole                   // who has chosen a role that the action is for
	TicketHolder               // the citizen of one ticket: logged in, or by a personal link in the path
)

// Documents are where the body that runs the service has published what only it can say. Empty: it has not; the pages say so.
type Documents struct {
	Privacy       string // URL of the privacy notice
	Accessibility string // URL of the declaration made with AgID
	Feedback      string // URL or mailto: where obstacles are reported
}
