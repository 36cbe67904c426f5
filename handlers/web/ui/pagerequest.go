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
)

// HomePath is where somebody goes after login, by role.
func HomePath(role person.Role) string {
	switch {
	case role == "":
		return "/accesso/ruolo"
	case role.Operates():
		return "/code/nuove"
	case role == person.Auditor:
		return "/revisione"
	case role == person.Citizen:
		return "/richieste"
	case role == person.Administrator:
		return "/amministrazione"
	default:
		return "/"
	}
}

// Request is one request of a browser: who makes it, and what is to be answered.
type Request struct {
	*http.Request
	Writer         http.ResponseWriter
	Caller         app.Caller
	Session        identity.Session // zero without one
	Token          string           // of the session
	SessionExpired bool             // a session's cookie came, and the session is over
	Partial        bool             // htmx asks for a part of the page
}

// RateLimitedError tells how long to wait.
type RateLimitedError struct{ Seconds int }

func (RateLimitedError) Error() string { return "too many requests" }

// Errors of a request that ProblemOf has a text for.
var (
	ErrWrongRole      = errors.New("not for this role")
	ErrUnknownLink    = errors.New("no such personal link")
	ErrTooManyUploads = errors.New("too many large forms at a time")
)

// Redirect sends the browser on after something was done: a reload does it no second time.
func (v *Request) Redirect(to string) error {
	http.Redirect(v.Writer, v.Request, to, http.StatusSeeOther)
	return nil
}

// LocalPath is a path of ours to go on to; everything else leads home. Browsers leave tabs and line ends out of an address before
// they read it, and take \ for /.
func LocalPath(path, otherwise string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, unicode.IsControl) {
		return otherwise
	}
	return path
}
