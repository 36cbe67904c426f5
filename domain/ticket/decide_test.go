// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
)

const (
	torino catalog.EntityCode = "010301"
	to3    catalog.EntityCode = "010203"
	id     ID                 = "01930000-0000-7000-8000-000000000001"
	noteID ID                 = "01930000-0000-7000-8000-0000000000aa"
	hold                      = 10 * time.Second
)

var (
	noon       = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	engine     = Engine{Catalog: catalog.Default(), Hold: hold}
	anna       = person.Actor{ID: "anna", Role: person.ASROperator, Entity: torino}
	bruno      = person.Actor{ID: "bruno", Role: person.ASROperator, Entity: torino}
	supervisor = person.Actor{ID: "capo", Role: person.ASRSupervisor, Entity: torino}
	carla      = person.Actor{ID: "carla", Role: person.ASROperator, Entity: to3}
	rita       = person.Actor{ID: "rita", Role: person.RegionalOperator, Entity: catalog.Region}
	citizen    = person.Actor{ID: "citizen", Role: person.Citizen}
	linkHolder = person.Actor{ID: string(id), Role: person.Citizen}
	stranger   = person.Actor{ID: "stranger", Role: person.Citizen}
	system     = person.Actor{ID: "auto-close", Role: person.System}
	admin      = person.Actor{ID: "admin", Role: person.Administrator}
	sampleText = &Text{Text: "parole"}
	heldUntil  = noon.Add(hold)
)

// recordedFact is an event with who caused it; given numbers them and gives each an act of its own, unless it says one.
type recordedFact struct {
	event Event
	by    person.Actor
	act   ID
	at    time.Time
}

func by(a person.Actor, events ...Event) []recordedFact {
	var facts []recordedFact
	for _, e := range events {
		facts = append(facts, recordedFact{event: e, by: a})
	}
	return facts
}

// inOneAct makes the facts one act at a moment.
func inOneAct(act ID, at time.Time, facts []recordedFact) []recordedFact {
	for i := range facts {
		facts[i].act, facts[i].at = act, at
	}
	return facts
}

func given(groups ...[]recordedFact) State {
	var s State
	version := 0
	for _, g := range groups {
		for _, f := range g {
			version++
			act := f.act
			if act == "" {
				act = ID("act-" + string(rune('a'+version)))
			}
			s = Evolve(s, Recorded{Event: f.event, Ticket: id, Version: version, At: f.at, By: f.by, Act: act})
		}
	}
	return s
}

func opened() []recordedFact {
	return by(citizen, Opened{Number: "2026-0000001", Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: torino,
		ChosenEntity: torino, Channel: ChannelWeb, Identity: Verified, Citizen: "citizen", Subject: "s1", Requester: ForSelf, Status: New})
}

func taken(who person.Actor) []recordedFact {
	return by(who, Taken{Assignee: Assignee{Operator: who.ID}, Status: InProgress})
}

func escalated() []recordedFact {
	return by(anna, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: noon},
		Escalated{Handover: 1, From: torino, Note: noteID, Status: HandedOver})
}

func resolved(n int) []recordedFact {
	return by(anna, Resolved{Resolution: n, EffectFrom: noon, Status: Solved})
}

func closed(n int) []recordedFact { return by(system, AutoClosed{Resolution: n, Status: Closed}) }

func public(text string) *NoteInput { return &NoteInput{ID: noteID, Text: text, Visibility: Public} }
func internal(text string) *NoteInput {
	return &NoteInput{ID: noteID, Text: text, Visibility: Internal}
}

func to(who person.Actor) *AssigneeInput { return &AssigneeInput{Operator: who.ID, Entity: who.Entity} }

// expectation is what a decision must come to.
type expectation func(t *testing.T, events []Event, err error)

func then(want ...Event) expectation {
	return func(t *testing.T, events []Event, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		if len(events) == 0 && len(want) == 0 {
			return
		}
		if !reflect.DeepEqual(events, want) {
			t.Fatalf("decided\n %+v\nwant\n %+v", events, want)
		}
	}
}

func refuses[E error](check func(E) bool) expectation {
	return func(t *testing.T, events []Event, err error) {
		t.Helper()
		var as E
		if !errors.As(err, &as) {
			t.Fatalf("decided %+v with error %v, want %T", events, err, as)
		}
		if !check(as) {
			t.Fatalf("refused with the wrong words: %+v", as)
		}
	}
}

