// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Positions of citizens are sealed: two of them would tell how much was written about others between them. positionPurpose names the key
// and citizenPositions the kind of viewer; both are stored names.
const (
	positionPurpose  = "citizen-position"
	citizenPositions = "sol/1/position/citizen"
)

// ErrPosition refuses a text that is no position.
var ErrPosition = errors.New("not a position")

// seesPositions reports whether the caller gets positions of the log as they are: who works on tickets, and auditors and machines.
func seesPositions(c Caller) bool {
	return c.Link == "" && c.Actor.Role != person.Citizen && c.Actor.Role != person.Anonymous && c.Actor.Role != ""
}

// PositionText returns a position in the form in which the caller gets it and gives it back.
func (s *Service) PositionText(by Caller, p eventstore.Position) string {
	if seesPositions(by) || p == (eventstore.Position{}) {
		return p.String()
	}
	plain := binary.BigEndian.AppendUint32(nil, uint32(p.Epoch)) // of one length: digits would tell the order of magnitude
	plain = binary.BigEndian.AppendUint64(plain, uint64(p.N))
	sealed := s.Store.Keyring().Seal(positionPurpose, plain, []byte(citizenPositions))
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// ParsePosition returns the position of a text that PositionText returned. Whoever sees positions may also pass on one that a citizen got.
// Citizens may still hold plain positions, which the release before gave; one beyond the head becomes the head, because a refusal would
// tell where the head is. Error: ErrPosition.
func (s *Service) ParsePosition(ctx context.Context, by Caller, text string) (eventstore.Position, error) {
	p, err := eventstore.ParsePosition(text)
	if err == nil && seesPositions(by) {
		return p, nil
	}
	if err == nil {
		head, _, err := s.Store.Head(ctx)
		if err != nil {
			return p, fmt.Errorf("head of the log: %w", err)
		}
		if p.Epoch == head.Epoch {
			p.N = min(p.N, head.N)
		}
		return p, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return eventstore.Position{}, ErrPosition
	}
	plain, ok := s.Store.Keyring().Open(positionPurpose, sealed, []byte(citizenPositions))
	if !ok || len(plain) != 12 {
		return eventstore.Position{}, ErrPosition
	}
	return eventstore.Position{Epoch: int(binary.BigEndian.Uint32(plain)), N: int64(binary.BigEndian.Uint64(plain[4:]))}, nil
}

// withPosition returns a ticket's view with its position as the caller gets it.
func (s *Service) withPosition(by Caller, t ticketview.Ticket) ticketview.Ticket {
	if p, err := eventstore.ParsePosition(t.Position); err == nil {
		t.Position = s.PositionText(by, p)
	}
	return t
}
