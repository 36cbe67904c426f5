// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"fmt"

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

// checkReached returns eventstore.ErrBeyondHead for a position beyond the head of the log or of another epoch. It does not wait.
func (a *API) checkReached(ctx context.Context, p eventstore.Position) error {
	head, err := a.head(ctx)
	if err != nil {
		return err
	}
	if p.Epoch != head.Epoch || p.N > head.N {
		return eventstore.ErrBeyondHead
	}
	return nil
}

// head returns the position of the last event of the log.
func (a *API) head(ctx context.Context) (eventstore.Position, error) {
	head, _, err := a.App.Store.Head(ctx)
	if err != nil {
		return head, fmt.Errorf("head of the log: %w", err)
	}
	return head, nil
}
