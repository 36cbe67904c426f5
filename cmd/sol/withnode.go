// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/restore"
	"github.com/sol-assistenza/sol/cmd/sol/internal/security"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

// withNode runs do on a node of its own. It uses the database of a running server or, if none runs, starts the embedded Postgres for the
// duration of the command. It creates and migrates nothing.
func (a *cli) withNode(cmd *cobra.Command, do func(context.Context, *node) error) (err error) {
	c, err := config.Load(a.env)
	if err != nil {
		return err
	}
	if c.UsesOwnPostgres() && !database.HasOwn(c) {
		return fmt.Errorf("there is no database in %s yet: sol serve, sol demo or sol migrate creates it; SOL_DATA_DIR or SOL_DATABASE_URL selects another", c.DataDir)
	}
	if _, err := c.MasterKey.Read(); err != nil {
		return err
	}
	ctx, log := cmd.Context(), config.NewQuietLogger(a.err, c.Log)
	db, err := database.OpenOrJoin(ctx, c, log, restore.CheckAfter(database.CheckSchema, c.LastSeenFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	n, err := newNode(ctx, c, log, db, nil, withPools(pgpool.Small))
	if err != nil {
		return err
	}
	defer n.close()
	if err := a.recordKeyUse(ctx, cmd, n); err != nil {
		return err
	}
	return do(ctx, n)
}

// recordKeyUse records that a person used the master key: what a command reads is opened with it. A database that is read-only records nothing, and
// what an administrator finds out there is needed.
func (a *cli) recordKeyUse(ctx context.Context, cmd *cobra.Command, n *node) error {
	err := security.KeyUses{Pool: n.store.Pools().Consumer}.Record(ctx, a.caller(cmd), securityevents.KeyMasterUsed, "")
	if readOnly := new(pgconn.PgError); errors.As(err, &readOnly) && readOnly.Code == "25006" { // read_only_sql_transaction
		n.log.WarnContext(ctx, "the database is read-only: this use of the master key is not recorded")
		return nil
	}
	return err
}

// withLists is withNode for commands that read lists. It runs the projections itself, because no server may run, and calls do when the
// lists contain all events of the log.
func (a *cli) withLists(cmd *cobra.Command, do func(context.Context, *node) error) error {
	return a.withNode(cmd, func(ctx context.Context, n *node) error {
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- n.projections.Start(running) }()
		err := n.service.WaitForLists(ctx)
		if err == nil {
			err = do(ctx, n)
		}
		stop()
		return errors.Join(err, <-ended)
	})
}

func (a *cli) migrateCommand() *cobra.Command {
	var passwords bool
	command := &cobra.Command{
		Use: "migrate", Short: "Create the database or migrate its schema to this version (run automatically by serve and demo)",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := config.Load(a.env)
			if err != nil {
				return err
			}
			if err := errors.Join(database.RequireOwner(c), database.MakeDataDir(c.DataDir)); err != nil {
				return err
			}
			log := config.NewQuietLogger(a.err, c.Log)
			prepare := database.Migrate(c.MasterKey, log)
			if passwords {
				prepare = database.SetPasswords(prepare, c.Logins)
			}
			db, err := database.OpenOrJoin(cmd.Context(), c, log, prepare)
			return errors.Join(err, db.Close(context.WithoutCancel(cmd.Context())))
		},
	}
	command.Flags().BoolVar(&passwords, "set-passwords", false, "give the login roles the passwords of their URLs, for example of SOL_VIEWER_DATABASE_URL")
	return command
}
