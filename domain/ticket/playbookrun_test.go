// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	. "github.com/sol-assistenza/sol/domain/ticket"
	. "github.com/sol-assistenza/sol/domain/ticket/rules"
)

var playbookEngine = Engine{Catalog: catalog.Default(), Hold: hold, Playbooks: playbook.Default()}

const outcomeNote ID = "01930000-0000-7000-8000-0000000000bb"

// runStarted is the run of referto-non-trovato with answers, which a person gave.
func runStarted(checks ...AnswerInput) []recordedFact {
	facts := by(system, PlaybookStarted{Run: 1, Entity: torino, Pinned: playbook.PinnedVersions{
		Playbook: "referto-non-trovato", Version: 1, Reachable: map[playbook.ID]int{"invio-fallito": 1}}})
	for _, a := range checks {
		facts = append(facts, by(anna, checkAnswered(a, ""))...)
	}
	return facts
}

func checkAnswered(a AnswerInput, query playbook.Query) CheckAnswered {
	e := CheckAnswered{Run: 1, Entity: torino, Check: a.Check, Yes: a.Yes, Query: query}
	if a.Evidence != nil {
		e.Personal = &Evidence{Values: a.Evidence}
	}
	return e
}

func TestPlaybookRules(t *testing.T) {
	yes, no := true, false
	found := AnswerInput{Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "REF-1", "produced_on": "2026-11-03"}}
	bare := AnswerInput{Check: "referto-individuato", Yes: true}
	ours, others := AnswerInput{Check: "referto-della-asr", Yes: true}, AnswerInput{Check: "referto-della-asr"}
	asked, sent, unsent := AnswerInput{Check: "scarico-richiesto", Yes: true}, AnswerInput{Check: "referto-inviato", Yes: true}, AnswerInput{Check: "referto-inviato"}
	mended := AnswerInput{Check: "invio-corretto", Yes: true}
	pinned := runStarted()[0].event
	learn := func(c playbook.CheckID, answer *bool) RecordQueryResult {
		return RecordQueryResult{Run: 1, Query: playbook.FindReport, Check: c, Answer: answer, Why: SystemUnreachable, Evidence: playbook.Evidence{"identifier": "REF-9", "exempt": "true"}}
	}
	regional := func(text string) Event {
		return RegionalNote{Note: outcomeNote, Handover: 1, ASR: torino, VisibleFrom: heldUntil, Personal: &Text{Text: text}}
	}
	handed := func(g Ground) Event {
		return Escalated{Handover: 1, From: torino, Note: outcomeNote, Ground: g, Status: HandedOver}
	}
	typed := func(g Ground) expectation {
		return then(RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil, Personal: sampleText},
			Escalated{Handover: 1, From: torino, Note: noteID, Ground: g, Status: HandedOver})
	}
	escalate := Update{Changes: Changes{Status: HandedOver}, Note: public("parole")}
	with := func(u Update, reason Ground) Update { u.Reason = string(reason); return u }
	alive := runStarted(found, ours, asked, unsent, AnswerInput{Check: "invio-corretto"})
	alive = append(alive, by(anna, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Action: playbook.Wait, Remind: true})...)
	reached := runStarted(found, ours, asked, unsent, AnswerInput{Check: "invio-corretto"})
	reopened := by(system, Redirected{Handover: 2, To: to3, Status: New})
	for name, c := range map[string]struct {
		given State
		when  Command
		by    person.Actor
		then  expectation
	}{
		"a run is begun":                   {given(opened()), BeginPlaybook{}, system, then(pinned)},
		"once":                             {given(opened(), runStarted()), BeginPlaybook{}, system, then()},
		"anew for another ASR":             {given(opened(), runStarted(), escalated(), reopened), BeginPlaybook{}, system, then(PlaybookStarted{Run: 2, Entity: to3, Pinned: pinned.(PlaybookStarted).Pinned})},
		"not at the Region":                {given(opened(), runStarted(), escalated()), BeginPlaybook{}, system, notAllowed(MoveBeginPlaybook, HandedOver)},
		"for another problem":              {given(opened(), runStarted(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "invio-fallito"})), BeginPlaybook{}, system, then(PlaybookStarted{Run: 2, Entity: torino, Pinned: playbook.PinnedVersions{Playbook: "invio-fallito", Version: 1, Reachable: map[playbook.ID]int{}}})},
		"for a problem without checks":     {given(opened(), runStarted(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), BeginPlaybook{}, system, then()},
		"an answer begins it where needed": {given(opened()), Update{Answers: []AnswerInput{found}}, anna, then(pinned, checkAnswered(found, ""))},
		"an answer":                        {given(opened(), runStarted()), Update{Answers: []AnswerInput{found}}, anna, then(checkAnswered(found, ""))},
		"several in their order":           {given(opened(), runStarted()), Update{Answers: []AnswerInput{found, ours}}, anna, then(checkAnswered(found, ""), checkAnswered(ours, ""))},
		"the same again says nothing new":  {given(opened(), runStarted(found)), Update{Answers: []AnswerInput{found}}, anna, then()},
		"evidence that is added later":     {given(opened(), runStarted(bare)), Update{Answers: []AnswerInput{found}}, anna, then(checkAnswered(found, ""))},
		"a check that is not asked":        {given(opened(), runStarted()), Update{Answers: []AnswerInput{sent}}, anna, invalidFields("answers[0].check")},
		"evidence of another check":        {given(opened(), runStarted()), Update{Answers: []AnswerInput{{Check: "referto-individuato", Evidence: playbook.Evidence{"iuv": "1"}}}}, anna, invalidFields("answers[0].evidence.iuv")},
		"without checks nothing to answer": {given(opened(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), Update{Answers: []AnswerInput{found}}, anna, invalidFields("answers")},
		"not for the Region to answer":     {given(opened(), runStarted(), escalated()), Update{Answers: []AnswerInput{found}}, rita, forbidden()},
		"nor for another ASR":              {given(opened(), runStarted()), Update{Answers: []AnswerInput{found}}, carla, notVisible()},

		"2.8 the outcome hands over, its note filled in": {given(opened(), runStarted(found, ours, asked, sent)), Update{Changes: Changes{Status: HandedOver}, OutcomeNote: outcomeNote}, anna,
			then(regional("Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-1"), handed(ByOutcome), OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Action: playbook.Escalate})},
		"2.8 by the menu": {given(opened(), runStarted(found, ours, asked, sent)), Update{Assignee: &AssigneeInput{Region: true}, OutcomeNote: outcomeNote}, anna,
			then(regional("Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-1"), handed(ByOutcome), OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Action: playbook.Escalate})},
		"2.6 when only a machine has answered": {given(opened(), runStarted(), by(system, checkAnswered(bare, playbook.FindReport))), escalate, anna, typed(NotOurs)},
		"2.8 in one act": {given(opened(), runStarted(found)), Update{Changes: Changes{Status: HandedOver}, OutcomeNote: outcomeNote, Answers: []AnswerInput{others}}, anna,
			then(checkAnswered(others, ""), regional("Il referto REF-1 non risulta appartenere alla nostra Azienda."), handed(ByOutcome), OutcomeCarriedOut{Run: 1, Outcome: "inoltro-altra-asr", Action: playbook.Escalate})},
		"2.8 what is missing is named":         {given(opened(), runStarted(bare, ours, asked, sent)), Update{Changes: Changes{Status: HandedOver}, OutcomeNote: outcomeNote}, anna, invalidFields("answers.evidence.produced_on", "answers.evidence.identifier", "reason")},
		"2.8 with a note of one's own":         {given(opened(), runStarted(found, ours, asked, sent)), escalate, anna, then(RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil, Personal: sampleText}, Escalated{Handover: 1, From: torino, Note: noteID, Ground: ByOutcome, Status: HandedOver}, OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Action: playbook.Escalate})},
		"against the checks it takes a reason": {given(opened(), runStarted(found)), escalate, anna, invalidFields("reason")},
		"one of the list":                      {given(opened(), runStarted(found)), with(escalate, "perché sì"), anna, invalidFields("reason")},
		"an override":                          {given(opened(), runStarted(found)), with(escalate, Urgent), anna, typed(Urgent)},
		"it is not ours, always":               {given(opened(), runStarted(found)), with(escalate, NotOurs), anna, typed(NotOurs)},
		"2.6 before anything was checked":      {given(opened(), runStarted()), escalate, anna, typed(NotOurs)},
		"2.6 nothing is prescribed":            {given(opened(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), escalate, anna, typed("")},

		"2.7 in another playbook, kept alive": {given(opened(), taken(anna), runStarted(found, ours, asked)), Update{Changes: Changes{Status: InProgress}, OutcomeNote: outcomeNote, Answers: []AnswerInput{unsent, {Check: "invio-corretto"}}}, anna,
			then(checkAnswered(unsent, ""), checkAnswered(AnswerInput{Check: "invio-corretto"}, ""), CitizenNote{Note: outcomeNote, VisibleFrom: heldUntil, Personal: &Text{Text: outcomeText("invio-fallito", "invio-in-correzione")}}, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Action: playbook.Wait, Remind: true})},
		"2.7 mended, resolved": {given(opened(), taken(anna), runStarted(found, ours, asked, unsent)), Update{Changes: Changes{Status: Solved}, OutcomeNote: outcomeNote, Answers: []AnswerInput{mended}}, anna,
			then(checkAnswered(mended, ""), CitizenNote{Note: outcomeNote, VisibleFrom: heldUntil, Personal: &Text{Text: outcomeText("invio-fallito", "invio-risolto")}}, Resolved{Resolution: 1, Note: outcomeNote, EffectFrom: heldUntil, Status: Solved}, OutcomeCarriedOut{Run: 1, Outcome: "invio-risolto", Action: playbook.Resolve})},

		"once carried out, an untouched status says nothing": {given(opened(), taken(anna), alive), Update{Changes: Changes{Status: InProgress}, Assignee: to(bruno), OutcomeNote: outcomeNote}, anna, then(Assigned{Assignee{Operator: "bruno"}})},
		"nor with a note of one's own":                       {given(opened(), taken(anna), alive), Update{Changes: Changes{Status: InProgress}, Note: internal("parole"), OutcomeNote: outcomeNote}, anna, then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText})},
		"nor, before, to give it to somebody":                {given(opened(), taken(anna), reached), Update{Changes: Changes{Status: InProgress}, Assignee: to(bruno), OutcomeNote: outcomeNote}, anna, then(Assigned{Assignee{Operator: "bruno"}})},
		"nor with a note for other eyes":                     {given(opened(), taken(anna), reached), Update{Changes: Changes{Status: InProgress}, Note: internal("parole"), OutcomeNote: outcomeNote}, anna, then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText})},
		"to take the ticket says nothing to the citizen":     {given(opened(), reached), Update{Changes: Changes{Status: InProgress}, OutcomeNote: outcomeNote}, anna, then(Taken{Assignee: Assignee{Operator: "anna"}, Status: InProgress})},
		"a reason that was typed is kept": {given(opened(), citizenAsked("q"), reached), Update{Changes: Changes{Status: InProgress, Reason: "parole"}, OutcomeNote: outcomeNote}, anna,
			then(CitizenNote{Note: outcomeNote, VisibleFrom: heldUntil, Personal: &Text{Text: outcomeText("invio-fallito", "invio-in-correzione")}}, Resumed{Status: InProgress, Personal: sampleText}, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Action: playbook.Wait, Remind: true})},
		"about another problem, the old outcome says nothing": {given(opened(), taken(anna), runStarted(found, ours, asked, unsent, mended)), Update{Changes: Changes{Problem: "altro", Status: Solved}, OutcomeNote: outcomeNote}, anna, invalidFields("note")},
		"nor is it a ground": {given(opened(), runStarted(found, ours, asked, sent)), Update{Changes: Changes{Problem: "mancato-pagamento", Status: HandedOver}, Note: public("parole")}, anna,
			then(Reclassified{Service: "ritiro-documenti", Problem: "mancato-pagamento"}, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil, Personal: sampleText}, Escalated{Handover: 1, From: torino, Note: noteID, Ground: NotOurs, Status: HandedOver})},

		"a machine answers what is open":          {given(opened(), runStarted()), learn("referto-individuato", &yes), system, then(checkAnswered(AnswerInput{Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "REF-9"}}, playbook.FindReport))},
		"and says when it knows nothing":          {given(opened(), runStarted()), learn("referto-individuato", nil), system, then(CheckTried{Run: 1, Entity: torino, Check: "referto-individuato", Query: playbook.FindReport, Why: SystemUnreachable})},
		"not over a person":                       {given(opened(), runStarted(found)), learn("referto-individuato", &no), system, then()},
		"over itself":                             {given(opened(), runStarted(), by(system, checkAnswered(bare, playbook.FindReport))), learn("referto-individuato", &no), system, then(checkAnswered(AnswerInput{Check: "referto-individuato", Evidence: playbook.Evidence{"identifier": "REF-9"}}, playbook.FindReport))},
		"not of what is not asked":                {given(opened(), runStarted()), learn("referto-inviato", &yes), system, then()},
		"not of a run that is past":               {given(opened(), runStarted()), RecordQueryResult{Run: 7, Check: "referto-individuato", Answer: &yes}, system, then()},
		"that it is mended, also over a no":       {given(opened(), taken(anna), runStarted(found, ours, asked, unsent, AnswerInput{Check: "invio-corretto"}), by(anna, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Remind: true})), RecordQueryResult{Run: 1, Query: playbook.SendingResult, Check: "invio-corretto", Answer: &yes}, system, then(checkAnswered(mended, playbook.SendingResult))},
		"a reminder":                              {given(opened(), runStarted(), by(anna, OutcomeCarriedOut{Run: 1, Remind: true})), RemindPlaybook{1, 1}, system, then(PlaybookReminded{1, 1})},
		"evidence alone mends nothing":            {given(opened(), alive, by(anna, checkAnswered(found, ""))), RemindPlaybook{1, 1}, system, then(PlaybookReminded{1, 1})},
		"not of another problem's checks":         {given(opened(), alive, by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), RemindPlaybook{1, 1}, system, notAllowed(MoveRemindPlaybook, New)},
		"not at another ASR":                      {given(opened(), alive, escalated(), reopened), RemindPlaybook{1, 1}, system, notAllowed(MoveRemindPlaybook, New)},
		"nor does a machine answer at the Region": {given(opened(), runStarted(), escalated(), taken(rita)), learn("referto-individuato", &yes), system, then()},
		"not once the checks went on":             {given(opened(), runStarted(), by(anna, OutcomeCarriedOut{Run: 1, Remind: true}, checkAnswered(found, ""))), RemindPlaybook{1, 1}, system, notAllowed(MoveRemindPlaybook, New)},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := playbookEngine.Decide(c.given, c.when, c.by, noon)
			c.then(t, events, err)
		})
	}
}

