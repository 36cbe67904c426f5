// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
)

// parsePosition reads a position that the caller got in a response. An empty text is the zero position; another text that is no position is
// a Problem of type invalid.
func (a *API) parsePosition(ctx context.Context, c caller, field, text string) (eventstore.Position, error) {
	if text == "" {
		return eventstore.Position{}, nil
	}
	p, err := a.App.ParsePosition(ctx, c.Caller, text)
	if errors.Is(err, app.ErrPosition) {
		return p, invalidField(field, "is not a position", "position as an answer gave it, e.g. 1.42; for citizens it is opaque text")
	}
	return p, err
}
