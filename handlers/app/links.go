// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// PersonalLink returns a new personal link to a ticket. Errors: those of State.
func (s *Service) PersonalLink(ctx context.Context, id ticket.ID) (string, error) {
	state, _, err := s.State(ctx, id)
	if err != nil {
		return "", err
	}
	return s.Identity.PersonalLink(id, ticket.IssueAt(state.LinkIssue, s.Store.Now())), nil
}

// FindLinkHolder returns the caller for the holder of a personal link, and whether token is one. It reads the ticket, so that a revocation holds
// on every node from its commit on. Errors: ticket.ErrLinkRevoked, ticket.ErrLinkExpired, those of the store.
func (s *Service) FindLinkHolder(ctx context.Context, token, from string) (Caller, bool, error) {
	link, ok := s.Identity.ParsePersonalLink(token)
	if !ok {
		return Caller{}, false, nil
	}
	err := s.CheckLinkIssue(ctx, link.Ticket, link.Issue)
	if errors.Is(err, eventstore.ErrNotFound) { // then nobody sees the ticket
		err = nil
	}
	return LinkHolder(link.Ticket, from), true, err
}

// CheckLinkIssue returns an error if a personal link or an e-mail address of a ticket is not valid any more. Errors: ticket.ErrLinkRevoked,
// ticket.ErrLinkExpired, those of State.
func (s *Service) CheckLinkIssue(ctx context.Context, id ticket.ID, issue ticket.LinkIssue) error {
	if issue == (ticket.LinkIssue{}) {
		var err error
		if issue, err = s.Identity.OldLinksIssue(ctx); err != nil {
			return err
		}
	}
	state, _, err := s.State(ctx, id)
	if err != nil {
		return err
	}
	return issue.Check(state, s.Store.Now(), s.LinkDays)
}

// RevokeRequest is the body of the API's request to revoke the links of a ticket.
type RevokeRequest struct {
	Reason string `json:"reason" doc:"Why; operators of your entity and auditors read it"`
	Send   bool   `json:"send,omitempty" doc:"Send the citizen a mail with the new link, to the address on the ticket"`
}

// RevokeLinks makes all personal links and reply addresses of a ticket invalid, at once and on all nodes. Errors: those of the rules.
func (s *Service) RevokeLinks(ctx context.Context, by Caller, id ticket.ID, in RevokeRequest, idempotency Idempotency) (CommandResult, error) {
	return s.Dispatch(ctx, CommandRequest{
		Ticket: id, Command: ticket.RevokeLinks{Reason: in.Reason, Send: in.Send}, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body,
	})
}

// RestrictionRequest is the body of the API's request to restrict the access to a ticket, or to lift the restriction.
type RestrictionRequest struct {
	Restricted bool   `json:"restricted" doc:"true: the assignee and the supervisors alone see the ticket; false: all operators of the entities that see it"`
	Reason     string `json:"reason" doc:"Why; operators of your entity who see the ticket and auditors read it"`
}

// ChangeRestriction restricts the access to a ticket, or lifts the restriction. While a node of the release before runs, which would go on showing
// the ticket by its lists, it restricts none. Errors: those of the rules.
func (s *Service) ChangeRestriction(ctx context.Context, by Caller, id ticket.ID, in RestrictionRequest, idempotency Idempotency) (CommandResult, error) {
	var command ticket.Command = ticket.LiftRestriction{Reason: in.Reason}
	if in.Restricted {
		command = ticket.RestrictAccess{Reason: in.Reason}
		earlier, err := s.Store.Keyring().EarlierNodes(ctx)
		if err != nil {
			return CommandResult{}, err
		}
		if earlier > 0 {
			return CommandResult{}, &ticket.NotAllowedError{Move: ticket.MoveRestrictAccess, Reason: refusal.EarlierNodesRun.With()}
		}
	}
	return s.Dispatch(ctx, CommandRequest{
		Ticket: id, Command: command, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body,
	})
}
