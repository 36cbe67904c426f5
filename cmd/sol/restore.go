// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/restore"
	"github.com/sol-assistenza/sol/eventstore/lastseen"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

func (a *cli) restoreCommand() *cobra.Command {
	var accept bool
	var by string
	var s restore.Statement
	c := &cobra.Command{
		Use: "restore [--accept]", Args: cobra.NoArgs,
		Short: "Check whether the log went back, for example to a backup, and accept that it did",
		Long: "Without --accept, restore compares the log with what this installation saw of it last, and changes nothing. With --accept it\n" +
			"begins a new epoch of the log (docs/operating.md). Run it after every restore of a backup, and after the promotion of a standby\n" +
			"that lacked acknowledged events, while no server runs.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.restore(cmd, accept, by, s) },
	}
	c.Flags().BoolVar(&accept, "accept", false, "begin a new epoch")
	c.Flags().StringVar(&by, "by", "", "user name of the person who decides; default: the command line")
	c.Flags().StringVar(&s.Head, "head", "", "highest position that anybody saw, EPOCH.POSITION, for example in an answer of the API")
	c.Flags().StringVar(&s.Number, "number", "", "highest ticket number that anybody saw, for example 2026-0001234")
	c.Flags().StringVar(&s.Until, "until", "", "when the lost log was served last (RFC 3339); default: now")
	return c
}

// restore runs sol restore on the configured database.
func (a *cli) restore(cmd *cobra.Command, accept bool, by string, s restore.Statement) (err error) {
	ctx := cmd.Context()
	c, err := config.Load(a.env)
	if err != nil {
		return err
	}
	if c.UsesOwnPostgres() && !database.HasOwn(c) {
		return fmt.Errorf("there is no database in %s; SOL_DATA_DIR or SOL_DATABASE_URL selects another", c.DataDir)
	}
	log := config.NewQuietLogger(a.err, c.Log)
	prepare, open := database.CheckSchema, database.OpenOrJoin
	if accept { // a backup of an earlier release is migrated, and no server may run
		if err := database.RequireOwner(c); err != nil {
			return err
		}
		prepare, open = database.Migrate(c.MasterKey, log), database.Open
		if err := database.MakeDataDir(c.DataDir); err != nil { // it remembers the new epoch
			return err
		}
	}
	db, err := open(ctx, c, log, prepare)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	known, now, err := restore.Look(ctx, db.URL, c.LastSeenFile)
	if wentBack := new(lastseen.WentBackError); err != nil && !(accept && errors.As(err, &wentBack)) {
		return err
	}
	if !accept {
		fmt.Fprintf(a.out, "the log goes on: it ends at %s in epoch %d, on system %s, timeline %d\n", now.Head(), now.Epoch, now.SystemIdentifier, now.Timeline)
		return nil
	}
	n, err := newNode(ctx, c, log, db, nil, withPools(pgpool.Small))
	if err != nil {
		return err
	}
	defer n.close()
	if err := a.recordKeyUse(ctx, cmd, n); err != nil {
		return err
	}
	actor := cliActor
	if by != "" {
		account, err := a.users(n).Get(ctx, by)
		if err != nil {
			return err
		}
		actor.ID = account.ID
	}
	return restore.Restored{Store: n.store, URL: db.URL, File: c.LastSeenFile, Known: known, Now: now}.Accept(ctx, s, ticketlog.StoreActor(actor), a.out)
}
