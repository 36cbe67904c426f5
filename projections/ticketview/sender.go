// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// Sender is the sender of a mail. The citizen sees only whether it is verified: the other fields may name a third person.
type Sender struct {
	Verified bool                            `json:"verified" doc:"false if the mail does not count as the citizen's («mittente non verificato»)"`
	From     string                          `json:"from,omitempty" doc:"address; empty once erased"`
	Envelope string                          `json:"envelope,omitempty" doc:"sender in the SMTP envelope"`
	Reasons  []receivedmail.UnverifiedReason `json:"reasons,omitempty" enum:"address,no_sender,several_senders,sent_by_other,envelope,certificate,failed,unchecked,expired_address,verified_citizen,duplicate,revoked_link"`
	Text     string                          `json:"text,omitempty" doc:"an Italian sentence; only if the sender is not verified"`
}

// unverifiedName stands in place of the citizen's name at a mail whose sender is not verified.
const unverifiedName = "Mittente non verificato"

// unverifiedTexts holds the Italian reasons why a mail does not count as the citizen's.
var unverifiedTexts = map[receivedmail.UnverifiedReason]string{
	receivedmail.UnverifiedAddress:     "l’indirizzo non è quello della richiesta",
	receivedmail.UnverifiedMissing:     "l’e-mail non dice chi l’ha inviata",
	receivedmail.UnverifiedSeveral:     "l’e-mail indica più mittenti",
	receivedmail.UnverifiedSender:      "l’e-mail risulta inviata da qualcun altro al posto del mittente",
	receivedmail.UnverifiedEnvelope:    "l’e-mail è stata spedita da un altro dominio",
	receivedmail.UnverifiedCertificate: "la busta di posta certificata non garantisce il mittente",
	receivedmail.UnverifiedFailed:      "il mittente non ha superato i controlli del server di posta (SPF, DKIM, DMARC)",
	receivedmail.UnverifiedUnchecked:   "il server di posta non ha potuto controllare il mittente",
	receivedmail.UnverifiedExpired:     "l’indirizzo di risposta era scaduto",
	receivedmail.UnverifiedCitizen:     "il cittadino si identifica con SPID o CIE, e il messaggio è arrivato per altra via",
	receivedmail.UnverifiedDuplicate:   "è arrivata da una richiesta unita a questa",
	receivedmail.UnverifiedRevoked:     "è arrivata dal collegamento di una richiesta precedente, e i collegamenti di questa sono stati revocati",
}

// newSender returns the sender of a mail; nil for a text that did not come by mail. m is nil for a mail that was erased or that was stored before
// senders were kept.
func newSender(m *receivedmail.MailSender, unverified bool) *Sender {
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
		if r == receivedmail.UnverifiedEnvelope {
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
