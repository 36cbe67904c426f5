// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/playbook"
	. "github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

func TestPlaybookRules(t *testing.T) {
	yes, no := true, false
	found := AnswerInput{
		Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "REF-1", "produced_on": "2026-11-03"},
	}
	withoutEvidence := AnswerInput{Check: "referto-individuato", Yes: true}
	ours, others := AnswerInput{Check: "referto-della-asr", Yes: true}, AnswerInput{Check: "referto-della-asr"}
	asked := AnswerInput{Check: "scarico-richiesto", Yes: true}
	sent, unsent := AnswerInput{Check: "referto-inviato", Yes: true}, AnswerInput{Check: "referto-inviato"}
	corrected := AnswerInput{Check: "invio-corretto", Yes: true}
	pinned := runStarted()[0].Event
	queryResult := func(c playbook.CheckID, answer *bool) RecordQueryResult {
		return RecordQueryResult{
			Run: 1, Query: playbook.FindReport, Check: c, Answer: answer, Why: SystemUnreachable,
			Evidence: playbook.Evidence{"identifier": "REF-9", "exempt": "true"},
		}
	}
	regionalNote := func(text string) Event {
		return RegionalNote{Note: outcomeNote, Handover: 1, ASR: torino, VisibleFrom: heldUntil, Personal: &Text{Text: text}}
	}
	escalatedFor := func(g Ground) Event {
		return Escalated{Handover: 1, From: torino, Note: outcomeNote, Ground: g, Status: StatusHandedOver}
	}
	escalatedWithTypedNote := func(g Ground) expectation {
		return then(typedRegionalNote(1, torino),
			Escalated{Handover: 1, From: torino, Note: noteID, Ground: g, Status: StatusHandedOver})
	}
	escalate := setStatusWith(StatusHandedOver, public("parole"))
	withReason := func(u Update, reason Ground) Update { u.Reason = string(reason); return u }
	waiting := runStarted(found, ours, asked, unsent, AnswerInput{Check: "invio-corretto"})
	waiting = append(waiting, by(operator, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Action: playbook.Wait, Remind: true})...)
	reached := runStarted(found, ours, asked, unsent, AnswerInput{Check: "invio-corretto"})
	redirected := by(system, Redirected{Handover: 2, To: to3, Status: StatusNew})
	checkDecisions(t, tickettest.Engine, map[string]decision{
		"the system starts a run": {given(opened()), BeginPlaybook{}, system, then(pinned)},
		"a run is started once":   {given(opened(), runStarted()), BeginPlaybook{}, system, then()},
		"another ASR gets a new run": {
			given(opened(), runStarted(), escalated(), redirected),
			BeginPlaybook{}, system,
			then(PlaybookStarted{Run: 2, Entity: to3, Pinned: pinned.(PlaybookStarted).Pinned}),
		},
		"no run is started at the Region": {
			given(opened(), runStarted(), escalated()),
			BeginPlaybook{}, system,
			notAllowed(MoveBeginPlaybook, StatusHandedOver),
		},
		"another problem gets a new run": {
			given(opened(), runStarted(), reclassified("invio-fallito")),
			BeginPlaybook{}, system,
			then(PlaybookStarted{
				Run:    2,
				Entity: torino,
				Pinned: playbook.PinnedVersions{Playbook: "invio-fallito", Version: 1, Reachable: map[playbook.ID]int{}},
			}),
		},
		"a problem without checks gets no run": {
			given(opened(), runStarted(), reclassified("altro")),
			BeginPlaybook{}, system,
			then(),
		},
		"the first answer starts the run": {
			given(opened()),
			Update{Answers: []AnswerInput{found}}, operator,
			then(pinned, checkAnswered(found, "")),
		},
		"an operator answers a check": {
			given(opened(), runStarted()),
			Update{Answers: []AnswerInput{found}}, operator,
			then(checkAnswered(found, "")),
		},
		"several answers are recorded in their order": {
			given(opened(), runStarted()),
			Update{Answers: []AnswerInput{found, ours}}, operator,
			then(checkAnswered(found, ""), checkAnswered(ours, "")),
		},
		"a repeated answer changes nothing": {
			given(opened(), runStarted(found)),
			Update{Answers: []AnswerInput{found}}, operator,
			then(),
		},
		"evidence can be added later": {
			given(opened(), runStarted(withoutEvidence)),
			Update{Answers: []AnswerInput{found}}, operator,
			then(checkAnswered(found, "")),
		},
		"a check that is not asked is refused": {
			given(opened(), runStarted()),
			Update{Answers: []AnswerInput{sent}}, operator,
			invalidFields("answers[0].check"),
		},
		"evidence of another check is refused": {
			given(opened(), runStarted()),
			Update{Answers: []AnswerInput{{Check: "referto-individuato", Evidence: playbook.Evidence{"iuv": "1"}}}}, operator,
			invalidFields("answers[0].evidence.iuv"),
		},
		"a problem without checks takes no answers": {
			given(opened(), reclassified("altro")),
			Update{Answers: []AnswerInput{found}}, operator,
			invalidFields("answers"),
		},
		"the Region cannot answer checks": {
			given(opened(), runStarted(), escalated()),
			Update{Answers: []AnswerInput{found}}, regional,
			forbidden(),
		},
		"another ASR does not see the ticket": {
			given(opened(), runStarted()),
			Update{Answers: []AnswerInput{found}}, neighbour,
			notVisible(),
		},

		"2.8 the outcome hands over with its note and evidence": {
			given(opened(), runStarted(found, ours, asked, sent)),
			Update{UpdateFields: UpdateFields{Status: StatusHandedOver}, OutcomeNote: outcomeNote}, operator,
			then(
				regionalNote("Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-1"),
				escalatedFor(ByOutcome),
				OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Action: playbook.Escalate},
			),
		},
		"2.8 the outcome hands over when the Region is chosen in the menu": {
			given(opened(), runStarted(found, ours, asked, sent)),
			Update{Assignee: &AssigneeInput{Region: true}, OutcomeNote: outcomeNote}, operator,
			then(
				regionalNote("Il referto è stato prodotto in data 03/11/2026 e ha il seguente identificativo REF-1"),
				escalatedFor(ByOutcome),
				OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Action: playbook.Escalate},
			),
		},
		"2.6 after answers of a connected system only, the ground is NotOurs": {
			given(opened(), runStarted(), by(system, checkAnswered(withoutEvidence, playbook.FindReport))),
			escalate, operator,
			escalatedWithTypedNote(NotOurs),
		},
		"2.8 an answer and its outcome are one act": {
			given(opened(), runStarted(found)),
			Update{UpdateFields: UpdateFields{Status: StatusHandedOver}, OutcomeNote: outcomeNote, Answers: []AnswerInput{others}}, operator,
			then(
				checkAnswered(others, ""),
				regionalNote("Il referto REF-1 non risulta appartenere alla nostra Azienda."),
				escalatedFor(ByOutcome),
				OutcomeCarriedOut{Run: 1, Outcome: "inoltro-altra-asr", Action: playbook.Escalate},
			),
		},
		"2.8 missing evidence is named": {
			given(opened(), runStarted(withoutEvidence, ours, asked, sent)),
			Update{UpdateFields: UpdateFields{Status: StatusHandedOver}, OutcomeNote: outcomeNote}, operator,
			invalidFields("answers.evidence.produced_on", "answers.evidence.identifier", "reason"),
		},
		"2.8 a typed note replaces the outcome's note": {
			given(opened(), runStarted(found, ours, asked, sent)),
			escalate, operator,
			then(
				typedRegionalNote(1, torino),
				Escalated{Handover: 1, From: torino, Note: noteID, Ground: ByOutcome, Status: StatusHandedOver},
				OutcomeCarriedOut{Run: 1, Outcome: "inoltro-referto-inviato", Action: playbook.Escalate},
			),
		},
		"a hand-over against the checks needs a reason": {
			given(opened(), runStarted(found)),
			escalate, operator,
			invalidFields("reason"),
		},
		"an unknown ground is refused": {
			given(opened(), runStarted(found)),
			withReason(escalate, "perché sì"), operator,
			invalidFields("reason"),
		},
		"a hand-over with an override is recorded": {
			given(opened(), runStarted(found)),
			withReason(escalate, Urgent), operator,
			escalatedWithTypedNote(Urgent),
		},
		"the ground NotOurs is always accepted": {
			given(opened(), runStarted(found)),
			withReason(escalate, NotOurs), operator,
			escalatedWithTypedNote(NotOurs),
		},
		"2.6 before any answer, the ground is NotOurs": {
			given(opened(), runStarted()),
			escalate, operator,
			escalatedWithTypedNote(NotOurs),
		},
		"2.6 without checks a hand-over has no ground": {
			given(opened(), reclassified("altro")),
			escalate, operator,
			escalatedWithTypedNote(""),
		},

		"2.7 the outcome of another playbook keeps the run alive": {
			given(opened(), taken(operator), runStarted(found, ours, asked)),
			Update{
				UpdateFields: UpdateFields{Status: StatusInProgress},
				OutcomeNote:  outcomeNote,
				Answers:      []AnswerInput{unsent, {Check: "invio-corretto"}},
			}, operator,
			then(
				checkAnswered(unsent, ""),
				checkAnswered(AnswerInput{Check: "invio-corretto"}, ""),
				CitizenNote{
					Note:        outcomeNote,
					VisibleFrom: heldUntil,
					Personal:    &Text{Text: outcomeText("invio-fallito", "invio-in-correzione")},
				},
				OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Action: playbook.Wait, Remind: true},
			),
		},
		"2.7 an outcome resolves the ticket": {
			given(opened(), taken(operator), runStarted(found, ours, asked, unsent)),
			Update{UpdateFields: UpdateFields{Status: StatusResolved}, OutcomeNote: outcomeNote, Answers: []AnswerInput{corrected}}, operator,
			then(
				checkAnswered(corrected, ""),
				CitizenNote{
					Note:        outcomeNote,
					VisibleFrom: heldUntil,
					Personal:    &Text{Text: outcomeText("invio-fallito", "invio-risolto")},
				},
				Resolved{Resolution: 1, Note: outcomeNote, EffectFrom: heldUntil, Status: StatusResolved},
				OutcomeCarriedOut{Run: 1, Outcome: "invio-risolto", Action: playbook.Resolve},
			),
		},

		"an outcome is carried out once, although the status is sent again": {
			given(opened(), taken(operator), waiting),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress}, Assignee: to(colleague), OutcomeNote: outcomeNote}, operator,
			then(Assigned{Assignee: Assignee{Operator: colleague.ID}}),
		},
		"an outcome is carried out once, although a note is sent with the status": {
			given(opened(), taken(operator), waiting),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress}, Note: internal("parole"), OutcomeNote: outcomeNote}, operator,
			then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText}),
		},
		"an assignment does not carry out the outcome": {
			given(opened(), taken(operator), reached),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress}, Assignee: to(colleague), OutcomeNote: outcomeNote}, operator,
			then(Assigned{Assignee: Assignee{Operator: colleague.ID}}),
		},
		"a note for another audience does not carry out the outcome": {
			given(opened(), taken(operator), reached),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress}, Note: internal("parole"), OutcomeNote: outcomeNote}, operator,
			then(InternalNote{Note: noteID, Entity: torino, Personal: sampleText}),
		},
		"taking the ticket does not carry out the outcome": {
			given(opened(), reached),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress}, OutcomeNote: outcomeNote}, operator,
			then(Taken{Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress}),
		},
		"a typed reason replaces the outcome's title": {
			given(opened(), taken(operator), citizenAsked("q"), reached),
			Update{UpdateFields: UpdateFields{Status: StatusInProgress, Reason: "parole"}, OutcomeNote: outcomeNote}, operator,
			then(
				CitizenNote{
					Note:        outcomeNote,
					VisibleFrom: heldUntil,
					Personal:    &Text{Text: outcomeText("invio-fallito", "invio-in-correzione")},
				},
				Resumed{Status: StatusInProgress, Personal: sampleText},
				OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Action: playbook.Wait, Remind: true},
			),
		},
		"after a change of problem the old outcome does not resolve": {
			given(opened(), taken(operator), runStarted(found, ours, asked, unsent, corrected)),
			Update{UpdateFields: UpdateFields{Problem: "altro", Status: StatusResolved}, OutcomeNote: outcomeNote}, operator,
			invalidFields("note"),
		},
		"after a change of problem the old outcome is not a ground": {
			given(opened(), runStarted(found, ours, asked, sent)),
			Update{UpdateFields: UpdateFields{Problem: "mancato-pagamento", Status: StatusHandedOver}, Note: public("parole")}, operator,
			then(
				Reclassified{Service: "ritiro-documenti", Problem: "mancato-pagamento"},
				typedRegionalNote(1, torino),
				Escalated{Handover: 1, From: torino, Note: noteID, Ground: NotOurs, Status: StatusHandedOver},
			),
		},

		"a connected system answers the open check": {
			given(opened(), runStarted()),
			queryResult("referto-individuato", &yes), system,
			then(checkAnswered(
				AnswerInput{
					Check:    "referto-individuato",
					Yes:      true,
					Evidence: playbook.Evidence{"identifier": "REF-9"},
				},
				playbook.FindReport,
			)),
		},
		"a connected system without an answer is recorded": {
			given(opened(), runStarted()),
			queryResult("referto-individuato", nil), system,
			then(CheckTried{
				Run:    1,
				Entity: torino,
				Check:  "referto-individuato",
				Query:  playbook.FindReport,
				Why:    SystemUnreachable,
			}),
		},
		"a connected system does not replace a person's answer": {
			given(opened(), runStarted(found)),
			queryResult("referto-individuato", &no), system,
			then(),
		},
		"a connected system replaces its own answer": {
			given(opened(), runStarted(), by(system, checkAnswered(withoutEvidence, playbook.FindReport))),
			queryResult("referto-individuato", &no), system,
			then(checkAnswered(
				AnswerInput{Check: "referto-individuato", Evidence: playbook.Evidence{"identifier": "REF-9"}},
				playbook.FindReport,
			)),
		},
		"a connected system cannot answer a check that is not asked": {
			given(opened(), runStarted()),
			queryResult("referto-inviato", &yes), system,
			then(),
		},
		"a connected system cannot answer for another run": {
			given(opened(), runStarted()),
			RecordQueryResult{Run: 7, Check: "referto-individuato", Answer: &yes}, system,
			then(),
		},
		"a connected system replaces a person's no when the run waits for it": {
			given(
				opened(),
				taken(operator),
				runStarted(found, ours, asked, unsent, AnswerInput{Check: "invio-corretto"}),
				by(operator, OutcomeCarriedOut{Run: 1, Outcome: "invio-in-correzione", Remind: true}),
			),
			RecordQueryResult{Run: 1, Query: playbook.SendingResult, Check: "invio-corretto", Answer: &yes}, system,
			then(checkAnswered(corrected, playbook.SendingResult)),
		},
		"the system reminds of a run that waits for a correction": {
			given(opened(), runStarted(), by(operator, OutcomeCarriedOut{Run: 1, Remind: true})),
			RemindPlaybook{Run: 1, N: 1}, system,
			then(PlaybookReminded{Run: 1, N: 1}),
		},
		"evidence alone does not end the reminders": {
			given(opened(), waiting, by(operator, checkAnswered(found, ""))),
			RemindPlaybook{Run: 1, N: 1}, system,
			then(PlaybookReminded{Run: 1, N: 1}),
		},
		"a run of another problem is not reminded of": {
			given(opened(), waiting, reclassified("altro")),
			RemindPlaybook{Run: 1, N: 1}, system,
			notAllowed(MoveRemindPlaybook, StatusNew),
		},
		"a run of another ASR is not reminded of": {
			given(opened(), waiting, escalated(), redirected),
			RemindPlaybook{Run: 1, N: 1}, system,
			notAllowed(MoveRemindPlaybook, StatusNew),
		},
		"a connected system does not answer at the Region": {
			given(opened(), runStarted(), escalated(), taken(regional)),
			queryResult("referto-individuato", &yes), system,
			then(),
		},
		"a run that went on is not reminded of": {
			given(
				opened(),
				runStarted(),
				by(operator, OutcomeCarriedOut{Run: 1, Remind: true}, checkAnswered(found, "")),
			),
			RemindPlaybook{Run: 1, N: 1}, system,
			notAllowed(MoveRemindPlaybook, StatusNew),
		},
	})
}

