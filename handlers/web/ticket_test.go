// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// ticket opens the page of a ticket.
func (b *browser) ticket(id ticket.ID) *page {
	b.w.Helper()
	return b.open("/ticket/" + string(id)).want(200)
}

// byID returns the element with an id.
func (p *page) byID(id string) *html.Node {
	p.b.w.Helper()
	for _, n := range all(p.root) {
		if attr(n, "id") == id {
			return n
		}
	}
	p.b.w.Fatalf("%s has no #%s", p.at, id)
	return nil
}

// hasValue fails the test if a control of the form «Aggiorna» would send another value.
func (p *page) hasValue(name, value string) *page {
	p.b.w.Helper()
	if got := p.fields("Aggiorna").Get(name); got != value {
		p.b.w.Fatalf("%s: %s: got %q, want %q", p.at, name, got, value)
	}
	return p
}

// options returns the texts of a menu's options.
func (p *page) options(id string) (texts []string) {
	p.b.w.Helper()
	for _, o := range all(p.byID(id), "option") {
		texts = append(texts, textOf(o))
	}
	return texts
}

// publicNote is the label of the open padlock.
const publicNote = "Lucchetto: chi legge la nota: Pubblica"

// FAQ 2.3–2.6: operators make every move with the form of the ticket's page.
func TestEveryMoveByItsForm(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	chief := w.login("capo", person.ASRSupervisor, torino)
	region := w.login("rosa", person.RegionalOperator, catalog.Region)
	w.login("nora", person.ASROperator, novara)
	fresh := func() ticket.ID {
		r := request(torino)
		r.Problem = "altro"
		return w.open(r)
	}

	// FAQ 2.3: assign to a colleague
	id := fresh()
	anna.ticket(id).submit("Aggiorna", formValues{"Operatore": "Prova BICE"}).want(200).shows("La richiesta è stata aggiornata.", "Assegnata a Prova BICE")
	// take with one click
	id = fresh()
	anna.ticket(id).submit("Prendi in carico", nil).want(200).shows("In lavorazione", "Presa in carico da Prova ANNA").doesNotShow("· Prova ANNA")
	// FAQ 2.4: ask, and undo
	p := anna.ticket(id).submit("Aggiorna", formValues{"Nota": "In che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(200)
	p.shows("Non ancora partita", "può annullare tutta l’azione").submit("Annulla l’azione", nil).want(200).shows("In lavorazione", "Annullata prima dell’invio").
		submit("Salva la bozza", nil).want(200).shows("La nota annullata era al cittadino, con lo stato «In attesa di informazioni da utente»").
		hasValue("visibilita", "internal").hasValue("stato", "")
	// ask without undo, ask again, resume with a reason
	p = anna.ticket(id).submit("Aggiorna", formValues{"Nota": "In che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(200)
	p = p.submit("Aggiorna", formValues{"Nota": "Allora?", publicNote: "✓", "Stato": "In attesa di informazioni da utente (chiede di nuovo)"}).want(200).shows("Allora?")
	p = p.submit("Aggiorna", formValues{"Stato": "In lavorazione (riprende la lavorazione)"}).want(422)
	p = p.submit("Aggiorna", formValues{"Motivo": "ha telefonato"}).want(200).shows("Lavorazione ripresa: «ha telefonato»")
	// FAQ 2.5: resolve, reopen, resolve again without a note
	p = p.submit("Aggiorna", formValues{"Nota": "Ora si trova", publicNote: "✓", "Stato": "Risolto"}).want(200).shows("si chiude da sola")
	p = p.submit("Aggiorna", formValues{"Stato": "In lavorazione (riapre la richiesta)", "Motivo": "richiama"}).want(200).shows("Riaperta: «richiama»")
	p.submit("Aggiorna", formValues{"Stato": "Risolto"}).want(200).shows("Risolta")

	// FAQ 2.6: hand over by the status menu, recall, hand over by the operator menu
	id = fresh()
	p = anna.ticket(id).submit("Aggiorna", formValues{"Nota": "Non risulta da noi", publicNote: "✓", "Stato": "Non di competenza (inoltra alla Regione)"}).want(200)
	p.shows("Sola lettura", "ora la segue Regione Piemonte")
	w.Clock.Advance(time.Minute)
	p = anna.ticket(id).submit("Aggiorna", formValues{"Stato": "Nuovo (riprende la richiesta dalla Regione)", "Motivo": "trovato"}).want(200).doesNotShow("Sola lettura")
	p.submit("Aggiorna", formValues{"Nota": "Proprio no", publicNote: "✓", "Operatore": "Regione Piemonte (inoltra la richiesta)"}).want(200).shows("Sola lettura", "Che cosa può ancora fare").doesNotShow("Aggiorna la richiesta")
	w.Clock.Advance(time.Minute)
	// regional messages of the ASR and of the Region
	anna.ticket(id).submit("Aggiorna", formValues{"Nota": "Manca il codice"}).want(200).shows("tra Regione e ASR, non al cittadino")
	w.Clock.Advance(time.Minute)
	region.ticket(id).shows("Manca il codice").submit("Aggiorna", formValues{"Nota": "Grazie", "Lucchetto: chi legge la nota: Messaggio regionale": "✓"}).want(200)
	// the Region takes the ticket and redirects it
	p = region.ticket(id).submit("Prendi in carico", nil).want(200)
	p = p.submit("Aggiorna", formValues{"Nota": "È di Novara", publicNote: "✓", "Stato": "Nuovo, presso un’altra ASR"}).want(422)
	p.hasValue("testo", "È di Novara").submit("Aggiorna", formValues{"ASR a cui inoltrare": "AOU Maggiore di Novara"}).want(200)

	// reclassify
	id = fresh()
	anna.ticket(id).submit("Aggiorna", formValues{"Servizio e tipologia": "Mancato pagamento o registrazione del referto"}).want(200).shows("Riclassificata")
	// mark as a duplicate
	main := anna.ticket(fresh())
	number := strings.TrimPrefix(textOf(all(main.root, "h1")[0]), "Richiesta ")
	p = anna.ticket(id).submit("Aggiorna", formValues{"Nota": "Ne ha già una", publicNote: "✓", "Stato": "Risolto, perché ripete un’altra richiesta"}).want(422)
	p = p.submit("Aggiorna", formValues{"Numero della richiesta principale": number}).want(200).shows("Ripete la richiesta " + number)
	p.openLink(number).want(200)
	// discard, which only a supervisor can
	id = fresh()
	if texts := anna.ticket(id).options("stato"); strings.Contains(strings.Join(texts, " "), "scartata") {
		t.Errorf("options of an operator: got %q, want none to discard", texts)
	}
	p = chief.ticket(id).submit("Aggiorna", formValues{"Stato": "Risolto, scartata senza messaggio"}).want(422)
	p.submit("Aggiorna", formValues{"Perché la scarta": "Prova"}).want(200).shows("Scartata: prova")
	bice.ticket(id).shows("Scartata: prova")
}

// No menu has the status «chiuso», and a closed ticket has no form.
func TestMenuHasOnlyPossibleStatuses(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	for _, text := range p.options("stato") {
		if strings.HasPrefix(text, ticket.StatusClosed.Label()) {
			t.Errorf("got option %q, want none to close", text)
		}
	}
	p.submit("Aggiorna", formValues{"Nota": "Ecco", publicNote: "✓", "Stato": "Risolto"}).want(200)
	w.Clock.Advance(30 * 24 * time.Hour)
	w.eventually("the ticket closes", func() bool { return strings.Contains(anna.ticket(id).text(), "La richiesta è chiusa") })
	if forms := all(anna.ticket(id).root, "textarea"); len(forms) != 0 {
		t.Error("a closed ticket: got a text area, want none")
	}
}

func TestRefusedUpdateKeepsTheForm(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Aggiorna", formValues{
		"Nota": "solo tra noi <b>", "Stato": "In attesa di informazioni da utente", "Operatore": "Prova BICE", "Motivo": "perché sì",
	}).want(422).shows("Qualcosa va corretto", "ciò che ha scritto è ancora qui")
	p.hasValue("testo", "solo tra noi <b>").hasValue("visibilita", "internal").hasValue("stato", "in_attesa_utente").hasValue("motivo", "perché sì")
	if got := textOf(p.byID("campo-note")); !strings.Contains(got, "Nota:") {
		t.Errorf("error beside the note: got %s", got)
	}
	p = p.submit("Aggiorna", formValues{publicNote: "✓", "Motivo": "", "Allegati alla nota (facoltativi)": uploadFile{"finto.pdf", []byte("non è un pdf")}}).want(422)
	p.hasValue("testo", "solo tra noi <b>").shows("Allegati:")
	p.submit("Aggiorna", formValues{"Allegati alla nota (facoltativi)": uploadFile{"referto.pdf", []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")}}).want(200).
		shows("solo tra noi <b>", "referto.pdf", "In attesa di informazioni da utente", "Prova BICE")
}

// When two people update a ticket, the second sees the changes of the first, field by field, and can send the form all the same.
func TestConflictShowsBothValues(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	bice.ticket(id).submit("Aggiorna", formValues{"Nota": "ci penso io", "Stato": "In lavorazione (la prende in carico)"}).want(200)
	p := before.submit("Aggiorna", formValues{"Nota": "che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(412)
	p.shows("Nel frattempo la richiesta è cambiata", "di Prova BICE", "ci penso io", "che data?", "In attesa di informazioni da utente")
	p.hasValue("testo", "che data?").hasValue("visibilita", "public").hasValue("stato", "in_attesa_utente")
	p.submit("Invia comunque la mia versione", nil).want(200).shows("che data?", "ci penso io", "La richiesta è stata aggiornata.")
}

// A failure to read the main ticket is not reported as a wrong number.
func TestFailedLookupOfTheMainTicket(t *testing.T) {
	w := newSystem(t)
	anna := operatorAt(w.Account(t, "anna", person.ASROperator, torino), person.ASROperator, torino)
	id, main := w.open(request(torino)), w.open(request(torino))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	duplicate := app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, DuplicateOf: string(main), Note: note(ticket.Public, "La seguiamo lì")}
	if _, err := w.App.Update(canceled, anna, id, duplicate, app.Idempotency{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	var invalid *ticket.InvalidError
	for _, unknown := range []string{"2026-9999999", "niente", "01a20000-0000-7000-8000-000000000000", string(w.open(request(novara)))} {
		duplicate.DuplicateOf = unknown
		if _, err := w.App.Update(t.Context(), anna, id, duplicate, app.Idempotency{}); !errors.As(err, &invalid) || invalid.Fields[0].Field != "duplicate_of" {
			t.Errorf("%s: got error %v, want one of duplicate_of", unknown, err)
		}
	}
	duplicate.DuplicateOf = string(main)
	_, err := w.App.Update(t.Context(), anna, id, duplicate, app.Idempotency{})
	w.must(err)
}

// A chosen status that another person's update has made impossible gets a message and is not sent again.
func TestStatusThatIsNoLongerPossible(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	bice.ticket(id).submit("Aggiorna", formValues{"Nota": "era già tutto a posto", publicNote: "✓", "Stato": "Risolto"}).want(200)
	p := before.submit("Aggiorna", formValues{"Nota": "che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(412)
	p.shows("«In attesa di informazioni da utente», che aveva scelto, ora non è più possibile.").doesNotShow("Invia comunque")
	p.hasValue("testo", "che data?").hasValue("stato", "")
	anna.ticket(id).shows("che aveva scelto, ora non è più possibile").submit("Aggiorna", formValues{"Nota": "visto", "Lucchetto: chi legge la nota: Interna": "✓"}).
		want(200).shows("visto").doesNotShow("che aveva scelto")
}

// A form that is sent twice adds one note. The same form with another text is refused.
func TestFormSentTwiceUpdatesOnce(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	p.submit("Aggiorna", formValues{"Nota": "una volta"}).want(200)
	p.submit("Aggiorna", formValues{"Nota": "una volta"}).want(200)
	again := p.submit("Aggiorna", formValues{"Nota": "altra cosa"}).want(422).shows("Già inviato").hasValue("testo", "altra cosa")
	again.submit("Aggiorna", nil).want(200)
	if n := strings.Count(anna.ticket(id).text(), "una volta"); n != 1 {
		t.Errorf("got the note %d times, want 1", n)
	}
	anna.ticket(id).shows("altra cosa")
}

// A form without a valid seen version is refused, because it could overwrite the changes of another person.
func TestFormWithoutSeenVersionIsRefused(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := string(w.open(request(torino)))
	for _, version := range []string{"-1", "0", "x", ""} {
		for _, action := range []string{"", "prendi"} {
			anna.post("/ticket/"+id, url.Values{"azione": {action}, "versione": {version}, "stato": {"in_lavorazione"}, "testo": {"scritto"}}).want(422).hasValue("testo", "scritto")
		}
	}
}

func TestTicketPageIsForItsOperatorsAndAuditors(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	auditor := w.login("aldo", person.Auditor, "")
	w.Account(t, "carla", person.Citizen, "")
	citizen := w.browser()
	citizen.open("/accesso").submit("Accedi", formValues{"Nome utente": "carla", "Password": handlertest.Password, "PIN": handlertest.PIN})
	id := w.openAs(citizen, request(torino))
	path := "/ticket/" + string(id)
	anna.open(path).want(200).shows("Identità verificata")
	w.login("nora", person.ASROperator, novara).open(path).want(404).doesNotShow("FINZIONE", "Non trovo il referto")
	citizen.open(path).want(403).doesNotShow("Non trovo il referto")
	w.browser().open(path).want(200).shows("Accesso riservato")
	anna.open("/ticket/01a20000-0000-7000-8000-000000000000").want(404)
	anna.open("/ticket/niente").want(404)
	auditor.ticket(id).openLink("Storia della richiesta").want(200).shows("Eventi registrati")
	if p := auditor.ticket(id).shows("sola lettura"); len(all(p.root, "textarea")) != 0 {
		t.Error("the auditor's page: got a text area, want none")
	}
	citizen.send(anna.ticket(id).request("Aggiorna", formValues{"Nota": "sono io"})).want(403).shows("Pagina di un altro ruolo")
}

// openAs opens a ticket as the citizen of a browser's session and waits until the lists have it.
func (w *system) openAs(b *browser, r app.OpenRequest) ticket.ID {
	w.Helper()
	account, err := w.App.Identity.Authenticate(w.Context(), b.token())
	w.must(err)
	o, err := w.App.Open(w.Context(), app.Caller{Actor: account.Actor}, r, app.Idempotency{})
	w.must(err)
	w.waitForLists()
	return ticket.ID(o.Stream)
}

// token returns the token of the session.
func (b *browser) token() string {
	b.w.Helper()
	address := b.open("/").at
	for _, c := range b.client.Jar.Cookies(address) {
		if c.Name == "sol" {
			return c.Value
		}
	}
	b.w.Fatal("the browser has no session")
	return ""
}
