// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) bulkRoutes() []route {
	return []route{
		{pattern: "POST /code/{queue}/insieme", by: placed, action: identity.UpdateTicket, serve: w.updateTogether},
		{pattern: "POST /code/{queue}/insieme/annulla", by: placed, action: identity.UndoAct, serve: w.undoTogether},
	}
}

// most is how many tickets are changed by one click: as many as a page shows.
const most = 50

// together is what is to be done to the tickets that were chosen on a list, as typed.
type together struct {
	Chosen   map[ticket.ID]bool // also when the row has another version since
	Assignee string             // "": as it is
	Status   ticket.Status      // "": as it is
	Text     string             // for the citizens
	Key      ticket.ID          // of this form: sent twice it counts once
}

// pickedRow is one row that was chosen, in the version that was seen.
type pickedRow struct {
	ID      ticket.ID
	Version int
	Number  string
}

// result is what became of one of them.
type result struct {
	ID      ticket.ID
	Number  string
	Refused string // why not; "": it is done
}

// resultsData is what became of them all.
type resultsData struct {
	Queue         projections.QueueID
	Back          string // the list that they were chosen on
	Did           string
	Text          string
	Done, Refused []result
	Undo          bool // what was done can still be taken back
	Undone        bool // this took it back; Text is what had been written
	Key           ticket.ID
}

func rows(v *visit) (all []pickedRow) {
	for _, box := range v.PostForm["scelta"] {
		part := strings.SplitN(box, " ", 3)
		if len(part) != 3 {
			continue
		}
		version, err := strconv.Atoi(part[1])
		if err == nil {
			all = append(all, pickedRow{ticket.ID(part[0]), version, part[2]})
		}
	}
	return all
}

// back is the list's address, for the way back from its results.
func back(v *visit) string {
	queue := "/code/" + v.PathValue("queue")
	if to := inside(v.PostFormValue("ritorno"), queue); to == queue || strings.HasPrefix(to, queue+"?") {
		return to
	}
	return queue
}

// updateTogether carries one act out on every ticket that was chosen, each for itself: one result a ticket, and what is
// refused for one is done for the others.
func (w *Web) updateTogether(v *visit) error {
	t := together{
		Chosen: map[ticket.ID]bool{}, Assignee: v.PostFormValue("assegna"), Status: ticket.Status(v.PostFormValue("diventa")), Text: strings.TrimSpace(v.PostFormValue("testo")),
	}
	all := rows(v)
	for _, row := range all {
		t.Chosen[row.ID] = true
	}
	if p := t.wrong(all); p != nil {
		return w.chooseAgain(v, p, t)
	}
	d := resultsData{Back: back(v), Did: t.says(), Text: t.Text, Undo: t.Text != ""}
	for _, c := range all {
		u := casework.Update{Status: t.Status, Pinned: c.Version}
		switch t.Assignee {
		case "":
		case me:
			u.Assignee = &v.caller.Actor.ID
		case projections.Nobody:
			u.Assignee = new(string)
		default:
			u.Assignee = &t.Assignee
		}
		if t.Text != "" {
			u.Note = &casework.Note{Text: t.Text, Visibility: ticket.Public}
		}
		_, err := w.cases.Update(v.Context(), v.caller, c.ID, u, casework.Said{Key: v.PostFormValue("chiave") + " " + string(c.ID)})
		d.add(c, w.why(v, err))
	}
	return w.results(v, d)
}

// undoTogether takes back what updateTogether did, as long as its notes are held.
func (w *Web) undoTogether(v *visit) error {
	d := resultsData{Back: back(v), Did: "Annullamento dell’ultima azione", Text: strings.TrimSpace(v.FormValue("testo")), Undone: true}
	for _, c := range rows(v) {
		_, err := w.cases.Undo(v.Context(), v.caller, c.ID, casework.Said{Key: v.PostFormValue("chiave") + " " + string(c.ID)})
		d.add(c, w.why(v, err))
	}
	return w.results(v, d)
}

