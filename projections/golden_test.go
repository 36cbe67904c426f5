// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a value's JSON with a file.
func golden(t *testing.T, file string, value any) {
	t.Helper()
	got, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what it was:\n%s", file, got)
	}
}

func sampleScenario(t *testing.T) *scenario {
	note := func(n, text string, v ticket.Visibility) *ticket.NoteInput {
		return &ticket.NoteInput{ID: ticket.ID("01930000-0000-7000-8000-00000000000" + n), Text: text, Visibility: v}
	}
	return given(t).then(operator, take).
		then(operator, ticket.Update{Note: note("2", "sentito il laboratorio", ticket.Internal)}).
		then(operator, ticket.Update{Changes: ticket.Changes{Status: ticket.Waiting}, Note: note("3", "In che data?", ticket.Public)}).
		then(citizen, ticket.Reply{ID: "01930000-0000-7000-8000-000000000004", Text: "Il 3 marzo"}).
		then(operator, ticket.Update{Changes: ticket.Changes{Status: ticket.HandedOver}, Note: note("5", "Referto inviato, non visibile", ticket.Public)})
}

// TestStoredRowGolden: rows that are stored in one shape are read again in the same one. When this
// fails because the rules remember something else, the model needs a new version and a migration, not a new file.
func TestStoredRowGolden(t *testing.T) {
	golden(t, "testdata/row_v1.json", foldHistory(sampleScenario(t).history))
}

// TestTicketGoldenByViewer shows what each of them gets of the same ticket at the same moment.
func TestTicketGoldenByViewer(t *testing.T) {
	h := sampleScenario(t)
	for file, c := range map[string]struct {
		by    person.Actor
		after time.Duration
	}{
		"citizen-held": {citizen, 0}, "citizen": {citizen, time.Minute}, "trace": {operator, time.Minute}, "regional": {regional, time.Minute},
		"auditor": {auditor, time.Minute},
	} {
		golden(t, "testdata/ticket_"+file+".json", h.view(c.by, c.after))
	}
}
