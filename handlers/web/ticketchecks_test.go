// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

const (
	found = "È stato individuato il referto che il cittadino cerca?"
	ours  = "Il referto è stato prodotto dalla propria Azienda?"
)

// FAQ 2.8, a medical report of another ASR: the operator answers each check with its evidence, then confirms outcome, note and hand-over
// with one click.
func TestChecksLeadToAnOutcome(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	region := w.login("rosa", person.RegionalOperator, catalog.Region)
	id := w.open(request(torino))

	p := anna.ticket(id).shows(found, "Cercare sui sistemi aziendali", "Non applicabili", "Vai alle verifiche da completare")
	p = p.submit("Rispondi", formValues{"Identificativo inviato a FSE/ROL": "REF-1"}).want(422).shows("risponda sì o no")
	p = p.submit("Rispondi", formValues{found + ": Sì": "✓", "Nota": "non ancora"}).want(200)
	p.shows("Le risposte alle verifiche sono state registrate.", "REF-1", "Prova ANNA", ours).hasValue("testo", "non ancora")
	p = p.submit("Rispondi", formValues{ours + ": No": "✓"}).want(200)
	p.shows("Esito proposto", "Inoltrare alla Regione, il referto è di un’altra Azienda", "Il referto REF-1 non risulta appartenere alla nostra Azienda.",
		"La leggerà l’assistenza regionale, non il cittadino", "Vai alle verifiche: un esito attende la conferma").doesNotShow("da completare")
	p.submit("Esegui l’esito", nil).want(200).shows("L’esito delle verifiche è stato eseguito.", "Sola lettura", "Secondo l’esito delle verifiche").doesNotShow("Vai alle verifiche")
	w.Clock.Advance(time.Minute)
	region.ticket(id).shows("Il referto REF-1 non risulta appartenere alla nostra Azienda.", "REF-1").doesNotShow("Rispondi")
}

// An answer can be corrected. An update with a note does not send answers that the reader did not change.
func TestAnswerIsCorrected(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Rispondi", formValues{found + ": Sì": "✓", "Identificativo inviato a FSE/ROL": "REF-1"}).want(200)
	before, second := p, anna.ticket(id)
	bice.ticket(id).submit("Rispondi", formValues{"Correzione: " + found + ": No": "✓"}).want(200).shows("L’esame risulta eseguito")
	// anna's page still has the answer yes, but she did not change it
	before.submit("Aggiorna", formValues{"Nota": "solo una nota"}).want(200).shows("solo una nota", "L’esame risulta eseguito")
	// an answer that she gives on her second page conflicts with bice's
	second.submit("Rispondi", formValues{ours + ": Sì": "✓", "Nota": "anche questa"}).want(412).shows("Verifiche", "di Prova BICE").hasValue("testo", "anche questa").
		submit("Invia comunque la mia versione", nil).doesNotShow("anche questa</p>").hasValue("testo", "anche questa")
}

// The connected systems are not asked about a declared citizen before an operator takes the ticket: the page says that they wait.
func TestSystemsWaitUntilTheTicketIsTaken(t *testing.T) {
	const waits, asked = "il sistema collegato sarà interrogato quando un operatore prende in carico la richiesta", "Può rispondere anche il sistema collegato."
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	anna.ticket(id).shows(waits).doesNotShow(asked).submit("Prendi in carico", nil)
	anna.ticket(id).shows(asked).doesNotShow(waits)

	noted := w.open(request(torino))
	anna.ticket(noted).shows(waits).submit("Aggiorna", formValues{"Nota": "solo una nota"})
	anna.ticket(noted).shows(asked).doesNotShow(waits)
}

// The conversation shows repeated failed queries to a connected system once, with their number and the time of the last.
func TestRepeatedFailedQueriesAreShownOnce(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	w.eventually("the run begins", func() bool {
		s, _, err := w.App.State(t.Context(), id)
		w.must(err)
		return s.Run.N == 1
	})
	recordFailure := func(key string, why ticket.QueryFailure) {
		_, err := w.App.Dispatch(t.Context(), app.CommandRequest{
			Ticket: id, Command: ticket.RecordQueryResult{Run: 1, Query: playbook.FindReport, Check: "referto-individuato", Why: why},
			By: person.Actor{ID: "connector", Role: person.System}, Key: key,
		})
		w.must(err)
		w.Clock.Advance(time.Minute)
		w.waitForLists()
	}
	recordFailure("1", ticket.SystemUnreachable)
	anna.ticket(id).shows("Non ancora noto: il sistema non ha risposto").doesNotShow("volte")
	recordFailure("2", ticket.SystemUnreachable)
	recordFailure("3", ticket.SystemUnreachable)
	recordFailure("4", ticket.InvalidAnswer)
	p := anna.ticket(id).shows("· 3 volte l’ultima il ", "il sistema ha dato una risposta non valida")
	if n := strings.Count(p.raw, "Non ancora noto: il sistema non ha risposto"); n != 1 {
		t.Errorf("got the failure %d times, want 1", n)
	}
}

