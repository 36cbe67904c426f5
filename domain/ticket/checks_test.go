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
)

var checking = Rules{Catalog: catalog.Default(), Hold: hold, Playbooks: playbook.Default()}

const outcomeNote ID = "01930000-0000-7000-8000-0000000000bb"

// begun is the run of referto-non-trovato with answers, which a person gave.
func begun(checks ...NewAnswer) []fact {
	facts := by(saga, PlaybookStarted{Run: 1, Entity: torino, Pinned: playbook.Pinned{
		Playbook: "referto-non-trovato", Version: 1, Leads: map[playbook.ID]int{"invio-fallito": 1}}})
	for _, a := range checks {
		facts = append(facts, by(anna, answered(a, ""))...)
	}
	return facts
}

func answered(a NewAnswer, query playbook.Query) CheckAnswered {
	e := CheckAnswered{Run: 1, Entity: torino, Check: a.Check, Yes: a.Yes, Query: query}
	if a.Evidence != nil {
		e.Personal = &Evidence{Values: a.Evidence}
	}
	return e
}

func TestPlaybookRules(t *testing.T) {
	yes, no := true, false
	found := NewAnswer{Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "REF-1", "produced_on": "2026-11-03"}}
	bare := NewAnswer{Check: "referto-individuato", Yes: true}
	ours, others := NewAnswer{Check: "referto-della-asr", Yes: true}, NewAnswer{Check: "referto-della-asr"}
	asked, sent, unsent := NewAnswer{Check: "scarico-richiesto", Yes: true}, NewAnswer{Check: "referto-inviato", Yes: true}, NewAnswer{Check: "referto-inviato"}
	mended := NewAnswer{Check: "invio-corretto", Yes: true}
	pinned := begun()[0].e
	learn := func(c playbook.CheckID, answer *bool) Learn {
		return Learn{Run: 1, Query: playbook.FindReport, Check: c, Answer: answer, Why: Unreachable, Evidence: playbook.Evidence{"identifier": "REF-9", "exempt": "true"}}
	}
	regional := func(text string) Event {
		return RegionalNote{Note: outcomeNote, Handover: 1, ASR: torino, VisibleFrom: held, Personal: &Text{Text: text}}
	}
	handed := func(g Ground) Event {
		return Escalated{Handover: 1, From: torino, Note: outcomeNote, Ground: g, Status: HandedOver}
	}
	typed := func(g Ground) verdict {
		return then(RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: held, Personal: words},
			Escalated{Handover: 1, From: torino, Note: noteID, Ground: g, Status: HandedOver})
	}
	escalate := Update{Status: HandedOver, Note: public("parole")}
	with := func(u Update, reason Ground) Update { u.Reason = string(reason); return u }
	alive := begun(found, ours, asked, unsent, NewAnswer{Check: "invio-corretto"})
	alive = append(alive, by(anna, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Act: playbook.Wait, Remind: true})...)
	reached := begun(found, ours, asked, unsent, NewAnswer{Check: "invio-corretto"})
	reopened := by(saga, Redirected{Handover: 2, To: to3, Status: New})
	for name, c := range map[string]struct {
		given State
		when  Command
		by    person.Actor
		then  verdict
	}{
		"a run is begun":                   {given(opened()), BeginPlaybook{}, saga, then(pinned)},
		"once":                             {given(opened(), begun()), BeginPlaybook{}, saga, then()},
		"anew for another ASR":             {given(opened(), begun(), escalated(), reopened), BeginPlaybook{}, saga, then(PlaybookStarted{Run: 2, Entity: to3, Pinned: pinned.(PlaybookStarted).Pinned})},
		"not at the Region":                {given(opened(), begun(), escalated()), BeginPlaybook{}, saga, notAllowed(MoveBegin, HandedOver)},
		"for another problem":              {given(opened(), begun(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "invio-fallito"})), BeginPlaybook{}, saga, then(PlaybookStarted{Run: 2, Entity: torino, Pinned: playbook.Pinned{Playbook: "invio-fallito", Version: 1, Leads: map[playbook.ID]int{}}})},
		"for a problem without checks":     {given(opened(), begun(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), BeginPlaybook{}, saga, then()},
		"an answer begins it where needed": {given(opened()), Update{Answers: []NewAnswer{found}}, anna, then(pinned, answered(found, ""))},
		"an answer":                        {given(opened(), begun()), Update{Answers: []NewAnswer{found}}, anna, then(answered(found, ""))},
		"several in their order":           {given(opened(), begun()), Update{Answers: []NewAnswer{found, ours}}, anna, then(answered(found, ""), answered(ours, ""))},
		"the same again says nothing new":  {given(opened(), begun(found)), Update{Answers: []NewAnswer{found}}, anna, then()},
		"evidence that is added later":     {given(opened(), begun(bare)), Update{Answers: []NewAnswer{found}}, anna, then(answered(found, ""))},
		"a check that is not asked":        {given(opened(), begun()), Update{Answers: []NewAnswer{sent}}, anna, wrong("answers[0].check")},
		"evidence of another check":        {given(opened(), begun()), Update{Answers: []NewAnswer{{Check: "referto-individuato", Evidence: playbook.Evidence{"iuv": "1"}}}}, anna, wrong("answers[0].evidence.iuv")},
		"without checks nothing to answer": {given(opened(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), Update{Answers: []NewAnswer{found}}, anna, wrong("answers")},
		"not for the Region to answer":     {given(opened(), begun(), escalated()), Update{Answers: []NewAnswer{found}}, rita, forbidden()},
		"nor for another ASR":              {given(opened(), begun()), Update{Answers: []NewAnswer{found}}, carla, notYours()},

		"2.8 the outcome hands over, its note filled in": {given(opened(), begun(found, ours, asked, sent)), Update{Status: HandedOver, OutcomeNote: outcomeNote}, anna,
			then(regional("Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-1"), handed(ByOutcome), OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Act: playbook.Escalate})},
		"2.8 by the menu": {given(opened(), begun(found, ours, asked, sent)), Update{Assignee: &NewAssignee{Region: true}, OutcomeNote: outcomeNote}, anna,
			then(regional("Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-1"), handed(ByOutcome), OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Act: playbook.Escalate})},
		"2.6 when only a machine has answered": {given(opened(), begun(), by(saga, answered(bare, playbook.FindReport))), escalate, anna, typed(NotOurs)},
		"2.8 in one act": {given(opened(), begun(found)), Update{Status: HandedOver, OutcomeNote: outcomeNote, Answers: []NewAnswer{others}}, anna,
			then(answered(others, ""), regional("Il referto REF-1 non risulta appartenere alla nostra Azienda."), handed(ByOutcome), OutcomeCarriedOut{Run: 1, Outcome: "inoltro-altra-asr", Act: playbook.Escalate})},
		"2.8 what is missing is named":         {given(opened(), begun(bare, ours, asked, sent)), Update{Status: HandedOver, OutcomeNote: outcomeNote}, anna, wrong("answers.evidence.produced_on", "answers.evidence.identifier", "reason")},
		"2.8 with a note of one's own":         {given(opened(), begun(found, ours, asked, sent)), escalate, anna, then(RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: held, Personal: words}, Escalated{Handover: 1, From: torino, Note: noteID, Ground: ByOutcome, Status: HandedOver}, OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Act: playbook.Escalate})},
		"against the checks it takes a reason": {given(opened(), begun(found)), escalate, anna, wrong("reason")},
		"one of the list":                      {given(opened(), begun(found)), with(escalate, "perché sì"), anna, wrong("reason")},
		"an override":                          {given(opened(), begun(found)), with(escalate, Urgent), anna, typed(Urgent)},
		"it is not ours, always":               {given(opened(), begun(found)), with(escalate, NotOurs), anna, typed(NotOurs)},
		"2.6 before anything was checked":      {given(opened(), begun()), escalate, anna, typed(NotOurs)},
		"2.6 nothing is prescribed":            {given(opened(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), escalate, anna, typed("")},

		"2.7 in another playbook, kept alive": {given(opened(), taken(anna), begun(found, ours, asked)), Update{Status: InProgress, OutcomeNote: outcomeNote, Answers: []NewAnswer{unsent, {Check: "invio-corretto"}}}, anna,
			then(answered(unsent, ""), answered(NewAnswer{Check: "invio-corretto"}, ""), CitizenNote{Note: outcomeNote, VisibleFrom: held, Personal: &Text{Text: text("invio-fallito", "invio-in-correzione")}}, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Act: playbook.Wait, Remind: true})},
		"2.7 mended, resolved": {given(opened(), taken(anna), begun(found, ours, asked, unsent)), Update{Status: Solved, OutcomeNote: outcomeNote, Answers: []NewAnswer{mended}}, anna,
			then(answered(mended, ""), CitizenNote{Note: outcomeNote, VisibleFrom: held, Personal: &Text{Text: text("invio-fallito", "invio-risolto")}}, Resolved{Resolution: 1, Note: outcomeNote, EffectFrom: held, Status: Solved}, OutcomeCarriedOut{Run: 1, Outcome: "invio-risolto", Act: playbook.Resolve})},

		"once carried out, an untouched status says nothing": {given(opened(), taken(anna), alive), Update{Status: InProgress, Assignee: to(bruno), OutcomeNote: outcomeNote}, anna, then(Assigned{Assignee{Operator: "bruno"}})},
		"nor with a note of one's own":                       {given(opened(), taken(anna), alive), Update{Status: InProgress, Note: internal("parole"), OutcomeNote: outcomeNote}, anna, then(InternalNote{Note: noteID, Entity: torino, Personal: words})},
		"nor, before, to give it to somebody":                {given(opened(), taken(anna), reached), Update{Status: InProgress, Assignee: to(bruno), OutcomeNote: outcomeNote}, anna, then(Assigned{Assignee{Operator: "bruno"}})},
		"nor with a note for other eyes":                     {given(opened(), taken(anna), reached), Update{Status: InProgress, Note: internal("parole"), OutcomeNote: outcomeNote}, anna, then(InternalNote{Note: noteID, Entity: torino, Personal: words})},
		"to take the ticket says nothing to the citizen":     {given(opened(), reached), Update{Status: InProgress, OutcomeNote: outcomeNote}, anna, then(Taken{Assignee: Assignee{Operator: "anna"}, Status: InProgress})},
		"a reason that was typed is kept": {given(opened(), asking("q"), reached), Update{Status: InProgress, Reason: "parole", OutcomeNote: outcomeNote}, anna,
			then(CitizenNote{Note: outcomeNote, VisibleFrom: held, Personal: &Text{Text: text("invio-fallito", "invio-in-correzione")}}, Resumed{Status: InProgress, Personal: words}, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Act: playbook.Wait, Remind: true})},
		"about another problem, the old outcome says nothing": {given(opened(), taken(anna), begun(found, ours, asked, unsent, mended)), Update{Problem: "altro", Status: Solved, OutcomeNote: outcomeNote}, anna, wrong("note")},
		"nor is it a ground": {given(opened(), begun(found, ours, asked, sent)), Update{Problem: "mancato-pagamento", Status: HandedOver, Note: public("parole")}, anna,
			then(Reclassified{Service: "ritiro-documenti", Problem: "mancato-pagamento"}, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: held, Personal: words}, Escalated{Handover: 1, From: torino, Note: noteID, Ground: NotOurs, Status: HandedOver})},

		"a machine answers what is open":          {given(opened(), begun()), learn("referto-individuato", &yes), saga, then(answered(NewAnswer{Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "REF-9"}}, playbook.FindReport))},
		"and says when it knows nothing":          {given(opened(), begun()), learn("referto-individuato", nil), saga, then(CheckTried{Run: 1, Entity: torino, Check: "referto-individuato", Query: playbook.FindReport, Why: Unreachable})},
		"not over a person":                       {given(opened(), begun(found)), learn("referto-individuato", &no), saga, then()},
		"over itself":                             {given(opened(), begun(), by(saga, answered(bare, playbook.FindReport))), learn("referto-individuato", &no), saga, then(answered(NewAnswer{Check: "referto-individuato", Evidence: playbook.Evidence{"identifier": "REF-9"}}, playbook.FindReport))},
		"not of what is not asked":                {given(opened(), begun()), learn("referto-inviato", &yes), saga, then()},
		"not of a run that is past":               {given(opened(), begun()), Learn{Run: 7, Check: "referto-individuato", Answer: &yes}, saga, then()},
		"that it is mended, also over a no":       {given(opened(), taken(anna), begun(found, ours, asked, unsent, NewAnswer{Check: "invio-corretto"}), by(anna, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Remind: true})), Learn{Run: 1, Query: playbook.SendingResult, Check: "invio-corretto", Answer: &yes}, saga, then(answered(mended, playbook.SendingResult))},
		"a reminder":                              {given(opened(), begun(), by(anna, OutcomeCarriedOut{Run: 1, Remind: true})), Remind{1, 1}, saga, then(PlaybookReminded{1, 1})},
		"evidence alone mends nothing":            {given(opened(), alive, by(anna, answered(found, ""))), Remind{1, 1}, saga, then(PlaybookReminded{1, 1})},
		"not of another problem's checks":         {given(opened(), alive, by(anna, Reclassified{Service: "ritiro-documenti", Problem: "altro"})), Remind{1, 1}, saga, notAllowed(MoveRemind, New)},
		"not at another ASR":                      {given(opened(), alive, escalated(), reopened), Remind{1, 1}, saga, notAllowed(MoveRemind, New)},
		"nor does a machine answer at the Region": {given(opened(), begun(), escalated(), taken(rita)), learn("referto-individuato", &yes), saga, then()},
		"not once the checks went on":             {given(opened(), begun(), by(anna, OutcomeCarriedOut{Run: 1, Remind: true}, answered(found, ""))), Remind{1, 1}, saga, notAllowed(MoveRemind, New)},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := checking.Decide(c.given, c.when, c.by, noon)
			c.then(t, events, err)
		})
	}
}