// TestReturningToPlaybookForgetsAnswers checks that a return to a playbook removes the answers that led away from it (FAQ 2.11 → 2.9).
func TestReturningToPlaybookForgetsAnswers(t *testing.T) {
	state := given(opened(), reclassified("referto-non-visualizzabile"))
	update := Update{Answers: []AnswerInput{
		{Check: "referto-del-paziente", Yes: true}, {Check: "referto-pagato"}, {Check: "pagamento-dichiarato", Yes: true},
		{Check: "pagamento-risulta", Yes: true}, {Check: "altro-da-pagare"}, {Check: "pagamento-registrato", Yes: true},
		{Check: "metadati-inviati", Yes: true}, {Check: "ora-scaricabile"},
	}}
	events, err := tickettest.Engine.Decide(state, update, operator, noon)
	if err != nil {
		t.Fatal(err)
	}
	forgotten, ok := events[len(events)-1].(AnswersForgotten)
	if !ok || forgotten.Checks[0] != "referto-pagato" || len(forgotten.Checks) != 7 {
		t.Fatalf("got last event %+v, want AnswersForgotten of seven checks from referto-pagato on", events[len(events)-1])
	}
	for _, e := range events {
		state = Evolve(state, Recorded{Event: e, Ticket: id, By: operator, At: noon, Act: "answers"})
	}
	if len(state.Run.Answers) != 1 || !state.Run.Answers["referto-del-paziente"].Yes {
		t.Errorf("got answers %+v, want a yes to referto-del-paziente only", state.Run.Answers)
	}
}

