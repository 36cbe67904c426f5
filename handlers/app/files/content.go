// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package files

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/attachment/redraw"
	"github.com/sol-assistenza/sol/handlers/app/caller"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Original reports whether a caller gets files as they were sent: auditors, who compare them with the log. All others get what people see of
// an image, without the data that its camera wrote into it.
func Original(by caller.Caller) bool { return by.Actor.Role == person.Auditor && by.Link == "" }

// Content returns a file of a ticket that Find returned: an original mail as text without personal links, an image as it was sent if
// original, otherwise drawn anew. Errors: eventstore.ErrErased, eventstore.ErrNotFound, *ClosedError.
func (r *Reader) Content(ctx context.Context, by caller.Caller, t ticketview.Ticket, f ticketview.File, original bool) ([]byte, error) {
	content, err := r.Store.ReadBlob(ctx, by.Viewer().Reader(), string(t.ID), string(f.ID))
	if errors.Is(err, eventstore.ErrNotFound) { // the quarantine may have begun after the ticket was read
		if markErr := r.Mark(ctx, by, &t); markErr != nil {
			return nil, markErr
		}
		if _, closed := Find(t, f.ID); closed != nil {
			return nil, closed
		}
	}
	switch {
	case err != nil:
		return nil, err
	case t.IsOriginal(f.ID):
		return []byte(mailtext.Original(content)), nil
	case original || !redraw.Knows(f.MediaType):
		return content, nil
	}
	drawn, err := redraw.Image(ctx, f.MediaType, content)
	if err != nil {
		return nil, &ClosedError{State: ticketview.FileDamaged, Name: f.Name}
	}
	return drawn, nil
}
