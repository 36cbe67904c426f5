// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/mailsender"
)

// senderOf returns the sender of a mail to a ticket, with the reasons why it does not count as the citizen's. history is that of the
// ticket; its address is compared with the sender. A mail without a field From is its envelope's.
func (s *Server) senderOf(in received, history []ticket.Recorded) *receivedmail.MailSender {
	origin, envelope := mailsender.Read(in.Message), mailsender.EnvelopeAddress(in.from)
	sender := &receivedmail.MailSender{Envelope: envelope}
	refuse := func(when bool, why receivedmail.UnverifiedReason) {
		if when && !slices.Contains(sender.Unverified, why) {
			sender.Unverified = append(sender.Unverified, why)
		}
	}
	visible := envelope // whose domain the envelope and the receiving server must vouch for
	if len(origin.From) > 0 {
		visible = origin.From[0]
	}
	sender.From = visible
	if c := origin.Certificate; c != nil {
		refuse(c.Sender != "" && !mailsender.SameAddress(c.Sender, visible), receivedmail.UnverifiedCertificate)
		if c.Sender != "" {
			sender.From = c.Sender
		}
		visible = c.Manager
	}
	refuse(in.expired, receivedmail.UnverifiedExpired)
	refuse(sender.From == "", receivedmail.UnverifiedMissing)
	refuse(len(origin.From) > 1, receivedmail.UnverifiedSeveral)
	refuse(sender.From != "" && !mailsender.SameAddress(sender.From, app.CitizenAddress(history)), receivedmail.UnverifiedAddress)
	refuse(origin.Sender != "" && !mailsender.SameAddress(origin.Sender, sender.From), receivedmail.UnverifiedSender)
	result := mailsender.NotReported
	if len(s.TrustedServers) > 0 {
		result = mailsender.CheckAuthentication(in.raw, s.TrustedServers, mailsender.DomainOf(visible))
		refuse(result == mailsender.NotReported, receivedmail.UnverifiedUnchecked)
		refuse(result == mailsender.FailedCheck || result == mailsender.OtherDomain, receivedmail.UnverifiedFailed)
		refuse(origin.Certificate != nil && !s.isCertifiedBy(*origin.Certificate, sender.From), receivedmail.UnverifiedCertificate)
	}
	if result != mailsender.Authenticated {
		refuse(envelope != "" && !mailsender.IsAligned(mailsender.DomainOf(envelope), mailsender.DomainOf(visible)), receivedmail.UnverifiedEnvelope)
	}
	return sender
}

// isCertifiedBy reports whether the envelope of a certified mail vouches for its sender: anybody can write such an envelope, so it must come
// from a manager that is configured or from the domain of the sender, and the mail in it must be certified.
func (s *Server) isCertifiedBy(c mailsender.Certificate, sender string) bool {
	manager := mailsender.DomainOf(c.Manager)
	known := slices.ContainsFunc(s.CertifiedMailDomains, func(d string) bool { return strings.EqualFold(d, manager) })
	return !c.Anomaly && (known || mailsender.IsAligned(manager, mailsender.DomainOf(sender)))
}
