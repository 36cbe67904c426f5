// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/bindings"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// BindRequest asks to bind an identity at a provider to an account, so that its person logs in there. One of TaxCode and Subject is given.
type BindRequest struct {
	Account   string `json:"-"`        // UUID
	Provider  string `json:"provider"` // of the configuration, for staff
	TaxCode   string `json:"tax_code,omitempty"`
	Subject   string `json:"subject,omitempty" doc:"The person's id at a provider that speaks OpenID Connect"`
	Reason    string `json:"reason,omitempty"`
	Emergency bool   `json:"emergency,omitempty" doc:"Alone, for the reason, where a second administrator would have to confirm"`
}

// maxSubject is the largest length of a person's id at a provider (OpenID Connect Core 1.0), in characters.
const maxSubject = 255

// identity returns the identity of a request. Error: *identity.InvalidError.
func (b BindRequest) identity(configured []idp.Provider) (account.IdentityKind, bindings.Identity, error) {
	n := slices.IndexFunc(configured, func(p idp.Provider) bool { return p.Name == b.Provider && p.Audience == idp.ForStaff })
	if n < 0 {
		return "", bindings.Identity{}, &identity.InvalidError{Field: "provider", Reason: refusal.BindingProvider.With()}
	}
	code, subject := identity.VerifiedTaxCode(b.TaxCode), strings.TrimSpace(b.Subject)
	switch hasSubject := subject != "" && person.IsValidText(subject) && utf8.RuneCountInString(subject) <= maxSubject; {
	case code != "" && b.Subject == "":
		return account.ByTaxCode, bindings.Identity{Provider: b.Provider, TaxCode: code}, nil
	case hasSubject && b.TaxCode == "" && len(configured[n].OIDC) > 0: // elsewhere the tax code is the id
		return account.BySubject, bindings.Identity{Provider: b.Provider, Subject: subject}, nil
	}
	return "", bindings.Identity{}, &identity.InvalidError{Field: "tax_code", Reason: refusal.BindingIdentity.With()}
}

// Bind binds an identity to an account, or requests it where the rights of the account take two administrators. Errors: *identity.InvalidError,
// identity.ErrNotFound, those of account.Decide.
func (s *Service) Bind(ctx context.Context, by person.Actor, b BindRequest) (Result, error) {
	kind, who, err := b.identity(s.identity.Providers)
	if err != nil {
		return Result{}, err
	}
	id, err := newID()
	if err != nil {
		return Result{}, err
	}
	c := account.Change{Operation: account.BindIdentity, Account: b.Account, Binding: account.Binding{ID: id, Provider: b.Provider, Kind: kind}}
	if err := s.checkNodes(ctx, c); err != nil {
		return Result{}, err
	}
	do := account.Do{ID: id, Change: c, Reason: b.Reason, Identity: who.TaxCode + who.Subject, Emergency: b.Emergency}
	if _, err := s.facts(ctx, b.Account); err != nil {
		return Result{}, err
	}
	if who.TaxCode != "" { // where the tax code is the id at the provider, a first log-in may have bound it as that
		who.Subject = who.TaxCode
	}
	if err := s.identity.Bindings.Stage(ctx, id, b.Account, kind, who); err != nil {
		return Result{}, err
	}
	done, err := s.decide(ctx, b.Account, by, func(f account.Facts) account.Command {
		do.Facts = f
		return do
	})
	if isRefusal(err) {
		err = errors.Join(err, s.identity.Bindings.Unstage(context.WithoutCancel(ctx), id))
	}
	if err != nil {
		return Result{}, err
	}
	return Result{Account: b.Account, Event: done}, nil
}

// Unbind ends a bound identity of an account, and the sessions that began with it, at once and on all nodes. Errors: identity.ErrNotFound, those of
// account.Decide.
func (s *Service) Unbind(ctx context.Context, by person.Actor, id, binding, reason string) (Result, error) {
	all, err := s.identity.Bindings.List(ctx, id)
	if err != nil {
		return Result{}, err
	}
	n := slices.IndexFunc(all, func(b bindings.Binding) bool { return b.ID == binding })
	if n < 0 {
		return Result{}, identity.ErrNotFound
	}
	return s.Change(ctx, by, Request{Reason: reason, Change: account.Change{
		Operation: account.UnbindIdentity, Account: id, Binding: account.Binding{ID: binding, Provider: all[n].Provider, Kind: all[n].Kind},
	}})
}
