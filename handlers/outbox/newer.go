// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// NewerError means that a message is of a newer release: this node does not know what it is about. The message stays in its topic for a node
// that knows it, and later messages of its ticket do not wait for it.
type NewerError struct{ Unknown string } // what this node does not know

func (e *NewerError) Error() string {
	return "of a newer release: this node does not know " + e.Unknown
}

// newerDelay is the time after which any node tries a message again that a node did not know.
const newerDelay = 10 * time.Second

// newerReason returns what a node does not know of a message, and false for another error.
func newerReason(err error) (string, bool) {
	var message *NewerError
	var event *codec.UnknownEventError
	switch {
	case errors.As(err, &message):
		return message.Error(), true
	case errors.As(err, &event):
		return event.Error(), true
	}
	return "", false
}

// leaveNewer gives a message back that this node does not know, without a retry and not as a failure. It says so once for each message.
func (r *Router) leaveNewer(c claims) message.HandlerMiddleware {
	return func(h message.HandlerFunc) message.HandlerFunc {
		return func(m *message.Message) ([]*message.Message, error) {
			out, err := h(m)
			reason, newer := newerReason(err)
			if !newer {
				return out, err
			}
			held, ok := m.Context().Value(claimKey{}).(claim)
			if !ok {
				return out, err
			}
			if m.Metadata.Get(runtime.MetadataNewer) == "" {
				r.Log.WarnContext(m.Context(), "outbox message is of a newer release, it waits for a node that knows it", "message", m.UUID,
					"topic", m.Metadata.Get(runtime.MetadataTopic), "ticket", m.Metadata.Get(runtime.MetadataTicket), "reason", reason)
			}
			m.Metadata.Set(runtime.MetadataNewer, shortenReason(reason))
			if err := c.leave(m, held, newerDelay); err != nil {
				return nil, err
			}
			m.SetContext(context.WithValue(m.Context(), leftKey{}, true))
			return nil, nil
		}
	}
}

// leftKey is the key in the context of a message that was given back by leaveNewer: its acknowledgement is not stored.
type leftKey struct{}
