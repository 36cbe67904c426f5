// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/migrations"
)

// contractions finds statements after which a node of the release before may fail: what its queries name is gone, has another type, or
// refuses its rows.
var contractions = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`drop\s+(table|view|column|function|procedure|trigger|index|sequence|schema|type|constraint|policy|default|role)\b`,
	`drop\s+owned`,
	`rename\b`,
	`alter\s+(column\s+)?\S+\s+(set\s+data\s+)?type\b`,
	`alter\s+(column\s+)?\S+\s+set\s+not\s+null`,
	`add\s+(constraint|check|unique|primary\s+key|foreign\s+key)\b`,
	`create\s+unique\s+index`,
	`revoke\b`,
	`truncate\b`,
}, "|") + `)`)

// allowedContractions holds, by migration, how many such statements it has and why a node of the release before bears them.
var allowedContractions = map[string]struct {
	statements int
	reason     string
}{
	"00015_epochs.sql":          {2, "the state of a mail gets one more value; a node of the release before reads states by name and leaves others alone"},
	"00016_person.sql":          {5, "its keys and revocations are of the tables and functions that it creates"},
	"00019_commands.sql":        {5, "what its function renames and empties are tables that it creates; the other release sees them as parts of log.commands"},
	"00028_search.sql":          {5, "its keys and revocations are of the tables and functions that it creates"},
	"00036_access_answers.sql":  {4, "its revocations are of what it grants and creates"},
	"00030_search_records.sql":  {3, "its revocations and its trigger are of the functions that it creates"},
	"00035_access_log.sql":      {9, "its trigger against truncate, its revocations, what its function drops, and the columns of its table of typed searches are of the tables and functions that it creates"},
	"00022_open_mails.sql":      {2, "it drops the indexes that it creates, when a failure left them invalid"},
	"00025_accounts.sql":        {2, "its unique index and its trigger against truncate are of the table that it creates"},
	"00034_readers.sql":         {6, "its keys and revocations are of what it creates"},
	"00042_representation.sql":  {6, "its keys and revocations are of what it creates"},
	"00032_wall.sql":            {4, "its revocations are of what it creates and grants, and of temporary tables, which no release makes"},
	"00031_logins.sql":          {13, "sol_worker creates tables of schema read only in a rebuild, which the other release cannot begin; the other revocations and drops are of what it creates"},
	"00037_security_events.sql": {2, "its revocations are of the functions that it creates and of what it grants"},
	"00044_key_uses.sql":        {2, "its revocation and its trigger against truncate are of what it creates"},
	"00043_files.sql":           {2, "its revocations are of what it creates and grants; a node of the release before gets «not found» for a file in quarantine"},
	"00013_allocator.sql":       {4, "log.logs is a view with the columns and rights of the table before; a trigger lets updates of the head pass"},
	"00024_questions.sql":       {2, "the check of the kind of an access lets one more kind pass; no node reads the kind as more than a text"},
}

// TestMigrationsExpandBeforeTheyContract checks the migrations after 00012, which are applied while nodes of the release before run.
func TestMigrationsExpandBeforeTheyContract(t *testing.T) {
	names, err := fs.Glob(migrations.Files(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if path.Base(name) <= "00012_open.sql" { // applied before nodes of two releases ran side by side
			continue
		}
		text, err := fs.ReadFile(migrations.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		found := findContractions(string(text))
		if allowed := allowedContractions[name]; len(found) != allowed.statements {
			t.Errorf("%s has %q, want %d such statements: see «A migration» in docs/developing.md", name, found, allowed.statements)
		}
	}
	for name, allowed := range allowedContractions {
		if allowed.reason == "" {
			t.Errorf("%s: the exception has no reason", name)
		}
	}
}

// findContractions returns the contracting statements of a migration, without those about objects that the migration itself creates.
func findContractions(text string) (found []string) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "--")
		found = append(found, contractions.FindAllString(line, -1)...)
	}
	return found
}

func TestContractionsAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"alter table a drop column b;":             1,
		"alter table a rename to c;":               1,
		"alter table a alter column b type bigint": 1,
		"alter table a alter b set not null":       1,
		"create table a (b integer);":              0,
		"-- drop table a":                          0,
		"alter table a add column b integer;":      0,
	} {
		if found := findContractions(text); len(found) != want {
			t.Errorf("%s: got %q, want %d", text, found, want)
		}
	}
}
