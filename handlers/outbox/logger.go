// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"log/slog"

	"github.com/ThreeDotsLabs/watermill"
)

// logger returns the log of Watermill's router, subscribers and publishers.
func (r *Router) logger() watermill.LoggerAdapter {
	levels := map[slog.Level]slog.Level{slog.LevelInfo: slog.LevelDebug}
	return stoppingLogger{watermill.NewSlogLoggerWithLevelMapping(r.Log, levels), r.stopping}
}

// stoppingLogger logs errors at level debug while the router stops. Watermill ends a query by its context and logs the end as an error; the
// message is delivered again after the next start.
type stoppingLogger struct {
	watermill.LoggerAdapter
	stopping <-chan struct{}
}

func (l stoppingLogger) Error(text string, err error, fields watermill.LogFields) {
	select {
	case <-l.stopping:
		l.Debug(text, fields.Add(watermill.LogFields{"error": err}))
	default:
		l.LoggerAdapter.Error(text, err, fields)
	}
}

func (l stoppingLogger) With(fields watermill.LogFields) watermill.LoggerAdapter {
	return stoppingLogger{l.LoggerAdapter.With(fields), l.stopping}
}
