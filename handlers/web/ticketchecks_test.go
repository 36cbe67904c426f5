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

// FAQ 2.8, the referto of another ASR: each answer with its evidence, then one click for outcome, note and hand-over.
func TestTheChecksLeadToAnOutcome(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	region := w.login("rosa", person.RegionalOperator, catalog.Region)
	id := w.open(request(torino))

	p := anna.ticket(id).says(found, "Cercare sui sistemi aziendali", "Non applicabili", "Vai alle verifiche da completare")
	p = p.submit("Rispondi", formValues{"Identificativo inviato a FSE/ROL": "REF-1"}).want(422).says("risponda sì o no")
	p = p.submit("Rispondi", formValues{found + ": Sì": "✓", "Nota": "non ancora"}).want(200)
	p.says("Le risposte alle verifiche sono state registrate.", "REF-1", "Prova ANNA", ours).hasValue("testo", "non ancora")
	p = p.submit("Rispondi", formValues{ours + ": No": "✓"}).want(200)
	p.says("Esito proposto", "Inoltrare alla Regione, il referto è di un’altra Azienda", "Il referto REF-1 non risulta appartenere alla nostra Azienda.",
		"La leggerà l’assistenza regionale, non il cittadino", "Vai alle verifiche: un esito attende la conferma").doesNotSay("da completare")
	p.submit("Esegui l’esito", nil).want(200).says("L’esito delle verifiche è stato eseguito.", "Sola lettura", "Secondo l’esito delle verifiche").doesNotSay("Vai alle verifiche")
	w.Clock.Advance(time.Minute)
	region.ticket(id).says("Il referto REF-1 non risulta appartenere alla nostra Azienda.", "REF-1").doesNotSay("Rispondi")
}

// An answer can be changed; one that the page only shows is not sent along with a note.
func TestAnAnswerIsCorrected(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Rispondi", formValues{found + ": Sì": "✓", "Identificativo inviato a FSE/ROL": "REF-1"}).want(200)
	before, also := p, anna.ticket(id)
	bice.ticket(id).submit("Rispondi", formValues{"Correzione: " + found + ": No": "✓"}).want(200).says("L’esame risulta eseguito")
	// anna's page still shows yes, which she does not send
	before.submit("Aggiorna", formValues{"Nota": "solo una nota"}).want(200).says("solo una nota", "L’esame risulta eseguito")
	// but what she answers herself on that page meets what bice did
	also.submit("Rispondi", formValues{ours + ": Sì": "✓", "Nota": "anche questa"}).want(412).says("Verifiche", "di Prova BICE").hasValue("testo", "anche questa").
		submit("Invia comunque la mia versione", nil).doesNotSay("anche questa</p>").hasValue("testo", "anche questa")
}

// What a connected system is asked in vain, again and again, is told once, with how often and when last.
func TestUnansweredQuestionsAreShownOnce(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	w.eventually("the checks begin", func() bool {
		s, _, err := w.App.State(t.Context(), id)
		w.must(err)
		return s.Run.N == 1
	})
	vain := func(key string, why ticket.QueryFailure) {
		_, err := w.App.Dispatch(t.Context(), app.CommandRequest{
			Ticket: id, Command: ticket.RecordQueryResult{Run: 1, Query: playbook.FindReport, Check: "referto-individuato", Why: why},
			By: person.Actor{ID: "connector", Role: person.System}, Key: key,
		})
		w.must(err)
		w.Clock.Advance(time.Minute)
		w.waitForLists()
	}
	vain("1", ticket.SystemUnreachable)
	anna.ticket(id).says("Non ancora noto: il sistema non ha risposto").doesNotSay("volte")
	vain("2", ticket.SystemUnreachable)
	vain("3", ticket.SystemUnreachable)
	vain("4", ticket.InvalidAnswer)
	p := anna.ticket(id).says("· 3 volte l’ultima il ", "il sistema ha dato una risposta non valida")
	if n := strings.Count(p.raw, "Non ancora noto: il sistema non ha risposto"); n != 1 {
		t.Errorf("it is told %d times", n)
	}
}

