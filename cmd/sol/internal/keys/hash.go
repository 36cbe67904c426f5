// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/handlers/securityevents"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
)

func (c CLI) renew() *cobra.Command {
	var all bool
	var earlier string
	command := &cobra.Command{
		Use: "renew PURPOSE... | --all", Short: "Add a new version of keys of hashes; sol keys list shows the purposes",
		Long: "Add a new version of keys of hashes. What earlier versions signed (personal links, reply addresses, cursors) is accepted until the\n" +
			"moment of --earlier: now, 30d, 2027-01-31, or destroyed; by default for SOL_LINK_DAYS, after which it would have expired anyway. What\n" +
			"rows hold (search, subject) is found by earlier versions until they are destroyed.",
		RunE: func(cmd *cobra.Command, purposes []string) error {
			if all == (len(purposes) > 0) {
				return errors.New("name the purposes, or use --all; sol keys list lists them")
			}
			if all {
				purposes = keyring.RenewablePurposes()
			}
			for _, purpose := range purposes {
				if !keyring.IsRenewable(purpose) {
					return fmt.Errorf("%s: %w", purpose, keyring.ErrNotRenewable)
				}
				if earlier != "" && !all && !keyring.MayEnd(purpose) {
					return fmt.Errorf("%s: %w", purpose, keyring.ErrRowsHoldIt)
				}
			}
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				until, err := parseMoment(earlier, s.Now(), s.LinkDays)
				if err != nil {
					return err
				}
				for _, purpose := range purposes {
					if err := c.renewOne(ctx, s, purpose, until); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	command.Flags().BoolVar(&all, "all", false, "all purposes whose key may be renewed")
	command.Flags().StringVar(&earlier, "earlier", "", "until when what earlier versions signed is accepted: now, 30d, 2027-01-31, destroyed")
	return command
}

// renewOne renews the key of a purpose and says what comes next. until is zero, or when earlier versions end that may end.
func (c CLI) renewOne(ctx context.Context, s System, purpose string, until time.Time) (err error) {
	if !keyring.MayEnd(purpose) {
		until = time.Time{}
	}
	if err := s.Record(ctx, securityevents.KeyHashRenewed, purpose); err != nil {
		return err
	}
	var version int
	if purpose == persons.HashPurpose {
		version, err = s.Persons.RenewKey(ctx)
	} else {
		version, err = s.Keyring.Renew(ctx, purpose, until)
	}
	if err != nil {
		return err
	}
	accepted := "until they are destroyed"
	if !until.IsZero() {
		accepted = "until " + formatTime(until)
	}
	fmt.Fprintf(c.Out, "%s: version %d; it comes into use within a minute, when all nodes have read it; earlier versions are accepted until then, and %s\n", purpose, version, accepted)
	switch purpose {
	case persons.HashPurpose:
		fmt.Fprintln(c.Out, "when sol keys list shows it in use, run sol persons reindex")
	case searchterms.Purpose:
		fmt.Fprintln(c.Out, "ten seconds after sol keys list shows it in use, run sol projections rebuild tickets; searches find everything meanwhile")
	}
	return nil
}

func (c CLI) end() *cobra.Command {
	return &cobra.Command{
		Use: "end PURPOSE VERSION WHEN", Args: cobra.ExactArgs(3),
		Short: "Set until when an earlier version of a key is accepted: now, 30d, 2027-01-31. What it signed is refused from then on",
		RunE: func(cmd *cobra.Command, args []string) error {
			purpose := args[0]
			version, err := parseVersion(args[1])
			if err != nil {
				return err
			}
			return c.WithSystem(cmd, func(ctx context.Context, s System) error {
				at, err := parseMoment(args[2], s.Now(), 0)
				if err != nil {
					return err
				}
				if at.IsZero() {
					return fmt.Errorf("%q: want now, 30d or 2027-01-31; sol keys destroy destroys a version", args[2])
				}
				if err := s.Record(ctx, securityevents.KeyHashEnded, fmt.Sprintf("%s %d", purpose, version)); err != nil {
					return err
				}
				if err := s.Keyring.End(ctx, purpose, version, at); err != nil {
					return err
				}
				fmt.Fprintf(c.Out, "%s: version %d is accepted until %s; running nodes know within seconds\n", purpose, version, formatTime(at))
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
			version, err := parseVersion(args[1])
			if err != nil {
				return err
			}
			if !sure {
				return errors.New("destroying a key cannot be undone: repeat the command with --yes")
			}
			return c.WithSystem(cmd, func(ctx context.Context, s System) (err error) {
				if !force {
					if err := checkUnneeded(ctx, s, purpose, version); err != nil {
						return err
					}
				}
				if err := s.Record(ctx, securityevents.KeyHashDestroyed, fmt.Sprintf("%s %d", purpose, version)); err != nil {
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
	command.Flags().BoolVar(&force, "force", false, "also when persons, tickets or access records are found by this version alone")
	return command
}

// checkUnneeded returns an error if rows are found, or may be found, by a version alone. Persons.DestroyKey checks the directory of persons.
func checkUnneeded(ctx context.Context, s System, purpose string, version int) error {
	switch {
	case purpose == searchterms.Purpose:
		return checkSearchable(ctx, s, version)
	case purpose != persons.HashPurpose && keyring.LosesRows(purpose):
		return fmt.Errorf("rows with hashes by version %d of %s are found by it alone, and nothing writes them again: destroy it with --force, and what they say is lost", version, purpose)
	}
	return nil
}

// checkSearchable returns an error if destroying a version of the key of searches would hide tickets, or records of searches that are still kept.
func checkSearchable(ctx context.Context, s System, version int) error {
	applied, err := s.Keyring.IsApplied(ctx, searchterms.Purpose, version)
	if err != nil {
		return err
	}
	if !applied {
		return errors.New("tickets are found by this version alone: run sol projections rebuild tickets when all nodes use the new one, or destroy it with --force")
	}
	all, err := s.Keyring.HashKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Purpose != searchterms.Purpose || k.Version <= version || k.ActiveAt == nil {
			continue
		}
		if kept := k.ActiveAt.AddDate(0, s.AccessMonths, 0); s.Now().Before(kept) {
			return fmt.Errorf("records of searches until %s hold hashes by this version, and answers to citizens would miss them: destroy it then, or with --force", kept.Format(time.DateOnly))
		}
		break
	}
	return nil
}

func parseVersion(text string) (int, error) {
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 {
		return 0, fmt.Errorf("version %q: want a number from 1", text)
	}
	return version, nil
}
