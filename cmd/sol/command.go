// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
)

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2 // the command line is invalid
)

// cli is one invocation of the program.
type cli struct {
	env      func(string) string
	out, err io.Writer
	parsed   bool // the command line is valid
}

// run executes a command line and returns the exit code. It writes a failure to err, in one line that says what to do next.
func run(ctx context.Context, args []string, env func(string) string, out, err io.Writer) int {
	a := &cli{env: env, out: out, err: err}
	root := a.rootCommand()
	root.SetArgs(args)
	failure := root.ExecuteContext(ctx)
	switch {
	case failure == nil:
		return 0
	case a.parsed:
		fmt.Fprintln(err, "sol:", failure)
		return exitFailed
	default:
		fmt.Fprintf(err, "sol: %v; see sol --help\n", failure)
		return exitUsage
	}
}

func (a *cli) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "sol",
		Short:         "SOL Assistenza: requests for help with the on-line health services of Regione Piemonte",
		Long:          config.Help,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		PersistentPreRun: func(*cobra.Command, []string) {
			a.parsed = true
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		a.serveCommand(), a.demoCommand(), a.migrateCommand(), a.userCommand(), a.ticketCommand(), a.replayCommand(),
		a.projectionsCommand(), a.sagasCommand(), a.playbooksCommand(), a.policyCommand(), a.accessCommand(), a.agreementCommand(), a.statementCommand(), a.tokenCommand(), a.mappingCommand(), a.outboxCommand(), a.restoreCommand(), a.simulateCommand(), a.benchCommand(), a.chaosCommand(),
		a.keysCommand(), a.personsCommand(), a.versionCommand(),
	)
	return root
}

// commandGroup returns a command that only has subcommands.
func commandGroup(use, short string, subcommands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(subcommands...)
	return c
}
