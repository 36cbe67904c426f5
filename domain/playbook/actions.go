// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

// actionRule holds what an action allows: the ticket statuses that an outcome with it may set, and whether its note is internal to the
// ASR.
type actionRule struct {
	statuses []string
	internal bool
}

// actionRules is the table of actions. The citizen reads the note of an action that is not internal; with Escalate, the Region reads it
// (FAQ 2.6).
var actionRules = map[Action]actionRule{
	Ask:      {statuses: []string{"in_attesa_utente"}},
	Tell:     {statuses: []string{"in_attesa_utente", "risolto"}},
	Wait:     {statuses: []string{"in_lavorazione"}},
	Task:     {statuses: []string{"in_lavorazione"}, internal: true},
	Alert:    {statuses: []string{"in_lavorazione"}, internal: true},
	Escalate: {statuses: []string{"non_di_competenza"}},
	Resolve:  {statuses: []string{"risolto"}},
}

// IsInternal reports whether only the ASR reads the action's note.
func (a Action) IsInternal() bool { return actionRules[a].internal }
