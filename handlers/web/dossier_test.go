// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"crypto/sha256"
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
)

// fetch is a file as the browser would save it.
func (b *browser) fetch(path, kind, name string) []byte {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodGet, b.w.server.Address+path, nil)
	b.w.must(err)
	response, err := b.client.Do(r)
	b.w.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	b.w.must(err)
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), kind) ||
		!strings.Contains(response.Header.Get("Content-Disposition"), name) {
		b.w.Fatalf("%s: %d, %v", path, response.StatusCode, response.Header)
	}
	return raw
}

func TestADossierProvesItself(t *testing.T) {
	w := newSystem(t)
	form := request(torino)
	form.Files = []attachment.FileUpload{{Name: "referto.txt.pdf", Content: []byte("%PDF-1.4\n%%EOF\n")}}
	id := w.open(form)
	anna := operatorAt(w.Account(t, "anna", person.ASROperator, torino), person.ASROperator, torino)
	w.applyUpdate(anna, id, app.UpdateRequest{Changes: ticket.Changes{Status: ticket.Waiting}, Note: note(ticket.Public, "In che giorno?")})
	w.applyUpdate(anna, id, app.UpdateRequest{Note: note(ticket.Internal, "Ha già <chiamato> ieri")})
	seen, err := w.App.Ticket(t.Context(), anna, id, nil)
	w.must(err)
	audit := w.login("ugo", person.Auditor, "")
	path := "/revisione/" + string(id) + "/fascicolo"

	page := string(audit.fetch(path+".html", "text/html", "fascicolo-"+seen.Number+".html"))
	for _, text := range []string{"Finzione", "RSSMRA80A01H501U", "In che giorno?", "Ha già &lt;chiamato&gt; ieri", "referto.txt.pdf", "ticket.opened.v1", "Come ricontrollare", "Ugo", "Nessun dato personale di questa richiesta"} {
		if !strings.Contains(strings.ToLower(page), strings.ToLower(text)) {
			t.Errorf("the file does not say %q", text)
		}
	}
	for _, outward := range []string{"src=", "href=", "url(", "http://", "https://", "<script", "<link"} {
		if strings.Contains(page, outward) {
			t.Errorf("the file leads out of itself: %q", outward)
		}
	}

	d := w.verifyDossier(audit, path+".json", seen.Number)
	file := sha256.Sum256([]byte("%PDF-1.4\n%%EOF\n"))
	if len(d.Files) != 1 || d.Files[0].SHA256 != hex.EncodeToString(file[:]) || d.Files[0].Sealed == d.Files[0].SHA256 || d.Files[0].Position != d.Events[0].Position {
		t.Errorf("its attachments: %+v", d.Files)
	}
	if len(d.Erased) != 0 || d.MadeBy.Name != "Prova UGO" || len(d.Ticket.Notes) != 2 {
		t.Errorf("it holds %+v", d)
	}

	_, err = w.App.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: ticket.Erase{}, By: person.Actor{ID: "test", Role: person.Administrator}})
	w.must(err)
	w.Clock.Advance(time.Minute)
	erased := w.verifyDossier(audit, path+".json", seen.Number)
	if len(erased.Erased) < 3 || erased.Files[0].State != "erased" || erased.Files[0].SHA256 != "" {
		t.Errorf("once erased it holds %q, %+v", erased.Erased, erased.Files)
	}
	raw := audit.fetch(path+".html", "text/html", "fascicolo")
	for _, gone := range []string{"Finzione", "RSSMRA80A01H501U", "In che giorno?", "referto.txt.pdf"} {
		if bytes.Contains(raw, []byte(gone)) {
			t.Errorf("once erased it says %q", gone)
		}
	}
	w.login("sara", person.ASRSupervisor, torino).open(path + ".json").want(403) // it holds what others noted internally
	audit.open("/revisione/" + string(id) + "/accessi").says("Fascicolo scaricato")
}

// verifyDossier reads a dossier and checks every leaf as its own text says: by SHA-256, with nothing of ours.
func (w *system) verifyDossier(b *browser, path, number string) (d app.Dossier) {
	w.Helper()
	w.must(json.Unmarshal(b.fetch(path, "application/json", "fascicolo-"+number+".json"), &d))
	if d.Number != number || len(d.Events) == 0 || len(d.VerificationSteps) == 0 {
		w.Fatalf("a dossier of %q with %d events", d.Number, len(d.Events))
	}
	for _, e := range d.Events {
		content := sha256.Sum256(e.Content)
		leaf := sha256.Sum256(append([]byte{0}, e.Record...))
		if !bytes.HasSuffix(e.Record, content[:]) || hex.EncodeToString(leaf[:]) != e.Hash {
			w.Errorf("event %s: the bytes give %x, its hash is %s", e.Position, leaf, e.Hash)
		}
	}
	return d
}