// Coming back to a playbook forgets the answers that led away from there (FAQ 2.11 → 2.9).
func TestComingBackForgets(t *testing.T) {
	back := given(opened(), by(anna, Reclassified{Service: "ritiro-documenti", Problem: "referto-non-visualizzabile"}))
	update := Update{Answers: []NewAnswer{{Check: "referto-del-paziente", Yes: true}, {Check: "referto-pagato"}, {Check: "pagamento-dichiarato", Yes: true},
		{Check: "pagamento-risulta", Yes: true}, {Check: "altro-da-pagare"}, {Check: "pagamento-registrato", Yes: true}, {Check: "metadati-inviati", Yes: true}, {Check: "ora-scaricabile"}}}
	events, err := checking.Decide(back, update, anna, noon)
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
	found := NewAnswer{Check: "referto-individuato", Yes: true}
	asked := together("ask", noon, by(anna, answered(NewAnswer{Check: "referto-in-preparazione"}, ""), CitizenNote{Note: noteID, VisibleFrom: held},
		CitizenAsked{Note: noteID, Status: Waiting}, OutcomeCarriedOut{Run: 1, Outcome: "chiedere-quale-referto"}))
	s := given(opened(), begun(NewAnswer{Check: "referto-individuato"}), asked, by(saga, answered(found, playbook.FindReport)))
	events, err := checking.Decide(s, Undo{}, anna, noon)
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

// text is what an outcome says that takes no evidence.
func text(in playbook.ID, outcome playbook.OutcomeID) string {
	p, _ := playbook.Default().Find(in, 1)
	for _, o := range p.Outcomes {
		if o.ID == outcome {
			return o.Note[0].Text
		}
	}
	return ""
}
