// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// applyUpdate updates a ticket as an operator's page does, then advances the clock until the note is no longer held.
func (w *system) applyUpdate(by app.Caller, id ticket.ID, u app.UpdateRequest) {
	w.Helper()
	_, err := w.App.Update(w.Context(), by, id, u, app.Idempotency{})
	w.must(err)
	w.waitForLists()
	w.Clock.Advance(time.Minute)
	w.waitForLists()
}

// operatorAt returns a caller with an account's id, a role and an entity.
func operatorAt(id string, role person.Role, entity catalog.EntityCode) app.Caller {
	return app.Caller{Actor: person.Actor{ID: id, Role: role, Entity: entity}}
}

// note returns a note for an update.
func note(visibility ticket.Visibility, text string) *app.NoteRequest {
	return &app.NoteRequest{Text: text, Visibility: visibility}
}

// newAuditedTicket opens a ticket. An operator of Torino asks the citizen a question, adds an internal note and hands the ticket over; the
// Region resolves it.
func newAuditedTicket(w *system) (id ticket.ID, number string) {
	w.Helper()
	anna := operatorAt(w.Account(w.T, "anna", person.ASROperator, torino), person.ASROperator, torino)
	rita := operatorAt(w.Account(w.T, "rita", person.RegionalOperator, catalog.Region), person.RegionalOperator, catalog.Region)
	id = w.open(request(torino))
	w.Clock.Advance(time.Hour)
	w.applyUpdate(anna, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: note(ticket.Public, "In che giorno è stato fatto l’esame?")})
	w.applyUpdate(anna, id, app.UpdateRequest{Note: note(ticket.Internal, "Il paziente ha già chiamato ieri")})
	w.applyUpdate(anna, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: note(ticket.Public, "Non risulta nei nostri sistemi")})
	w.applyUpdate(rita, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: note(ticket.Public, "Ora il referto è disponibile")})
	t, err := w.App.Ticket(w.Context(), anna, id, nil)
	w.must(err)
	return id, t.Number
}

func TestAuditorFindsATicket(t *testing.T) {
	w := newSystem(t)
	id, number := newAuditedTicket(w)
	audit := w.login("ugo", person.Auditor, "")
	home := audit.open("/revisione").want(200)
	for _, q := range []string{number, " rssmra80a01h501u", "referto delle analisi"} {
		found := home.submit("Trova", formValues{"Trova una richiesta": q}).want(200).shows("1 richiesta", "Finzione Maria")
		if found.at.RawQuery != "" {
			t.Errorf("got address %s, want one without the search", found.at)
		}
		if got := found.openLink(number).want(200).at.Path; got != "/revisione/"+string(id) {
			t.Errorf("the link: got page %s", got)
		}
	}
	home.submit("Trova", formValues{"Trova una richiesta": "9999-1"}).want(200).shows("0 richieste", "Nessuna richiesta corrisponde")
}

func TestTicketHistoryStepByStep(t *testing.T) {
	w := newSystem(t)
	id, _ := newAuditedTicket(w)
	audit := w.login("ugo", person.Auditor, "")
	now := audit.open("/revisione/"+string(id)).want(200).shows("Adesso", "Risolto", "Ora il referto è disponibile", "ticket.opened.v2", "Richiesta aperta, in carico a ASL Città di Torino 02/03/2026 10:00:00,000 1.1 · Senza accesso", "Prova RITA · Operatore regionale · Regione Piemonte")

	first := now
	for range 20 { // back to the first step, one step at a time
		if !strings.Contains(first.raw, ">Passo prima<") {
			break
		}
		first = first.openLink("Passo prima").want(200)
	}
	first.shows("passo 1 di", "Nuovo", "dopo il momento mostrato").doesNotShow("Passo prima")
	first.openLink("Passo dopo").shows("passo 2 di").openLink("Adesso").shows("Adesso", "Risolto")

	first.shows("Non trovo il referto delle analisi")
	page := first.text()[:strings.Index(first.text(), "Eventi registrati")]
	if strings.Contains(page, "In che giorno") {
		t.Errorf("got a note on the page before it was written: %s", page)
	}
	second := now.submit("Mostra", formValues{"Passo": "2"}).want(200).shows("passo 2 di", "In attesa di informazioni da utente")
	if second.at.Query().Get("passo") != "2" {
		t.Errorf("the slider: got page %s, want passo=2", second.at)
	}
	now.submit("Vai", formValues{"Data e ora": "2026-03-02T09:30"}).want(200).shows("02/03/2026 09:30:59,999", "prima di ogni evento", "non era ancora stata aperta")
	now.submit("Vai", formValues{"Data e ora": "2026-03-02T10:30"}).want(200).shows("passo 1 di", "Nuovo")
	audit.open("/revisione/"+string(id)+"?momento=ieri").want(422).shows("Momento non valido", "Risolto")
	audit.open("/revisione/"+string(id)+"?momento=2030-01-01").want(200).shows("Adesso", "Risolto")
	audit.open("/revisione/01890000-0000-7000-8000-000000000000").want(404)
	audit.open("/revisione/che").want(404)
}

