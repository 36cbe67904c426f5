// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// answersBeforeQuestion are the answers to a problem's checks (FAQ 2.8, 2.10) that come to asking the citizen, handing those that come to a
// hand-over.
var (
	answersBeforeQuestion = map[catalog.ProblemID][]ticket.AnswerInput{
		"referto-non-trovato": {{Check: "referto-individuato"}, {Check: "referto-in-preparazione"}},
		"mancato-pagamento": {
			{Check: "pagamento-dichiarato", Yes: true}, {Check: "pagamento-risulta"}, {Check: "altri-importi"}, {Check: "ricevuta-fornita"}, {Check: "ricevuta-impossibile"},
		},
	}
	answersBeforeHandover = map[catalog.ProblemID][]ticket.AnswerInput{
		"referto-non-trovato": {
			{Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "FSE-2026-000417"}}, {Check: "referto-della-asr"},
		},
	}
)

// drawAnswers works the checks of the ticket's problem in some of the acts that they can lead to.
func (s *scenario) drawAnswers(lead map[catalog.ProblemID][]ticket.AnswerInput, percent int) []ticket.AnswerInput {
	if s.entity == catalog.Region || s.reclassified || !chance(s.random, percent) {
		return nil
	}
	all := lead[s.topic.problem]
	s.checksAnswered = s.checksAnswered || all != nil
	return all
}

// drawHandoverReason is why a ticket is handed over whose checks somebody has worked, and have come to something else.
func (s *scenario) drawHandoverReason() string {
	if chance(s.random, 60) {
		return string(ticket.NotOurs)
	}
	return string(pick(s.random, ticket.OverrideGrounds()))
}
