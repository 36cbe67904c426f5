// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package agreements holds the commands about the agreements of entities.
package agreements

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/agreements"
)

// Commands makes the commands.
type Commands struct {
	Out io.Writer
	// By returns who uses the command line.
	By func(*cobra.Command) app.Caller
	// With runs do with the application service of a node.
	With func(cmd *cobra.Command, do func(context.Context, *app.Service) error) error
}

// List returns the command «sol agreement list».
func (c Commands) List() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Args: cobra.NoArgs, Short: "List the agreements that hold, and what was recorded and ended before",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				list, err := s.Agreements.List(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return json.NewEncoder(c.Out).Encode(list)
				}
				c.print(list)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, for scripts")
	return cmd
}

func (c Commands) print(list agreements.AgreementList) {
	if len(list.Items) == 0 {
		fmt.Fprintln(c.Out, "no entity has an agreement: nothing is searched for, and no figure names a person")
	}
	for _, a := range list.Items {
		fmt.Fprintf(c.Out, "%-8s %-20s %s, signed on %s\n", a.Entity, a.Use, a.Reference, a.SignedOn)
	}
	if len(list.History) > 0 {
		fmt.Fprintln(c.Out, "\nhistory:")
	}
	for _, h := range list.History {
		fmt.Fprintf(c.Out, "%s  %-8s %-8s %-20s %s, by %s\n", h.At.UTC().Format(time.RFC3339), h.Kind, h.Entity, h.Use, h.Reference, h.By)
	}
}

// flags are the flags of a change.
type flags struct{ entity, use, reference, signedOn string }

func (f *flags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.entity, "entity", "", "ministerial code of the entity, or regione")
	cmd.Flags().StringVar(&f.use, "use", "", fmt.Sprintf("what the agreement allows: %s or %s", agreement.UnusualReading, agreement.FiguresPerPerson))
	cmd.Flags().StringVar(&f.reference, "reference", "", "title and number of the document, without names of persons")
	for _, name := range []string{"entity", "use", "reference"} {
		_ = cmd.MarkFlagRequired(name) // it is registered
	}
}

// Record returns the command «sol agreement record».
func (c Commands) Record() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use: "record --entity CODE --use USE --reference TEXT --signed-on DAY", Args: cobra.NoArgs,
		Short: "Record that an entity agreed about records of its employees' work; the use begins at once",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.change(cmd, f, "recorded", func(ctx context.Context, s *app.Service, by person.Actor) error {
				return s.Agreements.Record(ctx, by, agreement.Record{Entity: catalog.EntityCode(f.entity), Use: agreement.Use(f.use), Reference: f.reference, SignedOn: f.signedOn})
			})
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.signedOn, "signed-on", "", "day of the signature (2026-03-03)")
	_ = cmd.MarkFlagRequired("signed-on") // it is registered
	return cmd
}

// End returns the command «sol agreement end».
func (c Commands) End() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use: "end --entity CODE --use USE --reference TEXT", Args: cobra.NoArgs,
		Short: "End an agreement of an entity; the use is off at once. The reference is that of the document that ends it",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.change(cmd, f, "ended", func(ctx context.Context, s *app.Service, by person.Actor) error {
				return s.Agreements.End(ctx, by, agreement.End{Entity: catalog.EntityCode(f.entity), Use: agreement.Use(f.use), Reference: f.reference})
			})
		},
	}
	f.register(cmd)
	return cmd
}

// change makes a change as the command line, and prints what was done.
func (c Commands) change(cmd *cobra.Command, f flags, done string, do func(context.Context, *app.Service, person.Actor) error) error {
	return c.With(cmd, func(ctx context.Context, s *app.Service) error {
		err := do(ctx, s, person.Actor{ID: c.By(cmd).Actor.ID, Role: person.System})
		if errors.Is(err, agreement.ErrUnchanged) {
			return fmt.Errorf("%w; sol agreement list shows them", err)
		}
		var refused *agreement.RefusedError
		if errors.As(err, &refused) {
			return fmt.Errorf("--%s: %s", flagOf[refused.Field], refused.Reason)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.Out, "%s the agreement of %s about %s\n", done, f.entity, f.use)
		return err
	})
}

// flagOf holds the flag of each field of an agreement.
var flagOf = map[string]string{"entity": "entity", "use": "use", "reference": "reference", "signed_on": "signed-on"}
