// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/dossier"
)

// fetch downloads a file and checks its content type and the name under which a browser would save it.
func (b *browser) fetch(path, contentType, name string) []byte {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodGet, b.w.server.Address+path, nil)
	b.w.must(err)
	response, err := b.client.Do(r)
	b.w.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	b.w.must(err)
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), contentType) ||
		!strings.Contains(response.Header.Get("Content-Disposition"), name) {
		b.w.Fatalf("%s: got status %d, headers %v", path, response.StatusCode, response.Header)
	}
	return raw
}

func TestDossierCanBeVerified(t *testing.T) {
	w := newSystem(t)
	form := request(torino)
	form.Files = []attachment.FileUpload{{Name: "referto.txt.pdf", Content: []byte("%PDF-1.4\n%%EOF\n")}}
	id := w.open(form)
	anna := operatorAt(w.Account(t, "anna", person.ASROperator, torino), person.ASROperator, torino)
	w.applyUpdate(anna, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: note(ticket.Public, "In che giorno?")})
	w.applyUpdate(anna, id, app.UpdateRequest{Note: note(ticket.Internal, "Ha già <chiamato> ieri")})
	seen, err := w.App.Ticket(t.Context(), anna, id, nil)
	w.must(err)
	audit := w.login("ugo", person.Auditor, "")
	path := "/revisione/" + string(id) + "/fascicolo"

	page := string(audit.fetch(path+".html", "text/html", "fascicolo-"+seen.Number+".html"))
	for _, text := range []string{"Finzione", "RSSMRA80A01H501U", "In che giorno?", "Ha già &lt;chiamato&gt; ieri", "referto.txt.pdf", "ticket.opened.v2", "Come ricontrollare", "Ugo", "Può leggere da qui in poi", "Evento noto solo a", "entity/010301", "Nessun dato personale di questa richiesta"} {
		if !strings.Contains(strings.ToLower(page), strings.ToLower(text)) {
			t.Errorf("the dossier: want text %q in it", text)
		}
	}
	for _, reference := range []string{"src=", "href=", "url(", "http://", "https://", "<script", "<link"} {
		if strings.Contains(page, reference) {
			t.Errorf("the dossier: got a reference to another file: %q", reference)
		}
	}

	d := w.verifyDossier(audit, path+".json", seen.Number)
	file := sha256.Sum256([]byte("%PDF-1.4\n%%EOF\n"))
	if len(d.Files) != 1 || d.Files[0].SHA256 != hex.EncodeToString(file[:]) || d.Files[0].Sealed == d.Files[0].SHA256 || d.Files[0].Position != d.Events[0].Position {
		t.Errorf("got attachments %+v", d.Files)
	}
	if opened := d.Events[0].Readers; len(opened) == 0 || d.Events[len(d.Events)-1].OnlyFor == nil {
		t.Errorf("got reader tags %q of the opening and %q of the internal note, want some", opened, d.Events[len(d.Events)-1].OnlyFor)
	}
	if len(d.Erased) != 0 || d.MadeBy.Name != "Prova UGO" || len(d.Ticket.Notes) != 2 {
		t.Errorf("got dossier %+v", d)
	}

	_, err = w.App.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: ticket.Erase{}, By: person.Actor{ID: "test", Role: person.Administrator}})
	w.must(err)
	w.Clock.Advance(time.Minute)
	erased := w.verifyDossier(audit, path+".json", seen.Number)
	if len(erased.Erased) < 3 || erased.Files[0].State != "erased" || erased.Files[0].SHA256 != "" {
		t.Errorf("after the erasure: got erased %q, attachments %+v", erased.Erased, erased.Files)
	}
	raw := audit.fetch(path+".html", "text/html", "fascicolo")
	for _, gone := range []string{"Finzione", "RSSMRA80A01H501U", "In che giorno?", "referto.txt.pdf"} {
		if bytes.Contains(raw, []byte(gone)) {
			t.Errorf("after the erasure: got text %q, want a dossier without it", gone)
		}
	}
	w.login("sara", person.ASRSupervisor, torino).open(path + ".json").want(403) // a dossier has the internal notes of other entities
	audit.open("/revisione/" + string(id) + "/accessi").shows("Fascicolo scaricato")
}

// tagBytes returns lists of reader tags as the dossier's text describes them.
func tagBytes(lists ...[]string) (b []byte) {
	for _, tags := range lists {
		b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
		for _, tag := range tags {
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(tag))), tag...)
		}
	}
	return b
}

// verifyDossier reads a dossier and verifies every leaf as the dossier's text describes it: with SHA-256 and without code of this project.
func (w *system) verifyDossier(b *browser, path, number string) (d dossier.Dossier) {
	w.Helper()
	w.must(json.Unmarshal(b.fetch(path, "application/json", "fascicolo-"+number+".json"), &d))
	if d.Number != number || len(d.Events) == 0 || len(d.VerificationSteps) == 0 {
		w.Fatalf("got a dossier of %q with %d events, want %q", d.Number, len(d.Events), number)
	}
	for _, e := range d.Events {
		content := sha256.Sum256(e.Content)
		leaf := sha256.Sum256(append([]byte{0}, e.Record...))
		if !bytes.HasSuffix(e.Record, content[:]) || hex.EncodeToString(leaf[:]) != e.Hash {
			w.Errorf("event %s: got hash %s, want %x", e.Position, e.Hash, leaf)
		}
		tagged := len(e.Readers)+len(e.OnlyFor) > 0
		if bytes.HasPrefix(e.Content, []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2}) != tagged || tagged && !bytes.HasSuffix(e.Content, tagBytes(e.Readers, e.OnlyFor)) {
			w.Errorf("event %s: got content %x, want the readers %q, only for %q in it", e.Position, e.Content, e.Readers, e.OnlyFor)
		}
	}
	return d
}
