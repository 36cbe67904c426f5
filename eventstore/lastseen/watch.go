// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lastseen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/epoch"
	"github.com/sol-assistenza/sol/eventstore/notify"
)

// watchInterval is the interval of looking at the log: what the file remembers is at most about that old.
const watchInterval = time.Second

// lookTimeout is the longest time of one look. It is short, so that a database that does not answer does not delay the end of the node.
const lookTimeout = 5 * time.Second

// Watcher keeps a file up to date with what a node sees of the log, and notices that the log was replaced while the node ran.
type Watcher struct {
	Store *eventstore.Store
	File  string
	Log   *slog.Logger

	seen    Log
	failing bool // the file could not be written last time; it is logged once
}

// Run looks at the log every second until ctx ends, and once more then. Errors: *WentBackError, *OtherLogError, epoch.ErrReplaced. While
// the database cannot be read it waits.
func (w *Watcher) Run(ctx context.Context) error {
	for {
		if err := w.look(ctx); err != nil {
			return err
		}
		if notify.Sleep(ctx, watchInterval) != nil {
			return w.look(context.WithoutCancel(ctx))
		}
	}
}

// look compares the log with what was seen last, and stores what the database holds now if all of it is durable.
func (w *Watcher) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	pool := w.Store.Pools().Read
	now, err := Read(ctx, pool)
	if err != nil {
		return nil // the next look may succeed
	}
	err = Compare(ctx, pool, w.seen, now, w.File)
	var wentBack *WentBackError
	var other *OtherLogError
	switch {
	case errors.As(err, &wentBack), errors.As(err, &other):
		return err
	case err != nil:
		return nil
	case w.seen.Epoch != 0 && w.seen.Epoch != now.Epoch:
		return fmt.Errorf("the log began epoch %d after a restore; start sol again: %w", now.Epoch, epoch.ErrReplaced)
	case w.seen.sameState(now):
		return nil
	}
	if w.Store.Barrier(ctx) != nil { // what was read may be committed on the primary alone
		return nil
	}
	w.seen = now
	err = WriteFile(w.File, now)
	if err != nil && !w.failing {
		w.Log.WarnContext(ctx, "the head of the log cannot be remembered outside the database", "error", err)
	}
	w.failing = err != nil
	return nil
}

// sameState reports whether two looks saw the same, apart from the time of the look.
func (l Log) sameState(o Log) bool {
	l.SeenAt = o.SeenAt
	return l == o
}
