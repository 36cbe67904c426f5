// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
	"github.com/sol-assistenza/sol/sagas"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what it was:\n%s", name, got)
	}
}

const testNote ticket.ID = "01930000-0000-7000-8000-000000000002"

// testTicket is what the citizen sees of a ticket with one note, whose text tries to be markup.
func testTicket() ticketview.Ticket {
	return ticketview.Ticket{
		Number: "2026-0001234", Entity: ticketview.Entity{Code: "010301", Name: "ASL di prova"},
		Notes: []ticketview.Note{{
			ID: testNote, Kind: "note", Text: "Il referto è pronto.\nLo trova <b>qui</b> & là.",
			Attachments: []ticketview.File{{Name: "istruzioni.pdf"}},
		}},
	}
}

// The mails as they are read, one file a kind. Whoever changes a sentence reads the whole mail again.
func TestMailsReadAsTheyShould(t *testing.T) {
	for kind := range mailTexts {
		n := sagas.Notification{Kind: kind}
		var history []ticket.Recorded
		switch kind {
		case questionAsked:
			history = []ticket.Recorded{{Event: ticket.CitizenAsked{Note: testNote}}}
		case ticketResolved:
			history = []ticket.Recorded{{Event: ticket.Resolved{Note: testNote}}}
		case markedDuplicate:
			history = []ticket.Recorded{{Event: ticket.MarkedDuplicate{Note: testNote}}}
		}
		switch kind {
		case questionAsked, ticketResolved, markedDuplicate:
			n.Kind, n.Note = sagas.KindPublicNote, testNote
		case sagas.KindPublicNote, sagas.KindReminder:
			n.Note = testNote
		}
		subject, text, html, ok, err := render(n.Kind, n, testTicket(), history, "https://assistenza.example.it/richieste/t.prova", false)
		if err != nil || !ok {
			t.Fatalf("%s: %t, %v", kind, ok, err)
		}
		golden(t, string(kind)+".txt", subject+"\n\n"+text)
		golden(t, string(kind)+".html", html)
	}
}

// Who logs in reads that there is something to read, and nothing of it.
func TestAVerifiedCitizensMailHoldsNothing(t *testing.T) {
	for kind := range mailTexts {
		n := sagas.Notification{Kind: kind, Note: testNote}
		subject, text, html, ok, err := render(kind, n, testTicket(), nil, "https://assistenza.example.it/richieste", true)
		if err != nil || !ok {
			t.Fatalf("%s: %t, %v", kind, ok, err)
		}
		if strings.Contains(text+html, "referto") {
			t.Errorf("%s tells %s", kind, text)
		}
		golden(t, "verified.txt", subject+"\n\n"+text) // whatever the kind is
		golden(t, "verified.html", html)
	}
}