// Coming back to a playbook forgets the answers that led away from there (FAQ 2.11 → 2.9).
func TestReturningToPlaybookForgetsAnswers(t *testing.T) {
	back := given(opened(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "referto-non-visualizzabile"}))
	update := Update{Answers: []AnswerInput{{Check: "referto-del-paziente", Yes: true}, {Check: "referto-pagato"}, {Check: "pagamento-dichiarato", Yes: true},
		{Check: "pagamento-risulta", Yes: true}, {Check: "altro-da-pagare"}, {Check: "pagamento-registrato", Yes: true}, {Check: "metadati-inviati", Yes: true}, {Check: "ora-scaricabile"}}}
	events, err := playbookEngine.Decide(back, update, anna, noon)
	if err != nil {
		t.Fatal(err)
	}
	forgotten, ok := events[len(events)-1].(AnswersForgotten)
	if !ok || forgotten.Checks[0] != "referto-pagato" || len(forgotten.Checks) != 7 {
		t.Fatalf("it ends with %+v", events[len(events)-1])
	}
	for _, e := range events {
		back = Evolve(back, Recorded{Event: e, Ticket: id, By: anna, At: noon, Act: "answers"})
	}
	if len(back.Run.Answers) != 1 || !back.Run.Answers["referto-del-paziente"].Yes {
		t.Errorf("it knows %+v", back.Run.Answers)
	}
}

