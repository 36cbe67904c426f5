// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"io"
	"log/slog"
)

// NewLogger returns a logger that writes to w. Callers must not log data that identifies a citizen.
func NewLogger(w io.Writer, c LogConfig) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.JSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// NewQuietLogger returns a logger for commands at a terminal: it logs warnings and errors only, unless the configured level is not info.
func NewQuietLogger(w io.Writer, c LogConfig) *slog.Logger {
	if c.Level == slog.LevelInfo {
		c.Level = slog.LevelWarn
	}
	return NewLogger(w, c)
}
