// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// TestFilesAreServedWithoutACookie opens an attachment: its address needs no cookie, shows the file to whoever has it while the reader's session
// lasts, and opens no other file.
func TestFilesAreServedWithoutACookie(t *testing.T) {
	w := newSystem(t)
	r := request(torino)
	r.Files = []attachment.FileUpload{{Name: "referto.pdf", Content: []byte("%PDF-1.4\nprova\n%%EOF\n")}}
	id := w.open(r)
	anna := w.login("anna", person.ASROperator, torino)
	view, err := w.App.Ticket(t.Context(), app.LinkHolder(id, ""), id, nil)
	w.must(err)
	path := "/ticket/" + string(id) + "/allegati/" + string(view.Attachments[0].ID)

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
	for name, want := range map[string]string{
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Accept-Ranges": "none", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		"Content-Length": "21", "Content-Type": "application/pdf",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, got.header.Get(name), want)
		}
	}
	if status, header, body := w.request(http.MethodHead, address); status != http.StatusOK || body != "" || header.Get("Content-Length") != "21" {
		t.Errorf("HEAD: got %d with %q", status, body)
	}
	if status, _, body := w.request(http.MethodGet, address, "Range", "bytes=0-3"); status != http.StatusOK || body != got.raw {
		t.Errorf("a range: got %d with %q, want the whole file", status, body)
	}
	if status, _, _ := w.request(http.MethodPost, address); status != http.StatusNotFound {
		t.Errorf("POST: got %d", status)
	}

	other := anna.open("/ticket/" + string(w.open(r)) + "/allegati/" + string(view.Attachments[0].ID))
	other.want(http.StatusNotFound) // the file of one ticket at the path of another
	for at := len("/allegati/"); at < len(address); at += 7 {
		for _, to := range []byte("Ab_") {
			if changed := []byte(address); changed[at] != to {
				changed[at] = to
				nobody.open(string(changed)).want(http.StatusNotFound)
			}
		}
	}
	for _, none := range []string{"x", address[len("/allegati/"):] + "A", address[len("/allegati/"):] + "=", address[len("/allegati/") : len(address)-1], strings.Repeat("A", 4000)} {
		nobody.open("/allegati/" + none).want(http.StatusNotFound)
	}
	w.Clock.Advance(files.AddressLifetime)
	nobody.open(address).want(http.StatusNotFound).shows("un minuto")

	address = anna.open(path).want(http.StatusOK).at.Path
	w.must(w.App.Identity.EndSession(t.Context(), anna.token()))
	nobody.open(address).want(http.StatusNotFound).shows("un minuto")
}

// An address ends with the rights of who opened the file: a link that is revoked, a ticket that they may not see any more.
func TestAddressesOfFilesEndWithTheRights(t *testing.T) {
	w := newSystem(t)
	r := request(torino)
	r.Files = []attachment.FileUpload{{Name: "referto.pdf", Content: []byte("%PDF-1.4\nprova\n%%EOF\n")}}
	id := w.open(r)
	view, err := w.App.Ticket(t.Context(), app.LinkHolder(id, ""), id, nil)
	w.must(err)
	file := view.Attachments[0].ID
	anna := person.Actor{ID: w.Account(t, "anna", person.ASROperator, torino), Role: person.ASROperator, Entity: torino}
	state, _, err := w.App.State(t.Context(), id)
	w.must(err)
	link, err := w.App.Files.Seal(files.Address{Ticket: id, File: file, Actor: app.LinkHolder(id, "").Actor, Link: id, Issue: state.LinkIssue})
	w.must(err)
	w.browser().open("/allegati/" + link).want(http.StatusOK)
	handlertest.Dispatch(t, w.App.TicketDispatcher, id, anna, ticket.RevokeLinks{Reason: "inoltrato"})
	w.browser().open("/allegati/" + link).want(http.StatusNotFound)

	nina := w.login("nina", person.ASROperator, novara) // whose session is open, and who never sees the ticket
	session := identity.Fingerprint(nina.token())
	stolen, err := w.App.Files.Seal(files.Address{Ticket: id, File: file, Actor: person.Actor{ID: w.accountOf("nina"), Role: person.ASROperator, Entity: novara}, Session: session})
	w.must(err)
	w.browser().open("/allegati/" + stolen).want(http.StatusNotFound)
}

// A photograph is served without what its camera wrote into it; an auditor gets the file as it was sent. Each look is on record.
func TestOriginalOfAPhotographIsForAuditors(t *testing.T) {
	w := newSystem(t)
	var plain bytes.Buffer
	w.must(jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 9, 9)), nil))
	const place = "GPS 45.0703 N 7.6869 E"
	photograph := slices.Concat(plain.Bytes()[:2], []byte{0xFF, 0xFE, 0, byte(len(place) + 2)}, []byte(place), plain.Bytes()[2:])
	r := request(torino)
	r.Files = []attachment.FileUpload{{Name: "foto.jpg", Content: photograph}}
	id := w.open(r)
	view, err := w.App.Ticket(t.Context(), app.LinkHolder(id, ""), id, nil)
	w.must(err)
	anna := operatorAt(w.Account(t, "anna", person.ASROperator, torino), person.ASROperator, torino)
	auditor := operatorAt(w.Account(t, "ugo", person.Auditor, ""), person.Auditor, "")
	for by, original := range map[*app.Caller]bool{&anna: false, &auditor: true} {
		before := w.accesses(id)
		_, content, err := w.App.ReadFile(t.Context(), *by, id, view.Attachments[0].ID)
		w.must(err)
		if bytes.Equal(content, photograph) != original || bytes.Contains(content, []byte(place)) != original || w.accesses(id) != before+1 {
			t.Errorf("%s: got %q, %d access records, want the original: %t, and one record", by.Actor.Role, content, w.accesses(id)-before, original)
		}
	}
}

// request sends a request without a cookie.
func (w *system) request(method, path string, header ...string) (int, http.Header, string) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.server.Address+path, nil)
	w.must(err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	return answer.StatusCode, answer.Header, string(body)
}
