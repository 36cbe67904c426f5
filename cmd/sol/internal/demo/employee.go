// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// employeesTicket is the number of the ticket of a citizen who works at the ASR to which it goes.
const employeesTicket = 1

// Times before the end of the simulation: the ticket is opened, a colleague opens it, and the supervisor opens it after its access was restricted.
const (
	employeeOpens   = 12 * day
	colleagueLooks  = employeeOpens - 3*time.Hour
	supervisorLooks = 9 * day
)

// writeEmployeesScenario returns the scenario of a ticket whose access is restricted, because its citizen works at the ASR.
func (w *planner) writeEmployeesScenario(s *scenario, p Params, employee Account) *scenario {
	s.now = p.Until.Add(-employeeOpens)
	s.setAccount(employee)
	s.placeholders = newPlaceholders(s.random, s.citizen, s.now)
	s.openTicket(topics[0], withAgreements, "")
	s.now = p.Until.Add(-colleagueLooks + 2*time.Hour)
	s.addStep(s.supervisor(), ticket.RestrictAccess{Reason: "La richiesta è di una persona che lavora nella nostra Azienda."})
	s.worker = w.staff[withAgreements].operators[0]
	s.addStep(s.supervisor(), ticket.Update{Assignee: s.assignTo(s.worker)})
	s.now = s.now.Add(time.Hour)
	s.update(ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	return s
}