// A note has one of three audiences. A hand-over does not change the audience of the notes before it.
func TestTicketHistoryAsAnotherViewer(t *testing.T) {
	w := newSystem(t)
	id, _ := newAuditedTicket(w)
	audit := w.login("ugo", person.Auditor, "")
	const (
		asked    = "In che giorno è stato fatto l’esame?"
		internal = "Il paziente ha già chiamato ieri"
		handed   = "Non risulta nei nostri sistemi"
		solved   = "Ora il referto è disponibile"
	)
	all := []string{asked, internal, handed, solved}
	for viewer, visible := range map[string][]string{
		"Revisore: tutto": all, "Cittadino": {asked, solved}, "Operatori di ASL Città di Torino": all, "Assistenza regionale": {asked, handed, solved},
	} {
		p := audit.open("/revisione/"+string(id)).submit("Mostra", formValues{"Con gli occhi di": viewer, "Passo": "99"}).want(200)
		shown := p.text()[strings.Index(p.text(), "Com’era"):strings.Index(p.text(), "Eventi registrati")]
		for _, text := range all {
			want := false
			for _, v := range visible {
				want = want || v == text
			}
			if got := strings.Contains(shown, text); got != want {
				t.Errorf("%s: %q is shown: got %t, want %t", viewer, text, got, want)
			}
		}
	}
	before := url.Values{"come": {"regione"}, "momento": {"2026-03-02T10:30"}}
	audit.open("/revisione/" + string(id) + "?" + before.Encode()).want(200).shows("A quel momento la richiesta non era visibile per: Assistenza regionale.")
	audit.open("/revisione/" + string(id)).want(200).doesNotShow("sola lettura")
	audit.open("/revisione/" + string(id) + "?come=" + string(torino)).want(200).shows("In sola lettura per: Operatori di ASL Città di Torino.")
	audit.open("/revisione/" + string(id) + "?come=cittadino").want(200).shows("Non vedeva: 1 nota interna, 1 nota tra Regione e ASR")

	held := url.Values{"come": {"cittadino"}, "momento": {"2026-03-02T11:00:05"}} // the question was asked at 11:00:00
	audit.open("/revisione/"+string(id)+"?"+held.Encode()).want(200).shows("1 nota pubblica non ancora leggibile", "Nuovo")
}

func TestAuditPagesRefuseOtherRoles(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	for name, role := range map[string]person.Role{"sara": person.ASRSupervisor, "ada": person.Administrator, "rita": person.RegionalOperator} {
		entity := map[person.Role]catalog.EntityCode{person.ASRSupervisor: torino, person.RegionalOperator: catalog.Region}[role]
		b := w.login(name, role, entity)
		for _, path := range []string{"/revisione", "/revisione/" + string(id)} {
			b.open(path).want(http.StatusForbidden).doesNotShow("Finzione")
		}
	}
	w.browser().open("/revisione/" + string(id)).shows("Accesso riservato")
}

