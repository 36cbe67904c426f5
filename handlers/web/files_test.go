// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// TestFilesAreServedWithoutACookie opens an attachment: its address needs no cookie, shows the file to whoever has it while the reader's session
// lasts, and opens no other file.
func TestFilesAreServedWithoutACookie(t *testing.T) {
	w := newSystem(t)
	r := request(torino)
	r.Files = []attachment.FileUpload{{Name: "referto.pdf", Content: []byte("%PDF-1.4\nprova\n%%EOF\n")}}
	id := w.open(r)
	anna := w.login("anna", person.ASROperator, torino)
	ticket, err := w.App.Ticket(t.Context(), app.LinkHolder(id, ""), id, nil)
	w.must(err)
	path := "/ticket/" + string(id) + "/allegati/" + string(ticket.Attachments[0].ID)

	before := w.accesses(id)
	address := anna.open(path).want(http.StatusOK).at.Path
	if n := w.accesses(id) - before; n != 1 {
		t.Errorf("got %d access records, want 1", n)
	}
	if !strings.HasPrefix(address, "/allegati/") || strings.Contains(address, "referto") {
		t.Fatalf("got %q, want an address without the name of the file", address)
	}
	nobody := w.browser()
	got := nobody.open(address).want(http.StatusOK)
	if got.raw != "%PDF-1.4\nprova\n%%EOF\n" || got.header.Get("Content-Disposition") != "attachment; filename=referto.pdf" ||
		got.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Set-Cookie") != "" {
		t.Errorf("got %q with %v", got.raw, got.header)
	}
	changed := []byte(address)
	changed[len(changed)-5] ^= 1
	nobody.open(string(changed)).want(http.StatusNotFound)
	nobody.open("/allegati/x").want(http.StatusNotFound)
	w.must(w.App.Identity.EndSession(t.Context(), anna.token()))
	nobody.open(address).want(http.StatusNotFound).shows("un minuto")
}
