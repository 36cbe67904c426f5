// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package receivedmail

import "slices"

// MailSender is the sender of a mail, as far as it is known. Addresses are in their normal form.
type MailSender struct {
	From       string             `json:"from,omitempty"`       // of the field From; of a certified mail (PEC) the sender in its certificate; without either the envelope
	Envelope   string             `json:"envelope,omitempty"`   // in the SMTP envelope; empty for a mail without a sender there
	Unverified []UnverifiedReason `json:"unverified,omitempty"` // why the mail does not count as the citizen's; empty if it does
}

// UnverifiedReason is a reason why a mail, or a reply on the web, does not count as the citizen's.
type UnverifiedReason string

// The reasons why a mail does not count as the citizen's. They are stored.
const (
	UnverifiedAddress     UnverifiedReason = "address"          // it is not from the address on the ticket
	UnverifiedMissing     UnverifiedReason = "no_sender"        // it names no sender
	UnverifiedSeveral     UnverifiedReason = "several_senders"  // it names several senders
	UnverifiedSender      UnverifiedReason = "sent_by_other"    // its field Sender names somebody else
	UnverifiedEnvelope    UnverifiedReason = "envelope"         // the SMTP envelope names a sender of another domain
	UnverifiedCertificate UnverifiedReason = "certificate"      // the certificate of certified mail does not vouch for the sender
	UnverifiedFailed      UnverifiedReason = "failed"           // the receiving server reports that SPF, DKIM or DMARC failed
	UnverifiedUnchecked   UnverifiedReason = "unchecked"        // the receiving server did not or could not check the sender
	UnverifiedExpired     UnverifiedReason = "expired_address"  // it was sent to a reply address that has expired
	UnverifiedCitizen     UnverifiedReason = "verified_citizen" // the citizen is verified, and proves who they are by logging in
	UnverifiedDuplicate   UnverifiedReason = "duplicate"        // it was written at a duplicate, and the citizen of the main ticket is verified
	UnverifiedRevoked     UnverifiedReason = "revoked_link"     // it was written at a closed ticket, and the links of the linked ticket were revoked
)

// IsUnverified reports whether the text does not count as the citizen's.
func (m MailContent) IsUnverified() bool { return m.Sender != nil && len(m.Sender.Unverified) > 0 }

// WithReason returns the content with one more reason why the mail does not count as the citizen's. A text that did not come by mail stays
// as it is.
func (m MailContent) WithReason(why UnverifiedReason) MailContent {
	if m.Sender == nil || slices.Contains(m.Sender.Unverified, why) {
		return m
	}
	sender := *m.Sender
	sender.Unverified = append(slices.Clip(sender.Unverified), why)
	m.Sender = &sender
	return m
}

// Unverify returns the content with one more reason why the text does not count as the citizen's, also if it did not come by mail.
func (m MailContent) Unverify(why UnverifiedReason) MailContent {
	if m.Sender == nil {
		m.Sender = &MailSender{}
	}
	return m.WithReason(why)
}
