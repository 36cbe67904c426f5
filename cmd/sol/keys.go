// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/keys"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/cmd/sol/internal/security"
	"github.com/sol-assistenza/sol/eventstore/persons"
)

func (a *cli) keysCommand() *cobra.Command {
	return commandGroup("keys", "Rotate the master key, and renew and destroy the keys of hashes", a.keysCLI().Commands()...)
}

func (a *cli) personsCommand() *cobra.Command {
	return commandGroup("persons", "Manage the directory of persons", a.keysCLI().Reindex())
}

// keysCLI returns what package keys needs of the program.
func (a *cli) keysCLI() keys.CLI {
	return keys.CLI{
		Out: a.out, PrintJSON: a.printJSON,
		KeyFile: func() (string, error) {
			c, err := config.Load(a.env)
			return c.MasterKeyFile, err
		},
		Progress: func(label string) *progress.Display { return progress.New(a.err, label) },
		WithSystem: func(cmd *cobra.Command, do func(context.Context, keys.System) error) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				return do(ctx, keys.System{
					Keyring: n.store.Keyring(), Persons: persons.New(n.store), Note: security.NoteKeyUse(n.store.Pools().Consumer),
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
