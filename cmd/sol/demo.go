// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// demoSeed is what demo-seed.json in the data directory says: what the demo made, or was about to make.
type demoSeed struct {
	demo.Params
	Done bool `json:"done"`
}

func (a *cli) demoCommand() *cobra.Command {
	p := demo.Params{Seed: 1}
	c := &cobra.Command{
		Use: "demo", Args: cobra.NoArgs,
		Short: "Run the server with generated people and tickets, created at first start",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := config.Load(a.env)
			if err != nil {
				return err
			}
			p.Until = time.Now().UTC().Truncate(time.Second)
			if err := p.Validate(); err != nil {
				return err
			}
			people := demo.People(catalog.Default(), p.Until)
			around, err := demo.StartBackends(&c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, around.Close()) }()
			introduced := false
			err = service{
				config: c, log: config.NewLogger(a.err, c.Log),
				onListen: func() error {
					if _, running := embedpg.Find(c.PostgresDir(), "sol"); running {
						return nil // perhaps for a demo that answers: the data are not ours yet
					}
					return removeDemoInfo(c.DemoInfoFile())
				},
				onMigrated: func(ctx context.Context, url string) error {
					return errors.Join(removeDemoInfo(c.DemoInfoFile()), a.seedDemo(ctx, c, url, p, people))
				},
				onReady: func(ctx context.Context, n *node, address string) error {
					if err := n.waitForLists(ctx); err != nil {
						return err
					}
					introduced = true
					return a.writeDemoInfo(c, address, people, around)
				},
			}.run(cmd.Context())
			if introduced {
				err = errors.Join(err, removeDemoInfo(c.DemoInfoFile()))
			}
			return err
		},
	}
	c.Flags().IntVar(&p.Tickets, "tickets", demo.DefaultTickets, "number of tickets")
	c.Flags().IntVar(&p.Months, "months", demo.DefaultMonths, "number of simulated months, ending now")
	return c
}

// removeDemoInfo removes demo.json: it is there when the demo answers.
func removeDemoInfo(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// seedDemo makes people and tickets in an empty log, and goes on with what an interrupted start left. A log that holds
// what no demo made is left alone, because everybody knows the demo's passwords.
func (a *cli) seedDemo(ctx context.Context, c config.Config, url string, p demo.Params, people []demo.Person) (err error) {
	file := filepath.Join(c.DataDir, "demo-seed.json")
	var was demoSeed
	known, err := demo.ReadJSON(file, &was)
	if err != nil || was.Done {
		return err
	}
	if known {
		p = was.Params
		fmt.Fprintln(a.err, "resuming interrupted demo seeding")
	}
	c.Hold, c.AutoCloseAfter = rules.DefaultHold, 0 // the plan counts on them, whatever is tried out afterwards
	clock := &demo.Clock{}
	clock.Between(p.From(), p.From(), 1)
	n, err := newNode(ctx, c, config.NewQuietLogger(a.err, c.Log), withoutSynchronousCommit(url), clock.Now)
	if err != nil {
		return err
	}
	defer n.close()
	head, _, err := n.store.Head(ctx)
	if err != nil {
		return err
	}
	if head.N > 0 && !known {
		return errors.New("this database holds tickets that were not created by the demo: run it with sol serve, or set SOL_DATA_DIR to an empty directory")
	}
	if err := demo.WriteJSON(file, demoSeed{p, false}); err != nil {
		return err
	}
	begun := time.Now()
	if err := a.playDemo(ctx, n, clock, p, people); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "demo data created in %s\n", time.Since(begun).Round(100*time.Millisecond))
	return demo.WriteJSON(file, demoSeed{p, true})
}

// playDemo enrols the people and plays the plan while the sagas run.
func (a *cli) playDemo(ctx context.Context, n *node, clock *demo.Clock, p demo.Params, people []demo.Person) error {
	fmt.Fprintf(a.err, "creating demo data: %d people, %d tickets over %d months\n", len(people), p.Tickets, p.Months)
	accounts, err := demo.CreateAccounts(ctx, n.identity, people, p.From())
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- n.sagas.Run(running) }()
	bar := a.progress("creating tickets")
	err = demo.Execute(ctx, demo.Installation{
		Store: n.store, Dispatcher: n.service.Dispatcher, Clock: clock, RunUntilIdle: n.sagas.RunUntilIdle,
		Progress: func(done, total int) { bar.set(int64(done), int64(total)) },
	}, p, demo.Plan(p, n.catalog, accounts, n.service.HashTaxCode))
	bar.finish()
	stop()
	if err = errors.Join(err, <-ended); err != nil {
		return err
	}
	return demo.OutboxMessages{Pool: n.store.WorkerPool(), Dispatcher: n.service.Dispatcher, Notifications: n.notifications}.Deliver(ctx, p, accounts)
}

// withoutSynchronousCommit is the database without waiting for the disk at every commit: what an interrupted seeding loses is made again.
func withoutSynchronousCommit(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // it was used before
	}
	q := u.Query()
	q.Set("synchronous_commit", "off")
	u.RawQuery = q.Encode()
	return u.String()
}

// writeDemoInfo writes demo.json and tells a person the same. It is called once the demo answers.
func (a *cli) writeDemoInfo(c config.Config, address string, people []demo.Person, around *demo.Backends) error {
	info := demo.Info{Address: address, Systems: around.ConnectorsURL, Mails: around.MailDir}
	for _, p := range people {
		for _, in := range p.Placements {
			info.Identities = append(info.Identities, demo.Identity{Username: p.Username, Password: p.Password, PIN: p.PIN, Role: in.Role, Entity: in.Entity})
		}
	}
	if err := demo.WriteJSON(c.DemoInfoFile(), info); err != nil {
		return err
	}
	_, err := fmt.Fprint(a.out, info.Describe(c), around.Describe(c))
	return err
}
