// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
)

// HomePath returns the path of a role's first page after login.
func HomePath(role person.Role) string {
	switch {
	case role == "":
		return "/accesso/ruolo"
	case role.Operates():
		return "/code/nuove"
	case role.Audits():
		return "/revisione"
	case role == person.Citizen:
		return "/richieste"
	case role == person.Administrator:
		return "/amministrazione"
	default:
		return "/"
	}
}

// Request is one HTTP request for a page, with its caller and session.
type Request struct {
	*http.Request
	Writer         http.ResponseWriter
	Caller         app.Caller
	Session        identity.Session // zero: nobody is logged in
	Token          string           // of the session
	SessionExpired bool             // the request has the cookie of a session that has ended
	Partial        bool             // htmx requests a part of the page
}

// RateLimitedError refuses a request over its rate limit. Seconds is the time until the next request is allowed.
type RateLimitedError struct{ Seconds int }

func (RateLimitedError) Error() string { return "too many requests" }

// Errors of a page request. ProblemOf has an error message for each.
var (
	ErrWrongRole      = errors.New("not for this role")
	ErrUnknownLink    = errors.New("no such personal link")
	ErrLinkCookie     = errors.New("the cookie of a personal link has ended")
	ErrTooManyUploads = errors.New("too many large forms at a time")
)

// Redirect answers 303, so that a reload does not send the form again. It returns nil.
func (r *Request) Redirect(to string) error {
	http.Redirect(r.Writer, r.Request, to, http.StatusSeeOther)
	return nil
}

// LocalPath returns path if it is a path of this service, otherwise fallback. It refuses control characters and \ because browsers
// remove tabs and line ends from an address and read \ as /, and personal links, which do not go on from one address to another.
func LocalPath(path, fallback string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, unicode.IsControl) ||
		personallink.IsIn(path) {
		return fallback
	}
	return path
}
