// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package looks

import (
	"context"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/caller"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
)

// RecordList records a list of tickets that a caller gets. A search for a person is recorded with hashes of what was searched for: a tax code,
// telephone or e-mail with or without results, because the citizen may ask who searched for them, and a name if the search showed somebody with
// that name. typing: the caller may still be typing the search, which is recorded once.
func (r *Recorder) RecordList(ctx context.Context, by caller.Caller, f lists.Filter, shown []lists.Item, typing bool) error {
	a, err := r.listAccess(ctx, f, shown)
	if err != nil {
		return err
	}
	if f.Q == "" || f.Cursor != "" {
		return r.Record(ctx, by, a)
	}
	var names []string
	if by.Actor.Role != person.Citizen {
		for _, item := range shown {
			names = append(names, item.Requester.GivenName, item.Requester.FamilyName)
		}
	}
	terms := r.config.Lists.ParseSearch(f.Q).AboutPersons(names)
	if len(terms) > 0 {
		searched, err := r.config.Persons.PersonOf(ctx, f.Q)
		if err != nil {
			return err
		}
		a.Person, a.Hashes = searched.ID, r.HashSearched(terms, false)
	}
	a.By, a.Client = by.Actor, by.Source()
	text := strings.ToLower(strings.Join(strings.Fields(f.Q), " "))
	var beginnings []string
	for n := range text {
		beginnings = append(beginnings, text[:n])
	}
	return r.config.Log.RecordSearch(ctx, accesslog.TypedSearch{
		Access: a, Typing: typing,
		Typed:  append(r.hashTyped(text), a.Hashes...),
		Covers: slices.Concat(r.hashTyped(append(beginnings, text)...), r.HashSearched(searchterms.Beginnings(terms), false)),
	})
}

// listAccess returns the access of a list of tickets.
func (r *Recorder) listAccess(ctx context.Context, f lists.Filter, shown []lists.Item) (a accesslog.Access, err error) {
	a = accesslog.Access{Kind: accesslog.Lists, Detail: string(f.Queue), Shown: TicketsOf(shown, func(i lists.Item) ticket.ID { return i.ID })}
	if f.Q != "" {
		a.Kind = accesslog.Search
		a.Terms, err = r.sealer.Seal(ctx, accesslog.TermsLabel, f.Q)
	}
	return a, err
}

// hashTyped returns the keyed hashes of texts as they were typed.
func (r *Recorder) hashTyped(texts ...string) (hashes []string) {
	for _, text := range texts {
		hashes = append(hashes, r.config.Store.KeyedHash(searchterms.Purpose, "typed "+text))
	}
	return hashes
}

// HashSearched returns the keyed hashes of what was searched for, as access records hold them: with the version of the key in use, or with all.
func (r *Recorder) HashSearched(terms []string, versions bool) (hashes []string) {
	for _, term := range terms {
		all := r.config.Store.KeyedHashes(searchterms.Purpose, "searched "+term)
		if !versions {
			all = all[:1]
		}
		hashes = append(hashes, all...)
	}
	return hashes
}
