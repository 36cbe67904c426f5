// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/eventstore/readertags"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// CleanupTask deletes rows of one kind that are older than their retention, or corrects rows.
type CleanupTask struct {
	Name string // key of the log line, e.g. delivered_messages
	// Run returns the number of rows that it deleted or corrected. Its package decides the retention.
	Run func(ctx context.Context) (int64, error)
}

// RunCleanup runs all tasks once per interval until ctx ends, and logs the number of rows of each. It logs a task's error and
// runs the task again at the next interval. An error because ctx ended is not logged.
func RunCleanup(ctx context.Context, log *slog.Logger, interval time.Duration, tasks ...CleanupTask) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		var deleted []slog.Attr
		for _, t := range tasks {
			n, err := t.Run(ctx)
			if err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "cleanup task failed", "task", t.Name, "error", err)
			}
			deleted = append(deleted, slog.Int64(t.Name, n))
		}
		log.LogAttrs(ctx, slog.LevelInfo, "cleanup done", deleted...)
	}
}

// RefreshReaders writes the reader tags of tickets whose tags are missing or out of date, because nodes of an earlier release have written
// them, and returns the number of these tickets. It leaves out tickets with events of a newer release.
func (d *TicketDispatcher) RefreshReaders(ctx context.Context) (int64, error) {
	return readertags.Refresh(ctx, d.store.Pools().Consumer, ticketlog.StreamKind, func(ctx context.Context, id string) ([]string, int, error) {
		tags, version, err := d.dispatcher.Readers(ctx, id)
		if errors.As(err, new(*codec.UnknownEventError)) {
			return nil, 0, nil
		}
		return tags, version, err
	})
}
