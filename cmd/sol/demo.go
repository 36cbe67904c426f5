// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/cmd/sol/internal/jsonfile"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/cmd/sol/internal/server"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

func (a *cli) demoCommand() *cobra.Command {
	p := demo.Params{Seed: 1}
	c := &cobra.Command{
		Use: "demo", Args: cobra.NoArgs,
		Short: "Run the server with fictitious people and tickets, which the first start creates",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := config.Load(a.env)
			if err != nil {
				return err
			}
			c.Sessions.CitizenPasswords = true
			p.Until = time.Now().UTC().Truncate(time.Second)
			if err := p.Validate(); err != nil {
				return err
			}
			people := demo.People(catalog.Default(), p.Until)
			backends, err := demo.StartBackends(&c, people)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, backends.Close()) }()
			infoWritten := false
			err = service{
				config: c, log: config.NewLogger(a.err, c.Log),
				onListen: func() error {
					if _, running := embedpg.Find(c.PostgresDir(), "sol"); running {
						return nil // another demo may use these data and its demo.json
					}
					return demo.RemoveInfo(c.DemoInfoFile())
				},
				onMigrated: func(ctx context.Context, db database.Database) error {
					return errors.Join(demo.RemoveInfo(c.DemoInfoFile()), a.seedDemo(ctx, c, db, p, people))
				},
				onReady: func(ctx context.Context, n *node, srv *server.Server) error {
					if err := n.service.WaitForLists(ctx); err != nil {
						return err
					}
					if err := backends.ConnectIdentities(ctx, n.config.External.PublicURL, n.service); err != nil {
						return err
					}
					infoWritten = true
					return a.writeDemoInfo(c, srv.URL(), srv.MetricsURL(), people, backends)
				},
			}.run(cmd.Context())
			if infoWritten {
				err = errors.Join(err, demo.RemoveInfo(c.DemoInfoFile()))
			}
			return err
		},
	}
	c.Flags().IntVar(&p.Tickets, "tickets", demo.DefaultTickets, "number of tickets")
	c.Flags().IntVar(&p.Months, "months", demo.DefaultMonths, "number of simulated months, ending now")
	return c
}

// seedDemo creates the demo data of a database that has none. The node of the seeding has the simulated clock, and the hold and
// auto-close delay that the plan counts on.
func (a *cli) seedDemo(ctx context.Context, c config.Config, db database.Database, p demo.Params, people []demo.Person) error {
	c.Hold, c.AutoCloseAfter = rules.DefaultHold, 0
	owner := db.URL
	if !c.KnowsOwner() {
		owner = ""
	}
	return demo.Seed(ctx, demo.SeedConfig{
		File: filepath.Join(c.DataDir, "demo-seed.json"), Params: p, People: people, Owner: owner, Log: a.err,
		Progress: func(label string) (func(done, total int), func()) {
			bar := progress.New(a.err, label)
			return func(done, total int) { bar.Set(int64(done), int64(total)) }, bar.Finish
		},
		Open: func(ctx context.Context, clock *demo.Clock) (demo.System, error) {
			n, err := newNode(ctx, c, config.NewQuietLogger(a.err, c.Log), db, clock.Now,
				withPools(pgpool.WithoutDiskWait)) // an interrupted seeding creates lost data again
			if err != nil {
				return demo.System{}, err
			}
			return demo.System{App: n.service, Sagas: n.sagas, Close: n.close}, nil
		},
	})
}

// writeDemoInfo writes demo.json and prints its content for people.
func (a *cli) writeDemoInfo(c config.Config, address, metrics string, people []demo.Person, backends *demo.Backends) error {
	info := demo.NewInfo(address, metrics, c.External.MailListen, people, backends)
	if err := jsonfile.Write(c.DemoInfoFile(), info); err != nil {
		return err
	}
	_, err := fmt.Fprint(a.out, info.Describe(c), backends.Describe(c))
	return err
}
