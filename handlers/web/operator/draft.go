// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// hasContent tells whether the form holds anything worth keeping: an open padlock alone is nothing, nor is what a note once was.
func (f updateForm) hasContent() bool {
	f.Visibility, f.Undone, f.ExpectedVersion, f.IdempotencyKey, f.Act, f.files, f.body = "", "", 0, "", "", nil, nil
	return !reflect.ValueOf(f).IsZero()
}

// storeDraft keeps a form for its author, or forgets it when it holds nothing any more. Zero time: it holds nothing.
func (w *Pages) storeDraft(v *ui.Request, id ticket.ID, f updateForm) (time.Time, error) {
	if !f.hasContent() {
		return time.Time{}, w.App.Drafts.Discard(v.Context(), v.Session.Account, id, string(f.IdempotencyKey))
	}
	content, err := json.Marshal(f)
	if err != nil {
		return time.Time{}, fmt.Errorf("draft: %w", err)
	}
	at, err := w.App.Drafts.Save(v.Context(), v.Session.Account, id, string(f.IdempotencyKey), content)
	if errors.Is(err, eventstore.ErrErased) { // there is nobody left to write to
		return time.Time{}, nil
	}
	return at, err
}

// storeVisibleDraft is keepDraft for who sees the ticket that the address names.
func (w *Pages) storeVisibleDraft(v *ui.Request, f updateForm) (time.Time, error) {
	id, err := ticketID(v)
	if err == nil {
		err = w.App.CheckVisible(v.Context(), v.Caller, id)
	}
	if err != nil {
		return time.Time{}, err
	}
	return w.storeDraft(v, id, f)
}

// readDraft is the form as its author left it, and when; a zero time: they left nothing.
func (w *Pages) readDraft(v *ui.Request, id ticket.ID) (f updateForm, at time.Time, err error) {
	content, at, err := w.App.Drafts.Read(v.Context(), v.Session.Account, id)
	if err != nil || content == nil {
		return updateForm{}, time.Time{}, err
	}
	if json.Unmarshal(content, &f) != nil { // of another version of these pages
		return updateForm{}, time.Time{}, nil
	}
	return f, at, nil
}

// autosaveDraft keeps what is typed while it is being typed, and answers with the words for it.
func (w *Pages) autosaveDraft(v *ui.Request) error {
	f, err := readUpdate(v)
	if err != nil {
		return err
	}
	at, err := w.storeVisibleDraft(v, f)
	if err != nil {
		return err
	}
	v.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if !at.IsZero() {
		_, _ = fmt.Fprint(v.Writer, "Bozza salvata alle "+ui.FormatClock(at)) // the browser may have gone
	}
	return nil
}
