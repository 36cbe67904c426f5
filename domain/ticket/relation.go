// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
)

// Relations returns the relations of an actor to the ticket, which the policy asks. It is the one place that derives them. Of a ticket that does
// not exist yet it returns policy.Own, with which one is opened.
func (s State) Relations(by person.Actor) policy.Relation {
	if s.Status == "" {
		return policy.Own
	}
	var has policy.Relation
	add := func(r policy.Relation, holds bool) {
		if holds {
			has |= r
		}
	}
	if by.Role.ReadsForEntity() && by.Entity != "" {
		handedOver := s.Entity == catalog.Region && s.Handover.N > 0
		add(policy.Competent, by.Entity == s.Entity)
		add(policy.HandedTo, by.Entity == s.Entity && handedOver)
		add(policy.Sender, by.Entity == s.Handover.ASR && handedOver)
		add(policy.Former, s.IsFormer(by.Entity))
		add(policy.Trace, s.ViewEnded(by.Entity))
	}
	if by.Role.Operates() {
		add(policy.Assignee, by.ID != "" && by.ID == s.Assignee.Operator && by.Entity == s.Entity)
		add(policy.Author, by == s.Last.By)
	}
	// The id of the holder of a personal link is the id of the ticket.
	add(policy.Citizen, by.Role == person.Citizen && by.ID != "" && (by.ID == s.Citizen || by.ID == string(s.ID)))
	add(policy.Every, policy.ReadsEverything(by) || by.Role == person.Administrator || by.Role == person.System)
	if has == 0 {
		return policy.Foreign
	}
	return has
}

// Allows reports whether the policy allows an actor to do an action on the ticket. With restricted access those who read tickets also need the
// right to read a restricted one.
func (s State) Allows(by person.Actor, action policy.Action) bool {
	has := s.Relations(by)
	if s.Restricted && policy.RelationsFor(by.Role, policy.ReadTicket) != 0 && !policy.Allows(by, policy.ReadRestricted, has) {
		return false
	}
	return policy.Allows(by, action, has)
}
