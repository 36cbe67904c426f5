// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package tokens holds the commands about the API tokens of integrations.
package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
)

// Commands makes the commands.
type Commands struct {
	Out io.Writer
	// With runs do with the application service of a node.
	With func(cmd *cobra.Command, do func(context.Context, *app.Service) error) error
}

// issued is a new token with its secret, as JSON.
type issued struct {
	apitokens.Token
	Secret string `json:"token"`
}

// Create returns the command «sol token create».
func (c Commands) Create() *cobra.Command {
	var name, scopes, entity, reason string
	var days int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "create USERNAME --name NAME --scopes SCOPE,… --entity CODE", Args: cobra.ExactArgs(1),
		Short: "Make an API token for an account with the role integrazione, and print it; it is not shown again",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				t := apitokens.Token{Name: name, ExpiresAt: s.Store.Now().AddDate(0, 0, days)}
				if entity != "all" {
					t.Entity = catalog.EntityCode(strings.ToLower(entity))
				}
				for scope := range strings.SplitSeq(scopes, ",") {
					t.Scopes = append(t.Scopes, policy.Scope(strings.TrimSpace(scope)))
				}
				var err error
				if t.Account, err = s.Identity.FindAccount(ctx, args[0]); err != nil {
					return fmt.Errorf("%w; sol user list shows them", err)
				}
				t, secret, err := s.Accounts.IssueToken(ctx, accounts.CommandLine, t, reason)
				if err != nil {
					return err
				}
				if asJSON {
					return json.NewEncoder(c.Out).Encode(issued{t, secret}) //nolint:gosec // G117: this is the one moment at which the token is told
				}
				_, err = fmt.Fprintf(c.Out, "token   %s\nid      %s\nexpires %s\n", secret, t.ID, t.ExpiresAt.UTC().Format(time.RFC3339))
				if err == nil && t.Waits {
					_, err = fmt.Fprintln(c.Out, "waits   for a second administrator: it is refused until one has confirmed it")
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "which system uses it; required")
	cmd.Flags().StringVar(&scopes, "scopes", "", fmt.Sprintf("what it may be used for, with commas: %s; required", policy.Scopes()))
	cmd.Flags().StringVar(&entity, "entity", "", "ministerial code of the only entity at which it may act, or all; required")
	cmd.Flags().IntVar(&days, "days", 90, "days for which it is valid, at most 366")
	cmd.Flags().StringVar(&reason, "reason", "", "why; recorded")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, for scripts")
	for _, required := range []string{"name", "scopes", "entity"} {
		_ = cmd.MarkFlagRequired(required) // it is registered
	}
	return cmd
}

// List returns the command «sol token list».
func (c Commands) List() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Args: cobra.NoArgs, Short: "List the API tokens with their last uses",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				all, err := s.Accounts.Tokens.List(ctx)
				if err != nil {
					return err
				}
				for _, t := range all {
					if asJSON {
						err = json.NewEncoder(c.Out).Encode(t)
					} else {
						_, err = fmt.Fprintln(c.Out, line(t))
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, for scripts")
	return cmd
}

// line describes a token in a line.
func line(t apitokens.Token) string {
	state := "until " + t.ExpiresAt.UTC().Format(time.DateOnly)
	switch {
	case t.RevokedAt != nil:
		state = "revoked " + t.RevokedAt.UTC().Format(time.DateOnly)
	case t.Ended:
		state = "ended"
	}
	used := "never used"
	if t.UsedAt != nil {
		used = "last used " + t.UsedAt.UTC().Format(time.RFC3339)
	}
	entity := string(t.Entity)
	if entity == "" {
		entity = "all"
	}
	return fmt.Sprintf("%s  %-16s %-8s %s  %s, %s  %s", t.ID, t.Username, entity, t.Scopes, state, used, t.Name)
}

// Revoke returns the command «sol token revoke».
func (c Commands) Revoke() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "revoke ID", Args: cobra.ExactArgs(1), Short: "End an API token, at once and on all nodes",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.With(cmd, func(ctx context.Context, s *app.Service) error {
				err := s.Accounts.RevokeToken(ctx, accounts.CommandLine, args[0], reason)
				if errors.Is(err, apitokens.ErrNotFound) {
					return fmt.Errorf("%w as %s; sol token list shows them", err, args[0])
				}
				if err == nil {
					_, err = fmt.Fprintln(c.Out, "revoked", args[0])
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why; recorded")
	return cmd
}