func notAllowed(m Move, s Status) expectation {
	return refuses(func(e *NotAllowedError) bool { return e.Move == m && e.Status == s && e.Reason.String() != "" })
}

func invalidFields(names ...string) expectation {
	return refuses(func(e *InvalidError) bool {
		var got []string
		for _, f := range e.Fields {
			got = append(got, f.Field)
		}
		return reflect.DeepEqual(got, names)
	})
}

func forbidden() expectation {
	return refuses(func(e *ForbiddenError) bool { return e.Reason.String() != "" })
}
func notVisible() expectation { return refuses(func(*NotVisibleError) bool { return true }) }

func TestDecide(t *testing.T) {
	no, yes := false, true
	citizenNote := CitizenNote{Note: noteID, VisibleFrom: heldUntil, Personal: sampleText}
	regionalNote := func(n int, asr catalog.EntityCode) Event {
		return RegionalNote{Note: noteID, Handover: n, ASR: asr, VisibleFrom: heldUntil, Personal: sampleText}
	}
	traced := given(opened(), taken(anna), escalated())
	for name, c := range map[string]struct {
		given State
		when  Command
		by    person.Actor
		then  expectation
	}{
		// FAQ 2.3
		"2.3 take":                                {given(opened()), Update{Changes: Changes{Status: InProgress}}, anna, then(Taken{Assignee{Operator: "anna"}, InProgress})},
		"2.3 assign to a colleague":               {given(opened()), Update{Assignee: to(bruno)}, anna, then(Assigned{Assignee{Operator: "bruno"}})},
		"2.3 start it for a colleague":            {given(opened()), Update{Changes: Changes{Status: InProgress}, Assignee: to(bruno)}, anna, then(Taken{Assignee{Operator: "bruno"}, InProgress})},
		"2.3 to the supervisors":                  {given(opened()), Update{Assignee: &AssigneeInput{Supervisors: true}}, anna, then(Assigned{Assignee{Supervisors: true}})},
		"2.3 not across entities":                 {given(opened()), Update{Assignee: to(carla)}, anna, invalidFields("assignee")},
		"2.3 not to somebody who works nowhere":   {given(opened()), Update{Assignee: &AssigneeInput{Operator: "x"}}, anna, invalidFields("assignee")},
		"2.3 to whom it is already":               {given(opened(), taken(anna)), Update{Assignee: to(anna)}, bruno, then()},
		"2.3 to nobody":                           {given(opened(), taken(anna)), Update{Assignee: &AssigneeInput{}}, bruno, then(Unassigned{})},
		"2.3 the Region in the menu hands over":   {given(opened()), Update{Assignee: &AssigneeInput{Region: true}, Note: public("parole")}, anna, then(regionalNote(1, torino), Escalated{Handover: 1, From: torino, Note: noteID, Status: HandedOver})},
		"2.3 the Region in the menu needs a note": {given(opened()), Update{Assignee: &AssigneeInput{Region: true}}, anna, invalidFields("note")},
		// FAQ 2.4
		"2.4 ask":                {given(opened(), taken(anna)), Update{Changes: Changes{Status: Waiting}, Note: public("parole")}, anna, then(citizenNote, CitizenAsked{noteID, Waiting})},
		"2.4 ask again restarts": {given(opened(), by(anna, CitizenAsked{"n", Waiting})), Update{Changes: Changes{Status: Waiting}, Note: public("parole")}, anna, then(citizenNote, CitizenAsked{noteID, Waiting})},
		"2.4 still waiting with a grey note only": {given(opened(), by(anna, CitizenAsked{"n", Waiting})), Update{Changes: Changes{Status: Waiting}, Note: internal("parole")}, anna, then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText})},
		"2.4 ask without a note":                  {given(opened()), Update{Changes: Changes{Status: Waiting}}, anna, invalidFields("note")},
		"2.4 ask with an internal note":           {given(opened()), Update{Changes: Changes{Status: Waiting}, Note: internal("parole")}, anna, invalidFields("note")},
		"2.4 the answer brings it back":           {given(opened(), by(anna, CitizenAsked{"n", Waiting})), Reply{ID: "r", Text: "parole"}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyAnswer, Status: InProgress, Personal: sampleText})},
		"2.4 the answer by the personal link":     {given(opened(), by(anna, CitizenAsked{"n", Waiting})), Reply{ID: "r", Text: "parole"}, linkHolder, then(CitizenReplied{Reply: "r", Kind: ReplyAnswer, Status: InProgress, Personal: sampleText})},
		"2.4 a word in between changes nothing":   {given(opened()), Reply{ID: "r", Text: "parole"}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyAnswer, Status: New, Personal: sampleText})},
		"2.4 thanks are no answer":                {given(opened(), by(anna, CitizenAsked{"n", Waiting})), Reply{ID: "r", Text: "parole", Courtesy: true}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyMessage, Status: Waiting, Personal: sampleText})},
		"2.5 nor do they reopen":                  {given(opened(), resolved(1)), Reply{ID: "r", Text: "parole", Courtesy: true}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyMessage, Status: Solved, Personal: sampleText})},
		"2.4 an empty answer":                     {given(opened()), Reply{ID: "r"}, citizen, invalidFields("text")},
		"2.4 somebody else's answer":              {given(opened()), Reply{ID: "r", Text: "parole"}, stranger, notVisible()},
		"2.4 resume needs a reason":               {given(opened(), by(anna, CitizenAsked{"n", Waiting})), Update{Changes: Changes{Status: InProgress}}, anna, invalidFields("reason")},
		"2.4 resume":                              {given(opened(), by(anna, CitizenAsked{"n", Waiting})), Update{Changes: Changes{Status: InProgress, Reason: "parole"}}, anna, then(Resumed{InProgress, sampleText})},
		// FAQ 2.5
		"2.5 resolve":                           {given(opened(), taken(anna)), Update{Changes: Changes{Status: Solved}, Note: public("parole")}, anna, then(citizenNote, Resolved{1, noteID, heldUntil, Solved})},
		"2.5 resolve without a note":            {given(opened(), taken(anna)), Update{Changes: Changes{Status: Solved}}, anna, invalidFields("note")},
		"2.5 confirm again after a reopening":   {given(opened(), resolved(1), by(citizen, Reopened{Status: InProgress})), Update{Changes: Changes{Status: Solved}}, anna, then(Resolved{Resolution: 2, EffectFrom: noon, Status: Solved})},
		"2.5 not even a stranger learns of it":  {given(opened(), resolved(1)), Update{Changes: Changes{Status: Closed}}, carla, notVisible()},
		"2.5 nobody closes":                     {given(opened(), resolved(1)), Update{Changes: Changes{Status: Closed}}, supervisor, refuses(func(e *NotAllowedError) bool { return e.Move == MoveClose })},
		"2.5 the system closes":                 {given(opened(), resolved(1)), Close{1}, system, then(AutoClosed{1, Closed})},
		"2.5 only the system":                   {given(opened(), resolved(1)), Close{1}, supervisor, forbidden()},
		"2.5 that resolution and no later one":  {given(opened(), resolved(1), by(citizen, Reopened{Status: InProgress}), resolved(2)), Close{1}, system, notAllowed(MoveClose, Solved)},
		"2.5 not while it is reopened":          {given(opened(), resolved(1), by(citizen, Reopened{Status: InProgress})), Close{1}, system, notAllowed(MoveClose, InProgress)},
		"2.5 it is not solved":                  {given(opened(), taken(anna), resolved(1)), Reply{ID: "r", Text: "parole", Solved: &no}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyNotSolved, Status: Solved, Personal: sampleText}, Reopened{Assignee: Assignee{Operator: "anna"}, Status: InProgress})},
		"2.5 a reply that does not say reopens": {given(opened(), resolved(1)), Reply{ID: "r", Text: "parole"}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyNotSolved, Status: Solved, Personal: sampleText}, Reopened{Status: InProgress})},
		"2.5 an answer while the resolution is held": {given(opened(), inOneAct("resolve", noon, by(anna, CitizenNote{Note: noteID, VisibleFrom: heldUntil}, Resolved{1, noteID, heldUntil, Solved}))),
			Reply{ID: "r", Text: "parole"}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyAnswer, Status: Solved, Personal: sampleText}, Reopened{Status: InProgress})},
		"2.5 only a message":                 {given(opened(), resolved(1)), Reply{ID: "r", Text: "parole", Solved: &yes}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyMessage, Status: Solved, Personal: sampleText})},
		"2.5 closed is final for operators":  {given(opened(), resolved(1), closed(1)), Update{Changes: Changes{Status: InProgress, Reason: "parole"}}, anna, notAllowed(MoveResume, Closed)},
		"2.5 closed is final for notes":      {given(opened(), resolved(1), closed(1)), Update{Note: internal("parole")}, anna, notAllowed(MoveNote, Closed)},
		"2.5 closed is final for citizens":   {given(opened(), resolved(1), closed(1)), Reply{ID: "r", Text: "parole"}, citizen, notAllowed(MoveAnswer, Closed)},
		"2.5 reopen":                         {given(opened(), resolved(1)), Update{Changes: Changes{Status: InProgress, Reason: "parole"}}, anna, then(Reopened{Status: InProgress, Personal: sampleText})},
		"2.5 reopen needs a reason":          {given(opened(), resolved(1)), Update{Changes: Changes{Status: InProgress}}, anna, invalidFields("reason")},
		"2.5 discard":                        {given(opened()), Update{Changes: Changes{Status: Solved, Reason: "spam"}}, supervisor, then(Discarded{1, Spam, noon, Solved})},
		"2.5 discard is the supervisor's":    {given(opened()), Update{Changes: Changes{Status: Solved, Reason: "spam"}}, anna, forbidden()},
		"2.5 duplicate":                      {given(opened()), Update{DuplicateOf: &OriginalTicket{"other", "s1"}, Note: public("parole")}, anna, then(citizenNote, MarkedDuplicate{1, "other", noteID, heldUntil, Solved})},
		"2.5 duplicate of another citizen's": {given(opened()), Update{DuplicateOf: &OriginalTicket{"other", "s2"}, Note: public("parole")}, anna, invalidFields("duplicate_of")},
		// FAQ 2.6
		"2.6 hand over":                             {given(opened(), taken(anna)), Update{Changes: Changes{Status: HandedOver}, Note: public("parole")}, anna, then(regionalNote(1, torino), Escalated{Handover: 1, From: torino, Note: noteID, Status: HandedOver})},
		"2.6 hand over without a note":              {given(opened()), Update{Changes: Changes{Status: HandedOver}}, anna, invalidFields("note")},
		"2.6 the Region has nobody to hand over to": {given(opened(), escalated(), taken(rita)), Update{Changes: Changes{Status: HandedOver}, Note: public("parole")}, rita, forbidden()},
		"2.6 the ASR keeps a trace only":            {traced, Update{Note: public("parole")}, anna, forbidden()},
		"2.6 another ASR sees nothing":              {traced, Update{Note: public("parole")}, carla, notVisible()},
		"2.6 the Region takes it":                   {traced, Update{Changes: Changes{Status: InProgress}}, rita, then(Taken{Assignee{Operator: "rita"}, InProgress})},
		"2.6 recall":                                {traced, Update{Changes: Changes{Status: InProgress, Reason: "parole"}}, bruno, then(Recalled{1, torino, Assignee{Operator: "anna"}, InProgress, sampleText})},
		"2.6 recall needs a reason":                 {traced, Update{Changes: Changes{Status: InProgress}}, bruno, invalidFields("reason")},
		"2.6 too late to recall":                    {given(opened(), taken(anna), escalated(), taken(rita)), Update{Changes: Changes{Status: InProgress, Reason: "parole"}}, bruno, forbidden()},
		"2.6 a message to the Region":               {traced, Update{Note: &NoteInput{ID: noteID, Text: "parole", Visibility: Regional}}, anna, then(regionalNote(1, torino))},
		"2.6 a message to nobody":                   {given(by(citizen, Opened{Entity: catalog.Region, Status: New})), Update{Note: &NoteInput{ID: noteID, Text: "parole", Visibility: Regional}}, rita, forbidden()},
		"2.6 what the Region resolved is its own":   {given(opened(), taken(anna), escalated(), by(rita, Resolved{Resolution: 1, Status: Solved})), Update{Changes: Changes{Status: InProgress, Reason: "parole"}}, anna, forbidden()},
		"2.6 a message to the ASR":                  {traced, Update{Note: &NoteInput{ID: noteID, Text: "parole", Visibility: Regional}}, rita, then(regionalNote(1, torino))},
		"2.6 redirect":                              {traced, Update{Changes: Changes{Entity: to3}, Note: public("parole")}, rita, then(regionalNote(2, to3), Redirected{2, to3, Assignee{}, noteID, New})},
		"2.6 redirect back, to who had it":          {traced, Update{Changes: Changes{Entity: torino}, Note: public("parole")}, rita, then(regionalNote(2, torino), Redirected{2, torino, Assignee{Operator: "anna"}, noteID, New})},
		"2.6 redirect without a note":               {traced, Update{Changes: Changes{Entity: to3}}, rita, invalidFields("note")},
		"2.6 redirect to no entity":                 {traced, Update{Changes: Changes{Entity: "999999"}, Note: public("parole")}, rita, invalidFields("entity")},
		"2.6 an ASR does not redirect":              {given(opened()), Update{Changes: Changes{Entity: to3}, Note: public("parole")}, anna, forbidden()},
		"2.6 the citizen's word reaches the Region": {traced, Reply{ID: "r", Text: "parole"}, citizen, then(CitizenReplied{Reply: "r", Kind: ReplyAnswer, Status: HandedOver, Personal: sampleText})},
		// the rest
		"nothing to update":                 {given(opened()), Update{}, anna, invalidFields("status")},
		"the status it has":                 {given(opened()), Update{Changes: Changes{Status: New}}, anna, then()},
		"a status that is none":             {given(opened()), Update{Changes: Changes{Status: "aperto"}}, anna, invalidFields("status")},
		"an internal note":                  {given(opened()), Update{Note: internal("parole")}, anna, then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText})},
		"a public note":                     {given(opened()), Update{Note: public("parole")}, anna, then(citizenNote)},
		"an empty note":                     {given(opened()), Update{Note: public("  ")}, anna, invalidFields("note.text")},
		"reclassify":                        {given(opened()), Update{Changes: Changes{Problem: "mancato-pagamento"}}, anna, then(Reclassified{"ritiro-documenti", "mancato-pagamento"})},
		"reclassify to nothing known":       {given(opened()), Update{Changes: Changes{Problem: "x"}}, anna, invalidFields("problem")},
		"an entity ceases":                  {given(opened(), taken(anna)), TransferToSuccessor{torino, to3}, system, then(TransferredToSuccessor{torino, to3}, Unassigned{})},
		"it had left already":               {given(opened()), TransferToSuccessor{to3, torino}, system, then()},
		"a placement ends":                  {given(opened(), taken(anna)), Release{"anna"}, system, then(Unassigned{})},
		"a placement ends elsewhere":        {given(opened(), taken(anna)), Release{"bruno"}, system, then()},
		"erase":                             {given(opened()), Erase{}, admin, then(PersonalDataErased{})},
		"erase once":                        {given(opened(), by(admin, PersonalDataErased{})), Erase{}, admin, then()},
		"erase is not for operators":        {given(opened()), Erase{}, supervisor, forbidden()},
		"erased, it can still be discarded": {given(opened(), by(admin, PersonalDataErased{})), Update{Changes: Changes{Status: Solved, Reason: "prova"}}, supervisor, then(Discarded{1, TestOnly, noon, Solved})},
		"erased, it can still be resolved":  {given(opened(), by(admin, PersonalDataErased{})), Update{Changes: Changes{Status: Solved}}, anna, then(Resolved{Resolution: 1, EffectFrom: noon, Status: Solved})},
		"erased, it can still be taken":     {given(opened(), by(admin, PersonalDataErased{})), Update{Changes: Changes{Status: InProgress}}, anna, then(Taken{Assignee{Operator: "anna"}, InProgress})},
		"erased, nobody can be asked":       {given(opened(), by(admin, PersonalDataErased{})), Update{Changes: Changes{Status: Waiting}}, anna, notAllowed(MoveAsk, New)},
		"a reason nobody would keep":        {given(opened()), Update{Assignee: to(bruno), Changes: Changes{Reason: "ferie"}}, anna, invalidFields("reason")},
		"a resolution's reason is its note": {given(opened()), Update{Changes: Changes{Status: Solved, Reason: "perché"}, Note: public("parole")}, anna, invalidFields("reason")},
		"spam with a note to the citizen":   {given(opened()), Update{Changes: Changes{Status: Solved, Reason: "spam"}, Note: public("parole")}, supervisor, invalidFields("reason")},
		"a duplicate handed over":           {given(opened()), Update{DuplicateOf: &OriginalTicket{"other", "s1"}, Assignee: &AssigneeInput{Region: true}, Note: public("parole")}, anna, invalidFields("duplicate_of")},
		"taken by nobody":                   {given(opened()), Update{Changes: Changes{Status: InProgress}, Assignee: &AssigneeInput{}}, anna, invalidFields("assignee")},
		"somebody was faster":               {given(opened(), taken(anna)), Update{Changes: Changes{Status: InProgress}}, bruno, notAllowed(MoveTake, InProgress)},
		"taken twice by the same":           {given(opened(), taken(anna)), Update{Changes: Changes{Status: InProgress}}, anna, then()},
		"nothing to add once erased":        {given(opened(), by(admin, PersonalDataErased{})), Update{Note: public("parole")}, anna, notAllowed(MoveNote, New)},
		"no such ticket":                    {State{}, Update{Changes: Changes{Status: InProgress}}, anna, notVisible()},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := engine.Decide(c.given, c.when, c.by, noon)
			c.then(t, events, err)
		})
	}
}

