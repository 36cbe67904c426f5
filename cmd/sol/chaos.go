// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/chaos"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
)

func (a *cli) chaosCommand() *cobra.Command {
	var (
		c      chaos.Config
		kinds  []string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use: "chaos", Args: cobra.NoArgs,
		Short: "Damage a temporary installation on purpose and check that nothing acknowledged is lost or stored twice",
		Long: "Starts a primary Postgres with a synchronous standby, several nodes and clients in a temporary directory. Each round kills,\n" +
			"freezes, disconnects or slows a part of it. At the end everything that clients were told is compared with what is stored.\n" +
			"The exit code is 1 if something was lost, doubled or otherwise wrong. Kinds of faults: " + fmt.Sprint(chaos.Kinds()),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, k := range kinds {
				c.Kinds = append(c.Kinds, chaos.Kind(k))
			}
			report, err := a.runChaos(cmd.Context(), c)
			if err != nil {
				return err
			}
			if asJSON {
				err = report.WriteJSON(a.out)
			} else {
				err = report.WriteTable(a.out)
			}
			if err == nil && len(report.Problems) > 0 {
				err = fmt.Errorf("%d problems, the first: %s", len(report.Problems), report.Problems[0])
			}
			return err
		},
	}
	cmd.Flags().IntVar(&c.Rounds, "rounds", len(chaos.Kinds()), "number of faults, one after the other")
	cmd.Flags().StringSliceVar(&kinds, "kinds", nil, "kinds of faults, in turn (all)")
	cmd.Flags().IntVar(&c.Nodes, "nodes", 3, "number of nodes")
	cmd.Flags().IntVar(&c.Clients, "clients", 4, "number of clients that work at the same time")
	cmd.Flags().DurationVar(&c.IdleTimeout, "idle-timeout", 0, "time at the end for what is pending (7m)")
	cmd.Flags().StringVar(&c.Dir, "keep", "", "new directory for databases and logs of the nodes, which stays (a temporary one)")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// runChaos runs the rounds with this program, in a temporary directory unless one is given, and displays the progress.
func (a *cli) runChaos(ctx context.Context, c chaos.Config) (_ chaos.Report, err error) {
	if c.Program, err = os.Executable(); err != nil {
		return chaos.Report{}, err
	}
	if c.Dir == "" {
		if c.Dir, err = os.MkdirTemp("", "sol-chaos-"); err != nil {
			return chaos.Report{}, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Dir)) }()
	} else if err = os.Mkdir(c.Dir, 0o700); err != nil {
		return chaos.Report{}, err
	}
	if err := os.Chmod(c.Dir, 0o711); err != nil { // for root, Postgres runs as another user
		return chaos.Report{}, err
	}
	bar := progress.New(a.err, "rounds")
	defer bar.Finish()
	c.Progress = func(done, total int) { bar.Set(int64(done), int64(total)) }
	return chaos.Run(ctx, c)
}
