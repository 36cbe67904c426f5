// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"
)

// Delivery is the result of the delivery of our mail, as a mail to the return address reports it.
type Delivery int

// The kinds of mail to the return address.
const (
	DeliveryUnknown Delivery = iota // it is no report
	DeliveryFailed                  // our mail was not and will not be delivered
	DeliveryPending                 // a delay, a delivery or another report that needs no act
)

var (
	statusAction = regexp.MustCompile(`(?im)^action:\s*([a-z]+)`)
	failedStatus = regexp.MustCompile(`(?im)^status:\s*5\.\d`)

	delayedWords = regexp.MustCompile(`(?i)\b(delay(ed)?|still being retried|will be retried|could not send message for (the )?past|not yet been delivered|` +
		`temporar(y|ily|anea|aneamente)|ritardat[ao]|in ritardo|verzögert|retardé|no action is required|warning: message|you do not need to resend)\b`)
	failureWords = regexp.MustCompile(`(?i)(undeliver(ed|able)|delivery (status notification \(failure\)|has failed|failed|failure|incomplete)|failure notice|` +
		`returned mail|mail delivery failed|(could not|couldn.t|cannot) be delivered|permanent(ly)? (error|failure|rejected)|user unknown|unknown user|no such user|does not exist|` +
		`mailbox (unavailable|not found|full)|non (è|e') stat[oa] (possibile )?(recapitat|consegnat)|mancat[ao] (consegna|recapito)|non (recapit|consegnat)|` +
		`impossibile (recapitare|consegnare)|unzustellbar|nicht zugestellt|échec|non remis|nelivrat|\b55\d[ -]|\b5\.\d\.\d{1,2}\b)`)
	qmail = regexp.MustCompile(`(?i)this is the .{0,40}(qmail|mail system|program) at`)
)

// Delivery returns the result of the delivery that the mail reports. from is the sender in the SMTP envelope.
func (m *Message) Delivery(from string) Delivery {
	switch strings.ToLower(m.header("X-Ricevuta")) {
	case "non-accettazione", "errore-consegna", "preavviso-errore-consegna", "rilevazione-virus":
		return DeliveryFailed
	case "":
	default:
		return DeliveryPending
	}
	if m.status != nil {
		return m.reportedDelivery()
	}
	exim := m.header("X-Failed-Recipients") != ""
	machine := exim || from == "" || m.kind == "multipart/report" ||
		strings.HasPrefix(strings.ToLower(from), "mailer-daemon@") || strings.HasPrefix(strings.ToLower(m.SenderAddress), "mailer-daemon@")
	text := m.Subject + "\n" + firstRunes(m.Visible(), 2000)
	switch {
	case !machine && !qmail.MatchString(text):
		return DeliveryUnknown
	case !exim && delayedWords.MatchString(m.Subject+"\n"+firstRunes(m.Visible(), 500)):
		return DeliveryPending
	case exim, failureWords.MatchString(text), qmail.MatchString(text):
		return DeliveryFailed
	case m.kind == "multipart/report":
		return DeliveryPending // a read receipt, or a report without its status
	case m.Automatic("a@b") != "":
		return DeliveryUnknown // an automatic reply, for which programs give no sender either
	}
	return DeliveryFailed // only a report has no sender
}

// ReportsFailure reports whether the mail is in a form in which only mail servers report a failed delivery: people write to the reply address too.
func (m *Message) ReportsFailure(from string) bool {
	isReport := m.status != nil || m.header("X-Ricevuta") != "" || m.header("X-Failed-Recipients") != ""
	return isReport && m.Delivery(from) == DeliveryFailed
}

// reportedDelivery returns what the delivery-status part says. One failed recipient is enough: our mails have one.
func (m *Message) reportedDelivery() Delivery {
	for _, action := range statusAction.FindAllSubmatch(m.status, -1) {
		if strings.EqualFold(string(action[1]), "failed") {
			return DeliveryFailed
		}
	}
	if !statusAction.Match(m.status) && failedStatus.Match(m.status) {
		return DeliveryFailed
	}
	return DeliveryPending
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
