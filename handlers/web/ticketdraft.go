// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// typed tells whether the form holds anything worth keeping: an open padlock alone is nothing, nor is what a note once was.
func (f updateForm) typed() bool {
	f.Visibility, f.Undone, f.Version, f.Key, f.Act, f.files, f.body = "", "", 0, "", "", nil, nil
	return !reflect.ValueOf(f).IsZero()
}

// keepDraft keeps a form for its author, or forgets it when it holds nothing any more. Zero time: it holds nothing.
func (w *Web) keepDraft(v *visit, id ticket.ID, f updateForm) (time.Time, error) {
	if !f.typed() {
		return time.Time{}, w.drafts.Spend(v.Context(), v.session.Account, id, string(f.Key))
	}
	content, err := json.Marshal(f)
	if err != nil {
		return time.Time{}, fmt.Errorf("draft: %w", err)
	}
	at, err := w.drafts.Save(v.Context(), v.session.Account, id, string(f.Key), content)
	if errors.Is(err, eventstore.ErrErased) { // there is nobody left to write to
		return time.Time{}, nil
	}
	return at, err
}

// draft is keepDraft for who sees the ticket that the address names.
func (w *Web) draft(v *visit, f updateForm) (time.Time, error) {
	id, err := v.ticket()
	if err == nil {
		err = w.cases.Sees(v.Context(), v.caller, id)
	}
	if err != nil {
		return time.Time{}, err
	}
	return w.keepDraft(v, id, f)
}

// readDraft is the form as its author left it, and when; a zero time: they left nothing.
func (w *Web) readDraft(v *visit, id ticket.ID) (f updateForm, at time.Time, err error) {
	content, at, err := w.drafts.Read(v.Context(), v.session.Account, id)
	if err != nil || content == nil {
		return updateForm{}, time.Time{}, err
	}
	if json.Unmarshal(content, &f) != nil { // of another version of these pages
		return updateForm{}, time.Time{}, nil
	}
	return f, at, nil
}

// saveDraft keeps what is typed while it is being typed, and answers with the words for it.
func (w *Web) saveDraft(v *visit) error {
	f, err := readUpdate(v)
	if err != nil {
		return err
	}
	at, err := w.draft(v, f)
	if err != nil {
		return err
	}
	v.rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if !at.IsZero() {
		_, _ = fmt.Fprint(v.rw, "Bozza salvata alle "+hour(at)) // the browser may have gone
	}
	return nil
}