// An undo takes the act's answers with it, and leaves what a machine has said since.
func TestUndoAndTheRun(t *testing.T) {
	found := AnswerInput{Check: "referto-individuato", Yes: true}
	asked := inOneAct("ask", noon, by(anna, checkAnswered(AnswerInput{Check: "referto-in-preparazione"}, ""), CitizenNote{Note: noteID, VisibleFrom: heldUntil},
		CitizenAsked{Note: noteID, Status: Waiting}, OutcomeCarriedOut{Run: 1, Outcome: "chiedere-quale-referto"}))
	s := given(opened(), runStarted(AnswerInput{Check: "referto-individuato"}), asked, by(system, checkAnswered(found, playbook.FindReport)))
	events, err := playbookEngine.Decide(s, Undo{}, anna, noon)
	if err != nil || len(events) != 1 {
		t.Fatalf("undo: %+v, %v", events, err)
	}
	s = Evolve(s, Recorded{Event: events[0], Ticket: id, By: anna, Act: "undo"})
	var left []playbook.CheckID
	for c := range s.Run.Answers {
		left = append(left, c)
	}
	if !reflect.DeepEqual(left, []playbook.CheckID{"referto-individuato"}) || !s.Run.Answers["referto-individuato"].Yes || s.Status != New {
		t.Errorf("left are %v of %+v", left, s.Run)
	}
}

// outcomeText is what an outcome says that takes no evidence.
func outcomeText(in playbook.ID, outcome playbook.OutcomeID) string {
	p, _ := playbook.Default().Find(in, 1)
	for _, o := range p.Outcomes {
		if o.ID == outcome {
			return o.Note[0].Text
		}
	}
	return ""
}