func TestUndo(t *testing.T) {
	asked := inOneAct("ask", noon, by(anna, CitizenNote{Note: noteID, VisibleFrom: heldUntil}, CitizenAsked{noteID, Waiting}))
	handed := inOneAct("hand", noon, by(anna, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil}, Escalated{Handover: 1, From: torino, Note: noteID, Status: HandedOver}))
	withdrawn := func(act ID) Event {
		return ActWithdrawn{Act: act, Notes: []ID{noteID}, Service: "ritiro-documenti", Problem: "referto-non-trovato",
			Entity: torino, Assignee: Assignee{Operator: "anna"}, Status: InProgress}
	}
	for name, c := range map[string]struct {
		given State
		by    person.Actor
		at    time.Time
		then  expectation
	}{
		"while the note is held":     {given(opened(), taken(anna), asked), anna, heldUntil.Add(-time.Microsecond), then(withdrawn("ask"))},
		"a hand-over too":            {given(opened(), taken(anna), handed), anna, noon, then(withdrawn("hand"))},
		"not once it can be seen":    {given(opened(), taken(anna), asked), anna, heldUntil, notAllowed(MoveUndo, Waiting)},
		"not somebody else's":        {given(opened(), taken(anna), asked), bruno, noon, notAllowed(MoveUndo, Waiting)},
		"not from another placement": {given(opened(), taken(anna), asked), person.Actor{ID: "anna", Role: person.ASROperator, Entity: to3}, noon, notVisible()},
		"not after something else":   {given(opened(), taken(anna), asked, by(citizen, CitizenReplied{Status: InProgress})), anna, noon, notAllowed(MoveUndo, InProgress)},
		"not an act without a note":  {given(opened(), taken(anna)), anna, noon, notAllowed(MoveUndo, InProgress)},
		"not the undoing":            {given(opened(), taken(anna), asked, by(anna, withdrawn("ask"))), anna, noon, notAllowed(MoveUndo, InProgress)},
		"a citizen has none to undo": {given(opened(), by(citizen, CitizenReplied{Status: New})), citizen, noon, forbidden()},
		"a stranger sees no ticket":  {given(opened(), taken(anna), asked), carla, noon, notVisible()},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := engine.Decide(c.given, Undo{}, c.by, c.at)
			c.then(t, events, err)
		})
	}
}

func TestUndoRestoresState(t *testing.T) {
	before := given(opened(), taken(anna))
	handed := inOneAct("hand", noon, by(anna, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil}, Escalated{Handover: 1, From: torino, Note: noteID, Status: HandedOver}))
	undone := given(opened(), taken(anna), handed, by(anna, ActWithdrawn{Act: "hand"}))
	if !reflect.DeepEqual(undone.UndoableState, before.UndoableState) {
		t.Fatalf("stands\n %+v\nwant\n %+v", undone.UndoableState, before.UndoableState)
	}
	if undone.Handovers != 1 {
		t.Fatalf("%d hand-overs, want the withdrawn one to keep its number", undone.Handovers)
	}
}
