// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/refusal"
	. "github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// openedFor returns the facts of a ticket whose form was changed.
func openedFor(change func(*Opened)) []tickettest.Fact {
	facts := opened()
	e := facts[0].Event.(Opened)
	e.Personal = &Form{GivenName: "Prova", FamilyName: "Fittizia"}
	change(&e)
	facts[0].Event = e
	return facts
}

// openedForDelegator returns the facts of a ticket of before the check existed: the form alone says that it names another person.
func openedForDelegator() []tickettest.Fact {
	return openedFor(func(e *Opened) { e.Requester, e.Personal.OnBehalfOf = ForDelegator, "Altra Finta" })
}

// found returns the fact that a check of the playbook found a report.
func found() []tickettest.Fact {
	return by(operator, PlaybookStarted{Run: 1, Entity: torino, Pinned: playbook.PinnedVersions{Playbook: "referto-non-trovato", Version: 1}},
		CheckAnswered{Run: 1, Entity: torino, Check: "referto-individuato", Yes: true,
			Personal: &Evidence{Values: playbook.Evidence{"identificativo": "REF 2026/77-A", "data": "2026-03-02", "pagato": "true"}}})
}

var (
	seen     = RepresentationEvidence{Seen: "carta d’identità e delega", Act: "delega firmata", Date: "2026-11-20"}
	delegate = CheckRepresentation{Kind: AsDelegate, Evidence: seen}
	until    = RepresentationEvidence{Seen: seen.Seen, Act: seen.Act, Date: seen.Date, Until: "2026-11-30"}
	expired  = RepresentationVerified{Kind: AsDelegate, Personal: &RepresentationEvidence{Act: "delega", Date: "2026-01-07", Until: "2026-11-20"}}
	rejected = CheckRepresentation{Kind: AsHeir, Refuse: true, Evidence: RepresentationEvidence{Reason: " non risulta erede "}}
	verified = RepresentationVerified{Kind: AsDelegate, Personal: &seen}
	refused  = RepresentationRefused{Kind: AsHeir, Personal: &RepresentationEvidence{Reason: "non risulta erede"}}
)

func TestRepresentationIsChecked(t *testing.T) {
	changed := func(change func(*CheckRepresentation)) CheckRepresentation { c := delegate; change(&c); return c }
	withFile := CheckRepresentation{Kind: AsGuardian, Files: []ID{"f"}, TicketFiles: []ID{"e", "f"}}
	ticketFor := given(openedForDelegator())
	checkDecisions(t, engine, map[string]decision{
		"what was seen, the act and its date": {ticketFor, delegate, operator, then(verified)},
		"an attachment of the ticket":         {ticketFor, withFile, operator, then(RepresentationVerified{Kind: AsGuardian, Files: []ID{"f"}, Personal: &RepresentationEvidence{}})},
		"an attachment of another ticket":     {ticketFor, changed(func(c *CheckRepresentation) { c.Files = []ID{"x"} }), operator, invalidFields("attachments[0]")},
		"no evidence":                         {ticketFor, CheckRepresentation{Kind: AsDelegate}, operator, invalidFields("attachments")},
		"words without an act":                {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence = RepresentationEvidence{Seen: "documento"} }), operator, invalidFields("act", "act_date")},
		"no day":                              {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence.Date = "20/11/2026" }), operator, invalidFields("act_date")},
		"an act of tomorrow":                  {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence.Date = "2026-11-24" }), operator, invalidFields("act_date")},
		"a day up to which it holds":          {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence.Until = "2026-11-30" }), operator, then(RepresentationVerified{Kind: AsDelegate, Personal: &until})},
		"a minor without an end":              {ticketFor, changed(func(c *CheckRepresentation) { c.Kind = OfMinor }), operator, invalidFields("until")},
		"an end that is past":                 {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence.Until = "2026-11-20" }), operator, invalidFields("until")},
		"an end in twenty years":              {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence.Until = "2046-11-20" }), operator, invalidFields("until")},
		"an end that is no day":               {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence.Until = "presto" }), operator, invalidFields("until")},
		"a refusal with an end":               {ticketFor, CheckRepresentation{Kind: AsHeir, Refuse: true, Evidence: RepresentationEvidence{Reason: "no", Until: "2026-11-30"}}, operator, invalidFields("until")},
		"an unknown kind":                     {ticketFor, changed(func(c *CheckRepresentation) { c.Kind = "amico" }), operator, invalidFields("kind")},
		"a reason without a refusal":          {ticketFor, changed(func(c *CheckRepresentation) { c.Evidence.Reason = "parole" }), operator, invalidFields("reason")},
		"a refusal":                           {ticketFor, rejected, operator, then(refused)},
		"a refusal without a reason":          {ticketFor, CheckRepresentation{Kind: AsHeir, Refuse: true}, operator, invalidFields("reason")},
		"the latest check holds":              {given(openedForDelegator(), by(operator, refused)), delegate, supervisor, then(verified)},
		"after a hand-over":                   {given(openedForDelegator(), escalated()), delegate, regional, then(verified)},
		"the ASR that handed it over":         {given(openedForDelegator(), escalated()), delegate, operator, forbidden()},
		"another entity":                      {ticketFor, delegate, neighbour, notVisible()},
		"the requester":                       {ticketFor, delegate, citizen, forbidden()},
		"a form for oneself":                  {given(opened()), delegate, operator, notAllowed(MoveCheckRepresentation, StatusNew)},
		"an erased ticket":                    {given(openedForDelegator(), erased()), delegate, operator, notAllowed(MoveCheckRepresentation, StatusNew)},
	})
}

