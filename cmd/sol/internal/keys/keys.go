// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package keys holds the commands sol keys and sol persons, which rotate the master key, renew and destroy the keys of hashes, and
// re-index persons.
package keys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

// CLI holds the parts of the program that the commands use. All fields are required.
type CLI struct {
	Out        io.Writer
	PrintJSON  func(any) error
	KeyFile    func() (string, error) // path of the master key file
	Progress   func(label string) *progress.Display
	WithSystem func(cmd *cobra.Command, do func(context.Context, System) error) error // runs do on a node of its own
}

// System is the part of a node that the commands work on.
type System struct {
	Keyring *keyring.Keyring
	Persons *persons.Directory
	// Reindex enters the persons of all tickets in the directory and drops what only nodes of an earlier release use.
	Reindex func(ctx context.Context, progress func(tickets int64)) (persons.Reindexed, error)
	// Note records a use of keys as a security event. The commands call it before the use, so that none goes without. key names the purpose
	// and the version; "": the master key.
	Note func(ctx context.Context, kind securityevents.Kind, key string) error
}

// Commands returns the subcommands of sol keys.
func (c CLI) Commands() []*cobra.Command {
	return []*cobra.Command{c.list(), c.newMaster(), c.rotate(), c.renew(), c.destroy()}
}

// listing is the output of sol keys list.
type listing struct {
	HashKeys  []keyring.HashKey `json:"hash_keys"`
	DataKeys  map[string]int64  `json:"data_keys"` // number by the id of the master key that wraps them
	MasterKey string            `json:"master_key"`
}

func (c CLI) list() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use: "list", Short: "List the keys of hashes, and count the data keys by the master key that wraps them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) (err error) {
				var l listing
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
					state := ""
					if k.DestroyedAt != nil {
						state = "  destroyed " + k.DestroyedAt.UTC().Format(time.RFC3339)
					} else if k.ActiveAt == nil {
						state = "  not in use yet: a node has not read it"
					}
					fmt.Fprintf(c.Out, "%-16s version %d  since %s%s\n", k.Purpose, k.Version, k.CreatedAt.UTC().Format(time.RFC3339), state)
				}
				fmt.Fprintf(c.Out, "master key %s\n", l.MasterKey)
				for id, count := range l.DataKeys {
					fmt.Fprintf(c.Out, "%d data keys wrapped by %s\n", count, id)
				}
				return nil
			})
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return command
}

func (c CLI) newMaster() *cobra.Command {
	return &cobra.Command{
		Use: "new-master", Short: "Write a new master key as the first line of the key file, above the present one", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			file, err := c.KeyFile()
			if err != nil {
				return err
			}
			if err := masterkey.AddToFile(file); err != nil {
				return err
			}
			fmt.Fprintf(c.Out, "%s holds a new master key: keep a copy, copy the file to all nodes, wait a minute, then run sol keys rotate\n", file)
			return nil
		},
	}
}

func (c CLI) rotate() *cobra.Command {
	return &cobra.Command{
		Use: "rotate", Short: "Make the first key of the key file the current master key, and wrap all keys with it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				if err := s.Note(ctx, securityevents.KeyMasterRotated, ""); err != nil {
					return err
				}
				bar := c.Progress("wrapping keys")
				wrapped, err := s.Keyring.Rotate(ctx, func(wrapped int64) { bar.Set(wrapped, wrapped) })
				bar.Finish()
				if err != nil {
					return err
				}
				fmt.Fprintf(c.Out, "%d keys wrapped\n", wrapped)
				if wrapped > 0 {
					fmt.Fprintln(c.Out, "run sol keys rotate again in an hour, until it wraps none")
				} else {
					fmt.Fprintln(c.Out, "the first key of the key file wraps all keys: the other lines are needed to open earlier backups only")
				}
				return nil
			})
		},
	}
}

func (c CLI) renew() *cobra.Command {
	return &cobra.Command{
		Use: "renew PURPOSE", Short: "Add a new version of a key of hashes; sol keys list shows the purposes", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				purpose, renew := args[0], func(ctx context.Context) (int, error) { return s.Keyring.Renew(ctx, args[0]) }
				if purpose == persons.HashPurpose {
					renew = s.Persons.RenewKey
				}
				if err := s.Note(ctx, securityevents.KeyHashRenewed, purpose); err != nil {
					return err
				}
				version, err := renew(ctx)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.Out, "%s: version %d; it comes into use within a minute, when all nodes have read it\n", purpose, version)
				if purpose == persons.HashPurpose {
					fmt.Fprintln(c.Out, "when sol keys list shows it in use, run sol persons reindex")
				}
				return nil
			})
		},
	}
}

func (c CLI) destroy() *cobra.Command {
	var sure, force bool
	command := &cobra.Command{
		Use: "destroy PURPOSE VERSION --yes", Short: "Destroy an earlier version of a key of hashes: what it signed or found is void", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			purpose := args[0]
			version, err := strconv.Atoi(args[1])
			if err != nil || version < 1 {
				return fmt.Errorf("version %q: want a number from 1", args[1])
			}
			if !sure {
				return errors.New("destroying a key cannot be undone: repeat the command with --yes")
			}
			return c.WithSystem(cmd, func(ctx context.Context, s System) (err error) {
				if err := s.Note(ctx, securityevents.KeyHashDestroyed, fmt.Sprintf("%s %d", purpose, version)); err != nil {
					return err
				}
				if purpose == persons.HashPurpose { // its hashes are rows of the directory
					err = s.Persons.DestroyKey(ctx, version, force)
				} else {
					err = s.Keyring.Destroy(ctx, purpose, version)
				}
				if errors.As(err, new(*persons.LeftError)) {
					return fmt.Errorf("%w; run sol persons reindex, or destroy it with --force", err)
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(c.Out, "%s: version %d is destroyed; running nodes forget it within seconds\n", purpose, version)
				if version == 1 {
					fmt.Fprintln(c.Out, "whoever holds the log's first master key can derive it: rotate the master key and destroy the first one too")
				}
				return nil
			})
		},
	}
	command.Flags().BoolVar(&sure, "yes", false, "confirm")
	command.Flags().BoolVar(&force, "force", false, "also when persons have no hash by a later version")
	return command
}
