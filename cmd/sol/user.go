// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

func (a *app) userCommand() *cobra.Command {
	return group("user", "Accounts, and who works where",
		a.userAdd(), a.userList(), a.userPassword(), a.userDisable(),
		group("placement", "A role at an entity", a.placementAdd(), a.placementEnd()))
}

// account finds an account by its user name.
func (n *node) account(ctx context.Context, username string) (identity.Account, error) {
	all, err := n.identity.List(ctx)
	if err != nil {
		return identity.Account{}, err
	}
	at := slices.IndexFunc(all, func(a identity.Account) bool { return strings.EqualFold(a.Username, username) })
	if at < 0 {
		return identity.Account{}, fmt.Errorf("there is no account %s; sol user list shows them", username)
	}
	return all[at], nil
}

// place is a role at an entity as flags give it.
type place struct{ role, entity string }

func (p *place) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.role, "role", "", "e.g. operatore_asr, supervisore_asr, operatore_regionale, auditor")
	c.Flags().StringVar(&p.entity, "entity", "", "ministerial code, or regione; none for auditor, amministratore, cittadino")
}

// add gives an account the placement, at an entity that the catalogue knows.
func (p place) add(ctx context.Context, n *node, account string) error {
	entity := entityCode(p.entity)
	if _, known := n.catalog.Entity(entity); entity != "" && !known {
		return fmt.Errorf("there is no entity %q: want a ministerial code, e.g. 010301, or regione", p.entity)
	}
	_, err := n.identity.AddPlacement(ctx, account, person.Role(p.role), entity, time.Time{})
	return err
}

func (a *app) userAdd() *cobra.Command {
	var in place
	var n identity.NewAccount
	var generate bool
	c := &cobra.Command{
		Use: "add USERNAME --given-name NAME --family-name NAME", Args: cobra.ExactArgs(1),
		Short: "Make an account; password and PIN are read from the terminal, or from two lines of standard input",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, node *node) (err error) {
				n.Username = args[0]
				if n.Password, n.PIN, err = a.secrets(generate); err != nil {
					return err
				}
				id, err := node.identity.CreateAccount(ctx, n)
				if err != nil {
					return err
				}
				if in.role != "" {
					if err := in.add(ctx, node, id); err != nil {
						return fmt.Errorf("the account was made, its placement was not: %w; sol user placement add does it", err)
					}
				}
				fmt.Fprintln(a.out, "added", n.Username, id)
				return nil
			})
		},
	}
	c.Flags().StringVar(&n.GivenName, "given-name", "", "required")
	c.Flags().StringVar(&n.FamilyName, "family-name", "", "required")
	c.Flags().StringVar(&n.TaxCode, "tax-code", "", "of a citizen whose identity was verified")
	c.Flags().BoolVar(&generate, "generate", false, "make up password and PIN, and print them")
	in.flags(c)
	return c
}

// secrets asks for a password and a PIN, never on the command line.
func (a *app) secrets(generate bool) (password, pin string, err error) {
	if generate {
		bits := make([]byte, 15)
		rand.Read(bits)
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return "", "", err
		}
		password, pin = strings.ToLower(base32.StdEncoding.EncodeToString(bits)), fmt.Sprintf("%06d", n)
		fmt.Fprintf(a.out, "password %s\nPIN      %s\n", password, pin)
		return password, pin, nil
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		ask := func(what string) string {
			fmt.Fprint(a.err, what+": ")
			typed, e := term.ReadPassword(int(os.Stdin.Fd()))
			fmt.Fprintln(a.err)
			err = errors.Join(err, e)
			return string(typed)
		}
		return ask("Password"), ask("PIN"), err
	}
	lines := bufio.NewScanner(os.Stdin)
	for _, into := range []*string{&password, &pin} {
		if !lines.Scan() {
			return "", "", errors.New("want two lines on standard input, the password and the PIN; or --generate")
		}
		*into = lines.Text()
	}
	return password, pin, nil
}

