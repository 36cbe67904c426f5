// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore"
)

// findMain returns the main ticket of a duplicate, with its state: the last of a chain of duplicates. It returns false if the chain leads back to
// a ticket of it, or if the main ticket's data was erased: then the reply stays at the duplicate.
func (s *Service) findMain(ctx context.Context, duplicate, original ticket.ID) (ticket.ID, ticket.State, bool, error) {
	chain := []ticket.ID{duplicate}
	for original != "" && !slices.Contains(chain, original) {
		state, _, err := s.State(ctx, original)
		switch {
		case errors.Is(err, eventstore.ErrNotFound):
			return "", state, false, nil
		case err != nil:
			return "", state, false, err
		case state.Original == "":
			return original, state, !state.Erased, nil
		}
		chain, original = append(chain, original), state.Original
	}
	return "", ticket.State{}, false, nil
}

// forwardReply adds a reply to a duplicate to its main ticket or, if that is closed, to the ticket that is linked to it, and records at the
// duplicate where the reply is. The result is that of the duplicate, which stays resolved. If the second record fails, a repetition with the
// same idempotency key makes it up.
func (s *Service) forwardReply(ctx context.Context, by Caller, duplicate, main ticket.ID, state ticket.State, in ReplyRequest, idempotency Idempotency) (
	CommandResult, error,
) {
	replier := by
	if by.Link != "" || by.Actor.ID != state.Citizen { // an operator found that it is the same citizen
		replier = LinkHolder(main, by.From)
		if state.Citizen != "" { // of whom nobody knows that they wrote the duplicate
			in.Unverified = receivedmail.UnverifiedDuplicate
		}
	}
	in.Duplicate, in.Solved, in.SeenOpen = duplicate, nil, false
	forwarded := idempotency
	if forwarded.Key != "" {
		forwarded.Key += "/main"
	}
	var result CommandResult
	var err error
	if in.Mail, err = s.mailFor(ctx, duplicate, in.Mail); err != nil {
		return CommandResult{}, err
	}
	if state.Status == ticket.StatusClosed {
		result, err = s.replyToClosed(ctx, replier, main, in, forwarded)
	} else {
		result, err = s.replyToTicket(ctx, replier, main, in, forwarded)
	}
	if err != nil {
		return CommandResult{}, err
	}
	return s.Dispatch(ctx, CommandRequest{
		Ticket: duplicate, Command: ticket.ForwardReply{To: ticket.ID(result.Stream), Version: result.Version},
		By:  person.Actor{ID: "duplicates", Role: person.System},
		Key: fmt.Sprintf("forward/%s/%s/%d", duplicate, result.Stream, result.Version), Permanent: true,
	})
}