func (d *resultsData) add(c pickedRow, refused string) {
	r := result{c.ID, c.Number, refused}
	if refused == "" {
		d.Done = append(d.Done, r)
	} else {
		d.Refused = append(d.Refused, r)
	}
}

// wrong is what keeps anything from being tried.
func (t together) wrong(all []pickedRow) *problem {
	p := &problem{Status: http.StatusUnprocessableEntity, Title: "Non è stato modificato nulla"}
	asks := t.Status == ticket.Waiting || t.Status == ticket.Solved
	switch {
	case len(all) == 0 || slices.ContainsFunc(all, func(r pickedRow) bool { return r.Version < 1 }):
		p.Text = "Scelga almeno una richiesta dell’elenco."
	case len(all) > most:
		p.Text = "Si possono modificare insieme al massimo " + strconv.Itoa(most) + " richieste."
	case t.Assignee == "" && t.Status == "":
		p.Text = "Scelga l’operatore o lo stato da dare alle richieste scelte."
	case asks && t.Text == "":
		p.Text = "Scriva la nota per i cittadini: lo stato «" + t.Status.Label() + "» la richiede."
	case !asks && t.Text != "":
		p.Text = "La nota per i cittadini si invia con lo stato «" + ticket.Waiting.Label() + "» o «" + ticket.Solved.Label() + "»: scelga lo stato, o tolga la nota."
	default:
		return nil
	}
	return p
}

// says what was asked for.
func (t together) says() string {
	var parts []string
	switch t.Assignee {
	case "":
	case me:
		parts = append(parts, "assegnare a me")
	case projections.Nobody:
		parts = append(parts, "togliere l’operatore")
	case projections.Supervisors:
		parts = append(parts, "affidare ai supervisori")
	default:
		parts = append(parts, "assegnare a un collega")
	}
	if t.Status != "" {
		parts = append(parts, "stato «"+t.Status.Label()+"»")
	}
	said := strings.Join(parts, ", ")
	return strings.ToUpper(said[:1]) + said[1:]
}

// why is a refusal in a sentence; "" for none.
func (w *Web) why(v *visit, err error) string {
	if err == nil {
		return ""
	}
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		w.Log.LogAttrs(v.Context(), slog.LevelError, "one of many failed", slog.String("request_id", entrance.RequestID(v.Context())), slog.Any("error", err))
	}
	if p.Status == http.StatusNotFound {
		return "La richiesta non c’è, o non è tra quelle che può vedere."
	}
	if len(p.Fields) == 0 {
		return p.Title + ": " + p.Text
	}
	var texts []string
	for _, f := range p.Fields {
		texts = append(texts, f.Text)
	}
	return strings.Join(texts, " ")
}

// results shows them at once: every command has a key, so that a reload does nothing a second time.
func (w *Web) results(v *visit, d resultsData) (err error) {
	d.Queue = projections.QueueID(v.PathValue("queue"))
	d.Undo = d.Undo && len(d.Done) > 0
	if d.Key, err = desk.NewID(); err != nil {
		return err
	}
	name, ok := projections.QueueName(v.caller.Actor.Role, d.Queue)
	if !ok {
		return &ticket.NotYoursError{}
	}
	return w.render(v, http.StatusOK, page{name: "insieme", title: "Esito", trail: []crumb{{name, d.Back}}, data: d, queue: d.Queue})
}

// chooseAgain shows the list again with what was chosen and typed, and what is missing.
func (w *Web) chooseAgain(v *visit, p *problem, t together) error {
	_, asked, _ := strings.Cut(back(v), "?")
	query, _ := url.ParseQuery(asked) // as far as it can be read, as of any address
	d, err := w.queue(v, w.address(v, query))
	if err != nil {
		return err
	}
	t.Key = d.Together.Key
	d.Together = t
	return w.render(v, p.Status, page{name: "coda", title: d.Name, problem: p, data: d, queue: d.Queue, at: d.Page.Position})
}
