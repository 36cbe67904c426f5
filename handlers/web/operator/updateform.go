// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// updateForm is «Aggiorna» as typed (FAQ 2.3–2.6): the request, and what only the form has. A refused form is shown again from it.
// Drafts are stored as its JSON: Problem, Text and the others without a tag keep their names.
type updateForm struct {
	app.UpdateRequest // Status is one of the menu's choices; Note, DuplicateOf and Service are set by toUpdate

	Text       string
	Visibility string
	Ground     string
	Discard    string
	Main       string // number of the ticket that this one repeats
	Problem    string // service/problem
	Undone     string // audience/status of the note that was withdrawn and stands here again; "": there was none

	IdempotencyKey ticket.ID `json:"-"` // of this form: sent twice it counts once
	Act            string    `json:"-"` // of the button that it was sent with; "": Aggiorna
	files          []attachment.FileUpload
	body           []byte // all that was sent
}

// readUpdate reads the form, as far as it came when there is an error.
func readUpdate(r *ui.Request) (updateForm, error) {
	files, err := r.ParseUpload()
	f := updateForm{
		UpdateRequest: app.UpdateRequest{
			Changes: ticket.Changes{
				Status: ticket.Status(r.FormValue("stato")), Entity: catalog.EntityCode(r.FormValue("ente")), Reason: strings.TrimSpace(r.FormValue("motivo")),
			},
			Answers: readAnswers(r),
		},
		Text: r.FormValue("testo"), Visibility: r.FormValue("visibilita"), Ground: r.FormValue("fondamento"),
		Discard: r.FormValue("scarto"), Main: strings.TrimSpace(r.FormValue("principale")), Problem: r.FormValue("problema"),
		IdempotencyKey: ticket.ID(r.FormValue("chiave")), Act: r.FormValue("azione"), Undone: r.FormValue("annullata"),
		files: files, body: r.IdempotencyBody(files),
	}
	f.ExpectedVersion, _ = strconv.Atoi(r.FormValue("versione")) // what is no number is no version
	if to := r.FormValue("operatore"); r.Form.Has("operatore") && to != r.FormValue("operatore_prima") {
		f.Assignee = &to
	}
	return f, err
}

// HandsOver tells whether the click hands the ticket over to the Region, by either menu.
func (f updateForm) HandsOver() bool {
	return f.Status == ticket.HandedOver || f.Assignee != nil && *f.Assignee == string(catalog.Region)
}

// toUpdate is the one act that the click means. Error: *ticket.InvalidError for what the rules could not tell from a choice
// that was not made.
func (f updateForm) toUpdate() (app.UpdateRequest, error) {
	u := f.UpdateRequest
	u.Entity = "" // it is the redirect's, whatever stands in its menu
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
		u.Status, u.Entity = ticket.New, f.Entity
	case statusDuplicate:
		if u.Status, u.DuplicateOf = ticket.Solved, f.Main; f.Main == "" {
			return u, requiredField("duplicate_of")
		}
	case statusDiscard:
		if u.Status, u.Reason = ticket.Solved, f.Discard; f.Discard == "" {
			return u, requiredField("reason")
		}
	}
	return u, nil
}

func requiredField(field string) error {
	return &ticket.InvalidError{Fields: []ticket.FieldError{{Field: field, Reason: refusal.Required.With()}}}
}
