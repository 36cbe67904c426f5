// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// address is a URL and the variable that names it.
type address struct{ url, variable string }

// openConfigured waits for the configured database and prepares its schema. Its errors name the variables of which it cannot use the URLs.
func openConfigured(ctx context.Context, c config.Config, log *slog.Logger, prepare PrepareSchema) (Database, error) {
	shared := address{c.DatabaseURL, "SOL_DATABASE_URL"} // of whatever has no URL of its own
	if c.DirectURL != "" {
		if err := waitUntilReachable(ctx, c.DatabaseURL, shared.variable, log); err != nil {
			return Database{}, err
		}
		shared = address{c.DirectURL, "SOL_DATABASE_DIRECT_URL"}
	}
	owner := shared
	if c.OwnerURL != "" {
		owner = address{c.OwnerURL, "SOL_OWNER_DATABASE_URL"}
	}
	if owner.url == "" {
		owner = address{c.Logins[pgpool.WorkerRole], config.LoginVariable(pgpool.WorkerRole)}
	}
	d := Database{URL: owner.url, Logins: maps.Clone(c.Logins)}
	if c.DirectURL != "" && d.Logins[pgpool.RequestRole] == "" {
		d.RequestURL = c.DatabaseURL
	}
	if err := owner.openDirect(ctx, log); err != nil {
		return Database{}, err
	}
	if err := prepare(ctx, d.URL); err != nil {
		return Database{}, err
	}
	err := d.checkLogins(ctx, owner, shared, log)
	return d, err
}

// openDirect waits until the address answers, and refuses PgBouncer in transaction mode.
func (a address) openDirect(ctx context.Context, log *slog.Logger) error {
	if err := waitUntilReachable(ctx, a.url, a.variable, log); err != nil {
		return err
	}
	return a.refuseTransactionMode(ctx)
}

func (a address) refuseTransactionMode(ctx context.Context) error {
	err := pgpool.RefuseTransactionMode(ctx, a.url)
	if errors.Is(err, pgpool.ErrTransactionMode) {
		if strings.HasPrefix(a.variable, "SOL_DATABASE_") {
			return fmt.Errorf("%s leads through PgBouncer in transaction mode; set SOL_DATABASE_DIRECT_URL to the address of Postgres itself", a.variable)
		}
		return fmt.Errorf("%s leads through PgBouncer in transaction mode; let it lead to Postgres itself", a.variable)
	}
	return err
}

// checkLogins refuses an address of another database than the owner's, and a URL that logs in as another role. It warns when roles have no login
// of their own.
func (d *Database) checkLogins(ctx context.Context, owner, shared address, log *slog.Logger) error {
	others := []address{shared, {d.RequestURL, "SOL_DATABASE_URL"}}
	for _, role := range pgpool.LoginRoles() {
		others = append(others, address{d.Logins[role], config.LoginVariable(role)})
	}
	for _, a := range others {
		if a.url == "" || a.url == d.URL {
			continue
		}
		if err := waitUntilReachable(ctx, a.url, a.variable, log); err != nil {
			return err
		}
		if err := pgpool.RefuseOtherDatabase(ctx, d.URL, a.url); errors.Is(err, pgpool.ErrOtherDatabase) {
			return fmt.Errorf("%s and %s lead to different databases", a.variable, owner.variable)
		} else if err != nil {
			return err
		}
	}
	for _, role := range pgpool.LoginRoles() {
		login := address{d.Logins[role], config.LoginVariable(role)}
		if login.url == "" {
			continue
		}
		if err := pgpool.CheckLogin(ctx, login.url, role); err != nil {
			return fmt.Errorf("%s: %w", login.variable, err)
		}
		if role != pgpool.RequestRole {
			if err := login.refuseTransactionMode(ctx); err != nil {
				return err
			}
		}
	}
	if url := d.Logins[pgpool.RequestRole]; url != "" {
		pooled, err := pgpool.IsPooled(ctx, url)
		if err != nil {
			return err
		}
		if pooled { // perhaps in transaction mode
			d.RequestURL = url
		}
	}
	if missing := d.Logins.Missing(); len(missing) > 0 {
		log.WarnContext(ctx, "roles of the database without a login of their own: their connections log in as the owner of all tables (docs/operating.md, Database)",
			"missing", strings.Join(config.LoginVariables(missing), ", "))
	}
	return nil
}
