// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// answersBeforeQuestion are answers to the checks of a problem (FAQ 2.8, 2.10) whose outcome is a question to the citizen;
// answersBeforeHandover are answers whose outcome is a hand-over.
var (
	answersBeforeQuestion = map[catalog.ProblemID][]ticket.AnswerInput{
		"referto-non-trovato": {{Check: "referto-individuato"}, {Check: "referto-in-preparazione"}},
		"mancato-pagamento": {
			{Check: "pagamento-dichiarato", Yes: true}, {Check: "pagamento-risulta"}, {Check: "altri-importi"}, {Check: "ricevuta-fornita"},
			{Check: "ricevuta-impossibile"},
		},
	}
	answersBeforeHandover = map[catalog.ProblemID][]ticket.AnswerInput{
		"referto-non-trovato": {
			{Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "FSE-2026-000417"}}, {Check: "referto-della-asr"},
		},
	}
)

// drawAnswers returns the answers for the ticket's problem with a probability in percent, or nil.
func (s *scenario) drawAnswers(byProblem map[catalog.ProblemID][]ticket.AnswerInput, percent int) []ticket.AnswerInput {
	if s.entity == catalog.Region || s.reclassified || !chance(s.random, percent) {
		return nil
	}
	answers := byProblem[s.topic.problem]
	if answers != nil {
		if s.checksAnswered == nil {
			s.checksAnswered = map[catalog.EntityCode]bool{}
		}
		s.checksAnswered[s.entity] = true
	}
	return answers
}

// drawHandoverReason returns the reason for a hand-over against the outcome of the answered checks. The rules accept it also where they
// need none.
func (s *scenario) drawHandoverReason() string {
	if chance(s.random, 60) {
		return string(ticket.NotOurs)
	}
	return string(pick(s.random, ticket.OverrideGrounds()))
}
