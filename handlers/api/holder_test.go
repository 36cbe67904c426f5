// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
)

// wantLastNote checks the text of a ticket's last note and the reasons why it does not count as the citizen's; "": it counts.
func (u user) wantLastNote(id, text, reasons string) {
	u.w.Helper()
	got := u.ticket(id).want(200)
	notes := got.list("notes")
	last := notes[len(notes)-1]
	why := ""
	if sender, ok := last["sender"].(map[string]any); ok {
		why = strings.Trim(fmt.Sprint(sender["reasons"]), "[]")
	}
	if last["text"] != text || why != reasons {
		u.w.Errorf("last note: got %v (%q), want %q (%q)", last["text"], why, text, reasons)
	}
}

// TestLinkOfADuplicateDoesNotSpeakForAVerifiedCitizen replies with the link of a request in which anybody may have typed the tax code.
func TestLinkOfADuplicateDoesNotSpeakForAVerifiedCitizen(t *testing.T) {
	w := newFixture(t)
	anna, maria := w.logIn("anna", person.ASROperator, torino), w.logIn("maria", person.Citizen, "")
	main := maria.post("/api/v1/tickets", form(torino)).want(201).text("id")
	duplicate := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(main, fields{"status": "in_attesa_utente", "note": public("Quale referto?")}).want(200)
	anna.update(duplicate, fields{"duplicate_of": main, "note": public("È la stessa richiesta")}).want(200)
	w.advance(time.Minute)
	reply := func(text string) {
		w.linkHolder(duplicate).post("/api/v1/tickets/"+duplicate+"/replies", fields{"text": text}).want(200)
		anna.wantLastNote(main, text, "duplicate verified_citizen")
	}
	reply("Quello di marzo")
	anna.update(main, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	w.advance(time.Minute)
	reply("Non va bene")
	if got := anna.ticket(main).text("status"); got != "risolto" {
		t.Errorf("got %s, want a resolved ticket that stays so", got)
	}
}

// TestLinkOfAClosedTicketAfterACorrection replies with the link that went to a mailbox which the linked ticket's contacts no longer name.
func TestLinkOfAClosedTicketAfterACorrection(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	closed := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(closed, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	w.advance(30 * 24 * time.Hour)
	w.eventually("the ticket is closed", func() bool { return anna.ticket(closed).text("status") == "chiuso" })
	reply := func(text string) string {
		return w.linkHolder(closed).post("/api/v1/tickets/"+closed+"/replies", fields{"text": text}).want(201).text("id")
	}
	linked := reply("Non va")
	reply("E ancora")
	anna.wantLastNote(linked, "E ancora", "")
	anna.post("/api/v1/tickets/"+linked+"/contacts", fields{"email": "giusta@example.it", "reason": "casella di un’altra persona"}).want(200)
	reply("Va tutto bene")
	anna.wantLastNote(linked, "Va tutto bene", "revoked_link")
}
