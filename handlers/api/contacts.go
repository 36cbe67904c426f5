// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
)

// registerContacts adds the endpoints that correct the citizen's contacts and record that a citizen without e-mail was told.
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
}