// Every access is recorded, reads included (Garante, 4 June 2015).
func TestAccessRecordsOfATicket(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	anna := w.login("anna", person.ASROperator, torino)
	nora := w.login("nora", person.ASROperator, novara)
	audit := w.login("ugo", person.Auditor, "")
	accesses := "/revisione/" + string(id) + "/accessi"

	first := audit.open(accesses).want(200).shows("Elenco degli accessi", "Prova UGO").doesNotShow("Più vecchi")
	rows := func(p *page) int { return len(all(p.root, "tr")) - 1 }
	before := rows(first)
	nora.open("/ticket/" + string(id)).want(404) // a refused access
	anna.open("/ticket/" + string(id)).want(200)
	anna.post("/ticket/"+string(id)+"/presenza", url.Values{}).want(200) // no access: it shows nothing of the ticket
	if got := rows(audit.open(accesses).want(200)) - before; got != 3 {
		t.Errorf("after a refused page of the ticket, one that was shown and one of its accesses: got %d access records, want 3", got)
	}
	audit.open("/revisione").submit("Trova", formValues{"Trova una richiesta": "RSSMRA80A01H501U"}).want(200)
	audit.open("/revisione/" + string(id)).want(200)
	_, err := w.App.Ticket(w.Context(), app.LinkHolder(id, ""), id, nil)
	w.must(err)
	list := audit.open(accesses).want(200).
		shows("Prova ANNA Operatore ASR ASL Città di Torino Richiesta", "Prova UGO Revisore – Ricerca del codice fiscale", "Storia completa", "con il collegamento personale Cittadino", "Prova NORA Operatore ASR ASL NO Richiesta (rifiutata)").
		doesNotShow("RSSMRA80A01H501U")
	if got := rows(list) - before; got < 5 {
		t.Errorf("got %d more access records on the page, want at least 5", got)
	}
	if newest := textOf(all(list.root, "tr")[1]); !strings.Contains(newest, "Elenco degli accessi") {
		t.Errorf("the newest access: got %q, want the list of accesses", newest)
	}

	for range 101 {
		_, err := w.App.Ticket(w.Context(), app.LinkHolder(id, ""), id, nil)
		w.must(err)
	}
	oldest := audit.open(accesses).openLink("Più vecchi").want(200).shows("Prova ANNA", "I più recenti")
	oldest.openLink("I più recenti").want(200).doesNotShow("I più recenti")
	countBefore := w.accesses(id)
	audit.open(accesses + "?prima=999999999").want(200).shows("con il collegamento personale")
	if got := w.accesses(id) - countBefore; got != 1 {
		t.Errorf("after a page of older accesses: got %d access records, want 1", got)
	}
	file := audit.open(accesses + ".csv").want(200)
	lines := file.spreadsheet()
	if at, err := time.Parse("02/01/2006 15:04", lines[1][0]); err != nil || at.IsZero() {
		t.Errorf("the first time is %q, want an Italian date", lines[1][0])
	}
	if len(lines) < 108 || lines[0][0] != "quando" || !strings.Contains(file.raw, "Prova ANNA") {
		t.Errorf("the file: got %d lines, want at least 108; the head is %q", len(lines), lines[0])
	}
	audit.open(accesses + "?prima=9223372036854775807").want(200).shows("Prova UGO") // all accesses are older
	anna.open(accesses).want(403)
	anna.open(accesses + ".csv").want(403)
}

// A request that shows the ticket's page after a change or a refusal reads the ticket once and makes one access record.
func TestOneRequestIsOneAccessRecord(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	anna := w.login("anna", person.ASROperator, torino)
	expectOneAccess := func(name string, r *http.Request, status int) {
		t.Helper()
		before := w.accesses(id)
		anna.send(r).want(status)
		if got := w.accesses(id) - before; got != 1 {
			t.Errorf("%s: got %d access records, want 1", name, got)
		}
	}
	p := anna.ticket(id)
	expectOneAccess("a question", p.request("Chiedi al cittadino", nil), 200)
	p = p.submit("Rispondi", formValues{found + ": Sì": "✓", "Identificativo inviato a FSE/ROL": "REF-1"}).want(200)
	p = p.submit("Rispondi", formValues{ours + ": No": "✓"}).want(200)
	expectOneAccess("an outcome's note", p.request("Modifica il testo prima", nil), 200)
	expectOneAccess("a ready-made text", p.request("Inserisci", formValues{"Testi pronti": "Saluto iniziale"}), 200)
	expectOneAccess("no ready-made text", p.request("Inserisci", nil), 200)
	old := p.request("Esegui l’esito", nil)
	p.submit("Rispondi", formValues{"Correzione: " + found + ": No": "✓"}).want(200)
	expectOneAccess("an outcome that no longer applies", old, 412)
	expectOneAccess("a citizen's answer", anna.open(w.link(id)).request("Invia", formValues{"Il Suo messaggio": "Era il 3 marzo"}), 200)
}

