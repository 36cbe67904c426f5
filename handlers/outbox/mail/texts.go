// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	texttemplate "text/template"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
	"github.com/sol-assistenza/sol/sagas"
)

//go:embed templates/*.tmpl
var templates embed.FS

var (
	textTmpl = texttemplate.Must(texttemplate.ParseFS(templates, "templates/mail.txt.tmpl"))
	htmlTmpl = htmltemplate.Must(htmltemplate.New("mail.html.tmpl").Funcs(htmltemplate.FuncMap{"lines": func(s string) []string {
		return strings.Split(s, "\n")
	}}).ParseFS(templates, "templates/mail.html.tmpl"))
)

// mailText holds the subject of a kind of mail, and the sentences before and after the operator's text.
type mailText struct {
	subject string
	before  string
	after   string
}

// mailTexts holds the texts for citizens by kind of mail. The ticket's number follows the subject, which holds no personal data.
var mailTexts = map[sagas.NotificationKind]mailText{
	sagas.KindOpened:      {"Abbiamo ricevuto la Sua richiesta", "Abbiamo ricevuto la Sua richiesta di assistenza. La legge un operatore: Le scriveremo appena ci saranno novità.", "Non serve inviarne un’altra."},
	sagas.KindNewLink:     {"Il nuovo collegamento alla Sua richiesta", "Le inviamo un nuovo collegamento alla Sua richiesta. I collegamenti e gli indirizzi di risposta dei messaggi precedenti non valgono più.", "D’ora in poi usi questo collegamento, e per scriverci risponda a questa e-mail."},
	sagas.KindPublicNote:  {"Un messaggio sulla Sua richiesta", "C’è un messaggio per Lei:", "Se vuole rispondere, risponda a questa e-mail o usi il collegamento."},
	questionAsked:         {"Ci serve un’informazione", "Per andare avanti ci serve un’informazione da Lei:", "Risponda a questa e-mail o usi il collegamento: finché non risponde, la richiesta resta ferma."},
	ticketResolved:        {"La Sua richiesta è risolta", "La Sua richiesta è stata risolta:", "Se il problema non è risolto, risponda a questa e-mail: riprenderemo la richiesta. Altrimenti non deve fare nulla."},
	markedDuplicate:       {"La Sua richiesta è stata unita a un’altra", "Questa richiesta è stata unita a un’altra Sua richiesta:", "Continueremo a risponderLe su quella."},
	sagas.KindConfirmed:   {"La Sua richiesta è risolta", "La Sua richiesta risulta risolta.", "Se il problema non è risolto, risponda a questa e-mail: riprenderemo la richiesta."},
	sagas.KindReminder:    {"Aspettiamo una Sua risposta", "Le avevamo chiesto un’informazione e non abbiamo ancora ricevuto la Sua risposta:", "Risponda a questa e-mail o usi il collegamento: finché non risponde, la richiesta resta ferma."},
	sagas.KindReopened:    {"La Sua richiesta è stata riaperta", "Abbiamo ripreso in mano la Sua richiesta.", "Le scriveremo appena ci saranno novità."},
	sagas.KindClosed:      {"La Sua richiesta è chiusa", "La Sua richiesta è stata chiusa: era risolta e non abbiamo ricevuto altri messaggi.", "Se ha ancora bisogno, risponda a questa e-mail: apriremo una nuova richiesta collegata a questa."},
	sagas.KindWithRegion:  {"La Sua richiesta è seguita dall’assistenza regionale", "La Sua richiesta è ora seguita dall’assistenza regionale.", "Non deve fare nulla: Le risponderanno loro."},
	sagas.KindRedirected:  {"La Sua richiesta è seguita da un’altra Azienda", "La Sua richiesta è ora seguita da un’altra Azienda sanitaria.", "Non deve fare nulla: Le risponderà quella Azienda."},
	sagas.KindFileRefused: {"Un file che ha inviato è stato bloccato", "Un file che ha inviato non ha superato il controllo antivirus. È bloccato: nessuno può aprirlo. La Sua richiesta e il resto del messaggio sono arrivati e vanno avanti. Il file è:", "Se il contenuto serve, controlli il Suo dispositivo con un antivirus e ci invii un’altra copia: una fotografia o un PDF nuovo. Può rispondere a questa e-mail o usare il collegamento."},
	sagas.KindBackAtASR:   {"La Sua richiesta è tornata all’Azienda sanitaria", "La Sua richiesta è di nuovo seguita dall’Azienda sanitaria che l’aveva prima dell’assistenza regionale.", "Non deve fare nulla: Le risponderà quella Azienda."},
}

