// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

func (c CLI) newMaster() *cobra.Command {
	var show bool
	command := &cobra.Command{
		Use: "new-master", Short: "Write a new master key as the first line of the key file, above the present one", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				file := s.MasterKey.File()
				if file == "" && !show {
					return fmt.Errorf("%s gives the master key: make the new one where keys are kept, so that it gives both, the new one first; sol keys new-master --print prints a random key for that", s.MasterKey)
				}
				if err := s.Record(ctx, securityevents.KeyMasterMade, ""); err != nil {
					return err
				}
				if show {
					fmt.Fprintln(c.Out, masterkey.New())
					return nil
				}
				if err := masterkey.AddToFile(file); err != nil {
					return err
				}
				fmt.Fprintf(c.Out, "%s holds a new master key: keep a copy, copy the file to all nodes, wait a minute, then run sol keys rotate\n", file)
				return nil
			})
		},
	}
	command.Flags().BoolVar(&show, "print", false, "print a random key and change no file")
	return command
}

func (c CLI) rotate() *cobra.Command {
	return &cobra.Command{
		Use: "rotate", Short: "Make the newest master key the current one, and wrap all keys with it; an interrupted rotation goes on", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				if err := s.Record(ctx, securityevents.KeyMasterRotated, ""); err != nil {
					return err
				}
				bar := c.Progress("wrapping keys")
				wrapped, err := s.Keyring.Rotate(ctx, bar.Set)
				bar.Finish()
				if err != nil {
					return fmt.Errorf("%w; sol keys rotate goes on where it ended, and until then both master keys are needed", err)
				}
				fmt.Fprintf(c.Out, "%d keys wrapped\n", wrapped)
				if wrapped > 0 {
					fmt.Fprintln(c.Out, "run sol keys rotate again in an hour, until it wraps none")
				} else {
					fmt.Fprintln(c.Out, "the newest master key wraps all keys: the others are needed to open earlier backups only")
				}
				return nil
			})
		},
	}
}
