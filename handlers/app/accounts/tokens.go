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
// valid from the event on. Errors: *identity.InvalidError, identity.ErrNotFound, those of account.Decide.
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
	_, err = s.decide(ctx, t.Account, by, func(f account.Facts) account.Command {
		do.Facts = f
		return do
	})
	if isRefusal(err) {
		err = errors.Join(err, s.Tokens.Unstage(context.WithoutCancel(ctx), t.ID))
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