// The page names the evidence that the outcome's note misses and has inputs for it. The click on the outcome sends them.
func TestMissingEvidenceOfTheOutcome(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Rispondi", formValues{found + ": Sì": "✓"}).want(200)
	p = p.submit("Rispondi", formValues{ours + ": No": "✓"}).want(200).shows("Per scrivere la nota manca ancora: Identificativo inviato a FSE/ROL")
	p = p.submit("Esegui l’esito", nil).want(422)
	p.shows("Qualcosa va corretto")
	for _, n := range all(p.root, "input") {
		if strings.HasPrefix(attr(n, "name"), "manca.") {
			setAttr(n, "value", "REF-9")
		}
	}
	p.submit("Esegui l’esito", nil).want(200).shows("Il referto REF-9 non risulta appartenere alla nostra Azienda.", "Sola lettura")
}

// A check has a question to the citizen. Sending it does not change the run.
func TestQuestionOfACheck(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Chiedi al cittadino", formValues{"Nota": "Buongiorno."}).want(200)
	p.hasValue("visibilita", "public").hasValue("stato", "in_attesa_utente")
	if text := p.fields("Aggiorna").Get("testo"); !strings.HasPrefix(text, "Buongiorno.\n\nPer cercare il Suo referto") {
		t.Errorf("got note %q", text)
	}
	p.submit("Aggiorna", nil).want(200).shows("Per cercare il Suo referto", "In attesa di informazioni da utente", found)
}

// A hand-over against the outcome of the checks needs a ground.
func TestHandoverAgainstTheChecks(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Rispondi", formValues{found + ": Sì": "✓", "Identificativo inviato a FSE/ROL": "REF-1"}).want(200)
	p = p.submit("Aggiorna", formValues{"Nota": "urge", publicNote: "✓", "Stato": "Non di competenza (inoltra alla Regione)"}).want(422)
	p.hasValue("testo", "urge").submit("Aggiorna", formValues{"Perché la inoltra": "Forzatura: urgenza"}).want(200).shows("Sola lettura", "Forzatura: urgenza")
}

// A draft is kept for its author, in every session, until the form is sent.
func TestDraftIsKeptUntilItIsSent(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	autosave := p.request("Aggiorna", formValues{"Nota": "a metà", publicNote: "✓", "Operatore": "Prova BICE", found + ": Sì": "✓"})
	autosave.URL.Path += "/bozza"
	if a := anna.send(autosave).want(200); !strings.HasPrefix(a.raw, "Bozza salvata alle ") {
		t.Errorf("answer to the autosave: got %q", a.raw)
	}
	again := w.browser().login("anna").ticket(id).shows("Bozza salvata alle")
	again.hasValue("testo", "a metà").hasValue("visibilita", "public").hasValue("esito.referto-individuato", "yes")
	bice.ticket(id).hasValue("testo", "").doesNotShow("a metà")
	// taking the ticket keeps the draft
	p = again.submit("Prendi in carico", nil).want(200).hasValue("testo", "a metà")
	// sending the form deletes the draft; a late autosave of that form is ignored
	p.submit("Aggiorna", formValues{"Stato": "In attesa di informazioni da utente"}).want(200).hasValue("testo", "")
	late := p.request("Aggiorna", formValues{"Nota": "arriva tardi"})
	late.URL.Path += "/bozza"
	anna.send(late).want(200)
	anna.ticket(id).hasValue("testo", "")
	// an undo restores the text as a draft with the padlock closed
	p = anna.ticket(id).submit("Annulla l’azione", nil).want(200)
	p.hasValue("testo", "a metà").hasValue("visibilita", "internal")
	deletion := p.request("Elimina la bozza", nil)
	p.submit("Elimina la bozza", nil).want(200).hasValue("testo", "")
	// an operator who may not see the ticket cannot store or delete a draft
	stranger := w.login("nora", person.ASROperator, novara)
	foreign := p.request("Aggiorna", formValues{"Nota": "x"})
	foreign.URL.Path += "/bozza"
	stranger.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, r := range []*http.Request{foreign, p.request("Salva la bozza", formValues{"Nota": "x"}), deletion} {
		stranger.send(r).want(404)
	}
}
