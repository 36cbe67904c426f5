// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/emersion/go-smtp"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// refuse returns an SMTP answer. People read its text in the report of their mail server, so it is Italian and says what to do next. It is
// ASCII, because not every server shows other characters.
func refuse(code int, enhanced smtp.EnhancedCode, format string, args ...any) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: fmt.Sprintf(format, args...)}
}

// logFailure logs why a mail was not taken. A mail that the server gave up when it stopped comes again, and is no error.
func (s *Server) logFailure(err error) {
	if s.workCtx.Err() != nil {
		s.Log.Info("inbound mail given up at the stop, its server sends it again", "error", err)
		return
	}
	s.Log.Error("inbound mail failed", "error", err)
}

func (s *Server) temporaryFailure(err error) error {
	s.logFailure(err)
	return refuse(451, smtp.EnhancedCode{4, 3, 0}, "Il servizio non e' disponibile in questo momento. Riprovi piu' tardi: nulla e' stato registrato.")
}

// refuseUnread returns the answer to a mail that cannot be read.
func refuseUnread(err error) error {
	switch {
	case errors.Is(err, mailtext.ErrText):
		return refuseText()
	case errors.Is(err, mailtext.ErrParts):
		return refuse(554, smtp.EnhancedCode{5, 6, 0}, "Il messaggio ha troppe parti e non e' stato registrato. Scriva un messaggio nuovo, con al massimo %d allegati.", ticket.MaxAttachments)
	default:
		return refuse(554, smtp.EnhancedCode{5, 6, 0}, "Il messaggio non si puo' leggere e non e' stato registrato. Scriva un messaggio nuovo, solo con il testo e gli allegati.")
	}
}

func refuseText() error {
	return refuse(554, smtp.EnhancedCode{5, 6, 0}, "Il testo del messaggio e' troppo lungo e non e' stato registrato: al massimo 20.000 caratteri. Lo accorci, o lo alleghi come file pdf.")
}

func refuseEncrypted() error {
	return refuse(554, smtp.EnhancedCode{5, 6, 0}, "Il messaggio e' cifrato: non possiamo leggerlo e non e' stato registrato. Lo invii di nuovo senza cifratura, oppure risponda dal collegamento nella nostra e-mail.")
}

func refuseErased() error {
	return refuse(550, smtp.EnhancedCode{5, 1, 1}, "Questa richiesta non esiste piu'. Ne apra una nuova dal sito del servizio.")
}

// refuseRevoked answers a mail to an address that was revoked: whoever has it may not be the citizen, and the citizen has a newer one.
func refuseRevoked() error {
	return refuse(550, smtp.EnhancedCode{5, 7, 1}, "Questo indirizzo di risposta non vale piu', e il messaggio non e' stato registrato. Risponda all'ultimo messaggio che ha ricevuto da noi; se non ne ha, ci scriva dal modulo di assistenza sul sito del servizio.")
}

func refuseEmpty() error {
	return refuse(554, smtp.EnhancedCode{5, 6, 0}, "Nel messaggio non c'e' testo oltre a quello citato, e nulla e' stato registrato. Scriva la risposta sopra il messaggio citato e la invii di nuovo.")
}

// refuseReturn tells a person who writes to the return address how to reply.
func refuseReturn() error {
	return refuse(550, smtp.EnhancedCode{5, 7, 1}, "Questo indirizzo riceve solo avvisi di mancata consegna: il messaggio non e' stato registrato. Per rispondere usi il comando Rispondi sul nostro messaggio, o il collegamento che contiene.")
}

// refuseFiles returns the answer to a mail without text of which no file can be taken: each of the first files, with the reason and what to do.
func refuseFiles(leftOut []receivedmail.LeftOutFile) error {
	code, enhanced := 554, smtp.EnhancedCode{5, 7, 0}
	if leftOut[0].Why == receivedmail.LeftOutSize {
		code, enhanced = 552, smtp.EnhancedCode{5, 3, 4}
	}
	lines := []string{"Nulla e' stato registrato."}
	for _, l := range leftOut[:min(len(leftOut), maxShownFiles)] {
		l.Name = shownName(l.Name)
		lines = append(lines, asciiText(ticketview.LeftOutText(l)))
	}
	if more := len(leftOut) - maxShownFiles; more > 0 {
		lines = append(lines, fmt.Sprintf("Non sono accettati altri %d file.", more))
	}
	lines = append(lines, "Poi invii di nuovo il messaggio.")
	if len(leftOut) == 1 {
		return refuse(code, enhanced, "%s", strings.Join(lines, " "))
	}
	for i := range lines[:len(lines)-1] { // the server writes it before the last line alone
		lines[i] = fmt.Sprintf("%d.%d.%d %s", enhanced[0], enhanced[1], enhanced[2], lines[i])
	}
	return refuse(code, enhanced, "%s", strings.Join(lines, "\n"))
}

// RFC 5321 limits the length of a line of an SMTP answer to 512 bytes.
const (
	maxShownName  = 150 // bytes, with quotation marks
	maxShownFiles = 5
)

// shownName returns the name of a file, cut, in quotation marks and ASCII.
func shownName(name string) string {
	runes := []rune(name)
	for {
		if quoted := strconv.QuoteToASCII(string(runes)); len(quoted) <= maxShownName {
			return quoted
		}
		runes = runes[:len(runes)*3/4]
	}
}

// asciiText returns an Italian sentence with an apostrophe in place of each accent.
func asciiText(text string) string {
	return strings.NewReplacer("à", "a'", "è", "e'", "é", "e'", "ì", "i'", "ò", "o'", "ù", "u'", "’", "'", "«", "'", "»", "'").Replace(text)
}
