// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
)

// registerContacts adds the endpoints that correct the citizen's contacts, record that a citizen without e-mail was told, and check
// whether the requester may act for another person.
func (a *API) registerContacts() {
	refusals := []int{http.StatusNotFound, http.StatusConflict}
	register(a, endpoint{
		id: "correct-contacts", method: http.MethodPost, path: "/api/v1/tickets/{id}/contacts", tag: "tickets",
		summary: "Correct the citizen's contacts",
		description: "Corrects e-mail address or telephone number, with a reason. Mails go to the new address from then on, and the mails that had failed " +
			"at the former one are sent again, in their order. Links and reply addresses that went to the former address end.",
		action: policy.UpdateTicket, errorStatuses: refusals,
	}, ticketAct(a, "contacts", a.App.CorrectContacts))
	register(a, endpoint{
		id: "inform-citizen", method: http.MethodPost, path: "/api/v1/tickets/{id}/informed", tag: "tickets",
		summary:     "Record that a citizen without e-mail was told",
		description: "Ends the mark `to_inform` of a ticket without an e-mail address: the citizen was told the public notes by telephone or letter.",
		action:      policy.UpdateTicket, errorStatuses: refusals,
	}, ticketAct(a, "informed", a.App.InformCitizen))
	register(a, endpoint{
		id: "check-representation", method: http.MethodPost, path: "/api/v1/tickets/{id}/representation-checks", tag: "tickets",
		summary: "Record whether the requester may act for the person whom the form names",
		description: "Until a check verifies the representation, a public note can only ask or mark a duplicate, after a refusal also resolve; it has no files and names no value " +
			"that the checks of the playbook found. The evidence is an attachment of the ticket, or what was seen, the act and its date. The latest check holds.",
		action: policy.UpdateTicket, errorStatuses: refusals,
	}, ticketAct(a, "representation-checks", a.App.CheckRepresentation))
}