func (a *app) userList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List accounts with their placements", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				all, err := n.identity.List(ctx)
				if err != nil {
					return err
				}
				for _, u := range all {
					if asJSON {
						if err := a.json(u); err != nil {
							return err
						}
						continue
					}
					state := ""
					if u.DisabledAt != nil {
						state = "  disabled " + moment(*u.DisabledAt)
					}
					fmt.Fprintf(a.out, "%-24s %s %s%s\n", u.Username, u.GivenName, u.FamilyName, state)
					for _, p := range u.Placements {
						until := ""
						if p.ValidTo != nil {
							until = " until " + moment(*p.ValidTo)
						}
						fmt.Fprintf(a.out, "    %s %s since %s%s\n", p.Role, p.Entity, moment(p.ValidFrom), until)
					}
				}
				return nil
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func (a *app) userPassword() *cobra.Command {
	var generate bool
	c := &cobra.Command{
		Use: "password USERNAME", Short: "Set password and PIN, and end the account's sessions", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				u, err := n.account(ctx, args[0])
				if err != nil {
					return err
				}
				password, pin, err := a.secrets(generate)
				if err != nil {
					return err
				}
				return n.identity.SetPassword(ctx, u.ID, password, pin)
			})
		},
	}
	c.Flags().BoolVar(&generate, "generate", false, "make them up, and print them")
	return c
}

func (a *app) userDisable() *cobra.Command {
	return &cobra.Command{
		Use: "disable USERNAME", Short: "Keep an account from logging in, and release its tickets", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				u, err := n.account(ctx, args[0])
				if err != nil {
					return err
				}
				if err := n.identity.Disable(ctx, u.ID); err != nil {
					return err
				}
				return a.release(ctx, n, u, projections.Filter{})
			})
		},
	}
}

func (a *app) placementAdd() *cobra.Command {
	var in place
	c := &cobra.Command{
		Use: "add USERNAME --role ROLE [--entity CODE]", Short: "Give an account a role at an entity, from now on", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withNode(cmd, func(ctx context.Context, n *node) error {
				u, err := n.account(ctx, args[0])
				if err != nil {
					return err
				}
				return in.add(ctx, n, u.ID)
			})
		},
	}
	in.flags(c)
	return c
}

func (a *app) placementEnd() *cobra.Command {
	var in place
	c := &cobra.Command{
		Use: "end USERNAME --role ROLE [--entity CODE]", Short: "End a placement now, and release the tickets held by it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLists(cmd, func(ctx context.Context, n *node) error {
				u, err := n.account(ctx, args[0])
				if err != nil {
					return err
				}
				entity := entityCode(in.entity)
				had := slices.ContainsFunc(u.Placements, func(p identity.Placement) bool { return string(p.Role) == in.role && p.Entity == entity })
				err = n.identity.EndPlacement(ctx, u.ID, person.Role(in.role), entity)
				if err != nil && (!had || !errors.Is(err, identity.ErrNotFound)) { // one that was ended before may still hold tickets
					return err
				}
				if entity == "" {
					return nil
				}
				return a.release(ctx, n, u, projections.Filter{Entity: entity})
			})
		},
	}
	in.flags(c)
	return c
}

// release takes an operator's tickets from them, one command each. A role at the same entity that goes on keeps them.
func (a *app) release(ctx context.Context, n *node, u identity.Account, f projections.Filter) error {
	if o, err := n.identity.Find(ctx, u.ID, f.Entity); err == nil && f.Entity != "" && o.Entity == f.Entity {
		return nil
	}
	f.Queue, f.Assignee, f.Sort, f.Limit = projections.AllQueue, u.ID, projections.OldestFirst, 200
	var held []ticket.ID
	for {
		page, err := n.reader.Tickets(ctx, auditor, f)
		if err != nil {
			return err
		}
		for _, t := range page.Items {
			if t.Status != ticket.Closed {
				held = append(held, t.ID)
			}
		}
		if f.Cursor = page.NextCursor; f.Cursor == "" {
			break
		}
	}
	for _, id := range held {
		_, err := n.desk.Dispatch(ctx, desk.Request{
			Ticket: id, Command: ticket.Release{Operator: u.ID}, By: person.Actor{ID: operatingName, Role: person.System},
		})
		if err != nil {
			return fmt.Errorf("release ticket %s: %w; repeat the command", id, err)
		}
	}
	fmt.Fprintf(a.out, "released %d tickets of %s\n", len(held), u.Username)
	return nil
}
