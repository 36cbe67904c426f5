// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/sol-assistenza/sol/handlers/bus"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/mail"
	"github.com/sol-assistenza/sol/sagas"
)

// outboxRoutes are the messages on their way out, and those that were put aside.
func (w *Web) outboxRoutes() []route {
	return []route{
		{pattern: "GET /amministrazione/messaggi", by: placed, action: identity.Administer, serve: w.outboxPage},
		{pattern: "POST /amministrazione/messaggi/riprova", by: placed, action: identity.Administer, serve: w.retryMessages},
	}
}

// topics are what messages are about, for people.
var topics = map[string]string{sagas.TopicNotify: "Avvisi e posta", sagas.TopicAsk: "Sistemi collegati"}

// mailStates are what became of a mail, and of several.
var mailStates = []struct{ ID, One, Many string }{
	{"waiting", "in attesa", "in attesa"}, {"sending", "in invio", "in invio"}, {"sent", "inviata", "inviate"}, {"refused", "rifiutata", "rifiutate"},
	{"bounced", "tornata indietro", "tornate indietro"}, {"void", "non più da inviare", "non più da inviare"},
}

// outboxData is what waits, what was put aside and what became of the mails.
type outboxData struct {
	Counts   []outboxCount
	Aside    bool // only what was put aside is listed
	Messages []outboxMessage
	Stuck    int      // put aside, in all
	Limit    int      // how many are listed at most
	Mailed   []string // as 3 inviate
	Mails    []outboxMail
}

type outboxCount struct {
	bus.Count
	Name string
}

type outboxMessage struct {
	bus.Entry
	Name string
}

type outboxMail struct {
	mail.Delivery
	Name string // of its state
}

const messagesShown = 100

func (w *Web) outboxPage(v *visit) error {
	d := outboxData{Aside: v.FormValue("solo") == "da-parte", Limit: messagesShown}
	counts, err := bus.Counts(v.Context(), w.cases.Store.Worker())
	if err != nil {
		return err
	}
	for _, c := range counts {
		d.Counts = append(d.Counts, outboxCount{c, cmp.Or(topics[c.Topic], c.Topic)})
		d.Stuck += c.Aside
	}
	messages, err := bus.List(v.Context(), w.cases.Store.Worker(), "", d.Aside, messagesShown)
	if err != nil {
		return err
	}
	for _, m := range messages {
		d.Messages = append(d.Messages, outboxMessage{m, cmp.Or(topics[m.Topic], m.Topic)})
	}
	if err := w.mails(v, &d); err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "messaggi", title: "Messaggi in uscita", trail: adminTrail, data: d})
}

// mails fills in what became of those that the door for mail took on.
func (w *Web) mails(v *visit, d *outboxData) error {
	if w.Mails == nil {
		return nil
	}
	counts, err := w.Mails.Counts(v.Context())
	if err != nil {
		return err
	}
	unsettled, err := w.Mails.Unsettled(v.Context(), messagesShown)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, s := range mailStates {
		names[s.ID] = s.One
		if counts[s.ID] > 0 {
			d.Mailed = append(d.Mailed, counted(counts[s.ID], s.One, s.Many))
		}
	}
	for _, m := range unsettled {
		d.Mails = append(d.Mails, outboxMail{m, names[m.State]})
	}
	return nil
}

// errNothingAside refuses to try again what is on its way already.
var errNothingAside = errors.New("nothing was put aside")

// retryMessages puts one message that was put aside, or all of them, back on their way.
func (w *Web) retryMessages(v *visit) error {
	ids := slices.DeleteFunc([]string{v.FormValue("messaggio")}, func(id string) bool { return id == "" })
	if len(ids) == 0 && v.FormValue("tutti") == "" {
		return errNothingAside
	}
	n, err := bus.Retry(v.Context(), w.cases.Store.Worker(), ids...)
	if err != nil {
		return err
	}
	if n == 0 {
		return errNothingAside
	}
	w.administered(v, "messages retried", "")
	return v.go303("/amministrazione/messaggi?fatto=rimessi")
}
