// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore/persons"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// NewAccount holds the data of an account to create. TaxCode is for citizens only, whose identity has been verified; only its
// person id is stored.
type NewAccount struct {
	Username, GivenName, FamilyName string
	Password, PIN                   string
	TaxCode                         string
}

// Account is a local account.
type Account struct {
	ID         string      `json:"id"` // UUID
	Username   string      `json:"username"`
	GivenName  string      `json:"given_name"`
	FamilyName string      `json:"family_name"`
	CreatedAt  time.Time   `json:"created_at"`
	DisabledAt *time.Time  `json:"disabled_at,omitempty"`
	Pending    bool        `json:"pending,omitempty"` // nobody confirmed the account yet: it cannot log in
	Placements []Placement `json:"placements"`        // current, past and future ones, the oldest first
}

// usernamePattern is the normal form of a user name. It is safe in a log line and in a URL.
var usernamePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

func normalizeUsername(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// CreateAccount creates an account that can log in, without an event: for tests and the demo. accounts.Service creates those of people.
// Errors: *InvalidError, ErrTaken.
func (i *Identity) CreateAccount(ctx context.Context, n NewAccount) (string, error) {
	if err := checkSecrets(n.Password, n.PIN); err != nil {
		return "", err
	}
	password, pin, err := i.hashSecrets(ctx, n.Password, n.PIN)
	if err != nil {
		return "", err
	}
	return i.insertAccount(ctx, n, password, pin, "")
}

// insertAccount inserts an account with the hashes of its secrets and returns its id. With the id of a change it keeps the name for that change
// in the same transaction: another one must not replace the names before the secrets of this one are staged.
func (i *Identity) insertAccount(ctx context.Context, n NewAccount, password, pin, change string) (string, error) {
	n.Username = normalizeUsername(n.Username)
	n.GivenName, n.FamilyName = strings.TrimSpace(n.GivenName), strings.TrimSpace(n.FamilyName)
	if !usernamePattern.MatchString(n.Username) {
		return "", &InvalidError{Field: "username", Reason: refusal.UsernameShape.With()}
	}
	if n.GivenName == "" || n.FamilyName == "" || utf8.RuneCountInString(n.GivenName+n.FamilyName) > 200 {
		return "", &InvalidError{Field: "name", Reason: refusal.PersonName.With()}
	}
	var citizen persons.Person
	if n.TaxCode != "" {
		if !i.CitizenPasswords {
			return "", &InvalidError{Field: "tax_code", Reason: refusal.CitizenPassword.With()}
		}
		code, err := person.ParseTaxCode(n.TaxCode)
		if err != nil {
			return "", invalidTaxCode(err)
		}
		if i.Persons == nil {
			return "", errors.New("create account: tax codes need a directory of persons")
		}
		if citizen, err = i.Persons.Assign(ctx, code.String()); err != nil {
			return "", fmt.Errorf("create account: %w", err)
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("account id: %w", err)
	}
	inserted := make(chan string, 1)
	err = i.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var stored string
		err := tx.QueryRow(ctx, `
			insert into identity.accounts as a (id, username, given_name, family_name, password, pin, subject, person, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8::text::uuid, $9)
			on conflict (username) do update set given_name = excluded.given_name, family_name = excluded.family_name, password = excluded.password,
				pin = excluded.pin, subject = excluded.subject, person = excluded.person, created_at = excluded.created_at
			where a.password = $10 and not exists (select from identity.staged_secrets s where s.account = a.id)
			returning a.id::text`,
			id.String(), n.Username, n.GivenName, n.FamilyName, password, pin, textOrNil(citizen.Subject), textOrNil(citizen.ID), i.Now(), noSecret).Scan(&stored)
		if err == nil && change != "" {
			_, err = tx.Exec(ctx, `insert into identity.staged_secrets (id, account) values ($1, $2)`, change, stored)
		}
		inserted <- stored
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrTaken
	}
	if err != nil {
		return "", fmt.Errorf("create account: %w", uniqueViolation(err))
	}
	return <-inserted, nil
}

// textOrNil returns nil for an empty text, which the database stores as null.
func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// invalidTaxCode returns the refusal of a tax code for an error of person.ParseTaxCode.
func invalidTaxCode(err error) error {
	var invalid *person.InvalidError
	if !errors.As(err, &invalid) {
		return fmt.Errorf("parse tax code: %w", err)
	}
	return &InvalidError{Field: "tax_code", Reason: invalid.Reason, Allowed: invalid.Allowed}
}

// SetPassword sets a new password and PIN of an account and ends its sessions. Errors: *InvalidError, ErrNotFound.
func (i *Identity) SetPassword(ctx context.Context, account, password, pin string) error {
	if err := checkSecrets(password, pin); err != nil {
		return err
	}
	passwordHash, pinHash, err := i.hashSecrets(ctx, password, pin)
	if err != nil {
		return err
	}
	return i.updateAndEndSessions(ctx, account, "set password",
		`update identity.accounts set password = $2, pin = $3 where id = $1`, account, passwordHash, pinHash)
}

// Disable disables an account for ever and ends its sessions. Its name stays, for the histories that name it. Error: ErrNotFound.
func (i *Identity) Disable(ctx context.Context, account string) error {
	return i.updateAndEndSessions(ctx, account, "disable account",
		`update identity.accounts set disabled_at = coalesce(disabled_at, $2) where id = $1`, account, i.Now())
}

func (i *Identity) updateAndEndSessions(ctx context.Context, account, operation, sql string, args ...any) error {
	err := i.Pools.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		done, err := tx.Exec(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", operation, err)
		}
		if done.RowsAffected() == 0 {
			return fmt.Errorf("%s: %w", operation, ErrNotFound)
		}
		if _, err := tx.Exec(ctx, `delete from identity.sessions where account = $1`, account); err != nil {
			return fmt.Errorf("%s: end sessions: %w", operation, err)
		}
		return nil
	})
	i.publishRights(account) // after an error too: the transaction may have been committed
	return err
}

// ListAccounts returns all accounts with their placements, by user name.
func (i *Identity) ListAccounts(ctx context.Context) ([]Account, error) {
	return i.queryAccounts(ctx, `order by a.username`)
}

// uniqueViolation returns ErrTaken for a unique violation of Postgres, and other errors unchanged.
func uniqueViolation(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return ErrTaken
	}
	return err
}
