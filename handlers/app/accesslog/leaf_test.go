// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/proof"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

var allKinds = []accesslog.Kind{
	accesslog.Ticket, accesslog.Checks, accesslog.Attachment, accesslog.Preview, accesslog.Lists, accesslog.Search, accesslog.Export, accesslog.Figures, accesslog.Notifications,
	accesslog.History, accesslog.Dossier, accesslog.Accesses, accesslog.Link, accesslog.Page, accesslog.Question, accesslog.PersonSearched,
}

// randomText returns a text of up to 12 characters, of those that JSON may escape and of others.
func randomText(r *rand.Rand) string {
	alphabet := []rune("aZ09 \"\\/<>&'\b\f\n\r\t\x01\x0b\x1f\x7fàè€😀\u2028\u2029\ufffd{}[],:nul")
	text := make([]rune, r.IntN(13))
	for i := range text {
		text[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(text)
}

// randomAccess returns an access with some of its fields.
func randomAccess(r *rand.Rand, kind accesslog.Kind) accesslog.Access {
	some := func() bool { return r.IntN(2) == 0 }
	id := func() string { return uuid.NewString() }
	a := accesslog.Access{
		By: person.Actor{ID: randomText(r), Role: person.Role(randomText(r)), Entity: catalog.EntityCode(randomText(r))}, Kind: kind, Controller: catalog.EntityCode(randomText(r)),
		Detail: randomText(r), Person: randomText(r),
		Client: accesslog.Client{Session: randomText(r), Address: randomText(r), Workstation: randomText(r), CommandLine: some(), Purpose: randomText(r)},
	}
	if some() {
		a.Ticket = ticket.ID(id())
	}
	for range r.IntN(4) {
		a.Shown = append(a.Shown, ticket.ID(id()))
		a.Hashes = append(a.Hashes, randomText(r))
	}
	if some() {
		a.Outcome = accesslog.Refused
	}
	if some() {
		a.Terms = accesslog.Sealed{Content: []byte{byte(r.IntN(256)), 0}, Key: id()}
	}
	return a
}

// TestLeavesAreComputedInGo computes the leaves of records of every kind, with random fields, typed searches included, from the stored
// columns: each equals the stored leaf.
func TestLeavesAreComputedInGo(t *testing.T) {
	db := storetest.New(t)
	recorder := accesslog.NewRecorder(db.Store.Pools())
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	recorded := 0
	for range 12 {
		for _, kind := range allKinds {
			a := randomAccess(r, kind)
			if recorded > 0 && r.IntN(3) == 0 {
				a.Look = 1 + r.Int64N(int64(recorded))
			}
			if _, err := recorder.Record(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			recorded++
		}
		typed := accesslog.TypedSearch{Access: randomAccess(r, accesslog.Search), Typed: []string{"a"}, Covers: []string{"a"}, Typing: true}
		if err := recorder.RecordSearch(t.Context(), typed); err != nil {
			t.Fatal(err)
		}
	}
	if err := recorder.RecordTypedSearches(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, db.URL)
	if _, err := db.Store.Pools().Consumer.Exec(t.Context(), `select access.append('[{"kind": "list", "shown": [], "hashes": [], "terms": "", "terms_key": "`+uuid.NewString()+`"}]')`); err != nil {
		t.Fatal(err)
	}
	rows, _ := owner.Query(t.Context(), `
		select position, at, kind, outcome, person, role, entity, controller, coalesce(ticket::text, ''), shown::text[], coalesce(look, 0), detail, subject, hashes, terms,
			coalesce(terms_key::text, ''), session, address, workstation, command_line, purpose, typed_at, login, leaf
		from access.records order by position`)
	checked := 0
	for rows.Next() {
		var a proof.AccessRecord
		var typed *time.Time
		var leaf []byte
		err := rows.Scan(&a.Position, &a.At, &a.Kind, &a.Outcome, &a.Person, &a.Role, &a.Entity, &a.Controller, &a.Ticket, &a.Shown, &a.Look, &a.Detail, &a.Subject, &a.Hashes, &a.Terms,
			&a.TermsKey, &a.Session, &a.Address, &a.Workstation, &a.CommandLine, &a.Purpose, &typed, &a.Login, &leaf)
		if err != nil {
			t.Fatal(err)
		}
		if typed != nil {
			a.Typed = *typed
		}
		if hash := a.Hash(); string(hash[:]) != string(leaf) {
			t.Errorf("the leaf of position %d is not that of %s", a.Position, a.Bytes())
		}
		checked++
	}
	if err := rows.Err(); err != nil || checked < recorded+2 { // of typed searches, some may have replaced others
		t.Errorf("checked %d leaves, %v, want more than %d", checked, err, recorded+1)
	}
}
