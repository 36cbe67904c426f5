// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package keys holds the commands sol keys and sol persons, which rotate the master key, renew, end and destroy the keys of hashes, list who
// used them, and re-index persons.
package keys

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/cmd/sol/internal/security"
	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

// CLI holds the parts of the program that the commands use. All fields are required.
type CLI struct {
	Out, Err   io.Writer
	PrintJSON  func(any) error
	Progress   func(label string) *progress.Display
	WithSystem func(cmd *cobra.Command, do func(context.Context, System) error) error // runs do on a node of its own
}

// System is the part of a node that the commands work on.
type System struct {
	MasterKey    *masterkey.Source
	DataDir      string
	LinkDays     int // days for which links and reply addresses are valid
	AccessMonths int // months for which access records are kept
	Now          func() time.Time
	Keyring      *keyring.Keyring
	Persons      *persons.Directory
	// Reindex enters the persons of all tickets in the directory and drops what only nodes of an earlier release use.
	Reindex func(ctx context.Context, progress func(tickets int64)) (persons.Reindexed, error)
	// Record records a use of keys. The commands call it before the use, so that none goes without. key names the purpose and the version; "":
	// the master key.
	Record func(ctx context.Context, act securityevents.Kind, key string) error
	Uses   func(ctx context.Context, limit int) ([]security.KeyUse, error)
}

// Commands returns the subcommands of sol keys.
func (c CLI) Commands() []*cobra.Command {
	return []*cobra.Command{c.list(), c.uses(), c.newMaster(), c.rotate(), c.renew(), c.end(), c.destroy()}
}

// listing is the output of sol keys list.
type listing struct {
	HashKeys  []keyring.HashKey `json:"hash_keys"`
	DataKeys  map[string]int64  `json:"data_keys"` // number by the id of the master key that wraps them
	MasterKey string            `json:"master_key"`
	Source    string            `json:"master_key_source"`
	Faults    []string          `json:"master_key_faults"` // of how the master key is kept
}

func (c CLI) list() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use: "list", Short: "List the keys of hashes, and count the data keys by the master key that wraps them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) (err error) {
				l := listing{Source: s.MasterKey.String(), Faults: append([]string{}, s.MasterKey.Faults(s.DataDir)...)}
				if l.HashKeys, err = s.Keyring.HashKeys(ctx); err != nil {
					return err
				}
				if l.DataKeys, l.MasterKey, err = s.Keyring.CountByMaster(ctx); err != nil {
					return err
				}
				if asJSON {
					return c.PrintJSON(l)
				}
				for _, k := range l.HashKeys {
					fmt.Fprintf(c.Out, "%-16s version %d  since %s%s\n", k.Purpose, k.Version, formatTime(k.CreatedAt), describe(k))
				}
				fmt.Fprintf(c.Out, "master key %s, from %s\n", l.MasterKey, l.Source)
				for id, count := range l.DataKeys {
					fmt.Fprintf(c.Out, "%d data keys wrapped by %s\n", count, id)
				}
				for _, fault := range l.Faults {
					fmt.Fprintln(c.Err, "warning:", fault)
				}
				return nil
			})
		},
	}
	jsonFlag(command, &asJSON)
	return command
}

// describe returns what is to be said of a version beside its age.
func describe(k keyring.HashKey) string {
	switch {
	case k.DestroyedAt != nil:
		return "  destroyed " + formatTime(*k.DestroyedAt)
	case k.ActiveAt == nil:
		return "  not in use yet: a node has not read it"
	case k.EndsAt != nil:
		return "  accepted until " + formatTime(*k.EndsAt)
	}
	return ""
}

func (c CLI) uses() *cobra.Command {
	var asJSON bool
	var limit int
	command := &cobra.Command{
		Use: "uses", Short: "List who used the master key at the command line or changed keys, the last first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				all, err := s.Uses(ctx, limit)
				if err != nil {
					return err
				}
				for _, u := range all {
					if asJSON {
						if err := c.PrintJSON(u); err != nil {
							return err
						}
						continue
					}
					fmt.Fprintf(c.Out, "%s  %-20s %-20s %s  %s  %s\n", formatTime(u.At), u.Act, u.Key, u.Person, u.Machine, u.Command)
				}
				return nil
			})
		},
	}
	jsonFlag(command, &asJSON)
	command.Flags().IntVar(&limit, "limit", 100, "maximum number")
	return command
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func jsonFlag(c *cobra.Command, into *bool) { c.Flags().BoolVar(into, "json", false, "print JSON") }
