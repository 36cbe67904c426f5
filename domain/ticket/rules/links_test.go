// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"errors"
	"testing"
	"time"

	. "github.com/sol-assistenza/sol/domain/ticket"
)

func TestLinksAreRevoked(t *testing.T) {
	revoke := RevokeLinks{Reason: " inoltrato a estranei ", Send: true}
	revoked := func(n int) LinksRevoked {
		return LinksRevoked{Issue: n, Send: true, Personal: &Text{Text: "inoltrato a estranei"}}
	}
	checkDecisions(t, engine, map[string]decision{
		"an operator revokes":                {given(opened()), revoke, operator, then(revoked(1))},
		"a second time":                      {given(opened(), by(operator, revoked(1))), revoke, operator, then(revoked(2))},
		"of a closed ticket":                 {given(opened(), resolved(1), closed(1)), revoke, operator, then(revoked(1))},
		"an administrator revokes":           {given(opened()), revoke, administrator, then(revoked(1))},
		"it needs a reason":                  {given(opened()), RevokeLinks{Send: true}, operator, invalidFields("reason")},
		"another entity does not see it":     {given(opened()), revoke, neighbour, notVisible()},
		"an entity with a trace may not":     {given(opened(), escalated()), revoke, operator, forbidden()},
		"the citizen may not":                {given(opened()), revoke, citizen, forbidden()},
		"the holder of the link may not":     {given(opened()), revoke, linkHolder, forbidden()},
		"an erased ticket has none to write": {given(opened(), erased()), revoke, operator, notAllowed(MoveRevokeLinks, StatusNew)},
	})
}

func TestLinkIssues(t *testing.T) {
	made := time.Date(2026, 11, 23, 23, 59, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		issue   int
		revoked int
		now     time.Time
		want    error
	}{
		"new":                   {0, 0, made, nil},
		"on its last day":       {0, 0, made.AddDate(0, 0, 180), nil},
		"on the day after":      {0, 0, made.AddDate(0, 0, 180).Add(2 * time.Minute), ErrLinkExpired},
		"revoked":               {0, 1, made, ErrLinkRevoked},
		"revoked and expired":   {1, 2, made.AddDate(1, 0, 0), ErrLinkRevoked},
		"made after revocation": {2, 2, made, nil},
		"a clock behind":        {0, 0, made.AddDate(0, 0, -1), nil},
	} {
		if got := IssueAt(c.issue, made).Check(State{LinkIssue: c.revoked}, c.now, DefaultLinkDays); !errors.Is(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
