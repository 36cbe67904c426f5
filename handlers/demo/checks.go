// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// asking are the answers to a problem's checks (FAQ 2.8, 2.10) that come to asking the citizen, handing those that come to a
// hand-over.
var (
	asking = map[catalog.ProblemID][]ticket.NewAnswer{
		"referto-non-trovato": {{Check: "referto-individuato"}, {Check: "referto-in-preparazione"}},
		"mancato-pagamento": {
			{Check: "pagamento-dichiarato", Yes: true}, {Check: "pagamento-risulta"}, {Check: "altri-importi"}, {Check: "ricevuta-fornita"}, {Check: "ricevuta-impossibile"},
		},
	}
	handing = map[catalog.ProblemID][]ticket.NewAnswer{
		"referto-non-trovato": {
			{Check: "referto-individuato", Yes: true, Evidence: playbook.Evidence{"identifier": "FSE-2026-000417"}}, {Check: "referto-della-asr"},
		},
	}
)

// answers works the checks of the ticket's problem in some of the acts that they can lead to.
func (s *story) answers(lead map[catalog.ProblemID][]ticket.NewAnswer, percent int) []ticket.NewAnswer {
	if s.entity == catalog.Region || s.reclassified || !chance(s.r, percent) {
		return nil
	}
	all := lead[s.matter.problem]
	s.checked = s.checked || all != nil
	return all
}

// ground is why a ticket is handed over whose checks somebody has worked, and have come to something else.
func (s *story) ground() string {
	if chance(s.r, 60) {
		return string(ticket.NotOurs)
	}
	return string(pick(s.r, ticket.Overrides()))
}
