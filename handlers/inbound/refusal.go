// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-smtp"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
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

// refuseFiles returns the answer to a mail without text of which no file can be taken.
func refuseFiles(leftOut []receivedmail.LeftOutFile) error {
	code, enhanced, name := 554, smtp.EnhancedCode{5, 7, 0}, []rune(leftOut[0].Name)
	if leftOut[0].Why == receivedmail.LeftOutSize {
		code, enhanced = 552, smtp.EnhancedCode{5, 3, 4}
	}
	return refuse(code, enhanced, "Nulla e' stato registrato. Allegato %+q non accettato: sono ammessi %s, al massimo 1 MB ciascuno. Lo converta e lo invii di nuovo.",
		string(name[:min(len(name), maxShownName)]), strings.Join(rules.AttachmentExtensions, ", "))
}

// maxShownName is the maximum length, in characters, of a file name in an SMTP answer. RFC 5321 limits the length of answer lines.
const maxShownName = 60
