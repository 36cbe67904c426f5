// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/handlers/identity/bindings"
)

// Assertion holds what an identity provider tells of a person who has logged in there. The adapter of the provider has verified it:
// signature, issuer, audience, times.
type Assertion struct {
	Provider  string // idp.Provider.Name
	Subject   string // the person's id at the provider, the same at each login
	TaxCode   string // in any form, also with TINIT- in front; "": not told
	GivenName string
	// FamilyName and GivenName are shown to others. The names of a known account of the staff stay as they are.
	FamilyName string
	Email      string // "": not told
	Level      int    // of assurance, 0 to 3; 0: not told
	Claims     map[string][]string
	Session    string // id of the session at the provider, for a logout there; "": not told
}

// tinPrefix stands in front of tax codes of Italy in attributes of SPID, CIE and eIDAS (ETSI EN 319 412-1).
const tinPrefix = "TINIT-"

// VerifiedTaxCode returns the tax code of a natural person, without TINIT-, in its normal form. It returns "" for every other text.
func VerifiedTaxCode(text string) string {
	text = strings.TrimSpace(text)
	if len(text) >= len(tinPrefix) && strings.EqualFold(text[:len(tinPrefix)], tinPrefix) {
		text = text[len(tinPrefix):]
	}
	code, err := person.ParseTaxCode(text)
	if err != nil || code.Kind() != person.NaturalPerson {
		return ""
	}
	return code.String()
}

// RefusedLoginError refuses a login through a provider. The refusal is on record.
type RefusedLoginError struct {
	Provider string
	Reason   refusal.Reason
}

func (e *RefusedLoginError) Error() string {
	return "log in through " + e.Provider + ": " + e.Reason.String()
}

// RefuseLogin records a refused login through a provider and returns its *RefusedLoginError. account is "" if none is known.
func (i *Identity) RefuseLogin(ctx context.Context, provider, account, address string, reason refusal.Reason) error {
	err := i.RecordLogin(ctx, LoginRecord{Kind: LoginFailed, Account: account, Address: address, Provider: provider, Reason: reason.Code})
	return errors.Join(&RefusedLoginError{Provider: provider, Reason: reason}, err)
}

// Identity returns the person of an assertion, as accounts are bound to it.
func (a Assertion) Identity() bindings.Identity {
	return bindings.Identity{Provider: a.Provider, TaxCode: VerifiedTaxCode(a.TaxCode), Subject: a.Subject}
}

// externalSecret stands for the hashes of an account that has no password and PIN: its person logs in through a provider. No secret matches it.
const externalSecret = "*"

// ReserveBound stores the names of an account of the staff that is bound to the person of an assertion, and returns its id. It cannot log in until
// the event of a change creates it. If another login has stored it, ReserveBound returns that one.
func (i *Identity) ReserveBound(ctx context.Context, change string, a Assertion) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("account id: %w", err)
	}
	err = i.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into identity.accounts (id, username, given_name, family_name, password, pin, created_at) values ($1, $2, $3, $4, $5, $5, $6)`,
			id.String(), a.Provider+"-"+id.String()[24:], a.GivenName, a.FamilyName, noSecret, i.Now())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into identity.bound_identities (id, provider, identity, kind, account, at_login) values ($1, $2, $3, 'subject', $4, true)`,
			change, a.Provider, i.Bindings.SubjectHashes(a.Subject)[0], id.String())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into identity.staged_secrets (id, account, password, pin) values ($1, $2, $3, $3)`, change, id.String(), externalSecret)
		return err
	})
	if errors.Is(uniqueViolation(err), ErrTaken) { // another login of the person was first
		other, known, err := i.Bindings.Find(ctx, a.Identity())
		if err != nil || !known {
			return "", errors.Join(err, ErrNotFound)
		}
		return other.Account, i.stageExternal(ctx, change, other.Account)
	}
	if err != nil {
		return "", fmt.Errorf("store the account of an identity: %w", err)
	}
	return id.String(), nil
}

// stageExternal stages the secrets of an account whose creation was not finished.
func (i *Identity) stageExternal(ctx context.Context, change, account string) error {
	_, err := i.Pools.ExecDurably(ctx, `insert into identity.staged_secrets (id, account, password, pin) values ($1, $2, $3, $3)`, change, account, externalSecret)
	if err != nil {
		return fmt.Errorf("stage the secrets of an identity: %w", err)
	}
	return nil
}

// CitizenAccount returns the account of a verified citizen and makes one, with the role of the citizen, at the first login. The names are those
// that the provider tells now. An account without the role, or a disabled one, gives ErrNotPlaced.
func (i *Identity) CitizenAccount(ctx context.Context, taxCode, givenName, familyName string) (string, error) {
	if i.Persons == nil {
		return "", errors.New("verified citizens need a directory of persons")
	}
	citizen, err := i.Persons.Assign(ctx, taxCode)
	if err != nil {
		return "", fmt.Errorf("account of a citizen: %w", err)
	}
	for range 2 {
		var account string
		var placed, renamed bool
		err = i.Pools.Session.QueryRow(ctx, `
			select a.id::text, a.disabled_at is null and exists (select from identity.placements p where p.account = a.id and p.role = $2
				and p.valid_from <= $3 and (p.valid_to is null or p.valid_to > $3)), (a.given_name, a.family_name) <> ($4, $5)
			from identity.accounts a where a.person = $1::text::uuid`, citizen.ID, person.Citizen, i.Now(), givenName, familyName).Scan(&account, &placed, &renamed)
		switch {
		case err == nil && !placed:
			return account, fmt.Errorf("account of a citizen: %w", ErrNotPlaced)
		case err == nil && renamed:
			_, err = i.Pools.ExecDurably(ctx, `update identity.accounts set given_name = $2, family_name = $3 where id = $1`, account, givenName, familyName)
			return account, err
		case err == nil:
			return account, nil
		case !errors.Is(err, pgx.ErrNoRows):
			return "", fmt.Errorf("account of a citizen: %w", err)
		}
		if err = i.insertCitizen(ctx, citizen, givenName, familyName); err != nil && !errors.Is(uniqueViolation(err), ErrTaken) {
			return "", fmt.Errorf("account of a citizen: %w", err)
		}
	}
	return "", fmt.Errorf("account of a citizen: %w", err)
}

// insertCitizen makes the account of a citizen with its placement. It is no event of the account stream: every citizen who logs in has one, and
// it gives no rights over others.
func (i *Identity) insertCitizen(ctx context.Context, citizen persons.Person, givenName, familyName string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("account id: %w", err)
	}
	placement, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("placement id: %w", err)
	}
	return i.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into identity.accounts (id, username, given_name, family_name, password, pin, subject, person, created_at)
			values ($1, $2, $3, $4, $5, $5, $6, $7::text::uuid, $8)`,
			id.String(), "cittadino-"+id.String(), givenName, familyName, externalSecret, textOrNil(citizen.Subject), citizen.ID, i.Now())
		if err == nil {
			_, err = tx.Exec(ctx, `insert into identity.placements (id, account, role, entity, valid_from) values ($1, $2, $3, '', $4)`,
				placement.String(), id.String(), person.Citizen, i.Now())
		}
		return err
	})
}

