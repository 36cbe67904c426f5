// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"context"
	"errors"
	"log/slog"
)

// statusClientGone stands for an answer of 500 and above that nobody read, in the request log and in metrics. Such an answer is no failure of
// the service: the request was given up when its client closed the connection.
const statusClientGone = 499

// clientGone reports whether the client of a request has closed the connection. Its context ends then; the end of the request's time is
// another error.
func clientGone(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// LogFailure logs the error that ended a request at level ERROR, or at INFO if the client of the request has gone, which is its usual cause then.
func LogFailure(ctx context.Context, log *slog.Logger, message string, err error, more ...slog.Attr) {
	level := slog.LevelError
	if clientGone(ctx) {
		level = slog.LevelInfo
	}
	log.LogAttrs(ctx, level, message, append(more, slog.String("request_id", RequestID(ctx)), slog.Any("error", err))...) //nolint:sloglint // the message is a constant of the caller
}
