// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/sagas"
)

// outboxRoutes returns the routes of the outbox: waiting and poisoned messages, and e-mails.
func (p *Pages) outboxRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /amministrazione/messaggi", Access: ui.WithRole, Action: policy.Administer, Handle: p.outboxPage},
		{Pattern: "POST /amministrazione/messaggi/riprova", Access: ui.WithRole, Action: policy.Administer, Handle: p.retryMessages},
	}
}

// topicNames holds the Italian names of the topics of the outbox.
var topicNames = map[string]string{sagas.TopicNotify: "Avvisi e posta", sagas.TopicAskConnector: "Sistemi collegati"}

// mailStates holds the Italian name of each state of a mail, for one mail and for several.
var mailStates = []struct{ ID, One, Many string }{
	{"waiting", "in attesa", "in attesa"}, {"sending", "in invio", "in invio"}, {"sent", "inviata", "inviate"}, {"refused", "rifiutata", "rifiutate"},
	{"bounced", "tornata indietro", "tornate indietro"}, {"void", "non più da inviare", "non più da inviare"},
	{messages.StateUncertain, "incerta: forse inviata prima del ripristino", "incerte"},
}

// outboxData holds the waiting and poisoned messages, and the mails by state.
type outboxData struct {
	Counts        []outboxCount
	OnlyPoisoned  bool // only poisoned messages are listed
	Messages      []outboxMessage
	PoisonedTotal int      // number of all poisoned messages
	Limit         int      // maximum number of listed messages
	MailCounts    []string // for example «3 inviate»
	Mails         []outboxMail
}

type outboxCount struct {
	messages.Count
	Name string
}

type outboxMessage struct {
	messages.Entry
	Name string
}

type outboxMail struct {
	messages.Delivery
	Name string // of the state
}

const messagesPageSize = 100

func (p *Pages) outboxPage(r *ui.Request) error {
	d := outboxData{OnlyPoisoned: r.FormValue("solo") == "da-parte", Limit: messagesPageSize}
	counts, err := p.App.Messages.Counts(r.Context())
	if err != nil {
		return err
	}
	for _, c := range counts {
		d.Counts = append(d.Counts, outboxCount{c, cmp.Or(topicNames[c.Topic], c.Topic)})
		d.PoisonedTotal += c.Poisoned
	}
	waiting, err := p.App.Messages.List(r.Context(), "", d.OnlyPoisoned, messagesPageSize)
	if err != nil {
		return err
	}
	for _, m := range waiting {
		d.Messages = append(d.Messages, outboxMessage{m, cmp.Or(topicNames[m.Topic], m.Topic)})
	}
	if err := p.addMails(r, &d); err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "messaggi", Title: "Messaggi in uscita", Breadcrumb: adminTrail, Data: d})
}

// addMails fills in the number of mails by state, and lists the newest ones that were not simply sent.
func (p *Pages) addMails(r *ui.Request, d *outboxData) error {
	counts, err := p.App.Messages.CountMails(r.Context())
	if err != nil {
		return err
	}
	mails, err := p.App.Messages.ListMails(r.Context(), messagesPageSize)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, s := range mailStates {
		names[s.ID] = s.One
		if counts[s.ID] > 0 {
			text := ui.FormatCount(counts[s.ID], s.One, s.Many)
			if s.ID == "sent" || s.ID == "void" {
				text += " nelle ultime 24 ore" // messages.RecentMails
			}
			d.MailCounts = append(d.MailCounts, text)
		}
	}
	for _, m := range mails {
		d.Mails = append(d.Mails, outboxMail{m, names[m.State]})
	}
	return nil
}

// errNothingToRetry refuses to retry a message that is not, or not any more, poisoned.
var errNothingToRetry = &ui.Problem{Status: http.StatusConflict, Title: "Nulla da riprovare", Text: "Il messaggio non è, o non è più, tra quelli messi da parte."}

// retryMessages puts one poisoned message, or all of them, back into its topic.
func (p *Pages) retryMessages(r *ui.Request) error {
	ids := slices.DeleteFunc([]string{r.FormValue("messaggio")}, func(id string) bool { return id == "" })
	if len(ids) == 0 && r.FormValue("tutti") == "" {
		return errNothingToRetry
	}
	n, err := p.App.Messages.Retry(r.Context(), ids...)
	if err != nil {
		return err
	}
	if n == 0 {
		return errNothingToRetry
	}
	p.logAdministration(r, "messages retried", "")
	return r.Redirect("/amministrazione/messaggi?fatto=rimessi")
}
