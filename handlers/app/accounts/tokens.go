// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// IssueToken makes an API token for the account, scopes, entity and expiry of t, and returns it with its secret, which is shown once. It is
// valid from the event on, or waits for a second administrator. Errors: *identity.InvalidError, identity.ErrNotFound, those of account.Decide.
func (s *Service) IssueToken(ctx context.Context, by person.Actor, t apitokens.Token, reason string) (apitokens.Token, string, error) {
	if !apitokens.ValidName(t.Name) {
		return t, "", &identity.InvalidError{Field: "name", Reason: refusal.TokenName.With()}
	}
	f, err := s.facts(ctx, t.Account)
	if err != nil {
		return t, "", err
	}
	if t.ID, err = newID(); err != nil {
		return t, "", err
	}
	do := account.Do{
		ID: t.ID, Change: account.Change{Operation: account.IssueToken, Account: t.Account}, Reason: reason, Facts: f,
		Token: &account.Token{ID: t.ID, Scopes: t.Scopes, Entity: t.Entity, ExpiresAt: t.ExpiresAt.UTC()},
	}
	if _, err := account.Decide(account.State{Version: f.Version}, do, by, s.store.Now(), account.Periods{}); err != nil {
		return t, "", err // nothing is staged for what the rules refuse
	}
	secret, err := s.Tokens.Stage(ctx, t)
	if err != nil {
		return t, "", err
	}
	e, err := s.decide(ctx, t.Account, by, func(f account.Facts) account.Command {
		do.Facts = f
		return do
	})
	if isRefusal(err) {
		err = errors.Join(err, s.Tokens.Unstage(context.WithoutCancel(ctx), t.ID))
	}
	if err == nil && e.Kind == account.Requested {
		t.Waits = true
		return t, secret, nil
	}
	if err == nil {
		err = s.Tokens.Activate(ctx, t.ID)
	}
	if err != nil {
		return t, "", err
	}
	t, err = s.Tokens.Find(ctx, t.ID)
	return t, secret, err
}

// finishToken makes the token of a request valid that was confirmed, and deletes that of one that was answered otherwise.
func (s *Service) finishToken(ctx context.Context, e account.Event) error {
	switch {
	case e.Operation != account.IssueToken:
		return nil
	case e.Kind == account.Confirmed:
		return s.Tokens.Activate(ctx, e.ID)
	}
	return s.Tokens.Unstage(ctx, e.ID)
}

// RevokeToken ends an API token, at once and on all nodes, and records it. The token ends first: if the event cannot be recorded, the call fails
// and is repeated. Errors: apitokens.ErrNotFound, those of account.Decide.
func (s *Service) RevokeToken(ctx context.Context, by person.Actor, id, reason string) error {
	if by.Role != person.Administrator && by.Role != person.System {
		return &account.RefusedError{Reason: refusal.AdministratorChanges.With()}
	}
	t, err := s.Tokens.Find(ctx, id)
	if err != nil {
		return err
	}
	change, err := newID()
	if err != nil {
		return err
	}
	if err := s.Tokens.Revoke(ctx, id); err != nil {
		return err
	}
	_, err = s.decide(ctx, t.Account, by, func(f account.Facts) account.Command {
		return account.Do{
			ID: change, Change: account.Change{Operation: account.RevokeToken, Account: t.Account}, Reason: reason, Token: &account.Token{ID: id}, Facts: f,
		}
	})
	return err
}
