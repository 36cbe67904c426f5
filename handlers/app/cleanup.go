// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"log/slog"
	"time"
)

// CleanupTask deletes what has outlived its retention.
type CleanupTask struct {
	Name string // key of the log line, e.g. delivered_messages
	// Run deletes and returns the number of deleted rows. What its retention is, its package decides.
	Run func(ctx context.Context) (int64, error)
}

// RunCleanup runs the tasks at an interval until ctx ends, and logs how many rows each deleted. A task that fails is logged and runs
// again the next time.
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
			if err != nil {
				log.ErrorContext(ctx, "cleanup task failed", "task", t.Name, "error", err)
			}
			deleted = append(deleted, slog.Int64(t.Name, n))
		}
		log.LogAttrs(ctx, slog.LevelInfo, "cleanup done", deleted...)
	}
}
