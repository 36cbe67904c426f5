// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package files reads attachments for those who may see their ticket. What is served of an image is drawn anew, without the data that its
// camera wrote into it; a file in quarantine is not served.
package files

import (
	"context"
	"fmt"
	"hash/fnv"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/caller"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Reader reads the attachments of tickets. It is safe for concurrent use.
type Reader struct{ Store *eventstore.Store }

// ClosedError refuses to serve a file that may be harmful.
type ClosedError struct {
	State     ticketview.FileState
	Signature string // the scanner's name of what it found; empty for a file that waits
	Name      string // of the file
}

func (e *ClosedError) Error() string {
	switch e.State {
	case ticketview.FileInfected:
		return fmt.Sprintf("the file contains malicious software (%s) and is not served", e.Signature)
	case ticketview.FileUnscannable:
		return fmt.Sprintf("the file cannot be scanned for malicious software (%s) and is not served", e.Signature)
	case ticketview.FileDamaged:
		return "the image is damaged and cannot be drawn"
	case ticketview.FileWaiting, ticketview.FileOpen:
	}
	return "the file is being scanned for malicious software"
}

// Scanned wakes the pages that show a ticket after the scan of one of its files, on all nodes.
func (r *Reader) Scanned(id ticket.ID) { r.Store.Publish(topic(id)) }

// Changed returns a channel that is closed when a file of a ticket was scanned. Tickets share topics, so the channel may be closed for another ticket.
func Changed(store *eventstore.Store, id ticket.ID) <-chan struct{} {
	return store.Subscribe(topic(id))
}

// topic returns one of 64 topics for a ticket.
func topic(id ticket.ID) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never returns an error
	return fmt.Sprintf("files/%d", h.Sum32()%64)
}

// Mark sets the state of those files of a ticket that are in quarantine.
func (r *Reader) Mark(ctx context.Context, by caller.Caller, t *ticketview.Ticket) error {
	all := t.FilePointers()
	ids := make([]ticket.ID, len(all))
	for i, f := range all {
		ids[i] = f.ID
	}
	closed, err := r.Closed(ctx, by, t.ID, ids)
	if err != nil {
		return err
	}
	for _, f := range all {
		c := closed[f.ID]
		f.State, f.Signature = c.State, c.Signature
	}
	return nil
}

// Closed returns those of the files of a ticket that are in quarantine, without their names.
func (r *Reader) Closed(ctx context.Context, by caller.Caller, id ticket.ID, ids []ticket.ID) (map[ticket.ID]ClosedError, error) {
	closed := map[ticket.ID]ClosedError{}
	if len(ids) == 0 {
		return closed, nil
	}
	batch := &pgx.Batch{}
	batch.Queue(`select blob::text, state, coalesce(signature, '') from files.closed($1::text::uuid, $2::text[]::uuid[])`, string(id), ids).Query(func(rows pgx.Rows) error {
		var file ticket.ID
		var c ClosedError
		_, err := pgx.ForEachRow(rows, []any{&file, &c.State, &c.Signature}, func() error {
			closed[file] = c
			return nil
		})
		return err
	})
	if err := r.Store.Pools().Request.Read(ctx, by.Viewer().Reader(), "files", batch); err != nil {
		return nil, fmt.Errorf("read the quarantine of ticket %s: %w", id, err)
	}
	return closed, nil
}

// Find returns a file of a ticket that was marked. Errors: *ticket.NotVisibleError, *ClosedError.
func Find(t ticketview.Ticket, id ticket.ID) (ticketview.File, error) {
	for _, f := range t.Files() {
		if f.ID != id {
			continue
		}
		if f.State != ticketview.FileOpen {
			return f, &ClosedError{f.State, f.Signature, f.Name}
		}
		return f, nil
	}
	return ticketview.File{}, &ticket.NotVisibleError{}
}