// StartAsserted starts a session of an account for a person who logged in at a provider, and records the login before. The session has the
// placement of the account if it has just one. Error: ErrNotFound for an account that is disabled.
func (i *Identity) StartAsserted(ctx context.Context, account string, a Assertion, address string) (Session, error) {
	var s Session
	err := i.Pools.Session.QueryRow(ctx, `
		select id::text, username, given_name || ' ' || family_name from identity.accounts where id = $1 and disabled_at is null`, account).Scan(&s.Account, &s.Username, &s.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, fmt.Errorf("start session: %w", ErrNotFound)
	}
	if err != nil {
		return Session{}, fmt.Errorf("start session: %w", err)
	}
	if err := i.RecordLogin(ctx, LoginRecord{Kind: LoginSucceeded, Account: account, Address: address, Provider: a.Provider}); err != nil {
		return Session{}, err
	}
	s.Provider, s.providerSubject = a.Provider, i.Bindings.SubjectHashes(a.Subject)[0]
	if a.Session != "" {
		s.providerSession = i.Bindings.SessionHashes(a.Session)[0]
	}
	return i.startSession(ctx, s)
}

// IsSessionOf reports whether a session was started for a person, by the person's id at the session's provider.
func (i *Identity) IsSessionOf(s Session, subject string) bool {
	return slices.Contains(i.Bindings.SubjectHashes(subject), s.providerSubject)
}

// EndAsserted ends the sessions that a person started through a provider, because of a logout there: the session with an id at the provider, or all
// of a subject if session is "". It returns the number of sessions.
func (i *Identity) EndAsserted(ctx context.Context, provider, subject, session string) (int, error) {
	var subjects, sessions []string
	if subject != "" {
		subjects = i.Bindings.SubjectHashes(subject)
	}
	if session != "" {
		sessions = i.Bindings.SessionHashes(session)
	}
	rows, err := i.Pools.Session.Query(ctx, `
		delete from identity.sessions where provider = $1
			and (provider_subject = any ($2) or $2 is null and $3::text[] is not null) and ($3 is null or provider_session = any ($3)) returning account::text`,
		provider, subjects, sessions)
	if err != nil {
		return 0, fmt.Errorf("end sessions of a provider: %w", err)
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, fmt.Errorf("end sessions of a provider: %w", err)
	}
	for _, account := range accounts {
		i.publishRights(account)
	}
	return len(accounts), nil
}

// AreNames reports whether a given and a family name can be those of an account.
func AreNames(given, family string) bool {
	return strings.TrimSpace(given) != "" && strings.TrimSpace(family) != "" && person.IsValidText(given) && person.IsValidText(family) && utf8.RuneCountInString(given+family) <= 200
}
