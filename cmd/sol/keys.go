// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/keys"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/cmd/sol/internal/security"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

func (a *cli) keysCommand() *cobra.Command {
	return commandGroup("keys", "Rotate the master key, renew, end and destroy the keys of hashes, and list who used them", a.keysCLI().Commands()...)
}

func (a *cli) personsCommand() *cobra.Command {
	return commandGroup("persons", "Manage the directory of persons", a.keysCLI().Reindex())
}

// keysCLI returns what package keys needs of the program.
func (a *cli) keysCLI() keys.CLI {
	return keys.CLI{
		Out: a.out, Err: a.err, PrintJSON: a.printJSON,
		Progress: func(label string) *progress.Display { return progress.New(a.err, label) },
		WithSystem: func(cmd *cobra.Command, do func(context.Context, keys.System) error) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				uses := security.KeyUses{Pool: n.store.Pools().Consumer}
				return do(ctx, keys.System{
					MasterKey: n.config.MasterKey, DataDir: n.config.DataDir, LinkDays: n.config.External.LinkDays, AccessMonths: n.config.AccessLog.Months,
					Now: n.store.Now, Keyring: n.store.Keyring(), Persons: persons.New(n.store), Uses: uses.List,
					Record: func(ctx context.Context, act securityevents.Kind, key string) error {
						return uses.Record(ctx, a.caller(cmd), act, key)
					},
					Reindex: func(ctx context.Context, progress func(int64)) (persons.Reindexed, error) {
						result, err := n.service.ReindexPersons(ctx, progress)
						if err == nil {
							err = n.projections.DropEarlierVersions(ctx)
						}
						return result, err
					},
				})
			})
		},
	}
}
