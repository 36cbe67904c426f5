// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/eventstore"
)

// after reads a position as our answers give them, EPOCH.POSITION; "" is none.
func after(field, text string) (eventstore.Position, error) {
	if text == "" {
		return eventstore.Position{}, nil
	}
	epoch, n, ok := strings.Cut(text, ".")
	e, err1 := strconv.Atoi(epoch)
	p, err2 := strconv.ParseInt(n, 10, 64)
	if !ok || err1 != nil || err2 != nil || e < 1 || p < 0 {
		return eventstore.Position{}, wrong(field, "is not a position", "EPOCH.POSITION as an answer gave it, e.g. 1.42")
	}
	return eventstore.Position{Epoch: e, N: p}, nil
}

// reached refuses a position that the log does not have, at once.
func (a *API) reached(ctx context.Context, p eventstore.Position) (head eventstore.Position, err error) {
	head, _, err = a.Store.Head(ctx)
	if err != nil {
		return head, fmt.Errorf("head of the log: %w", err)
	}
	if p.Epoch > head.Epoch || p.Epoch == head.Epoch && p.N > head.N {
		return head, eventstore.ErrBeyondHead
	}
	return head, nil
}
