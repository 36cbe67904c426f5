// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/handlers/app"
)

// A failed task stops neither the other tasks nor the next cleanup.
func TestCleanupRunsEveryTask(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var log bytes.Buffer
	runs := 0
	err := app.RunCleanup(ctx, slog.New(slog.NewTextHandler(&log, nil)), time.Millisecond,
		app.CleanupTask{Name: "failing", Run: func(context.Context) (int64, error) { return 0, errors.New("no answer") }},
		app.CleanupTask{Name: "counting", Run: func(context.Context) (int64, error) {
			if runs++; runs == 2 {
				stop()
			}
			return 7, nil
		}})
	if err != nil || runs < 2 {
		t.Errorf("got %d runs, error %v, want at least 2 runs and no error", runs, err)
	}
	for _, want := range []string{"cleanup task failed", "task=failing", "no answer", "cleanup done", "counting=7"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("got log\n%s\nwant it to contain %q", log.String(), want)
		}
	}
}
