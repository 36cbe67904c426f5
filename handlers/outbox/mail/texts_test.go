// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/goldentest"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
	"github.com/sol-assistenza/sol/sagas"
)

const (
	testNote ticket.ID = "01930000-0000-7000-8000-000000000002"
	testFile ticket.ID = "01930000-0000-7000-8000-000000000003"
)

// testTicket returns the citizen's view of a ticket with one note, whose text holds markup.
func testTicket() ticketview.Ticket {
	return ticketview.Ticket{
		Number: "2026-0001234", Entity: ticketview.Entity{Code: "010301", Name: "ASL di prova"},
		Notes: []ticketview.Note{{
			ID: testNote, Kind: "note", Text: "Il referto è pronto.\nLo trova <b>qui</b> & là.",
			Attachments: []ticketview.File{{ID: testFile, Name: "istruzioni.pdf"}},
		}},
	}
}

// The golden files hold the whole mail of each kind, so that a change of a sentence is read in its context.
func TestMailsEqualTheirGoldenFiles(t *testing.T) {
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
		if kind == sagas.KindFileRefused {
			n.File = testFile
		}
		statement := ""
		if kind == sagas.KindOpened {
			statement = "https://assistenza.example.it/informativa?ente=010301"
		}
		written, err := render(n.Kind, n, testTicket(), history, "https://assistenza.example.it/richieste/t.prova", statement, false)
		if err != nil || written == nil {
			t.Fatalf("%s: got %v and error %v, want a mail", kind, written, err)
		}
		goldentest.Compare(t, "testdata/"+string(kind)+".txt", written.subject+"\n\n"+written.text)
		goldentest.Compare(t, "testdata/"+string(kind)+".html", written.html)
	}
}

// A citizen who logs in gets a mail that announces news and does not hold their text.
func TestVerifiedCitizensMailHoldsNoText(t *testing.T) {
	for kind := range mailTexts {
		n := sagas.Notification{Kind: kind, Note: testNote}
		written, err := render(kind, n, testTicket(), nil, "https://assistenza.example.it/richieste", "", true)
		if err != nil || written == nil {
			t.Fatalf("%s: got %v and error %v, want a mail", kind, written, err)
		}
		if strings.Contains(written.text+written.html, "referto") {
			t.Errorf("%s: got %s, want no text of the ticket", kind, written.text)
		}
		goldentest.Compare(t, "testdata/verified.txt", written.subject+"\n\n"+written.text) // the same mail for each kind
		goldentest.Compare(t, "testdata/verified.html", written.html)
	}
}

// Each fixed line of every mail is one of the sentences by which package inbound recognises a quotation.
func TestSentencesHoldEveryFixedLine(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v, want the mails", len(files), err)
	}
	all := strings.Join(Sentences(), "\n")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			variable := strings.Contains(line, "2026-0001234") || strings.Contains(line, "/informativa?ente=") || line == "ASL di prova" || line == "istruzioni.pdf" || strings.HasPrefix(line, "Il referto è pronto") || strings.HasPrefix(line, "Lo trova")
			if i > 0 && !variable && !strings.Contains(all, line) {
				t.Errorf("%s: got %q in no sentence, want it in one", file, line)
			}
		}
	}
}
