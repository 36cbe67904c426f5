// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// Outcome names the answer of a route to a person.
type Outcome string

// The outcomes.
const (
	LogInFirst Outcome = "log in first"     // 401, or the page of the log-in
	Forbidden  Outcome = "forbidden"        // 403: the role may not, or not with this relation
	NotVisible Outcome = "not visible"      // 404: as if the ticket did not exist
	NotNow     Outcome = "not in the state" // 409: the actor may, the status does not admit it
	LetIn      Outcome = "let in"           // any other answer but a failure of the service
	Failed     Outcome = "failed"           // 5xx, 429
)

// Expect returns how a route must answer a person about a ticket. It follows from the table of rights, the person's relations to the ticket and
// the statuses of the lifecycle alone.
func Expect(r Route, who Person, about Ticket) Outcome {
	if who.Link != "" && !r.OfAPI() && !(r.Access == Holder && who.Link == about.ID) {
		who.Token = "" // a page does not see a link in another path
	}
	if who.Token != "" && who.Actor.Role == person.Anonymous { // of no session
		if strings.Contains(r.Pattern, " /api/") || r.LogInAgain {
			return LogInFirst
		}
		who.Token = "" // a page takes the reader for somebody without a session
	}
	switch {
	case r.Access == Public && r.Missing:
		return NotVisible
	case r.Access == Public && (r.Action == "" || who.Token == ""):
		return LetIn
	case who.Link != "" && r.Access == Session:
		return LogInFirst // a link is no session
	case who.Link != "" && who.Token != "" && (r.Action == policy.ChoosePreferences || r.Action == policy.ReadOwnAccesses):
		return Forbidden // it has no account
	case who.Token == "":
		return LogInFirst
	case r.Access == Session && r.Missing:
		return NotVisible
	case r.Access == Session:
		return LetIn
	case !policy.May(who.Actor, r.Action) && r.Looks == Live && !r.OfAPI():
		return LogInFirst // a page's stream ends: a browser would repeat a refused one for ever
	case !policy.May(who.Actor, r.Action):
		return Forbidden
	case r.About:
		return expectAbout(r, who.Actor, about)
	case r.Missing:
		return NotVisible
	default:
		return LetIn
	}
}

// expectAbout returns how a route about a ticket must answer an actor whose role may do the action.
func expectAbout(r Route, by person.Actor, about Ticket) Outcome {
	s := about.State
	if !s.Allows(by, policy.ReadTicket) {
		if errors.As(rules.ReadRefusal(s, by), new(*ticket.ForbiddenError)) {
			return Forbidden // who may know that the ticket exists is told why
		}
		return NotVisible
	}
	move, moves := r.moveOn(s, by)
	switch {
	case r.Looks == Live:
		return LetIn
	case r.Looks == Checks && mayReadChecks(s, by), r.Looks != Checks && !moves && s.Allows(by, r.Action):
		return LetIn
	case !moves:
		return NotVisible
	case move == ticket.MoveUndo: // who sees the ticket is told that the act is not theirs, or that its hold has ended
		return NotNow
	case !s.Allows(by, policy.MoveAction(string(move))):
		return Forbidden
	case move == ticket.MoveInformCitizen && s.Informing.Note == "": // there is nothing to tell
		return LetIn
	case move == ticket.MoveCheckRepresentation && s.Representation == "": // the form names nobody else
		return NotNow
	case slices.Contains(rules.MoveStatuses()[move], s.Status), move == ticket.MoveAnswer: // a reply to a closed ticket opens another one
		return LetIn
	default:
		return NotNow
	}
}

// moveOn returns the move that the request makes on a ticket, and false if it makes none. What takes a ticket for the Region recalls it for the
// ASR that handed it over, and the other way round.
func (r Route) moveOn(s ticket.State, by person.Actor) (ticket.Move, bool) {
	move, moves := r.Moves[s.Status]
	sender := s.Relations(by)&policy.Sender != 0
	switch {
	case move == ticket.MoveTake && sender:
		move = ticket.MoveRecall
	case move == ticket.MoveRecall && !sender:
		move = ticket.MoveResume
	}
	return move, moves
}

// mayReadChecks reports whether an actor who sees a ticket may read its checks: those of the ASR that they belong to, and of the Region.
func mayReadChecks(s ticket.State, by person.Actor) bool {
	run, _, found := rules.Engine{Playbooks: playbook.Default()}.RunFor(s)
	if !found {
		return false
	}
	has := s.Relations(by)
	if by.Entity == run.Entity || by.Role.Operates() && policy.RelationsFor(by.Role, "move.redirect") != 0 {
		has |= policy.Addressee
	}
	return policy.Allows(by, policy.ReadChecks, has)
}

// Agrees reports whether an outcome is the expected one. Of what does not exist a form may also say that it is answered already, a form
// that is about no ticket may be refused for what it holds, and so may an act on an erased ticket, to which nothing personal is written.
func (r Route) Agrees(about Ticket, want, got Outcome) bool {
	return got == want || got == NotNow && (r.Missing && want == NotVisible || want == LetIn && (!r.About || r.Moves != nil && about.State.Erased))
}

// outcomeOf returns the outcome of an answer.
func outcomeOf(status int, location string) Outcome {
	switch {
	case status == http.StatusUnauthorized, location == "/accesso", strings.HasPrefix(location, "/accesso?"):
		return LogInFirst
	case status == http.StatusForbidden:
		return Forbidden
	case status == http.StatusNotFound:
		return NotVisible
	case status == http.StatusConflict:
		return NotNow
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		return Failed
	default:
		return LetIn
	}
}
