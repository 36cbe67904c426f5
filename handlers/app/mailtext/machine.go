// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"
	"unicode"
)

// vacationHeader matches the names of header fields with which programs mark automatic replies beside those of RFC 3834. The field
// X-Auto-Response-Suppress asks others not to reply automatically and says nothing about its own mail.
var vacationHeader = regexp.MustCompile(`(?i)^(x-)?(mail-|yahoo-|amazon-|notes-|microsoft-)?auto(matic(ally)?)?-?(repl(y|ied)|respon(d|se|der|ding)|generated|submitted|answer)(-.*)?$|` +
	`^x-(.*vacation.*|fc-machinegenerated|failed-recipients|ricevuta|ms-exchange-inbox-rules-loop|ms-exchange-generated-message-source|post-messageclass|cron-env)$`)

// vacationProgram matches the names of programs that only reply automatically.
var vacationProgram = regexp.MustCompile(`(?i)^(vacation|autoresponder)\b`)

var (
	// automaticSubject matches what programs write at the beginning of a subject. A person may write the words elsewhere in it.
	automaticSubject = regexp.MustCompile(`(?i)^\s*((re|r|rif|i|fwd?|aw|wg)\s*:\s*)*(` +
		`auto:|assente dall.ufficio|avviso di assenza|risposta automatica|autorisposta|risponditore automatico|automatic reply|auto(mated)?[- ]?(reply|response)|automatische (antwort|abwesenheit)|réponse automatique|răspuns automat|respuesta automática|` +
		`(i am |i'm )?out of (the )?office|abwesenheit(snotiz)?\b|abwesend\b|absence du bureau|(messaggio di )?assenza dall.ufficio|fuori (sede|ufficio)\b|sono assente\b|sono in ferie\b)`)
	reactionText = regexp.MustCompile(`(?i)^\W*(.{0,80} )?(ha aggiunto una reazione tramite gmail|reacted via gmail|reacted to your message|ha reagito al (tuo |suo |vostro )?messaggio|` +
		`hat (über gmail|auf (deine|ihre) nachricht) reagiert|a réagi (via gmail|à votre message)|a reacționat (prin gmail|la mesajul( dvs\.| tău)?))[.: ]*(<https?://[^<>]*>)?[.: ]*$|` +
		`^(a .{1,60} è piaciut[oa] |(ha messo|a messo) .mi piace. a |liked |loved |a aimé )[“"«].*[”"»]$`)
)

// Automatic returns the reason why the mail counts as a machine's, or "" for a person's mail. from is the sender in the SMTP envelope.
func (m *Message) Automatic(from string) string {
	auto := strings.ToLower(m.header("Auto-Submitted"))
	switch {
	case from == "" || m.header("Return-Path") == "<>":
		return "empty sender"
	case strings.HasPrefix(strings.ToLower(from), "mailer-daemon@"), strings.HasPrefix(strings.ToLower(from), "noreply@"), strings.HasPrefix(strings.ToLower(from), "no-reply@"):
		return "a machine's address"
	case auto != "" && !strings.HasPrefix(auto, "no"):
		return "Auto-Submitted"
	case m.kind == "multipart/report" || m.status != nil: // delivery status, read receipt and the like (RFC 6522)
		return "a report"
	case strings.EqualFold(m.header("Delivered-To"), "autoresponder"), vacationProgram.MatchString(m.header("X-Mailer")):
		return "an automatic header"
	case m.header("List-Id") != "":
		return "a mailing list"
	case automaticSubject.MatchString(m.Subject):
		return "an automatic subject"
	}
	for _, name := range []string{"Precedence", "X-Precedence"} {
		switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(m.header(name))) {
		case "bulk", "junk", "list", "autoreply", "autoreplied":
			return name
		}
	}
	for name := range m.Header {
		value := strings.ToLower(m.header(name))
		if strings.EqualFold(name, "X-Auto-Response-Suppress") || strings.EqualFold(name, "Auto-Submitted") {
			continue
		}
		if vacationHeader.MatchString(name) && value != "" && value != "no" && value != "none" && value != "false" && value != "0" {
			return "an automatic header"
		}
	}
	return ""
}

// maxReaction is the maximum length, in bytes, of a line that tells a reaction: the pattern is slow on longer ones.
const maxReaction = 1000

// IsReaction reports whether the text of a mail, without quotations, tells a reaction such as 👍 and nothing else.
func (m *Message) IsReaction(text string) bool {
	found := m.reaction
	for l := range strings.Lines(text) {
		b := trim(l)
		switch {
		case len(b) > maxReaction:
			return false
		case reactionText.MatchString(b):
			found = true
		case strings.ContainsFunc(linkOnly.ReplaceAllString(b, ""), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
			return false
		}
	}
	return found
}

var linkOnly = regexp.MustCompile(`^<?https?://\S+$`)
