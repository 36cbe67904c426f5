// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/projections"
)

// requestData is a request as its citizen reads it, and the answer as it was typed.
type requestData struct {
	projections.Ticket
	Path     string // of this page: with the personal link, where there is no other way in
	ByLink   bool
	Stands   standing
	Question *projections.Note
	Reply    replyForm
}

// replyForm is the answer. Meant is what it is to a resolution; Seen is the status that its writer saw.
type replyForm struct {
	Text, Meant string
	Seen        ticket.Status
	Key         ticket.ID // of this form: sent twice it counts once
}

// What a citizen may mean by an answer to a resolution.
const (
	notSolved   = "non_risolto"
	justMessage = "messaggio"
)

func (w *Web) requestPage(v *visit) error {
	return w.showRequest(v, http.StatusOK, nil, replyForm{})
}

func (w *Web) showRequest(v *visit, status int, p *problem, f replyForm) error {
	t, err := w.cases.Ticket(v.Context(), v.caller, v.asked(), nil)
	if err != nil {
		return err
	}
	d := requestData{
		Ticket: t, Path: "/richieste/" + v.PathValue("link"), ByLink: v.caller.Link != "", Stands: stands(t.Status, t.StatusLabel),
		Question: question(t), Reply: f,
	}
	d.Reply.Seen = t.Status
	if d.Reply.Key, err = desk.NewID(); err != nil {
		return err
	}
	out := page{name: "richiesta", title: "Richiesta " + t.Number, problem: p, data: d}
	if d.ByLink {
		v.unlisted()
	} else {
		out.trail = []crumb{{"Le mie richieste", "/richieste"}}
	}
	return w.render(v, status, out)
}

// reply takes the citizen's answer (FAQ 2.4), or their word on a resolution. On a closed request it opens a new one: only for
// who was told so before.
func (w *Web) reply(v *visit) error {
	files, broken := v.upload()
	f := replyForm{Text: v.FormValue("testo"), Meant: v.FormValue("esito"), Seen: ticket.Status(v.FormValue("visto"))}
	o, err := w.replying(v, f, files, broken)
	if err != nil {
		p := replyProblem(err, files)
		if p == nil || eventstore.Away(err) {
			return err
		}
		p.Text += v.chooseAgain(files)
		return w.showRequest(v, p.Status, p, f)
	}
	switch {
	case ticket.ID(o.Stream) != v.asked():
		return v.go303(w.openedAt(ticket.ID(o.Stream)))
	case f.Meant == notSolved:
		return v.go303("/richieste/" + v.PathValue("link") + "?fatto=ripresa")
	}
	return v.go303("/richieste/" + v.PathValue("link") + "?fatto=risposta")
}

func (w *Web) replying(v *visit, f replyForm, files []attachment.File, broken error) (desk.Outcome, error) {
	if broken != nil {
		return desk.Outcome{}, broken
	}
	in := casework.Reply{Text: f.Text, Files: files, Open: f.Seen != ticket.Closed}
	if f.Seen == ticket.Solved {
		switch f.Meant {
		case notSolved, justMessage:
			solved := f.Meant == justMessage
			in.Solved = &solved
		default:
			wrong := []ticket.FieldError{{Field: "solved", Rule: "is required"}}
			if strings.TrimSpace(f.Text) == "" && len(files) == 0 {
				wrong = append(wrong, ticket.FieldError{Field: "text", Rule: "is required"})
			}
			return desk.Outcome{}, &ticket.InvalidError{Fields: wrong}
		}
	}
	return w.cases.Reply(v.Context(), v.caller, v.asked(), in, casework.Said{Key: v.FormValue("chiave"), Body: v.sent(files)})
}

// replyProblem says what was refused in the words of the form; nil: it is nothing that its writer can mend here.
func replyProblem(err error, files []attachment.File) *problem {
	const kept = "Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui."
	p := &problem{Status: http.StatusUnprocessableEntity, Text: kept}
	var invalid *ticket.InvalidError
	switch {
	case errors.Is(err, casework.ErrClosed):
		p.Status, p.Title = http.StatusConflict, "Nel frattempo la richiesta si è chiusa"
		p.Text = "Il tempo per rispondere è finito mentre scriveva. Ciò che ha scritto è ancora qui: se lo invia adesso, si apre una nuova richiesta collegata a questa."
	case errors.Is(err, eventstore.ErrKeyReused):
		return sentBefore()
	case errors.As(err, &invalid):
		for _, wrong := range invalid.Fields {
			switch {
			case wrong.Field == "solved":
				p.Fields = append(p.Fields, fieldProblem{"esito", "Scelga se il problema c’è ancora, o se è solo un messaggio."})
			case wrong.Field == "text" && wrong.Rule == "is required":
				p.Fields = append(p.Fields, fieldProblem{"testo", "Scriva il messaggio."})
			case wrong.Field == "text":
				p.Fields = append(p.Fields, fieldProblem{"testo", fieldInItalian(wrong)})
			default:
				at := wrong.Field[min(len("attachments["), len(wrong.Field)):]
				p.Fields = append(p.Fields, fieldProblem{"allegati", fileRefused(at, wrong, files)})
			}
		}
		p.Title = corrections(len(p.Fields))
	default:
		if p = problemOf(err); p.Status >= http.StatusInternalServerError || p.Status == http.StatusNotFound {
			return nil
		}
	}
	return p
}
