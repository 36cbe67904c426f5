// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mappings holds the commands about the mappings of claims of identity providers to roles.
package mappings

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/rolemapping"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// Commands makes the commands.
type Commands struct {
	Out io.Writer
	// By returns who uses the command line.
	By func(*cobra.Command) app.Caller
	// With runs do with the application service of a node.
	With func(cmd *cobra.Command, do func(context.Context, *app.Service) error) error
}

// List returns the command «sol mapping list».
func (c Commands) List() *cobra.Command {
	return &cobra.Command{
		Use: "list", Args: cobra.NoArgs, Short: "List, for each identity provider, the mapping in force and the one of the configuration",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				state, err := s.Accounts.Mappings.State(ctx)
				if err != nil {
					return err
				}
				for _, p := range s.Identity.Providers {
					c.print(p.Name+", in force", state.InForce[p.Name])
					if !slices.Equal(state.InForce[p.Name], p.Mapping) {
						c.print(p.Name+", of the configuration, not in force", p.Mapping)
					}
					if w, waits := state.Waiting[p.Name]; waits {
						c.print(p.Name+", confirmed by "+w.By.ID+", waits for another", w.Mapping)
					}
				}
				return nil
			})
		},
	}
}

func (c Commands) print(title string, m rolemapping.Mapping) {
	fmt.Fprintf(c.Out, "%s: %d rules\n", title, len(m))
	for _, r := range m {
		fmt.Fprintf(c.Out, "  %s = %q: %s at %s\n", r.Claim, r.Value, r.Role, r.Entity)
	}
}

// Confirm returns the command «sol mapping confirm».
func (c Commands) Confirm() *cobra.Command {
	return &cobra.Command{
		Use: "confirm PROVIDER", Args: cobra.ExactArgs(1),
		Short: "Confirm the mapping of the configuration; it is in force once an administrator has confirmed it too, or at once while there are less than two",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				n := slices.IndexFunc(s.Identity.Providers, func(p idp.Provider) bool { return p.Name == args[0] })
				if n < 0 {
					return fmt.Errorf("the configuration has no identity provider %q", args[0])
				}
				inForce, err := s.Accounts.Mappings.Confirm(ctx, person.Actor{ID: c.By(cmd).Actor.ID, Role: person.System}, s.Identity.Providers[n])
				if err != nil {
					return err
				}
				text := "confirmed; an administrator must confirm it too"
				if inForce {
					text = "in force"
				}
				fmt.Fprintln(c.Out, text)
				return nil
			})
		},
	}
}
