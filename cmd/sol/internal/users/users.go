// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package users carries out the commands of sol user: it changes accounts through the application service, as the pages do, and prints what was
// done.
package users

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/secrets"
	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Users changes accounts for the command line.
type Users struct {
	Service *app.Service
	Out     io.Writer // what was done
	Ask     io.Writer // questions for password and PIN
}

// Flags are the flags of a change that a second administrator may have to confirm.
type Flags struct {
	Role, Entity string
	reason       string
	emergency    bool
	permanent    bool
	generate     bool
}

// RegisterPlacement adds the flags --role and --entity to a command.
func (f *Flags) RegisterPlacement(c *cobra.Command) {
	c.Flags().StringVar(&f.Role, "role", "", "e.g. operatore_asr, supervisore_asr, operatore_regionale, auditor")
	c.Flags().StringVar(&f.Entity, "entity", "", "ministerial code, or regione; none for auditor, amministratore, cittadino")
}

// RegisterChange adds the flags --reason and --emergency to a command.
func (f *Flags) RegisterChange(c *cobra.Command) {
	c.Flags().StringVar(&f.reason, "reason", "", "why; recorded, and shown to who must confirm or review")
	c.Flags().BoolVar(&f.emergency, "emergency", false, "do without the confirmation of an administrator, for the reason of --reason; an administrator must review it within a day")
}

// RegisterSecrets adds the flags --generate and --permanent to a command.
func (f *Flags) RegisterSecrets(c *cobra.Command) {
	c.Flags().BoolVar(&f.generate, "generate", false, "generate password and PIN, and print them; they must be replaced at the first login")
	c.Flags().BoolVar(&f.permanent, "permanent", false, "generated secrets need not be replaced, because a program uses them")
}

// errNoRole is the error for a missing --role.
var errNoRole = errors.New("--role is required, e.g. operatore_asr with --entity 010301, or auditor")

// String returns ROLE@ENTITY, or ROLE without an entity.
func (f Flags) String() string {
	if f.Entity == "" {
		return f.Role
	}
	return f.Role + "@" + f.Entity
}

// entity returns the code of the flag --entity.
func (f Flags) entity() catalog.EntityCode {
	return catalog.EntityCode(strings.ToLower(strings.TrimSpace(f.Entity)))
}

// check returns an error for a missing role, an unknown entity, or a role that does not exist at the entity.
func (f Flags) check(c *catalog.Catalog) error {
	if f.Role == "" {
		return errNoRole
	}
	if _, known := c.Entity(f.entity()); f.entity() != "" && !known {
		return fmt.Errorf("there is no entity %q: want a ministerial code, e.g. 010301, or regione", f.Entity)
	}
	return identity.CheckPlacement(person.Role(f.Role), f.entity())
}

// request returns the change of an account with the flags.
func (f Flags) request(operation account.Operation, id string, s secrets.Secrets) accounts.Request {
	r := accounts.Request{
		Change: account.Change{Operation: operation, Account: id, Role: person.Role(f.Role), Entity: f.entity()},
		Reason: f.reason, Emergency: f.emergency, Permanent: f.permanent,
	}
	if !f.generate {
		r.Chosen = accounts.Secrets{Password: s.Password, PIN: s.PIN}
	}
	return r
}

// read reads the secrets that a person types, unless they are generated.
func (u Users) read(f Flags) (secrets.Secrets, error) {
	if f.generate {
		return secrets.Secrets{}, nil
	}
	return secrets.Read(u.Ask, false)
}

// Find returns the account with a user name, in upper or lower case, and whether there is one.
func (u Users) Find(ctx context.Context, username string) (identity.Account, bool, error) {
	all, err := u.Service.Identity.ListAccounts(ctx)
	if err != nil {
		return identity.Account{}, false, err
	}
	index := slices.IndexFunc(all, func(a identity.Account) bool { return strings.EqualFold(a.Username, strings.TrimSpace(username)) })
	if index < 0 {
		return identity.Account{}, false, nil
	}
	return all[index], true, nil
}

// Get returns the account with a user name, or an error if there is none.
func (u Users) Get(ctx context.Context, username string) (identity.Account, error) {
	a, exists, err := u.Find(ctx, username)
	if err == nil && !exists {
		err = fmt.Errorf("there is no account %s; sol user list shows them", username)
	}
	return a, err
}

// Add creates an account, with a first role if the flags name one.
func (u Users) Add(ctx context.Context, n identity.NewAccount, f Flags) error {
	a, exists, err := u.Find(ctx, n.Username)
	switch {
	case err != nil:
		return err
	case exists && !a.Pending:
		return fmt.Errorf("there is an account %s already; sol user placement add gives it a role", strings.ToLower(n.Username))
	case f.Role == string(person.Citizen) && n.TaxCode == "":
		return errors.New("a cittadino needs --tax-code: it tells which tickets are theirs")
	case f.Role != "" || f.Entity != "":
		if err := f.check(u.Service.Catalog); err != nil {
			return err
		}
	}
	s, err := u.read(f)
	if err != nil {
		return err
	}
	done, err := u.Service.Accounts.Create(ctx, accounts.CommandLine, n, f.request(account.Create, "", s))
	if exists && errors.Is(err, identity.ErrTaken) { // otherwise its request was refused, and the name is free
		return fmt.Errorf("the account %s waits for the confirmation of an administrator", strings.ToLower(n.Username))
	}
	if err != nil {
		return err
	}
	u.print(done)
	if !done.Waits() {
		fmt.Fprintln(u.Out, "added", n.Username, done.Account)
	}
	return nil
}

// Renew sets a new password and PIN of an account.
func (u Users) Renew(ctx context.Context, username string, f Flags) error {
	a, err := u.Get(ctx, username)
	if err != nil {
		return err
	}
	s, err := u.read(f)
	if err != nil {
		return err
	}
	if !f.generate {
		if err := identity.CheckSecrets(a.Username, s.Password, s.PIN); err != nil {
			return err
		}
	}
	done, err := u.Service.Accounts.Change(ctx, accounts.CommandLine, f.request(account.RenewCredentials, a.ID, s))
	if err == nil {
		u.print(done)
	}
	return err
}

// Place gives an account a role from now on.
func (u Users) Place(ctx context.Context, username string, f Flags) error {
	a, err := u.Get(ctx, username)
	if err == nil {
		err = f.check(u.Service.Catalog)
	}
	if err != nil {
		return err
	}
	done, err := u.Service.Accounts.Change(ctx, accounts.CommandLine, f.request(account.GiveRole, a.ID, secrets.Secrets{}))
	if err == nil {
		u.print(done)
	}
	return err
}

// print prints new secrets, and whether the change waits.
func (u Users) print(r accounts.Result) {
	if s := r.Secrets; s != nil {
		if s.Password != "" {
			fmt.Fprintf(u.Out, "password %s\n", s.Password)
		}
		if s.PIN != "" {
			fmt.Fprintf(u.Out, "PIN      %s\n", s.PIN)
		}
	}
	switch {
	case r.Waits():
		fmt.Fprintf(u.Out, "waits until %s for an administrator to confirm it (page «Conferme»), request %s\n", r.Event.Until.UTC().Format("2006-01-02 15:04Z"), r.Event.ID)
		if r.Event.Operation != account.GiveRole && r.Event.Operation != account.BindIdentity {
			fmt.Fprintln(u.Out, "a new PIN is shown to the administrator who confirms")
		}
	case r.Event.Kind == account.Emergency:
		fmt.Fprintf(u.Out, "done as an emergency access, which an administrator must review until %s\n", r.Event.Until.UTC().Format("2006-01-02 15:04Z"))
	}
}
