// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/acts"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestCitizenKnowsEveryEvent says of every type of event whether the citizen may know of it. A new type needs a line here.
func TestCitizenKnowsEveryEvent(t *testing.T) {
	want := map[string]bool{
		"Opened": true, "Assigned": false, "Unassigned": false, "Taken": true, "CitizenNote": true, "InternalNote": false, "RegionalNote": false,
		"CitizenAsked": true, "Resumed": true, "CitizenReplied": true, "Escalated": true, "Recalled": true, "Redirected": true,
		"TransferredToSuccessor": true, "Resolved": true, "Discarded": true, "MarkedDuplicate": true, "Reopened": true, "ActWithdrawn": false,
		"AutoClosed": true, "Reclassified": true, "PlaybookStarted": false, "CheckAnswered": false, "CheckTried": false, "AnswersForgotten": false,
		"OutcomeCarriedOut": false, "PlaybookReminded": false, "HandoverWarned": false, "HandoverBreached": false, "PingPongNoticed": false,
		"CitizenReminded": true, "ContactFailed": false, "MailKept": false, "LinksRevoked": false, "ContactsCorrected": true, "CitizenInformed": true,
		"ReplyForwarded": true, "FormerViewEnded": false, "AccessRestricted": false, "RestrictionLifted": false, "PersonalDataErased": true,
		"RepresentationVerified": true, "RepresentationRefused": true,
	}
	for _, e := range samples() {
		name := reflect.TypeOf(e).Name()
		knows, named := want[name]
		if got := CitizenKnows(e); !named || got != knows {
			t.Errorf("%s: got %t, want %t (named: %t)", name, got, knows, named)
		}
	}
}

// TestVersionIsTheNumberOfKnownEvents compares, for readers of random histories, the version in the state with the events of which the
// reader may know, at the moments of the history and later. What a reader knew stays the beginning of what the reader knows.
func TestVersionIsTheNumberOfKnownEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, true)
		by := rapid.SampledFrom(append(slices.Clone(tickettest.Actors), tickettest.Auditor, tickettest.LinkHolder, tickettest.Stranger)).Draw(t, "reader")
		var s State
		var before []Recorded
		for i, r := range random.History {
			s = Evolve(s, r)
			until := r.At.Add(time.Hour)
			if i+1 < len(random.History) {
				until = random.History[i+1].At.Add(-time.Microsecond)
			}
			for _, at := range []time.Time{r.At, s.Last.HeldUntil, until} {
				if at.Before(r.At) || at.After(until) {
					continue
				}
				known := acts.KnownEvents(random.History[:i+1], by, at)
				if got := s.Known.VersionFor(by, at); got != len(known) {
					t.Fatalf("%s of %s after event %d (%T) at %s: got version %d, want the number of known events, %d",
						by.Role, by.Entity, r.Version, r.Event, at, got, len(known))
				}
				if len(known) < len(before) || !slices.EqualFunc(before, known[:len(before)], func(a, b Recorded) bool { return a.Version == b.Version }) {
					t.Fatalf("%s of %s after event %d at %s: the %d known events do not begin with the %d known before",
						by.Role, by.Entity, r.Version, at, len(known), len(before))
				}
				before = known
			}
		}
	})
}
