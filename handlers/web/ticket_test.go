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
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/worldtest"
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

// holds tells what stands in a control, as it would be sent.
func (p *page) holds(name, value string) *page {
	p.b.w.Helper()
	if got := p.fields("Aggiorna").Get(name); got != value {
		p.b.w.Fatalf("%s: %s holds %q, want %q", p.at, name, got, value)
	}
	return p
}

// offers are the words of a menu.
func (p *page) offers(id string) (words []string) {
	p.b.w.Helper()
	for _, o := range all(p.byID(id), "option") {
		words = append(words, textOf(o))
	}
	return words
}

// public is the padlock open.
const public = "Lucchetto: chi legge la nota: Pubblica"

// FAQ 2.3–2.6, each by its form.
func TestEveryMoveHasItsForm(t *testing.T) {
	w := newWorld(t)
	anna, bice := w.join("anna", person.ASROperator, torino), w.join("bice", person.ASROperator, torino)
	chief := w.join("capo", person.ASRSupervisor, torino)
	region := w.join("rosa", person.RegionalOperator, catalog.Region)
	w.join("nora", person.ASROperator, novara)
	fresh := func() ticket.ID {
		r := request(torino)
		r.Problem = "altro"
		return w.open(r)
	}

	// 2.3 to a colleague
	id := fresh()
	anna.ticket(id).submit("Aggiorna", typed{"Operatore": "Prova BICE"}).want(200).says("La richiesta è stata aggiornata.", "Assegnata a Prova BICE")
	// take, by one click
	id = fresh()
	anna.ticket(id).submit("Prendi in carico", nil).want(200).says("In lavorazione", "Presa in carico da Prova ANNA").keepsQuiet("· Prova ANNA")
	// 2.4 ask, and undo
	p := anna.ticket(id).submit("Aggiorna", typed{"Nota": "In che data?", public: "✓", "Stato": "In attesa di informazioni da utente"}).want(200)
	p.says("Non ancora partita", "può annullare tutta l’azione").submit("Annulla l’azione", nil).want(200).says("In lavorazione", "Annullata prima dell’invio").
		submit("Salva la bozza", nil).want(200).says("La nota annullata era al cittadino, con lo stato «In attesa di informazioni da utente»").
		holds("visibilita", "internal").holds("stato", "")
	// ask for good, ask again, resume with a reason
	p = anna.ticket(id).submit("Aggiorna", typed{"Nota": "In che data?", public: "✓", "Stato": "In attesa di informazioni da utente"}).want(200)
	p = p.submit("Aggiorna", typed{"Nota": "Allora?", public: "✓", "Stato": "In attesa di informazioni da utente (chiede di nuovo)"}).want(200).says("Allora?")
	p = p.submit("Aggiorna", typed{"Stato": "In lavorazione (riprende la lavorazione)"}).want(422)
	p = p.submit("Aggiorna", typed{"Motivo": "ha telefonato"}).want(200).says("Lavorazione ripresa: «ha telefonato»")
	// 2.5 resolve, reopen, resolve again without a note
	p = p.submit("Aggiorna", typed{"Nota": "Ora si trova", public: "✓", "Stato": "Risolto"}).want(200).says("si chiude da sola")
	p = p.submit("Aggiorna", typed{"Stato": "In lavorazione (riapre la richiesta)", "Motivo": "richiama"}).want(200).says("Riaperta: «richiama»")
	p.submit("Aggiorna", typed{"Stato": "Risolto"}).want(200).says("Risolta")

	// 2.6 to the Region, by the status; taken back; by the operator menu
	id = fresh()
	p = anna.ticket(id).submit("Aggiorna", typed{"Nota": "Non risulta da noi", public: "✓", "Stato": "Non di competenza (inoltra alla Regione)"}).want(200)
	p.says("Sola lettura", "ora la segue Regione Piemonte")
	w.Clock.Pass(time.Minute)
	p = anna.ticket(id).submit("Aggiorna", typed{"Stato": "Nuovo (riprende la richiesta dalla Regione)", "Motivo": "trovato"}).want(200).keepsQuiet("Sola lettura")
	p.submit("Aggiorna", typed{"Nota": "Proprio no", public: "✓", "Operatore": "Regione Piemonte (inoltra la richiesta)"}).want(200).says("Sola lettura", "Che cosa può ancora fare").keepsQuiet("Aggiorna la richiesta")
	w.Clock.Pass(time.Minute)
	// a regional message, from both sides
	anna.ticket(id).submit("Aggiorna", typed{"Nota": "Manca il codice"}).want(200).says("tra Regione e ASR, non al cittadino")
	w.Clock.Pass(time.Minute)
	region.ticket(id).says("Manca il codice").submit("Aggiorna", typed{"Nota": "Grazie", "Lucchetto: chi legge la nota: Messaggio regionale": "✓"}).want(200)
	// taken there, and sent on
	p = region.ticket(id).submit("Prendi in carico", nil).want(200)
	p = p.submit("Aggiorna", typed{"Nota": "È di Novara", public: "✓", "Stato": "Nuovo, presso un’altra ASR"}).want(422)
	p.holds("testo", "È di Novara").submit("Aggiorna", typed{"ASR a cui inoltrare": "AOU Maggiore di Novara"}).want(200)

	// reclassified
	id = fresh()
	anna.ticket(id).submit("Aggiorna", typed{"Servizio e tipologia": "Mancato pagamento o registrazione del referto"}).want(200).says("Riclassificata")
	// a repetition of another
	main := anna.ticket(fresh())
	number := strings.TrimPrefix(textOf(all(main.root, "h1")[0]), "Richiesta ")
	p = anna.ticket(id).submit("Aggiorna", typed{"Nota": "Ne ha già una", public: "✓", "Stato": "Risolto, perché ripete un’altra richiesta"}).want(422)
	p = p.submit("Aggiorna", typed{"Numero della richiesta principale": number}).want(200).says("Ripete la richiesta " + number)
	p.follow(number).want(200)
	// discarded, by a supervisor alone
	id = fresh()
	if words := anna.ticket(id).offers("stato"); strings.Contains(strings.Join(words, " "), "scartata") {
		t.Errorf("an operator is offered %q", words)
	}
	p = chief.ticket(id).submit("Aggiorna", typed{"Stato": "Risolto, scartata senza messaggio"}).want(422)
	p.submit("Aggiorna", typed{"Perché la scarta": "Prova"}).want(200).says("Scartata: prova")
	bice.ticket(id).says("Scartata: prova")
}