// SenderName is the display name of the sender of all mails.
const SenderName = "SOL Assistenza"

// Sentences returns the fixed sentences of all mails, by which a quotation of a mail is recognised. It holds what the templates hold.
func Sentences() []string {
	all := []string{
		"Gentile cittadina, gentile cittadino,", "La Sua richiesta n.", "Apri la richiesta n.", "SOL Assistenza – messaggio inviato automaticamente",
		"Il collegamento è personale: chi lo possiede può leggere la richiesta. Non lo inoltri.",
		"Come l’Azienda sanitaria tratta i Suoi dati:", "Novità sulla Sua richiesta", "C’è una novità sulla Sua richiesta di assistenza.", "Per leggerla acceda all’area riservata.",
	}
	for n := 1; n <= ticket.MaxAttachments; n++ {
		all = append(all, fmt.Sprintf("(Allegati: %d. Li trova al collegamento qui sotto.)", n))
	}
	for _, w := range mailTexts {
		all = append(all, w.subject, w.before, w.after)
	}
	return all
}

// The kinds of mail for a public note, by the act that wrote the note.
const (
	questionAsked   sagas.NotificationKind = "asked"
	ticketResolved  sagas.NotificationKind = "resolved"
	markedDuplicate sagas.NotificationKind = "duplicate"
)

// noteKind returns the kind of mail for a public note, by the event that the note belongs to.
func noteKind(history []ticket.Recorded, note ticket.ID) sagas.NotificationKind {
	for _, r := range history {
		switch e := r.Event.(type) {
		case ticket.CitizenAsked:
			if e.Note == note {
				return questionAsked
			}
		case ticket.Resolved:
			if e.Note == note {
				return ticketResolved
			}
		case ticket.MarkedDuplicate:
			if e.Note == note {
				return markedDuplicate
			}
		case ticket.Taken, ticket.Resumed, ticket.CitizenReplied:
		case ticket.Discarded:
		case ticket.Opened, ticket.AssignmentEvent, ticket.NoteEvent, ticket.CompetenceEvent, ticket.Reopened,
			ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
			ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
		}
	}
	return sagas.KindPublicNote
}

// templateData holds the values of the templates.
type templateData struct {
	Number, Before, Text, After, Entity, Link string
	Statement                                 string // address of the privacy statement of the entity; "": none
	Files                                     int
	Verified                                  bool // true: the mail holds no text, since the citizen reads it after the login
}

// content holds the subject and the two bodies of a mail.
type content struct{ subject, text, html string }

// render writes a mail from the citizen's view of the ticket. It returns nil if the mail is not to be sent: the note was withdrawn or
// erased, or no text exists for the kind.
func render(kind sagas.NotificationKind, n sagas.Notification, t ticketview.Ticket, history []ticket.Recorded, link, statement string, verified bool) (*content, error) {
	l := templateData{Number: t.Number, Entity: t.Entity.Name, Link: link, Statement: statement, Verified: verified}
	if n.Note != "" {
		found := false
		for _, note := range t.Notes {
			if note.ID == n.Note && note.Kind == "note" && !note.Erased {
				l.Text, l.Files, found = note.Text, len(note.Attachments), true
			}
		}
		if !found {
			return nil, nil
		}
		if kind == sagas.KindPublicNote {
			kind = noteKind(history, n.Note)
		}
	}
	if n.File != "" {
		at := slices.IndexFunc(t.Files(), func(f ticketview.File) bool { return f.ID == n.File && f.Name != "" })
		if at < 0 {
			return nil, nil
		}
		l.Text = t.Files()[at].Name
	}
	w, known := mailTexts[kind]
	if !known {
		return nil, nil
	}
	l.Before, l.After = w.before, w.after
	if verified {
		w.subject, l.Text, l.Files = "Novità sulla Sua richiesta", "", 0
		l.Before, l.After = "C’è una novità sulla Sua richiesta di assistenza.", "Per leggerla acceda all’area riservata."
	}
	var textBody, htmlBody bytes.Buffer
	if err := errors.Join(textTmpl.Execute(&textBody, l), htmlTmpl.Execute(&htmlBody, l)); err != nil {
		return nil, err
	}
	return &content{w.subject + " – n. " + t.Number, textBody.String(), htmlBody.String()}, nil
}
