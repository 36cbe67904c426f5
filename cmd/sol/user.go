// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/tickettext"
	"github.com/sol-assistenza/sol/cmd/sol/internal/users"
	"github.com/sol-assistenza/sol/handlers/identity"
)

func (a *cli) userCommand() *cobra.Command {
	return commandGroup("user", "Manage accounts and placements",
		a.userAdd(), a.userList(), a.userPassword(), a.userUnlock(), a.userResetFactors(), a.userDisable(), a.userHistory(),
		commandGroup("identity", "Manage the identities at providers with which accounts log in", users.Identities(func(cmd *cobra.Command, do func(context.Context, users.Users) error) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error { return do(ctx, a.users(n)) })
		})...),
		commandGroup("placement", "Manage roles at entities", a.placementAdd(), a.placementEnd()))
}

// users returns the commands of sol user on a node.
func (a *cli) users(n *node) users.Users {
	return users.Users{Service: n.service, Out: a.out, Ask: a.err}
}

func (a *cli) userAdd() *cobra.Command {
	var f users.Flags
	var n identity.NewAccount
	c := &cobra.Command{
		Use: "add USERNAME --given-name NAME --family-name NAME", Args: cobra.ExactArgs(1),
		Short: "Create an account; password and PIN are read from the terminal, or from two lines of standard input",
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Username = args[0]
			return a.withNode(cmd, func(ctx context.Context, node *node) error { return a.users(node).Add(ctx, n, f) })
		},
	}
	c.Flags().StringVar(&n.GivenName, "given-name", "", "required")
	c.Flags().StringVar(&n.FamilyName, "family-name", "", "required")
	c.Flags().StringVar(&n.TaxCode, "tax-code", "", "codice fiscale of a citizen whose identity was verified")
	f.RegisterPlacement(c)
	f.RegisterChange(c)
	f.RegisterSecrets(c)
	return c
}

func (a *cli) userList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List accounts with their placements", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				all, err := n.identity.ListAccounts(ctx)
				if err != nil {
					return err
				}
				for _, u := range all {
					if asJSON {
						if err := a.printJSON(u); err != nil {
							return err
						}
						continue
					}
					state := ""
					if u.DisabledAt != nil {
						state = "  disabled " + tickettext.FormatTime(*u.DisabledAt)
					}
					fmt.Fprintf(a.out, "%-24s %s %s%s\n", u.Username, u.GivenName, u.FamilyName, state)
					for _, p := range u.Placements {
						until := ""
						if p.ValidTo != nil {
							until = " until " + tickettext.FormatTime(*p.ValidTo)
						}
						fmt.Fprintf(a.out, "    %s %s since %s%s\n", p.Role, p.Entity, tickettext.FormatTime(p.ValidFrom), until)
					}
				}
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *cli) userPassword() *cobra.Command {
	var f users.Flags
	c := &cobra.Command{
		Use: "password USERNAME", Short: "Set password and PIN, and end the account's sessions", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error { return a.users(n).Renew(ctx, args[0], f) })
		},
	}
	f.RegisterChange(c)
	f.RegisterSecrets(c)
	return c
}

func (a *cli) userResetFactors() *cobra.Command {
	var f users.Flags
	c := &cobra.Command{
		Use: "reset-factors USERNAME", Args: cobra.ExactArgs(1),
		Short: "Remove the second factors of the only administrator, who lost them; where another one can do it, only as an emergency",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error { return a.users(n).ResetFactors(ctx, args[0], f) })
		},
	}
	f.RegisterChange(c)
	return c
}

func (a *cli) userDisable() *cobra.Command {
	return &cobra.Command{
		Use: "disable USERNAME", Short: "Disable the login of an account, and unassign its tickets", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error { return a.users(n).Disable(ctx, args[0]) })
		},
	}
}

func (a *cli) userUnlock() *cobra.Command {
	var address string
	c := &cobra.Command{
		Use: "unlock [USERNAME]", Short: "Let an account, or all accounts from an address, log in again after failures", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 0) == (address == "") {
				return errors.New("give a user name, or --address")
			}
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				if address != "" {
					return n.identity.UnlockAddress(ctx, address, cliActorID)
				}
				u, err := a.users(n).Get(ctx, args[0])
				if err != nil {
					return err
				}
				return n.identity.Unlock(ctx, u.ID, cliActorID)
			})
		},
	}
	c.Flags().StringVar(&address, "address", "", "client address; of IPv6 the /64 network, e.g. 2001:db8:0:1::/64")
	return c
}

func (a *cli) userHistory() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "history [USERNAME]", Short: "List the changes of roles and credentials, with who, whom, before and after", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				var printJSON func(any) error
				if asJSON {
					printJSON = a.printJSON
				}
				return a.users(n).History(ctx, append(args, "")[0], printJSON)
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}
