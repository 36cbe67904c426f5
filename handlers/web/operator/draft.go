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

// hasContent reports whether the form has content to keep as a draft. The visibility alone is no content, nor is the mark of an undone
// note.
func (f updateForm) hasContent() bool {
	f.Visibility, f.Undone, f.ExpectedVersion, f.IdempotencyKey, f.Act, f.files, f.body = "", "", 0, "", "", nil, nil
	return !reflect.ValueOf(f).IsZero()
}

// storeDraft stores a form as its author's draft and returns the time, or deletes the draft if the form has no content. A zero time
// means that there is no draft.
func (p *Pages) storeDraft(r *ui.Request, id ticket.ID, f updateForm) (time.Time, error) {
	if !f.hasContent() {
		return time.Time{}, p.App.Drafts.Discard(r.Context(), r.Session.Account, id, string(f.IdempotencyKey))
	}
	content, err := json.Marshal(f)
	if err != nil {
		return time.Time{}, fmt.Errorf("draft: %w", err)
	}
	at, err := p.App.Drafts.Save(r.Context(), r.Session.Account, id, string(f.IdempotencyKey), content)
	if errors.Is(err, eventstore.ErrErased) { // an erased ticket takes no notes
		return time.Time{}, nil
	}
	return at, err
}

// storeVisibleDraft calls storeDraft for the ticket in the path if the reader may see it.
func (p *Pages) storeVisibleDraft(r *ui.Request, f updateForm) (time.Time, error) {
	id := ticketID(r)
	if err := p.App.CheckVisible(r.Context(), r.Caller, id); err != nil {
		return time.Time{}, err
	}
	return p.storeDraft(r, id, f)
}

// readDraft returns the reader's draft and the time at which it was stored; a zero time if there is none.
func (p *Pages) readDraft(r *ui.Request, id ticket.ID) (f updateForm, at time.Time, err error) {
	content, at, err := p.App.Drafts.Read(r.Context(), r.Caller.Viewer().Reader(), id)
	if err != nil || content == nil {
		return updateForm{}, time.Time{}, err
	}
	if json.Unmarshal(content, &f) != nil { // a draft of another version of these pages
		return updateForm{}, time.Time{}, nil
	}
	return f, at, nil
}

// autosaveDraft stores the form while its author types, and answers with a sentence that confirms it, as plain text.
func (p *Pages) autosaveDraft(r *ui.Request) error {
	f, err := readUpdate(r)
	if err != nil {
		return err
	}
	at, err := p.storeVisibleDraft(r, f)
	if err != nil {
		return err
	}
	r.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if !at.IsZero() {
		_, _ = fmt.Fprint(r.Writer, "Bozza salvata alle "+ui.FormatClock(at)) // the browser may have gone
	}
	return nil
}
