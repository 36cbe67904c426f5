// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package users

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
)

// Recorded is an event of the account stream as sol user history prints it.
type Recorded struct {
	Version  int          `json:"version"`
	Position int64        `json:"position"`
	At       time.Time    `json:"at"`
	Kind     account.Kind `json:"kind"`
	By       string       `json:"by"` // account, or sol-command-line
	Role     string       `json:"role_of_actor"`
	Reason   string       `json:"reason,omitempty"`
	account.Event
}

// History prints the changes of an account, or of all if username is "", the oldest first.
func (u Users) History(ctx context.Context, username string, printJSON func(any) error) error {
	id := ""
	names := map[string]string{}
	all, err := u.Service.Identity.ListAccounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if names[a.ID] = a.Username; strings.EqualFold(a.Username, strings.TrimSpace(username)) {
			id = a.ID
		}
	}
	if username != "" && id == "" {
		return fmt.Errorf("there is no account %s; sol user list shows them", username)
	}
	entries, err := u.Service.Accounts.History(ctx, id, 0, maxHistory)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(entries) {
		r := Recorded{
			Version: e.Record.Version, Position: e.Record.Position, At: e.Record.At, Kind: e.Event.Kind, By: e.Record.By.ID, Role: e.Record.By.Role,
			Reason: e.Event.Reason, Event: e.Event,
		}
		if printJSON != nil {
			if err := printJSON(r); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(u.Out, "%s  %s %s of %s by %s  %s -> %s\n", r.At.UTC().Format("2006-01-02 15:04:05Z"), r.Kind, r.Operation, orID(names, r.Account),
			orID(names, r.By), rightsText(r.Before), rightsText(r.After))
	}
	return nil
}

// maxHistory is the largest number of events that History prints.
const maxHistory = 1_000_000

func orID(names map[string]string, id string) string {
	if name := names[id]; name != "" {
		return name
	}
	return id
}

// rightsText returns rights in one word each.
func rightsText(r account.Rights) string {
	text := string(r.Credentials)
	for _, at := range r.Roles {
		text += "," + string(at.Role)
		if at.Entity != "" {
			text += "@" + string(at.Entity)
		}
	}
	if r.Disabled {
		text += ",disabled"
	}
	return text
}
