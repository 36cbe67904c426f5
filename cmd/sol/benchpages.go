// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/web/bench"
	"github.com/sol-assistenza/sol/migrations"
)

func (a *cli) benchPages() *cobra.Command {
	var sizes []int
	var rounds int
	c := a.newBench("pages", "Generate tickets and measure the rendering time of pages", func(ctx context.Context, c config.Config, own *embedpg.Server) error {
		return a.measurePages(ctx, c, own, sizes, rounds)
	})
	c.Flags().IntSliceVar(&sizes, "tickets", []int{10_000}, "numbers of tickets, e.g. 10000,1000000 to compare")
	c.Flags().IntVar(&rounds, "rounds", 30, "requests per page")
	return c
}

// measurePages fills one database for each number of tickets and measures the pages on all of them.
func (a *cli) measurePages(ctx context.Context, c config.Config, own *embedpg.Server, sizes []int, rounds int) (err error) {
	slices.Sort(sizes)
	people := demo.People(catalog.Default(), time.Now())
	var sites []*bench.Site
	var nodes []*node
	defer func() {
		for _, n := range nodes {
			n.close()
		}
	}()
	for _, size := range sizes {
		name := fmt.Sprintf("pages_%d", size)
		conn, err := pgx.Connect(ctx, own.URL("sol"))
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, `create database `+name)
		_ = conn.Close(ctx)
		if err == nil {
			err = migrations.Up(ctx, own.URL(name))
		}
		if err != nil {
			return err
		}
		clock, queries := &demo.Clock{}, &bench.QueryCounter{}
		n, err := newNode(ctx, c, config.NewQuietLogger(a.err, c.Log), database.Trusted(own.URL(name)), clock.Now,
			withPools(pgpool.WithoutDiskWait), func(c *eventstore.Config) { c.Tracer = queries })
		if err != nil {
			return err
		}
		nodes = append(nodes, n)
		site, err := a.fillSite(ctx, n, clock, people, size)
		if err != nil {
			return err
		}
		site.Queries = queries
		sites = append(sites, site)
	}
	var logins []bench.Login
	for _, p := range people {
		if len(p.Placements) == 1 {
			logins = append(logins, bench.Login{Username: p.Username, Password: p.Password, PIN: p.PIN, Role: p.Placements[0].Role})
		}
	}
	for _, site := range sites { // after all are filled: filling the next one takes longer than a session lasts
		if err := site.Login(logins); err != nil {
			return err
		}
	}
	return bench.Pages(a.out, sites, rounds)
}

// fillSite creates accounts and tickets and then builds the read models from the log, as `sol projections rebuild` does.
func (a *cli) fillSite(ctx context.Context, n *node, clock *demo.Clock, people []demo.Person, tickets int) (*bench.Site, error) {
	accounts, err := demo.CreateAccounts(ctx, n.identity, people, time.Time{})
	if err != nil {
		return nil, err
	}
	operators := map[catalog.EntityCode]person.Actor{}
	for _, account := range accounts {
		if placement := account.Placements[0]; placement.Role == person.ASROperator && operators[placement.Entity].ID == "" {
			operators[placement.Entity] = person.Actor{ID: account.ID, Role: placement.Role, Entity: placement.Entity}
		}
	}
	bar := progress.New(a.err, fmt.Sprintf("creating %d tickets", tickets))
	seeder := bench.Seeder{
		App: n.service.TicketDispatcher, Clock: clock, Catalog: n.catalog, Operators: operators, Tickets: tickets,
		Progress: func(done, total int) { bar.Set(int64(done), int64(total)) },
	}
	longTicket, err := seeder.Fill(ctx)
	bar.Finish()
	if err != nil {
		return nil, err
	}
	for _, model := range []string{"tickets", "figures"} {
		bar := progress.New(a.err, "building "+model)
		if err := n.projections.Rebuild(ctx, model, bar.Set); err != nil {
			return nil, err
		}
		bar.Finish()
	}
	if _, err := n.store.Pools().Consumer.Exec(ctx, `analyze`); err != nil {
		return nil, err
	}
	router, _, err := n.newRouter()
	if err != nil {
		return nil, err
	}
	return &bench.Site{Tickets: tickets, LongTicket: longTicket, Pages: router}, nil
}
