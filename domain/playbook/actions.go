// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

// actionRule is what an act means for the ticket: the statuses that it may lead to, and whether its note stays inside the ASR.
type actionRule struct {
	statuses []string
	internal bool
}

// actionRules is the table of what an outcome may do. A public note is the citizen's in every act but Escalate, where the Region
// reads it (FAQ 2.6).
var actionRules = map[Action]actionRule{
	Ask:      {statuses: []string{"in_attesa_utente"}},
	Tell:     {statuses: []string{"in_attesa_utente", "risolto"}},
	Wait:     {statuses: []string{"in_lavorazione"}},
	Task:     {statuses: []string{"in_lavorazione"}, internal: true},
	Alert:    {statuses: []string{"in_lavorazione"}, internal: true},
	Escalate: {statuses: []string{"non_di_competenza"}},
	Resolve:  {statuses: []string{"risolto"}},
}

// IsInternal tells whether the act's note is for the ASR alone.
func (a Action) IsInternal() bool { return actionRules[a].internal }
