// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
)

// holderOf checks the error with which a service takes a personal link.
func holderOf(t *testing.T, name string, a *app.Service, token string, id ticket.ID, want error) {
	t.Helper()
	c, ok, err := a.FindLinkHolder(t.Context(), token, "192.0.2.1")
	if !ok || !errors.Is(err, want) || err == nil && c.Link != id {
		t.Errorf("%s: got %+v, %t, %v, want %v", name, c, ok, err, want)
	}
}

// A revocation holds on every node at once, also for the form of links from before links named their issue.
func TestRevokedLinksAreDeadOnAllNodes(t *testing.T) {
	s := newService(t)
	other := s.OpenNode(t)
	id, neighbour := s.open(), s.open()
	link, err := s.App.PersonalLink(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	old := s.App.Identity.PersonalLink(id, ticket.LinkIssue{})
	for name, token := range map[string]string{"a link": link, "one of the earlier form": old} {
		holderOf(t, name, other, token, id, nil)
	}
	if _, err := s.App.RevokeLinks(t.Context(), s.anna, id, app.RevokeRequest{Reason: "inoltrato a estranei"}, app.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"a link": link, "one of the earlier form": old} {
		holderOf(t, name+", revoked", s.App, token, id, ticket.ErrLinkRevoked)
		holderOf(t, name+", revoked, another node", other, token, id, ticket.ErrLinkRevoked)
	}
	link, err = other.PersonalLink(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	holderOf(t, "a new link", s.App, link, id, nil)
	neighbours, err := s.App.PersonalLink(t.Context(), neighbour)
	if err != nil {
		t.Fatal(err)
	}
	holderOf(t, "the link of another ticket", s.App, neighbours, neighbour, nil)
}

func TestLinksExpire(t *testing.T) {
	s := newService(t)
	id := s.open()
	link, err := s.App.PersonalLink(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(ticket.DefaultLinkDays * 24 * time.Hour)
	holderOf(t, "on the last day", s.App, link, id, nil)
	s.Clock.Advance(24 * time.Hour)
	holderOf(t, "later", s.App, link, id, ticket.ErrLinkExpired)
	if link, err = s.App.PersonalLink(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	holderOf(t, "a new link", s.App, link, id, nil)
}

// Links that name no issue are as old as the first release with issues.
func TestLinksOfTheEarlierFormExpire(t *testing.T) {
	s := newService(t)
	id := s.open()
	old := s.App.Identity.PersonalLink(id, ticket.LinkIssue{})
	if _, err := storetest.Connect(t, s.Database).Exec(t.Context(), `update identity.link_issues set since = $1`, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(ticket.DefaultLinkDays * 24 * time.Hour)
	holderOf(t, "on the last day", s.App, old, id, nil)
	s.Clock.Advance(24 * time.Hour)
	holderOf(t, "later", s.App, old, id, ticket.ErrLinkExpired)
}
