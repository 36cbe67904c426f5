// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package routestest lists every operation of the API and every page with a request for it, the people who send the requests and the
// tickets that they are about. Tests enumerate the three: who is let in, what the database alone lets through, what is recorded.
package routestest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Access names the callers of a route, beside the rights of the role.
type Access int

// The kinds of access.
const (
	Public  Access = iota // with or without a session; a role that is known must be allowed the action, if there is one
	Session               // any session, also one without a role
	Role                  // a session in a role that is allowed the action
	Holder                // of pages: with the personal link in the path, or as Role
)

// Looks names what a route shows of tickets and persons. It is empty for routes that show nothing.
type Looks string

// The data that routes show.
const (
	Nothing       Looks = ""
	OneTicket     Looks = "ticket"
	Checks        Looks = "checks"
	Attachment    Looks = "attachment"
	Preview       Looks = "preview"
	History       Looks = "history" // replay and raw events
	Dossier       Looks = "dossier"
	Accesses      Looks = "accesses"
	List          Looks = "list" // several tickets with names
	Search        Looks = "search"
	Export        Looks = "export"
	Figures       Looks = "figures"
	Notifications Looks = "notifications"
	Live          Looks = "live" // a stream of changes
	Counts        Looks = "counts"
)

// Route is one operation of the API or one page, or one of several requests to it.
type Route struct {
	Pattern string        // method and path, as the OpenAPI document or the router of the pages names them
	Case    string        // distinguishes requests to the same route; "": the only one
	Access  Access        // who may call it
	Action  policy.Action // that the role must be allowed; "": none
	Looks   Looks         // what an answer shows
	About   bool          // the request is about one ticket: the caller needs a relation to it
	// Moves is the move of the lifecycle that the request makes on a ticket in each status. A status without one is not tested with this request.
	Moves map[ticket.Status]ticket.Move
	// Missing says that the request names something that does not exist, such as a request of an administrator: who may ask gets 404 or 409.
	Missing bool
	// LogInAgain says that who sends a form of a public page with a token of no session is asked to log in first: what they typed in their name
	// is not sent as nobody's.
	LogInAgain bool
	Request    func(c Call) Request
}

// Name returns the pattern with the case.
func (r Route) Name() string {
	if r.Case == "" {
		return r.Pattern
	}
	return r.Pattern + " (" + r.Case + ")"
}

// Method returns the method of the pattern.
func (r Route) Method() string {
	method, _, _ := strings.Cut(r.Pattern, " ")
	return method
}

// OfAPI reports whether the route is an operation of the API.
func (r Route) OfAPI() bool {
	_, path, _ := strings.Cut(r.Pattern, " ")
	return strings.HasPrefix(path, "/api/") || path == "/status"
}

// Reads reports whether the route reads and changes nothing.
func (r Route) Reads() bool { return r.Looks != Nothing }

// Call holds a caller and the ticket of the call.
type Call struct {
	Who    Person
	Ticket Ticket
	System *System
}

// Request is a request without its authentication.
type Request struct {
	Method, Path string
	ContentType  string
	Body         string
	Header       http.Header
	Stream       bool // the answer does not end by itself: its first part is enough
	ThenGet      bool // the answer sends to the page that shows something: that page is the answer
}

// get returns a request without a body.
func get(path string) Request { return Request{Method: http.MethodGet, Path: path} }

// sendJSON returns a request with a JSON body.
func sendJSON(method, path string, body any) Request {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err) // a literal of this package
	}
	return Request{Method: method, Path: path, ContentType: "application/json", Body: string(encoded)}
}

// postForm returns a request with the form of a page; fields holds names and values in turn.
func postForm(path string, fields ...string) Request {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return Request{Method: http.MethodPost, Path: path, ContentType: "application/x-www-form-urlencoded", Body: form.Encode()}
}
