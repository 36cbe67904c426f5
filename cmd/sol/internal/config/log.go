// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"io"
	"log/slog"
)

// NewLogger writes to w. Nothing that identifies a citizen is ever given to it.
func NewLogger(w io.Writer, c LogConfig) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.JSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// NewQuietLogger logs what a person at a terminal should hear of: warnings and worse, unless more is asked for.
func NewQuietLogger(w io.Writer, c LogConfig) *slog.Logger {
	if c.Level == slog.LevelInfo {
		c.Level = slog.LevelWarn
	}
	return NewLogger(w, c)
}
