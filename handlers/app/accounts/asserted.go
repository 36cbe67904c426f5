// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// LogIn starts a session for a person who logged in at an identity provider: the one act in which all of them end. A login is on record whether
// it succeeds or is refused. address is the client's.
//
//   - A citizen is verified: level of assurance 2 or higher, and the tax code of a natural person.
//   - Staff have an account that an administrator bound to the identity, or roles by the mapping of the provider that two administrators confirmed,
//     or both. What the mapping gave before and gives no longer ends; what an administrator gave stays.
//
// Error: *identity.RefusedLoginError.
func (s *Service) LogIn(ctx context.Context, p idp.Provider, a identity.Assertion, address string) (identity.Session, error) {
	a.Provider = p.Name
	refuse := func(account string, reason refusal.Reason) (identity.Session, error) {
		return identity.Session{}, s.identity.RefuseLogin(ctx, p.Name, account, address, reason)
	}
	if a.Subject == "" || !person.IsValidText(a.Subject) {
		return refuse("", refusal.LoginSubject.With())
	}
	if need := p.Level(); a.Level < need {
		return refuse("", refusal.LoginLevel.With(strconv.Itoa(need)))
	}
	find := s.staffAccount
	if p.Audience == idp.ForCitizens {
		find = s.citizenAccount
	}
	id, reason, err := find(ctx, p, a)
	switch {
	case err != nil:
		return identity.Session{}, err
	case reason.Code != "":
		return refuse(id, reason)
	}
	session, err := s.identity.StartAsserted(ctx, id, a, address)
	if errors.Is(err, identity.ErrNotFound) {
		return refuse(id, refusal.LoginDisabled.With())
	}
	if err != nil || p.Audience == idp.ForCitizens {
		return session, err
	}
	held, err := s.identity.Bindings.Holds(ctx, a.Identity(), id) // an administrator may have ended it since
	if err == nil && held {
		return session, nil
	}
	if ended := s.identity.EndSession(ctx, session.Token); err != nil || ended != nil {
		return identity.Session{}, errors.Join(err, ended)
	}
	return refuse(id, refusal.LoginNotEnabled.With())
}

// citizenAccount returns the account of a verified citizen, or the reason for a refusal.
func (s *Service) citizenAccount(ctx context.Context, _ idp.Provider, a identity.Assertion) (string, refusal.Reason, error) {
	code := identity.VerifiedTaxCode(a.TaxCode)
	switch {
	case a.Level < idp.VerifiedLevel: // whatever the configuration says
		return "", refusal.LoginLevel.With(strconv.Itoa(idp.VerifiedLevel)), nil
	case code == "":
		return "", refusal.LoginTaxCode.With(), nil
	case !identity.AreNames(a.GivenName, a.FamilyName):
		return "", refusal.LoginNames.With(), nil
	}
	id, err := s.identity.CitizenAccount(ctx, code, a.GivenName, a.FamilyName)
	if errors.Is(err, identity.ErrNotPlaced) {
		return id, refusal.LoginDisabled.With(), nil
	}
	return id, refusal.Reason{}, err
}

// staffAccount returns the account of a person of the staff, with the roles that the mapping gives now, or the reason for a refusal.
func (s *Service) staffAccount(ctx context.Context, p idp.Provider, a identity.Assertion) (string, refusal.Reason, error) {
	mappings, err := s.Mappings.State(ctx)
	if err != nil {
		return "", refusal.Reason{}, err
	}
	roles := mappings.InForce[p.Name].Roles(a.Claims)
	bound, known, err := s.identity.Bindings.Find(ctx, a.Identity())
	id, pending := bound.Account, bound.Pending
	switch {
	case err != nil:
		return "", refusal.Reason{}, err
	case bound.Disabled:
		return id, refusal.LoginDisabled.With(), nil
	case (!known || pending) && len(roles) == 0:
		return "", refusal.LoginNotEnabled.With(), nil
	case !known && !identity.AreNames(a.GivenName, a.FamilyName):
		return "", refusal.LoginNames.With(), nil
	}
	if !known || pending {
		if id, err = s.createMapped(ctx, p, a); err != nil {
			return "", refusal.Reason{}, err
		}
	}
	if err := s.syncMapped(ctx, p, id, roles); err != nil {
		return "", refusal.Reason{}, err
	}
	placements, err := s.identity.Placements(ctx, id)
	if err == nil && len(placements) == 0 {
		return id, refusal.LoginNotEnabled.With(), nil
	}
	return id, refusal.Reason{}, err
}

// createMapped makes the account of a person to whom the mapping gives a role.
func (s *Service) createMapped(ctx context.Context, p idp.Provider, a identity.Assertion) (string, error) {
	change, err := newID()
	if err != nil {
		return "", err
	}
	id, err := s.identity.ReserveBound(ctx, change, a)
	if err != nil {
		return "", err
	}
	do := account.Do{ID: change, Change: account.Change{Operation: account.Create, Account: id}, Credentials: account.Own}
	_, err = s.decide(ctx, id, account.ProviderActor(p.Name), func(f account.Facts) account.Command {
		do.Facts = f
		return do
	})
	if errors.Is(err, account.ErrUnchanged) { // another login of the person made it
		return id, s.identity.Unstage(ctx, change)
	}
	return id, err
}

// syncMapped gives an account the roles that the mapping gives now, and ends those that it gave before and no longer gives. Each is an event.
func (s *Service) syncMapped(ctx context.Context, p idp.Provider, id string, roles []account.RoleAt) error {
	by := account.ProviderActor(p.Name)
	f, err := s.facts(ctx, id)
	if err != nil {
		return err
	}
	_, entries, err := s.stream.Read(ctx)
	if err != nil {
		return err
	}
	given := map[account.RoleAt]string{} // who gave a role last
	for _, e := range entries {
		if e.Event.Account == id && e.Event.Operation == account.GiveRole && e.Event.Done() {
			given[account.RoleAt{Role: e.Event.Role, Entity: e.Event.Entity}] = e.Record.By.ID
		}
	}
	change := func(operation account.Operation, at account.RoleAt) error {
		_, err := s.Change(ctx, by, Placement(operation, id, at.Role, at.Entity))
		if errors.Is(err, account.ErrUnchanged) { // another login of the person did it
			return nil
		}
		return err
	}
	for _, at := range roles {
		if !slices.Contains(f.Rights.Roles, at) {
			if err := change(account.GiveRole, at); err != nil {
				return err
			}
		}
	}
	for _, at := range f.Rights.Roles {
		if given[at] == by.ID && !slices.Contains(roles, at) {
			if err := change(account.EndRole, at); err != nil {
				return err
			}
		}
	}
	return nil
}
