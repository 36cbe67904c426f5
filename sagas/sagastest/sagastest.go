// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package sagastest holds the fixtures that the tests of the sagas and of their runtime share: entities, moments and
// catalogues.
package sagastest

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Three entities of the catalogue: ASL Città di Torino, ASL TO3 and ASL CN1.
const (
	Torino catalog.EntityCode = "010301"
	TO3    catalog.EntityCode = "010203"
	Cuneo  catalog.EntityCode = "010210"
)

// Operator is an operator of Torino.
var Operator = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: Torino}

// Rome parses "2006-01-02 15:04" as local time of Europe/Rome and returns it in UTC.
func Rome(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Rome())
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// CatalogWith returns the built-in catalogue with texts of its data files replaced. The arguments are pairs of old and new
// text, as for strings.NewReplacer.
func CatalogWith(t testing.TB, replaced ...string) *catalog.Catalog {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"entities.json", "services.json", "calendars.json"} {
		content, err := fs.ReadFile(catalog.DataFiles(), name)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.NewReplacer(replaced...).Replace(string(content))
		files[name] = &fstest.MapFile{Data: []byte(changed)}
	}
	c, err := catalog.Parse(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// CatalogWithSuccession returns the catalogue in which ASL Città di Torino ceases on 1 January 2027 and ASL TO3 succeeds it.
func CatalogWithSuccession(t testing.TB) *catalog.Catalog {
	const since = `"seat": "Torino", "valid_from": "2017-01-01"`
	return CatalogWith(t, since, since+`, "valid_to": "2027-01-01", "successor": "010203"`)
}
