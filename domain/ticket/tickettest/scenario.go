// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package tickettest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
)

// TicketID is the id of the ticket in scenarios and facts.
const TicketID ticket.ID = "01930000-0000-7000-8000-000000000001"

// StartTime is the time at which a scenario opens its ticket.
var StartTime = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// The actors of scenarios and of tests of the rules.
var (
	Operator           = Actors[0] // an operator of Torino
	Colleague          = Actors[1] // an operator of Torino, beside Operator
	Supervisor         = Actors[2] // of Torino
	Neighbour          = Actors[3] // an operator of TO3
	Regional           = Actors[5] // an operator of the Region
	RegionalSupervisor = Actors[6]
	Citizen            = person.Actor{ID: CitizenID, Role: person.Citizen}
	Auditor            = person.Actor{ID: "01930000-0000-7000-8000-0000000000e1", Role: person.Auditor}
)

// Scenario is a ticket that a test builds command by command. The rules decide each command.
type Scenario struct {
	t       testing.TB
	History []ticket.Recorded
	State   ticket.State
	Now     time.Time // of the last act
}

// OpenCommand returns the command that opens a ticket of Citizen at an entity.
func OpenCommand(number string, at catalog.EntityCode) ticket.Open {
	return ticket.Open{
		Number: number, Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: at,
		Channel: ticket.ChannelWeb, Identity: ticket.Verified, Citizen: CitizenID, Person: "p1", Requester: ticket.ForSelf,
		Form: ticket.Form{
			GivenName: "Prova", FamilyName: "Fittizia", TaxCode: "RSSMRA85T10A562S", Email: "prova@example.it",
			Phone: "+39 011 0000000", Description: "Non trovo il referto",
		},
	}
}

// DeclaredOpenCommand is OpenCommand of a citizen without an account.
func DeclaredOpenCommand(number string, at catalog.EntityCode) ticket.Open {
	open := OpenCommand(number, at)
	open.Identity, open.Citizen = ticket.Declared, ""
	return open
}

// Given returns a scenario with a new ticket at Torino.
func Given(t testing.TB) *Scenario {
	t.Helper()
	s := &Scenario{t: t, Now: StartTime.Add(-time.Minute)}
	return s.Then(Citizen, OpenCommand("2026-0000001", Torino))
}

// Then gives a command one minute after the last act. The test fails if the rules refuse it.
func (s *Scenario) Then(by person.Actor, c ticket.Command) *Scenario {
	s.t.Helper()
	return s.After(time.Minute, by, c)
}

// After gives a command at the time d after the last act. The test fails if the rules refuse it.
func (s *Scenario) After(d time.Duration, by person.Actor, c ticket.Command) *Scenario {
	s.t.Helper()
	s.Now = s.Now.Add(d)
	events, err := Engine.Decide(s.State, c, by, s.Now)
	if err != nil {
		s.t.Fatal(err)
	}
	act := ticket.ID(fmt.Sprintf("act %d", len(s.History)))
	for _, e := range events {
		n := len(s.History) + 1
		r := ticket.Recorded{Event: e, Ticket: TicketID, Version: n, Position: int64(n), At: s.Now, By: by, Act: act}
		s.History, s.State = append(s.History, r), ticket.Evolve(s.State, r)
	}
	return s
}

// SampleScenario returns a ticket with a note for every audience, a reply and a hand-over to the Region. Golden files contain it.
func SampleScenario(t testing.TB) *Scenario {
	t.Helper()
	note := func(lastDigit, text string, v ticket.Visibility) *ticket.NoteInput {
		return &ticket.NoteInput{ID: ticket.ID("01930000-0000-7000-8000-00000000000" + lastDigit), Text: text, Visibility: v}
	}
	return Given(t).Then(Operator, Take).
		Then(Operator, ticket.Update{Note: note("2", "sentito il laboratorio", ticket.Internal)}).
		Then(Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: note("3", "In che data?", ticket.Public)}).
		Then(Citizen, ticket.Reply{ID: "01930000-0000-7000-8000-000000000004", Text: "Il 3 marzo"}).
		Then(Operator, ticket.Update{
			UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: note("5", "Referto inviato, non visibile", ticket.Public),
		})
}

// Take is the update that takes a ticket.
var Take = ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}}

// Ask returns the update that asks the citizen.
func Ask(text string) ticket.Update {
	return ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: PublicNote(text)}
}

// Escalate returns the update that hands a ticket over to the Region.
func Escalate(text string) ticket.Update {
	return ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: PublicNote(text)}
}

// Redirect returns the update that sends a ticket from the Region to an ASR.
func Redirect(to catalog.EntityCode, text string) ticket.Update {
	return ticket.Update{UpdateFields: ticket.UpdateFields{Entity: to}, Note: PublicNote(text)}
}

// PublicNote returns a note for the citizen; in a hand-over it is for the Region and the ASR.
func PublicNote(text string) *ticket.NoteInput {
	return &ticket.NoteInput{ID: NewID(), Text: text, Visibility: ticket.Public}
}

// InternalNote returns a note for the operators of the author's entity.
func InternalNote(text string) *ticket.NoteInput {
	return &ticket.NoteInput{ID: NewID(), Text: text, Visibility: ticket.Internal}
}

var lastID atomic.Int64

// NewID returns an id that it has not returned before in this process.
func NewID() ticket.ID {
	return ticket.ID(fmt.Sprintf("01940000-0000-7000-8000-%012d", lastID.Add(1)))
}

// Moments returns the times at which the view of a history can change: of each event, of each end of a hold, and one nanosecond before each
// end of a hold. They are sorted and without repetitions.
func Moments(history []ticket.Recorded) []time.Time {
	var at []time.Time
	addHold := func(until time.Time) { at = append(at, until.Add(-time.Nanosecond), until) }
	for _, r := range history {
		at = append(at, r.At)
		if e, ok := r.Event.(ticket.CitizenNote); ok {
			addHold(e.VisibleFrom)
		}
		if e, ok := r.Event.(ticket.RegionalNote); ok {
			addHold(e.VisibleFrom)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return slices.CompactFunc(at, time.Time.Equal)
}

// WithoutPersonalData returns the event as it is read once its keys are destroyed.
func WithoutPersonalData(e ticket.Event) ticket.Event {
	stored, err := codec.Encode(e)
	if err == nil {
		e, err = codec.Decode(stored.Name, stored.Data, nil)
	}
	if err != nil {
		panic(err)
	}
	return e
}
