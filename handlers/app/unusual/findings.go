// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package unusual

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// Finding is unusual reading of one person on one day.
type Finding struct {
	ID          int64
	Rule        string
	Entity      catalog.EntityCode // placement of the person
	Person      string             // account
	Day         time.Time          // midnight UTC of the day in Rome
	Count       int                // number of tickets
	Examination *Examination       // nil: nobody has examined it
}

// Examination says that a data protection officer has examined a finding.
type Examination struct {
	By     string // account
	At     time.Time
	Text   string // what came of it; "" when the key of the month in which it was written is destroyed
	Erased bool
}

// Findings reads and examines findings for data protection officers: those of their entity, or all for the Region's. For all others there are none.
type Findings struct {
	Store  *eventstore.Store
	Sealer *accesslog.Sealer
}

// kind is the kind of its transactions of the request pool.
const kind = "unusual reading"

// noteLabel returns the label with which the text of an examination is sealed. It is a stored name.
func noteLabel(finding int64) string { return fmt.Sprintf("examination/%d", finding) }

// List returns at most limit findings, examined ones or the others, before an id (0: from the newest), the newest first.
func (f Findings) List(ctx context.Context, by eventstore.Reader, examined bool, before int64, limit int) (all []Finding, err error) {
	var sealed []accesslog.Sealed
	err = f.Store.Pools().Request.InTx(ctx, by, kind, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select id, rule, entity, person, day, count, coalesce(examined_by, ''), coalesce(examined_at, 'epoch'), note, coalesce(note_key::text, '')
			from access.read_findings($1, $2, $3)`, examined, before, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (one Finding, err error) {
			var e Examination
			var note accesslog.Sealed
			err = row.Scan(&one.ID, &one.Rule, &one.Entity, &one.Person, &one.Day, &one.Count, &e.By, &e.At, &note.Content, &note.Key)
			if note.Key != "" {
				one.Examination = &e
			}
			sealed = append(sealed, note)
			return one, err
		})
		return err
	})
	for n := 0; n < len(all) && err == nil; n++ {
		if e := all[n].Examination; e != nil {
			e.Text, err = f.Sealer.Open(ctx, noteLabel(all[n].ID), sealed[n])
			if e.Erased = errors.Is(err, eventstore.ErrErased); e.Erased {
				err = nil
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list unusual reading: %w", err)
	}
	return all, nil
}

// CountOpen returns the number of findings that a reader may see and that nobody has examined.
func (f Findings) CountOpen(ctx context.Context, by eventstore.Reader) (n int, err error) {
	batch := &pgx.Batch{}
	batch.Queue(`select access.count_findings()`).QueryRow(func(row pgx.Row) error { return row.Scan(&n) })
	if err := f.Store.Pools().Request.Read(ctx, by, kind, batch); err != nil {
		return 0, fmt.Errorf("count unusual reading: %w", err)
	}
	return n, nil
}

// ErrExamined says that somebody has examined the finding already.
var ErrExamined = errors.New("the finding has been examined already")

// maxText is the largest length of the text of an examination, in characters.
const maxText = 2000

// Examine notes that a reader has examined a finding and what came of it. Errors: *ticket.InvalidError about "text", ErrExamined,
// eventstore.ErrNotFound for a finding that does not exist or that the reader may not see.
func (f Findings) Examine(ctx context.Context, by eventstore.Reader, id int64, text string) error {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return &ticket.InvalidError{Fields: []ticket.FieldError{{Field: "text", Reason: refusal.Required.With()}}}
	case utf8.RuneCountInString(text) > maxText:
		return &ticket.InvalidError{Fields: []ticket.FieldError{{Field: "text", Reason: refusal.TooLong.With(), Allowed: fmt.Sprintf("at most %d characters", maxText)}}}
	}
	note, err := f.Sealer.Seal(ctx, noteLabel(id), text)
	if err != nil {
		return fmt.Errorf("examine unusual reading: %w", err)
	}
	var result string
	err = f.Store.Pools().Request.InTx(ctx, by, kind, pgx.TxOptions{}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select access.examine_finding($1, $2, $3::text::uuid)`, id, note.Content, note.Key).Scan(&result)
	})
	switch {
	case err != nil:
		return fmt.Errorf("examine unusual reading: %w", err)
	case result == "unknown":
		return eventstore.ErrNotFound
	case result == "examined":
		return ErrExamined
	}
	return nil
}