// What the outcome's note misses is named, asked for there, and goes with the click that carries it out.
func TestWhatTheNoteMissesIsAskedFor(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Rispondi", formValues{found + ": Sì": "✓"}).want(200)
	p = p.submit("Rispondi", formValues{ours + ": No": "✓"}).want(200).says("Per scrivere la nota manca ancora: Identificativo inviato a FSE/ROL")
	p = p.submit("Esegui l’esito", nil).want(422)
	p.says("Qualcosa va corretto")
	for _, n := range all(p.root, "input") {
		if strings.HasPrefix(attr(n, "name"), "manca.") {
			setAttr(n, "value", "REF-9")
		}
	}
	p.submit("Esegui l’esito", nil).want(200).says("Il referto REF-9 non risulta appartenere alla nostra Azienda.", "Sola lettura")
}

// Asking the citizen is possible at a check, with its own text, and leaves the run as it is.
func TestAskingAtACheck(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Chiedi al cittadino", formValues{"Nota": "Buongiorno."}).want(200)
	p.hasValue("visibilita", "public").hasValue("stato", "in_attesa_utente")
	if text := p.fields("Aggiorna").Get("testo"); !strings.HasPrefix(text, "Buongiorno.\n\nPer cercare il Suo referto") {
		t.Errorf("the note holds %q", text)
	}
	p.submit("Aggiorna", nil).want(200).says("Per cercare il Suo referto", "In attesa di informazioni da utente", found)
}

// After somebody has worked the checks, a hand-over against them says on which ground.
func TestAHandOverAgainstTheChecks(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Rispondi", formValues{found + ": Sì": "✓", "Identificativo inviato a FSE/ROL": "REF-1"}).want(200)
	p = p.submit("Aggiorna", formValues{"Nota": "urge", publicNote: "✓", "Stato": "Non di competenza (inoltra alla Regione)"}).want(422)
	p.hasValue("testo", "urge").submit("Aggiorna", formValues{"Perché la inoltra": "Forzatura: urgenza"}).want(200).says("Sola lettura", "Forzatura: urgenza")
}

// What is typed is kept for its author, wherever they log in, until it is sent.
func TestADraftSurvives(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	saved := p.request("Aggiorna", formValues{"Nota": "a metà", publicNote: "✓", "Operatore": "Prova BICE", found + ": Sì": "✓"})
	saved.URL.Path += "/bozza"
	if a := anna.send(saved).want(200); !strings.HasPrefix(a.raw, "Bozza salvata alle ") {
		t.Errorf("got %q", a.raw)
	}
	again := w.browser().login("anna").ticket(id).says("Bozza salvata alle")
	again.hasValue("testo", "a metà").hasValue("visibilita", "public").hasValue("esito.referto-individuato", "yes")
	bice.ticket(id).hasValue("testo", "").doesNotSay("a metà")
	// taking it on keeps what is typed
	p = again.submit("Prendi in carico", nil).want(200).hasValue("testo", "a metà")
	// sent, it is gone; what comes late from that form stays away
	p.submit("Aggiorna", formValues{"Stato": "In attesa di informazioni da utente"}).want(200).hasValue("testo", "")
	late := p.request("Aggiorna", formValues{"Nota": "arriva tardi"})
	late.URL.Path += "/bozza"
	anna.send(late).want(200)
	anna.ticket(id).hasValue("testo", "")
	// what was withdrawn comes back, behind a closed padlock
	p = anna.ticket(id).submit("Annulla l’azione", nil).want(200)
	p.hasValue("testo", "a metà").hasValue("visibilita", "internal")
	drop := p.request("Elimina la bozza", nil)
	p.submit("Elimina la bozza", nil).want(200).hasValue("testo", "")
	// and nobody keeps drafts on what they do not see
	stranger := w.login("nora", person.ASROperator, novara)
	foreign := p.request("Aggiorna", formValues{"Nota": "x"})
	foreign.URL.Path += "/bozza"
	stranger.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, r := range []*http.Request{foreign, p.request("Salva la bozza", formValues{"Nota": "x"}), drop} {
		stranger.send(r).want(404)
	}
}
