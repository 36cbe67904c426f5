// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accessreport

import (
	"cmp"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// seen adds up the looks of a report at one ticket. It holds ids, no personal data.
type seen struct {
	Person       string                 `json:"p,omitempty"`
	Ticket       ticket.ID              `json:"t"`
	Openings     int                    `json:"o,omitempty"`
	Listings     int                    `json:"l,omitempty"`
	Kinds        map[accesslog.Kind]int `json:"k"` // of openings
	Listed       map[accesslog.Kind]int `json:"s"` // of listings
	Files        []string               `json:"f,omitempty"`
	By           map[string]int         `json:"b"` // looks by account
	Controllers  []catalog.EntityCode   `json:"c,omitempty"`
	First        time.Time              `json:"first"`
	Last         time.Time              `json:"last"`
	FirstUnnamed time.Time              `json:"first_unnamed,omitzero"` // of the looks whose records name no controller: lists, and those of the release before
	LastUnnamed  time.Time              `json:"last_unnamed,omitzero"`
}

func newSeen(l look) *seen {
	return &seen{
		Person: l.person, Ticket: l.ticket, Kinds: map[accesslog.Kind]int{}, Listed: map[accesslog.Kind]int{}, By: map[string]int{},
	}
}

// add adds one look at the ticket.
func (s *seen) add(l look) {
	s.By[l.by]++
	s.First, s.Last = earlier(s.First, l.at), later(s.Last, l.at)
	if l.controller == "" {
		s.FirstUnnamed, s.LastUnnamed = earlier(s.FirstUnnamed, l.at), later(s.LastUnnamed, l.at)
	}
	if !l.opened {
		s.Listings++
		s.Listed[l.kind]++
		return
	}
	s.Openings++
	s.Kinds[l.kind]++
	if l.kind == accesslog.Attachment {
		s.Files = addOnce(s.Files, l.detail)
	}
	if l.controller != "" {
		s.Controllers = addOnce(s.Controllers, l.controller)
	}
}

// merge adds the sum of other looks at the same ticket.
func (s *seen) merge(o *seen) {
	s.Openings, s.Listings = s.Openings+o.Openings, s.Listings+o.Listings
	for k, n := range o.Kinds {
		s.Kinds[k] += n
	}
	for k, n := range o.Listed {
		s.Listed[k] += n
	}
	for by, n := range o.By {
		s.By[by] += n
	}
	for _, f := range o.Files {
		s.Files = addOnce(s.Files, f)
	}
	for _, c := range o.Controllers {
		s.Controllers = addOnce(s.Controllers, c)
	}
	s.First, s.Last = earlier(s.First, o.First), later(s.Last, o.Last)
	s.FirstUnnamed, s.LastUnnamed = earlier(s.FirstUnnamed, o.FirstUnnamed), later(s.LastUnnamed, o.LastUnnamed)
}

// compareSeen orders by person, then by ticket, so that all tickets of a person follow each other.
func compareSeen(a, b *seen) int {
	return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Ticket, b.Ticket))
}

func addOnce[T comparable](all []T, one T) []T {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}

// earlier returns the earlier of two times, of which a zero one does not count; later the later one.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
