// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// HandleJSON reads a message's payload for what handles it. One that cannot be read will not be later either.
func HandleJSON[P any](handle func(ctx context.Context, messageID string, on ticket.ID, payload P) error) func(context.Context, Message) error {
	return func(ctx context.Context, m Message) error {
		var payload P
		if err := json.Unmarshal(m.Payload, &payload); err != nil {
			return Permanent(fmt.Errorf("message %s cannot be read: %w", m.ID, err))
		}
		return handle(ctx, m.ID, m.Ticket, payload)
	}
}