// A page that only names another ticket makes no access record for it. The page of an attachment makes one record for the ticket, and
// one for the attachment's content.
func TestLinkToATicketIsNoAccess(t *testing.T) {
	w := newSystem(t)
	repeated, main := w.open(request(torino)), w.open(request(torino))
	anna := w.login("anna", person.ASROperator, torino)
	pdf := uploadFile{"referto.pdf", []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")}
	p := anna.ticket(main).submit("Aggiorna", formValues{"Nota": "ecco", "Allegati alla nota (facoltativi)": pdf}).want(200)
	anna.ticket(repeated).submit("Aggiorna", formValues{
		"Nota": "La seguiamo lì", publicNote: "✓", "Stato": "Risolto, perché ripete un’altra richiesta", "Numero della richiesta principale": anna.number(main),
	}).want(200)
	before := w.accesses(main)
	anna.ticket(repeated).shows("Ripete la richiesta 2026-")
	if got := w.accesses(main) - before; got != 0 {
		t.Errorf("after the page of its duplicate: got %d access records, want 0", got)
	}
	preview := p.raw[strings.Index(p.raw, "/ticket/"+string(main)+"/allegati/"):]
	preview = preview[:strings.Index(preview, `"`)]
	address := strings.TrimSuffix(preview, "/anteprima")
	anna.open(address + "/anteprima").want(200).shows("referto.pdf")
	anna.open(address + "?mostra").want(200)
	if got := w.accesses(main) - before; got != 2 {
		t.Errorf("after the page of an attachment: got %d access records, want 2", got)
	}
	anna.open("/ticket/" + string(main) + "/allegati/01a20000-0000-7000-8000-000000000000/anteprima").want(404)
}

// accesses counts the access records of a ticket. It makes none itself.
func (w *system) accesses(id ticket.ID) (n int) {
	w.Helper()
	owner, err := pgx.Connect(w.Context(), w.Database)
	w.must(err)
	defer func() { _ = owner.Close(w.Context()) }()
	w.must(owner.QueryRow(w.Context(), `select count(*) from access.records where ticket = $1::text::uuid`, string(id)).Scan(&n))
	return n
}

// A read whose access record cannot be stored is refused.
func TestReadWithoutAccessRecordIsRefused(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	anna := w.login("anna", person.ASROperator, torino)
	w.sql(`revoke execute on function access.append from sol_worker`)
	anna.open("/ticket/"+string(id)).want(500).doesNotShow("Finzione", "RSSMRA80A01H501U")
	_, err := w.App.Reply(w.Context(), app.LinkHolder(id, ""), id, app.ReplyRequest{Text: "Era il 3 marzo"}, app.Idempotency{})
	w.must(err) // a command that reads the ticket only to decide makes no access record
}

// sql runs a statement as the database's owner.
func (w *system) sql(statement string) {
	w.Helper()
	owner, err := pgx.Connect(w.Context(), w.Database)
	w.must(err)
	defer func() { _ = owner.Close(w.Context()) }()
	_, err = owner.Exec(w.Context(), statement)
	w.must(err)
}

func TestPastQueue(t *testing.T) {
	w := newSystem(t)
	id, number := newAuditedTicket(w) // opened at 10, asked at 11, handed over at 11:02 Rome
	audit := w.login("ugo", person.Auditor, "")
	form := audit.open("/revisione/coda").want(200).doesNotShow(number)
	at := func(entity, queue, moment string) *page {
		return form.submit("Mostra", formValues{"Ente": entity, "Coda": queue, "Momento": moment}).want(200)
	}
	at("ASL Città di Torino", "Nuove", "2026-03-02T10:30").shows("02/03/2026 10:30:59,999", "posizione 1.", number, "Nuovo", "Nuove 1", "In attesa del cittadino 0").
		doesNotShow("Finzione") // a past queue shows no personal data
	waiting := at("ASL Città di Torino", "In attesa del cittadino", "2026-03-02T11:00").shows(number, "In attesa di informazioni")
	waiting.openLink(number).want(200).shows("Storia della richiesta "+number, "In attesa di informazioni da utente", "dopo il momento mostrato")
	waiting.openLink("Nuove 0").want(200).shows("A quel momento la coda era vuota")
	at("Regione Piemonte", "Nuove", "2026-03-02T11:02").shows(number, "Non di competenza")
	at("ASL Città di Torino", "Inoltrate", "2026-03-02T11:02").shows(number)
	at("ASL Città di Torino", "Tutte", "2026-03-01T10:00").shows("posizione 1.0", "la coda era vuota")
	audit.open("/revisione/coda?ente=010301&momento=ieri").want(422).shows("non è una data")
	audit.open("/revisione/coda?ente=boh&momento=2026-03-02").want(422)
	audit.open("/revisione/coda?ente=010301&coda=mie&momento=2026-03-02").want(422)
	w.login("sara", person.ASRSupervisor, torino).open("/revisione/coda").want(403)
	if !strings.Contains(audit.open("/revisione/coda?ente=regione&coda=tutte&momento=2026-03-02").want(200).raw, string(id)) {
		t.Error("a moment without a time: got a queue without the ticket, want the queue at the end of the day")
	}
}