// TestUndoWithdrawsAnswers checks that an undo removes the answers of the act and keeps later answers of a connected system.
func TestUndoWithdrawsAnswers(t *testing.T) {
	found := AnswerInput{Check: "referto-individuato", Yes: true}
	asked := inOneAct("ask", noon, by(operator,
		checkAnswered(AnswerInput{Check: "referto-in-preparazione"}, ""), CitizenNote{Note: noteID, VisibleFrom: heldUntil},
		CitizenAsked{Note: noteID, Status: StatusWaiting}, OutcomeCarriedOut{Run: 1, Outcome: "chiedere-quale-referto"}))
	s := given(opened(), runStarted(AnswerInput{Check: "referto-individuato"}), asked, by(system, checkAnswered(found, playbook.FindReport)))
	events, err := tickettest.Engine.Decide(s, Undo{}, operator, noon)
	if err != nil || len(events) != 1 {
		t.Fatalf("got %+v and error %v, want one event", events, err)
	}
	s = Evolve(s, Recorded{Event: events[0], Ticket: id, By: operator, Act: "undo"})
	var left []playbook.CheckID
	for c := range s.Run.Answers {
		left = append(left, c)
	}
	if !reflect.DeepEqual(left, []playbook.CheckID{"referto-individuato"}) || !s.Run.Answers["referto-individuato"].Yes || s.Status != StatusNew {
		t.Errorf("got answers to %v in %+v, want a yes to referto-individuato only", left, s.Run)
	}
}

// outcomeText returns the note of an outcome that needs no evidence.
func outcomeText(id playbook.ID, outcome playbook.OutcomeID) string {
	p, _ := playbook.Default().Find(id, 1)
	for _, o := range p.Outcomes {
		if o.ID == outcome {
			return o.Note[0].Text
		}
	}
	return ""
}
