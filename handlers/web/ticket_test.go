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

// ticket opens the page of one.
func (b *browser) ticket(id ticket.ID) *page {
	b.w.Helper()
	return b.open("/ticket/" + string(id)).want(200)
}

// byID finds an element.
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

// hasValue tells what stands in a control, as it would be sent.
func (p *page) hasValue(name, value string) *page {
	p.b.w.Helper()
	if got := p.fields("Aggiorna").Get(name); got != value {
		p.b.w.Fatalf("%s: %s holds %q, want %q", p.at, name, got, value)
	}
	return p
}

// options are the words of a menu.
func (p *page) options(id string) (words []string) {
	p.b.w.Helper()
	for _, o := range all(p.byID(id), "option") {
		words = append(words, textOf(o))
	}
	return words
}

// publicNote is the padlock open.
const publicNote = "Lucchetto: chi legge la nota: Pubblica"

// FAQ 2.3–2.6, each by its form.
func TestEveryMoveHasItsForm(t *testing.T) {
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

	// 2.3 to a colleague
	id := fresh()
	anna.ticket(id).submit("Aggiorna", formValues{"Operatore": "Prova BICE"}).want(200).says("La richiesta è stata aggiornata.", "Assegnata a Prova BICE")
	// take, by one click
	id = fresh()
	anna.ticket(id).submit("Prendi in carico", nil).want(200).says("In lavorazione", "Presa in carico da Prova ANNA").doesNotSay("· Prova ANNA")
	// 2.4 ask, and undo
	p := anna.ticket(id).submit("Aggiorna", formValues{"Nota": "In che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(200)
	p.says("Non ancora partita", "può annullare tutta l’azione").submit("Annulla l’azione", nil).want(200).says("In lavorazione", "Annullata prima dell’invio").
		submit("Salva la bozza", nil).want(200).says("La nota annullata era al cittadino, con lo stato «In attesa di informazioni da utente»").
		hasValue("visibilita", "internal").hasValue("stato", "")
	// ask for good, ask again, resume with a reason
	p = anna.ticket(id).submit("Aggiorna", formValues{"Nota": "In che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(200)
	p = p.submit("Aggiorna", formValues{"Nota": "Allora?", publicNote: "✓", "Stato": "In attesa di informazioni da utente (chiede di nuovo)"}).want(200).says("Allora?")
	p = p.submit("Aggiorna", formValues{"Stato": "In lavorazione (riprende la lavorazione)"}).want(422)
	p = p.submit("Aggiorna", formValues{"Motivo": "ha telefonato"}).want(200).says("Lavorazione ripresa: «ha telefonato»")
	// 2.5 resolve, reopen, resolve again without a note
	p = p.submit("Aggiorna", formValues{"Nota": "Ora si trova", publicNote: "✓", "Stato": "Risolto"}).want(200).says("si chiude da sola")
	p = p.submit("Aggiorna", formValues{"Stato": "In lavorazione (riapre la richiesta)", "Motivo": "richiama"}).want(200).says("Riaperta: «richiama»")
	p.submit("Aggiorna", formValues{"Stato": "Risolto"}).want(200).says("Risolta")

	// 2.6 to the Region, by the status; taken back; by the operator menu
	id = fresh()
	p = anna.ticket(id).submit("Aggiorna", formValues{"Nota": "Non risulta da noi", publicNote: "✓", "Stato": "Non di competenza (inoltra alla Regione)"}).want(200)
	p.says("Sola lettura", "ora la segue Regione Piemonte")
	w.Clock.Advance(time.Minute)
	p = anna.ticket(id).submit("Aggiorna", formValues{"Stato": "Nuovo (riprende la richiesta dalla Regione)", "Motivo": "trovato"}).want(200).doesNotSay("Sola lettura")
	p.submit("Aggiorna", formValues{"Nota": "Proprio no", publicNote: "✓", "Operatore": "Regione Piemonte (inoltra la richiesta)"}).want(200).says("Sola lettura", "Che cosa può ancora fare").doesNotSay("Aggiorna la richiesta")
	w.Clock.Advance(time.Minute)
	// a regional message, from both sides
	anna.ticket(id).submit("Aggiorna", formValues{"Nota": "Manca il codice"}).want(200).says("tra Regione e ASR, non al cittadino")
	w.Clock.Advance(time.Minute)
	region.ticket(id).says("Manca il codice").submit("Aggiorna", formValues{"Nota": "Grazie", "Lucchetto: chi legge la nota: Messaggio regionale": "✓"}).want(200)
	// taken there, and sent on
	p = region.ticket(id).submit("Prendi in carico", nil).want(200)
	p = p.submit("Aggiorna", formValues{"Nota": "È di Novara", publicNote: "✓", "Stato": "Nuovo, presso un’altra ASR"}).want(422)
	p.hasValue("testo", "È di Novara").submit("Aggiorna", formValues{"ASR a cui inoltrare": "AOU Maggiore di Novara"}).want(200)

	// reclassified
	id = fresh()
	anna.ticket(id).submit("Aggiorna", formValues{"Servizio e tipologia": "Mancato pagamento o registrazione del referto"}).want(200).says("Riclassificata")
	// a repetition of another
	main := anna.ticket(fresh())
	number := strings.TrimPrefix(textOf(all(main.root, "h1")[0]), "Richiesta ")
	p = anna.ticket(id).submit("Aggiorna", formValues{"Nota": "Ne ha già una", publicNote: "✓", "Stato": "Risolto, perché ripete un’altra richiesta"}).want(422)
	p = p.submit("Aggiorna", formValues{"Numero della richiesta principale": number}).want(200).says("Ripete la richiesta " + number)
	p.openLink(number).want(200)
	// discarded, by a supervisor alone
	id = fresh()
	if words := anna.ticket(id).options("stato"); strings.Contains(strings.Join(words, " "), "scartata") {
		t.Errorf("an operator is offered %q", words)
	}
	p = chief.ticket(id).submit("Aggiorna", formValues{"Stato": "Risolto, scartata senza messaggio"}).want(422)
	p.submit("Aggiorna", formValues{"Perché la scarta": "Prova"}).want(200).says("Scartata: prova")
	bice.ticket(id).says("Scartata: prova")
}

// «chiuso» is nobody's to choose, and a closed ticket offers nothing.
func TestWhatIsNotPossibleIsNotOffered(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	for _, word := range p.options("stato") {
		if strings.HasPrefix(word, ticket.Closed.Label()) {
			t.Errorf("offered: %q", word)
		}
	}
	p.submit("Aggiorna", formValues{"Nota": "Ecco", publicNote: "✓", "Stato": "Risolto"}).want(200)
	w.Clock.Advance(30 * 24 * time.Hour)
	w.eventually("it closes", func() bool { return strings.Contains(anna.ticket(id).text(), "La richiesta è chiusa") })
	if forms := all(anna.ticket(id).root, "textarea"); len(forms) != 0 {
		t.Error("a closed ticket can be written on")
	}
}

func TestARefusalKeepsWhatWasTyped(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Aggiorna", formValues{
		"Nota": "solo tra noi <b>", "Stato": "In attesa di informazioni da utente", "Operatore": "Prova BICE", "Motivo": "perché sì",
	}).want(422).says("Qualcosa va corretto", "ciò che ha scritto è ancora qui")
	p.hasValue("testo", "solo tra noi <b>").hasValue("visibilita", "internal").hasValue("stato", "in_attesa_utente").hasValue("motivo", "perché sì")
	if got := textOf(p.byID("campo-note")); !strings.Contains(got, "Nota:") {
		t.Errorf("beside the note stands nothing: %s", got)
	}
	p = p.submit("Aggiorna", formValues{publicNote: "✓", "Motivo": "", "Allegati alla nota (facoltativi)": uploadFile{"finto.pdf", []byte("non è un pdf")}}).want(422)
	p.hasValue("testo", "solo tra noi <b>").says("Allegati:")
	p.submit("Aggiorna", formValues{"Allegati alla nota (facoltativi)": uploadFile{"referto.pdf", []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")}}).want(200).
		says("solo tra noi <b>", "referto.pdf", "In attesa di informazioni da utente", "Prova BICE")
}

// Two people on one ticket: the second sees what the first changed, field by field, and may send all the same.
func TestAConflictShowsBothSides(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	bice.ticket(id).submit("Aggiorna", formValues{"Nota": "ci penso io", "Stato": "In lavorazione (la prende in carico)"}).want(200)
	p := before.submit("Aggiorna", formValues{"Nota": "che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(412)
	p.says("Nel frattempo la richiesta è cambiata", "di Prova BICE", "ci penso io", "che data?", "In attesa di informazioni da utente")
	p.hasValue("testo", "che data?").hasValue("visibilita", "public").hasValue("stato", "in_attesa_utente")
	p.submit("Invia comunque la mia versione", nil).want(200).says("che data?", "ci penso io", "La richiesta è stata aggiornata.")
}

// What kept us from looking at the main ticket is not said to be a wrong number.
func TestADuplicateThatCouldNotBeLookedUp(t *testing.T) {
	w := newSystem(t)
	anna := operatorAt(w.Account(t, "anna", person.ASROperator, torino), person.ASROperator, torino)
	id, main := w.open(request(torino)), w.open(request(torino))
	gone, leave := context.WithCancel(t.Context())
	leave()
	repeats := app.UpdateRequest{Changes: ticket.Changes{Status: ticket.Solved}, DuplicateOf: string(main), Note: note(ticket.Public, "La seguiamo lì")}
	if _, err := w.App.Update(gone, anna, id, repeats, app.Idempotency{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	var wrong *ticket.InvalidError
	for _, nowhere := range []string{"2026-9999999", "niente", "01a20000-0000-7000-8000-000000000000", string(w.open(request(novara)))} {
		repeats.DuplicateOf = nowhere
		if _, err := w.App.Update(t.Context(), anna, id, repeats, app.Idempotency{}); !errors.As(err, &wrong) || wrong.Fields[0].Field != "duplicate_of" {
			t.Errorf("%s: %v", nowhere, err)
		}
	}
	repeats.DuplicateOf = string(main)
	_, err := w.App.Update(t.Context(), anna, id, repeats, app.Idempotency{})
	w.must(err)
}

// What the others' act has made impossible is said, and is not sent as if it still were.
func TestAStatusThatIsNoLongerPossible(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	bice.ticket(id).submit("Aggiorna", formValues{"Nota": "era già tutto a posto", publicNote: "✓", "Stato": "Risolto"}).want(200)
	p := before.submit("Aggiorna", formValues{"Nota": "che data?", publicNote: "✓", "Stato": "In attesa di informazioni da utente"}).want(412)
	p.says("«In attesa di informazioni da utente», che aveva scelto, ora non è più possibile.").doesNotSay("Invia comunque")
	p.hasValue("testo", "che data?").hasValue("stato", "")
	anna.ticket(id).says("che aveva scelto, ora non è più possibile").submit("Aggiorna", formValues{"Nota": "visto", "Lucchetto: chi legge la nota: Interna": "✓"}).
		want(200).says("visto").doesNotSay("che aveva scelto")
}

// A form sent twice counts once; going back and sending something else with it is no repetition.
func TestAFormCountsOnce(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	p.submit("Aggiorna", formValues{"Nota": "una volta"}).want(200)
	p.submit("Aggiorna", formValues{"Nota": "una volta"}).want(200)
	again := p.submit("Aggiorna", formValues{"Nota": "altra cosa"}).want(422).says("Già inviato").hasValue("testo", "altra cosa")
	again.submit("Aggiorna", nil).want(200)
	if n := strings.Count(anna.ticket(id).text(), "una volta"); n != 1 {
		t.Errorf("the note stands there %d times", n)
	}
	anna.ticket(id).says("altra cosa")
}

// TestAVersionThatIsNone: what somebody else does meanwhile is not overwritten because a form does not say what it was made of.
func TestAVersionThatIsNone(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := string(w.open(request(torino)))
	for _, version := range []string{"-1", "0", "x", ""} {
		for _, act := range []string{"", "prendi"} {
			anna.post("/ticket/"+id, url.Values{"azione": {act}, "versione": {version}, "stato": {"in_lavorazione"}, "testo": {"scritto"}}).want(422).hasValue("testo", "scritto")
		}
	}
}

func TestWhoseTicketItIs(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	auditor := w.login("aldo", person.Auditor, "")
	w.Account(t, "carla", person.Citizen, "")
	citizen := w.browser()
	citizen.open("/accesso").submit("Accedi", formValues{"Nome utente": "carla", "Password": handlertest.Password, "PIN": handlertest.PIN})
	id := w.openAs(citizen, request(torino))
	path := "/ticket/" + string(id)
	anna.open(path).want(200).says("Identità verificata")
	w.login("nora", person.ASROperator, novara).open(path).want(404).doesNotSay("FINZIONE", "Non trovo il referto")
	citizen.open(path).want(404).doesNotSay("Non trovo il referto")
	w.browser().open(path).want(200).says("Accesso riservato")
	anna.open("/ticket/01a20000-0000-7000-8000-000000000000").want(404)
	anna.open("/ticket/niente").want(404)
	auditor.ticket(id).openLink("Storia della richiesta").want(200).says("Eventi registrati")
	if p := auditor.ticket(id).says("sola lettura"); len(all(p.root, "textarea")) != 0 {
		t.Error("an auditor can write")
	}
	citizen.send(anna.ticket(id).request("Aggiorna", formValues{"Nota": "sono io"})).want(403).says("Pagina di un altro ruolo")
}

// openAs opens a ticket as a citizen who has logged in.
func (w *system) openAs(b *browser, r app.OpenRequest) ticket.ID {
	w.Helper()
	account, err := w.App.Identity.Authenticate(w.Context(), b.token())
	w.must(err)
	o, err := w.App.Open(w.Context(), app.Caller{Actor: account.Actor}, r, app.Idempotency{})
	w.must(err)
	w.waitForLists()
	return ticket.ID(o.Stream)
}

// token is the session's.
func (b *browser) token() string {
	b.w.Helper()
	r := b.open("/").at
	for _, c := range b.client.Jar.Cookies(r) {
		if c.Name == "sol" {
			return c.Value
		}
	}
	b.w.Fatal("nobody has logged in")
	return ""
}