// «chiuso» is nobody's to choose, and a closed ticket offers nothing.
func TestWhatIsNotPossibleIsNotOffered(t *testing.T) {
	w := newWorld(t)
	anna := w.join("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	for _, word := range p.offers("stato") {
		if strings.HasPrefix(word, ticket.Closed.Label()) {
			t.Errorf("offered: %q", word)
		}
	}
	p.submit("Aggiorna", typed{"Nota": "Ecco", public: "✓", "Stato": "Risolto"}).want(200)
	w.Clock.Pass(30 * 24 * time.Hour)
	w.eventually("it closes", func() bool { return strings.Contains(anna.ticket(id).text(), "La richiesta è chiusa") })
	if forms := all(anna.ticket(id).root, "textarea"); len(forms) != 0 {
		t.Error("a closed ticket can be written on")
	}
}

func TestARefusalKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	anna := w.join("anna", person.ASROperator, torino)
	w.join("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Aggiorna", typed{
		"Nota": "solo tra noi <b>", "Stato": "In attesa di informazioni da utente", "Operatore": "Prova BICE", "Motivo": "perché sì",
	}).want(422).says("Qualcosa va corretto", "ciò che ha scritto è ancora qui")
	p.holds("testo", "solo tra noi <b>").holds("visibilita", "internal").holds("stato", "in_attesa_utente").holds("motivo", "perché sì")
	if got := textOf(p.byID("campo-note")); !strings.Contains(got, "Nota:") {
		t.Errorf("beside the note stands nothing: %s", got)
	}
	p = p.submit("Aggiorna", typed{public: "✓", "Motivo": "", "Allegati alla nota (facoltativi)": file{"finto.pdf", []byte("non è un pdf")}}).want(422)
	p.holds("testo", "solo tra noi <b>").says("Allegati:")
	p.submit("Aggiorna", typed{"Allegati alla nota (facoltativi)": file{"referto.pdf", []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")}}).want(200).
		says("solo tra noi <b>", "referto.pdf", "In attesa di informazioni da utente", "Prova BICE")
}

// Two people on one ticket: the second sees what the first changed, field by field, and may send all the same.
func TestAConflictShowsBothSides(t *testing.T) {
	w := newWorld(t)
	anna, bice := w.join("anna", person.ASROperator, torino), w.join("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	bice.ticket(id).submit("Aggiorna", typed{"Nota": "ci penso io", "Stato": "In lavorazione (la prende in carico)"}).want(200)
	p := before.submit("Aggiorna", typed{"Nota": "che data?", public: "✓", "Stato": "In attesa di informazioni da utente"}).want(412)
	p.says("Nel frattempo la richiesta è cambiata", "di Prova BICE", "ci penso io", "che data?", "In attesa di informazioni da utente")
	p.holds("testo", "che data?").holds("visibilita", "public").holds("stato", "in_attesa_utente")
	p.submit("Invia comunque la mia versione", nil).want(200).says("che data?", "ci penso io", "La richiesta è stata aggiornata.")
}

// What kept us from looking at the main ticket is not said to be a wrong number.
func TestADuplicateThatCouldNotBeLookedUp(t *testing.T) {
	w := newWorld(t)
	anna := operatorAt(w.Account(t, "anna", person.ASROperator, torino), person.ASROperator, torino)
	id, main := w.open(request(torino)), w.open(request(torino))
	gone, leave := context.WithCancel(t.Context())
	leave()
	repeats := casework.Update{Status: ticket.Solved, DuplicateOf: string(main), Note: note(ticket.Public, "La seguiamo lì")}
	if _, err := w.Cases.Update(gone, anna, id, repeats, casework.Said{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	var wrong *ticket.InvalidError
	for _, nowhere := range []string{"2026-9999999", "niente", "01a20000-0000-7000-8000-000000000000", string(w.open(request(novara)))} {
		repeats.DuplicateOf = nowhere
		if _, err := w.Cases.Update(t.Context(), anna, id, repeats, casework.Said{}); !errors.As(err, &wrong) || wrong.Fields[0].Field != "duplicate_of" {
			t.Errorf("%s: %v", nowhere, err)
		}
	}
	repeats.DuplicateOf = string(main)
	_, err := w.Cases.Update(t.Context(), anna, id, repeats, casework.Said{})
	w.must(err)
}

// What the others' act has made impossible is said, and is not sent as if it still were.
func TestAStatusThatIsNoLongerPossible(t *testing.T) {
	w := newWorld(t)
	anna, bice := w.join("anna", person.ASROperator, torino), w.join("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	bice.ticket(id).submit("Aggiorna", typed{"Nota": "era già tutto a posto", public: "✓", "Stato": "Risolto"}).want(200)
	p := before.submit("Aggiorna", typed{"Nota": "che data?", public: "✓", "Stato": "In attesa di informazioni da utente"}).want(412)
	p.says("«In attesa di informazioni da utente», che aveva scelto, ora non è più possibile.").keepsQuiet("Invia comunque")
	p.holds("testo", "che data?").holds("stato", "")
	anna.ticket(id).says("che aveva scelto, ora non è più possibile").submit("Aggiorna", typed{"Nota": "visto", "Lucchetto: chi legge la nota: Interna": "✓"}).
		want(200).says("visto").keepsQuiet("che aveva scelto")
}

// A form sent twice counts once; going back and sending something else with it is no repetition.
func TestAFormCountsOnce(t *testing.T) {
	w := newWorld(t)
	anna := w.join("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	p.submit("Aggiorna", typed{"Nota": "una volta"}).want(200)
	p.submit("Aggiorna", typed{"Nota": "una volta"}).want(200)
	again := p.submit("Aggiorna", typed{"Nota": "altra cosa"}).want(422).says("Già inviato").holds("testo", "altra cosa")
	again.submit("Aggiorna", nil).want(200)
	if n := strings.Count(anna.ticket(id).text(), "una volta"); n != 1 {
		t.Errorf("the note stands there %d times", n)
	}
	anna.ticket(id).says("altra cosa")
}

// TestAVersionThatIsNone: what somebody else does meanwhile is not overwritten because a form does not say what it was made of.
func TestAVersionThatIsNone(t *testing.T) {
	w := newWorld(t)
	anna := w.join("anna", person.ASROperator, torino)
	id := string(w.open(request(torino)))
	for _, version := range []string{"-1", "0", "x", ""} {
		for _, act := range []string{"", "prendi"} {
			anna.post("/ticket/"+id, url.Values{"azione": {act}, "versione": {version}, "stato": {"in_lavorazione"}, "testo": {"scritto"}}).want(422).holds("testo", "scritto")
		}
	}
}

func TestWhoseTicketItIs(t *testing.T) {
	w := newWorld(t)
	anna := w.join("anna", person.ASROperator, torino)
	auditor := w.join("aldo", person.Auditor, "")
	w.Account(t, "carla", person.Citizen, "")
	citizen := w.browser()
	citizen.open("/accesso").submit("Accedi", typed{"Nome utente": "carla", "Password": worldtest.Password, "PIN": worldtest.PIN})
	id := w.openBy(citizen, request(torino))
	path := "/ticket/" + string(id)
	anna.open(path).want(200).says("Identità verificata")
	w.join("nora", person.ASROperator, novara).open(path).want(404).keepsQuiet("FINZIONE", "Non trovo il referto")
	citizen.open(path).want(404).keepsQuiet("Non trovo il referto")
	w.browser().open(path).want(200).says("Accesso riservato")
	anna.open("/ticket/01a20000-0000-7000-8000-000000000000").want(404)
	anna.open("/ticket/niente").want(404)
	auditor.ticket(id).follow("Storia della richiesta").want(200).says("Eventi registrati")
	if p := auditor.ticket(id).says("sola lettura"); len(all(p.root, "textarea")) != 0 {
		t.Error("an auditor can write")
	}
	citizen.send(anna.ticket(id).request("Aggiorna", typed{"Nota": "sono io"})).want(403).says("Pagina di un altro ruolo")
}

// openBy opens a ticket as a citizen who has logged in.
func (w *world) openBy(b *browser, r casework.Request) ticket.ID {
	w.Helper()
	account, err := w.Cases.Identity.Authenticate(w.Context(), b.token())
	w.must(err)
	o, err := w.Cases.Open(w.Context(), casework.Caller{Actor: account.Actor}, r, casework.Said{})
	w.must(err)
	w.settle()
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
