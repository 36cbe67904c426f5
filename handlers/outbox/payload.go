// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// HandleJSON returns a handler that decodes the payload from JSON and calls handle. A payload that cannot be decoded is a permanent error.
func HandleJSON[P any](handle func(ctx context.Context, messageID string, id ticket.ID, payload P) error) func(context.Context, Message) error {
	return func(ctx context.Context, m Message) error {
		var payload P
		if err := json.Unmarshal(m.Payload, &payload); err != nil {
			return Permanent(fmt.Errorf("message %s cannot be read: %w", m.ID, err))
		}
		return handle(ctx, m.ID, m.Ticket, payload)
	}
}
