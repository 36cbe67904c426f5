// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package tickettest

import (
	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// unverifiedMail is the content of a mail of somebody who may not be the citizen.
var unverifiedMail = receivedmail.MailContent{
	Sender: &receivedmail.MailSender{From: "altri@example.it", Unverified: []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress}},
}

// reply draws a reply: mostly of the citizen, some by a mail that does not count as the citizen's, some to a duplicate.
func (r *RandomTicket) reply(t *rapid.T) ticket.Reply {
	solved := rapid.Bool().Draw(t, "solved")
	reply := ticket.Reply{ID: r.newID("re"), Text: MarkCitizen, Solved: rapid.SampledFrom([]*bool{nil, &solved}).Draw(t, "solved or nothing")}
	switch rapid.IntRange(0, 5).Draw(t, "way of the reply") {
	case 0:
		reply.Solved, reply.Mail = nil, unverifiedMail
	case 1:
		reply.Solved, reply.Duplicate = nil, "01930000-0000-7000-8000-000000000998"
	}
	return reply
}

// contactCommand draws a command about the citizen's contacts and links. Its reasons are for operators.
func contactCommand(t *rapid.T) ticket.Command {
	email := rapid.SampledFrom([]string{"nuova@example.it", "altra@example.it", ""}).Draw(t, "corrected e-mail")
	phone := "011 0000001"
	return rapid.SampledFrom([]ticket.Command{
		ticket.CorrectContacts{Email: &email, Reason: MarkInternal}, ticket.CorrectContacts{Phone: &phone, Reason: MarkInternal},
		ticket.RevokeLinks{Reason: MarkInternal, Send: rapid.Bool().Draw(t, "send")},
		ticket.InformCitizen{How: ticket.InformByTelephone}, ticket.InformCitizen{How: ticket.InformByLetter},
	}).Draw(t, "contacts")
}

// readerCommand draws a command that changes who may read the ticket, or a check of the representation. Its words are for operators.
func readerCommand(t *rapid.T) ticket.Command {
	return rapid.SampledFrom([]ticket.Command{
		ticket.RestrictAccess{Reason: MarkInternal}, ticket.LiftRestriction{Reason: MarkInternal},
		ticket.CheckRepresentation{Kind: ticket.AsDelegate, Evidence: ticket.RepresentationEvidence{Seen: MarkInternal, Act: MarkInternal, Date: "2026-01-07"}},
		ticket.CheckRepresentation{Kind: ticket.AsDelegate, Refuse: true, Evidence: ticket.RepresentationEvidence{Reason: MarkInternal}},
	}).Draw(t, "restriction")
}