// TestFormsThatNameAnotherPerson checks for each kind of form whether an answer waits for the check.
func TestFormsThatNameAnotherPerson(t *testing.T) {
	answer := Update{Note: public("parole")}
	waits := refuses(func(e *NotAllowedError) bool { return e.Reason.Code == refusal.RepresentationUnverified })
	checkDecisions(t, engine, map[string]decision{
		"a minor":                       {given(openedFor(func(e *Opened) { e.Requester = ForMinor })), answer, operator, waits},
		"a person who delegated":        {given(openedFor(func(e *Opened) { e.Requester = ForDelegator })), answer, operator, waits},
		"a ward":                        {given(openedFor(func(e *Opened) { e.Requester = ForWard })), answer, operator, waits},
		"a deceased person":             {given(openedFor(func(e *Opened) { e.Requester = ForDeceased })), answer, operator, waits},
		"another name alone":            {given(openedFor(func(e *Opened) { e.Personal.OnBehalfOf = "Altra Finta" })), answer, operator, waits},
		"another's tax code, logged in": {given(openedFor(func(e *Opened) { e.OtherPerson = true })), answer, operator, waits},
		"the operators' form":           {given(openedFor(func(e *Opened) { e.Requester = AsOperator })), answer, operator, then(citizenNote(), becomes(operator))},
		"oneself":                       {given(opened()), answer, operator, then(citizenNote(), becomes(operator))},
	})
}

// TestNothingLeavesBeforeTheCheck checks each way by which words of an operator reach the requester, before the check, after a refusal, and after
// the verification.
func TestNothingLeavesBeforeTheCheck(t *testing.T) {
	withFile := public("parole")
	withFile.Attachments, withFile.FileNames = []Attachment{{ID: "f", Size: 1}}, []string{"referto.pdf"}
	of := func(code refusal.Code) expectation {
		return refuses(func(e *NotAllowedError) bool { return e.Reason.Code == code })
	}
	unverified, no, accepted := of(refusal.RepresentationUnverified), of(refusal.RepresentationRefused), expectation(func(t *testing.T, events []Event, err error) {
		t.Helper()
		if err != nil || len(events) == 0 {
			t.Fatalf("got %v, %v, want events", events, err)
		}
	})
	asking := func(text string) Update { return setStatusWith(StatusWaiting, public(text)) }
	duplicate := Update{Note: public("parole"), DuplicateOf: &OriginalTicket{Ticket: "other", Person: "p1", NamesAnother: true}}
	ofOwn := Update{Note: public("parole"), DuplicateOf: &OriginalTicket{Ticket: "other", Person: "p1"}} // answers would leave from there
	resolving, answering := setStatusWith(StatusResolved, public("parole")), Update{Note: public("parole")}
	data := invalidFields("note.text")
	for name, c := range map[string]struct {
		when                         Command
		beforeCheck, refused, checks expectation // before the check; after a refusal; after the verification
	}{
		"an answer":                     {answering, unverified, no, accepted},
		"a resolution":                  {resolving, unverified, accepted, accepted},
		"a resolution with a file":      {setStatusWith(StatusResolved, withFile), unverified, invalidFields("note.attachments"), accepted},
		"a question":                    {asking("Ci mandi la delega."), accepted, accepted, accepted},
		"a question with a file":        {setStatusWith(StatusWaiting, withFile), invalidFields("note.attachments"), invalidFields("note.attachments"), accepted},
		"a question with an identifier": {asking("È il referto ref-2026 77 a?"), data, data, accepted},
		"with a date":                   {asking("L’esame del 02/03/2026?"), data, data, accepted},
		"with a date in other order":    {asking("L’esame del 2026-03-02?"), data, data, accepted},
		"with a flag":                   {asking("true?"), accepted, accepted, accepted},
		"a duplicate":                   {duplicate, accepted, accepted, accepted},
		"a duplicate of one's own":      {ofOwn, unverified, no, accepted},
		"an internal note":              {Update{Note: internal("referto REF 2026/77-A")}, accepted, accepted, accepted},
		"a hand-over to the Region":     {Update{UpdateFields: UpdateFields{Status: StatusHandedOver, Reason: string(NotOurs)}, Note: public("referto REF 2026/77-A")}, accepted, accepted, accepted},
		"a discard":                     {setStatusFor(StatusResolved, string(Spam)), accepted, accepted, accepted},
	} {
		before := [][]tickettest.Fact{openedForDelegator(), by(operator, Taken{Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress}), found()}
		after := func(e Event) State { return given(append(before[:3:3], by(operator, e))...) }
		checkDecisions(t, engine, map[string]decision{
			name + ", before the check":       {given(before...), c.when, supervisor, c.beforeCheck},
			name + ", after a refusal":        {after(refused), c.when, supervisor, c.refused},
			name + ", after the verification": {after(verified), c.when, supervisor, c.checks},
			name + ", after its last day":     {after(expired), c.when, supervisor, c.beforeCheck},
			name + ", refused after it":       {given(append(before[:3:3], by(operator, verified), by(operator, refused))...), c.when, supervisor, c.refused},
		})
	}
}
