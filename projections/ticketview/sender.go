// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Sender is the sender of a mail. The citizen sees only whether it is verified: the other fields may name a third person.
type Sender struct {
	Verified bool                      `json:"verified" doc:"false if the mail does not count as the citizen's («mittente non verificato»)"`
	From     string                    `json:"from,omitempty" doc:"address; empty once erased"`
	Envelope string                    `json:"envelope,omitempty" doc:"sender in the SMTP envelope"`
	Reasons  []ticket.UnverifiedReason `json:"reasons,omitempty" enum:"address,no_sender,several_senders,sent_by_other,envelope,certificate,failed,unchecked,expired_address,verified_citizen,duplicate,revoked_link"`
	Text     string                    `json:"text,omitempty" doc:"an Italian sentence; only if the sender is not verified"`
}

// unverifiedName stands in place of the citizen's name at a mail whose sender is not verified.
const unverifiedName = "Mittente non verificato"

// unverifiedTexts holds the Italian reasons why a mail does not count as the citizen's.
var unverifiedTexts = map[ticket.UnverifiedReason]string{
	ticket.UnverifiedAddress:     "l’indirizzo non è quello della richiesta",
	ticket.UnverifiedMissing:     "l’e-mail non dice chi l’ha inviata",
	ticket.UnverifiedSeveral:     "l’e-mail indica più mittenti",
	ticket.UnverifiedSender:      "l’e-mail risulta inviata da qualcun altro al posto del mittente",
	ticket.UnverifiedEnvelope:    "l’e-mail è stata spedita da un altro dominio",
	ticket.UnverifiedCertificate: "la busta di posta certificata non garantisce il mittente",
	ticket.UnverifiedFailed:      "il mittente non ha superato i controlli del server di posta (SPF, DKIM, DMARC)",
	ticket.UnverifiedUnchecked:   "il server di posta non ha potuto controllare il mittente",
	ticket.UnverifiedExpired:     "l’indirizzo di risposta era scaduto",
	ticket.UnverifiedCitizen:     "il cittadino si identifica con SPID o CIE, e il messaggio è arrivato per altra via",
	ticket.UnverifiedDuplicate:   "è arrivata da una richiesta unita a questa",
	ticket.UnverifiedRevoked:     "è arrivata dal collegamento di una richiesta precedente, e i collegamenti di questa sono stati revocati",
}

// newSender returns the sender of a mail; nil for a text that did not come by mail. m is nil for a mail that was erased or that was stored before
// senders were kept.
func newSender(m *ticket.MailSender, unverified bool) *Sender {
	switch {
	case m == nil && !unverified:
		return nil
	case m == nil:
		return &Sender{Text: unverifiedName + "."}
	}
	s := &Sender{Verified: !unverified, From: m.From, Envelope: m.Envelope}
	if !unverified {
		return s
	}
	s.Reasons, s.Text = m.Unverified, unverifiedName
	if m.From != "" {
		s.Text += " (" + m.From + ")"
	}
	var why []string
	for _, r := range m.Unverified {
		text := unverifiedTexts[r]
		if r == ticket.UnverifiedEnvelope {
			text += " (" + m.Envelope + ")"
		}
		why = append(why, text)
	}
	s.Text += ": " + strings.Join(why, "; ") + "."
	return s
}

// forCitizen returns the parts of a mail as the citizen may know them. The original of a mail whose sender is not verified has that sender's
// address and signature in its header, so the citizen does not get it.
func (p MailParts) forCitizen() MailParts {
	switch {
	case p.Sender == nil:
	case p.Sender.Verified:
		p.Sender = nil
	default:
		p.Original = nil
		p.Sender = &Sender{Text: "Arrivata per e-mail da un mittente non verificato: l’assistenza la legge, ma non vale come Sua risposta."}
	}
	return p
}
