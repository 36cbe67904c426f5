// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/secrets"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/identity"
)

func (a *cli) userCommand() *cobra.Command {
	return commandGroup("user", "Manage accounts and placements",
		a.userAdd(), a.userList(), a.userPassword(), a.userUnlock(), a.userDisable(),
		commandGroup("placement", "Manage roles at entities", a.placementAdd(), a.placementEnd()))
}

// findAccount returns the account with a user name, in upper or lower case, and whether there is one.
func (n *node) findAccount(ctx context.Context, username string) (identity.Account, bool, error) {
	all, err := n.identity.ListAccounts(ctx)
	if err != nil {
		return identity.Account{}, false, err
	}
	index := slices.IndexFunc(all, func(a identity.Account) bool { return strings.EqualFold(a.Username, strings.TrimSpace(username)) })
	if index < 0 {
		return identity.Account{}, false, nil
	}
	return all[index], true, nil
}

// getAccount returns the account with a user name, or an error if there is none.
func (n *node) getAccount(ctx context.Context, username string) (identity.Account, error) {
	u, exists, err := n.findAccount(ctx, username)
	if err == nil && !exists {
		err = fmt.Errorf("there is no account %s; sol user list shows them", username)
	}
	return u, err
}

func (a *cli) userAdd() *cobra.Command {
	var flags placementFlags
	var n identity.NewAccount
	var generate bool
	c := &cobra.Command{
		Use: "add USERNAME --given-name NAME --family-name NAME", Args: cobra.ExactArgs(1),
		Short: "Create an account; password and PIN are read from the terminal, or from two lines of standard input",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, node *node) error {
				n.Username = args[0]
				if err := flags.checkNewAccount(ctx, node, n); err != nil {
					return err
				}
				s, err := secrets.Read(a.err, generate)
				if err != nil {
					return err
				}
				n.Password, n.PIN = s.Password, s.PIN
				id, err := node.identity.CreateAccount(ctx, n)
				if err != nil {
					return err
				}
				s.Print(a.out)
				if flags != (placementFlags{}) {
					if err := flags.add(ctx, node, id); err != nil {
						return fmt.Errorf("the account was created, its placement was not: %w; use sol user placement add", err)
					}
				}
				fmt.Fprintln(a.out, "added", n.Username, id)
				return nil
			})
		},
	}
	c.Flags().StringVar(&n.GivenName, "given-name", "", "required")
	c.Flags().StringVar(&n.FamilyName, "family-name", "", "required")
	c.Flags().StringVar(&n.TaxCode, "tax-code", "", "codice fiscale of a citizen whose identity was verified")
	c.Flags().BoolVar(&generate, "generate", false, "generate password and PIN, and print them")
	flags.register(c)
	return c
}

// checkNewAccount returns an error if the account and its placement cannot be created. It runs before secrets are asked for.
func (p placementFlags) checkNewAccount(ctx context.Context, n *node, account identity.NewAccount) error {
	_, exists, err := n.findAccount(ctx, account.Username)
	switch {
	case err != nil:
		return err
	case exists:
		return fmt.Errorf("there is an account %s already; sol user placement add gives it a role", strings.ToLower(account.Username))
	case p == placementFlags{}:
		return nil
	case p.role == string(person.Citizen) && account.TaxCode == "":
		return errors.New("a cittadino needs --tax-code: it tells which tickets are theirs")
	}
	return p.check(n)
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
						state = "  disabled " + formatTime(*u.DisabledAt)
					}
					fmt.Fprintf(a.out, "%-24s %s %s%s\n", u.Username, u.GivenName, u.FamilyName, state)
					for _, p := range u.Placements {
						until := ""
						if p.ValidTo != nil {
							until = " until " + formatTime(*p.ValidTo)
						}
						fmt.Fprintf(a.out, "    %s %s since %s%s\n", p.Role, p.Entity, formatTime(p.ValidFrom), until)
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
	var generate bool
	c := &cobra.Command{
		Use: "password USERNAME", Short: "Set password and PIN, and end the account's sessions", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				u, err := n.getAccount(ctx, args[0])
				if err != nil {
					return err
				}
				s, err := secrets.Read(a.err, generate)
				if err != nil {
					return err
				}
				if err := n.identity.SetPassword(ctx, u.ID, s.Password, s.PIN); err != nil {
					return err
				}
				s.Print(a.out)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&generate, "generate", false, "generate them, and print them")
	return c
}

func (a *cli) userDisable() *cobra.Command {
	return &cobra.Command{
		Use: "disable USERNAME", Short: "Disable the login of an account, and unassign its tickets", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				u, err := n.getAccount(ctx, args[0])
				if err != nil {
					return err
				}
				released, err := n.service.Disable(ctx, u.ID, cliActorID)
				if err != nil {
					return fmt.Errorf("%w; repeat the command", err)
				}
				return a.printReleased(ctx, n, u, released)
			})
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
				u, err := n.getAccount(ctx, args[0])
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
