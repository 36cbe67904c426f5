// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// updateForm is the form «Aggiorna» as typed (FAQ 2.3–2.6): the update, and fields that only the form has. A refused form is rendered
// from it. Drafts are stored as its JSON: the names of its fields are stored names.
type updateForm struct {
	app.UpdateRequest // Status is a value of the status menu; toUpdate sets Note, DuplicateOf, Service and Problem

	Text       string
	Visibility string
	Ground     string
	Discard    string
	Main       string // number of the ticket that this one is a duplicate of
	Problem    string // service/problem; it hides UpdateRequest.Problem, and its name is stored
	Undone     string // audience/status of the undone note whose text the form has; "": none

	IdempotencyKey ticket.ID `json:"-"` // of this form, which has an effect once although it is sent twice
	Act            string    `json:"-"` // value of the pressed button; "": «Aggiorna»
	files          []attachment.FileUpload
	body           []byte // as ui.Request.IdempotencyBody
}

// readUpdate reads the form. If it returns an error, the form has the fields that were read before the error.
func readUpdate(r *ui.Request) (updateForm, error) {
	files, err := r.ParseUpload()
	f := updateForm{
		UpdateRequest: app.UpdateRequest{
			UpdateFields: ticket.UpdateFields{
				Status: ticket.Status(r.FormValue("stato")), Entity: catalog.EntityCode(r.FormValue("ente")), Reason: strings.TrimSpace(r.FormValue("motivo")),
			},
			Answers: readAnswers(r),
		},
		Text: r.FormValue("testo"), Visibility: r.FormValue("visibilita"), Ground: r.FormValue("fondamento"),
		Discard: r.FormValue("scarto"), Main: strings.TrimSpace(r.FormValue("principale")), Problem: r.FormValue("problema"),
		IdempotencyKey: ticket.ID(r.FormValue("chiave")), Act: r.FormValue("azione"), Undone: r.FormValue("annullata"),
		files: files, body: r.IdempotencyBody(files),
	}
	f.ExpectedVersion, _ = strconv.Atoi(r.FormValue("versione")) // 0 for an invalid number
	if assignee := r.FormValue("operatore"); r.Form.Has("operatore") && assignee != r.FormValue("operatore_prima") {
		f.Assignee = &assignee
	}
	return f, err
}

// HandsOver reports whether the form hands the ticket over to the Region, by the status menu or by the operator menu.
func (f updateForm) HandsOver() bool {
	return f.Status == ticket.StatusHandedOver || f.Assignee != nil && *f.Assignee == string(catalog.Region)
}

// toUpdate returns the update for the whole form. Error: *ticket.InvalidError if a duplicate has no main ticket or a discard has no
// reason; without them the update would be an ordinary resolution.
func (f updateForm) toUpdate() (app.UpdateRequest, error) {
	u := f.UpdateRequest
	u.Entity = "" // the entity menu only counts for a redirect
	if strings.TrimSpace(f.Text) != "" || len(f.files) > 0 {
		u.Note = &app.NoteRequest{Text: f.Text, Visibility: ticket.Visibility(f.Visibility), Files: f.files}
	}
	if service, problem, ok := strings.Cut(f.Problem, "/"); ok {
		u.Service, u.Problem = catalog.ServiceID(service), catalog.ProblemID(problem)
	}
	if f.HandsOver() {
		u.Reason = f.Ground
	}
	switch f.Status {
	case statusRedirect:
		u.Status, u.Entity = ticket.StatusNew, f.Entity
	case statusDuplicate:
		if u.Status, u.DuplicateOf = ticket.StatusResolved, f.Main; f.Main == "" {
			return u, ticket.NewInvalidField("duplicate_of", refusal.Required.With(), "")
		}
	case statusDiscard:
		if u.Status, u.Reason = ticket.StatusResolved, f.Discard; f.Discard == "" {
			return u, ticket.NewInvalidField("reason", refusal.Required.With(), "")
		}
	}
	return u, nil
}
