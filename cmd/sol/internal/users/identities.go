// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package users

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// Identities returns the commands of «sol user identity». with runs do on a node.
func Identities(with func(cmd *cobra.Command, do func(context.Context, Users) error) error) []*cobra.Command {
	var b accounts.BindRequest
	var f Flags
	var reason string
	bind := &cobra.Command{
		Use: "bind USERNAME --provider NAME --tax-code CODE", Args: cobra.ExactArgs(1), Short: "Let an account log in with an identity at a provider",
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, func(ctx context.Context, u Users) error { return u.bind(ctx, args[0], b, f) })
		},
	}
	bind.Flags().StringVar(&b.Provider, "provider", "", "name of an identity provider of the configuration, for staff; required")
	bind.Flags().StringVar(&b.TaxCode, "tax-code", "", "codice fiscale of the person")
	bind.Flags().StringVar(&b.Subject, "subject", "", "id of the person at a provider that speaks OpenID Connect, in place of --tax-code")
	_ = bind.MarkFlagRequired("provider") // it is registered
	f.RegisterChange(bind)
	end := &cobra.Command{
		Use: "end USERNAME ID", Args: cobra.ExactArgs(2), Short: "End a bound identity and its sessions, at once and on all nodes",
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, func(ctx context.Context, u Users) error { return u.unbind(ctx, args[0], args[1], reason) })
		},
	}
	end.Flags().StringVar(&reason, "reason", "", "why; recorded")
	list := &cobra.Command{
		Use: "list USERNAME", Args: cobra.ExactArgs(1), Short: "List the bound identities of an account",
		RunE: func(cmd *cobra.Command, args []string) error {
			return with(cmd, func(ctx context.Context, u Users) error { return u.listIdentities(ctx, args[0]) })
		},
	}
	return []*cobra.Command{bind, end, list}
}

func (u Users) bind(ctx context.Context, username string, b accounts.BindRequest, f Flags) error {
	a, err := u.Get(ctx, username)
	if err != nil {
		return err
	}
	b.Account, b.Reason, b.Emergency = a.ID, f.reason, f.emergency
	done, err := u.Service.Accounts.Bind(ctx, accounts.CommandLine, b)
	if err != nil {
		return err
	}
	u.print(done)
	if !done.Waits() {
		fmt.Fprintf(u.Out, "bound an identity at %s to %s, id %s\n", b.Provider, a.Username, done.Event.ID)
	}
	return nil
}

func (u Users) unbind(ctx context.Context, username, id, reason string) error {
	a, err := u.Get(ctx, username)
	if err != nil {
		return err
	}
	_, err = u.Service.Accounts.Unbind(ctx, accounts.CommandLine, a.ID, id, reason)
	if errors.Is(err, identity.ErrNotFound) {
		return fmt.Errorf("%s has no bound identity %s; sol user identity list shows them", a.Username, id)
	}
	if err == nil {
		fmt.Fprintln(u.Out, "ended", id)
	}
	return err
}

func (u Users) listIdentities(ctx context.Context, username string) error {
	a, err := u.Get(ctx, username)
	if err != nil {
		return err
	}
	all, err := u.Service.Identity.Bindings.List(ctx, a.ID)
	for _, b := range all {
		by := "by an administrator"
		if b.AtLogin {
			by = "at the first log-in"
		}
		fmt.Fprintf(u.Out, "%s  %-16s by %s, %s %s\n", b.ID, b.Provider, b.Kind, b.BoundAt.UTC().Format(time.RFC3339), by)
	}
	return err
}
