// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

var adminPaths = []string{"/conferme",
	"", "/persone", "/persone/nuova", "/diritti", "/enti", "/accordi", "/informative", "/chiavi", "/identita", "/catalogo", "/procedure", "/procedure/referto-non-trovato", "/calendari", "/automatismi", "/automatismi/auto-close",
	"/elaborazioni", "/messaggi",
}

func TestAdministrationPagesShowNoTicketData(t *testing.T) {
	w := newSystem(t)
	_, number := newAuditedTicket(w)
	ada := w.login("ada", person.Administrator, "")
	for _, path := range adminPaths {
		ada.open("/amministrazione"+path).want(200).doesNotShow("Finzione", "RSSMRA80A01H501U", number)
	}
	home := ada.open("/amministrazione").shows("3 persone con 3 ruoli in corso", "scadenze in attesa")
	home.openLink("Enti").want(200).shows("010301", "ASL Città di Torino", "Regione Piemonte", "senza limiti")
	home.openLink("Servizi e problemi").want(200).shows("Referto non trovato").openLink("Referto non trovato").want(200).
		shows("FAQ 2.8", "versione 1", "Ogni esito è raggiunto", "percorsi", "Il referto è stato prodotto in data", "procedura invio-fallito").
		openLink("invio-fallito").want(200).shows("FAQ 2.7")
	home.openLink("Procedure di verifica").want(200).shows("FAQ 2.7", "FAQ 2.12", "verifiche", "esiti")
	home.openLink("Elaborazioni").want(200).shows("Richieste e code", "Cifre del cruscotto", "Chiusura automatica", "posizione 1.")
	home.openLink("Messaggi in uscita").want(200).shows("Avvisi e posta")
	calendar := home.openLink("Calendari").want(200)
	calendar.submit("Mostra", formValues{"Ente": "ASL Città di Torino", "Anno": "2027"}).want(200).
		shows("ASL Città di Torino, 2027", "lunedì 29/03/2027", "giovedì 24/06/2027").doesNotShow("24/06/2026")
	for _, path := range []string{"/procedure/boh", "/procedure/referto-non-trovato?versione=9", "/automatismi/notifications", "/persone/boh", "/persone/01930000-0000-7000-8000-000000000001", "/persone/urn:uuid:01930000-0000-7000-8000-000000000001"} {
		ada.open("/amministrazione" + path).want(404)
	}
	for _, query := range []string{"q=%00", "q=%ff", "ente=%00", "ente=%ff", "dopo=%00", "dopo=%ff"} {
		ada.open("/amministrazione/persone?" + query).want(200).doesNotShow("/amministrazione/persone/0")
	}
}

func TestAdministrationPagesRefuseOtherRoles(t *testing.T) {
	w := newSystem(t)
	for name, role := range map[string]person.Role{"sara": person.ASRSupervisor, "ugo": person.Auditor} {
		b := w.login(name, role, map[person.Role]catalog.EntityCode{person.ASRSupervisor: torino}[role])
		for _, path := range adminPaths {
			b.open("/amministrazione" + path).want(http.StatusForbidden)
		}
	}
}

// secretsPattern matches the password and the PIN of a new account, which the page shows once.
var secretsPattern = regexp.MustCompile(`<dt>Password</dt><dd><code>([^<]+)</code></dd><dt>PIN</dt><dd><code>([^<]+)</code>`)

func TestAdministratorManagesAnAccount(t *testing.T) {
	w := newSystem(t)
	ada := w.login("ada", person.Administrator, "")
	form := ada.open("/amministrazione/persone").openLink("Nuova persona").want(200)
	refused := form.submit("Crea la persona", formValues{"Nome utente": "Più Uno", "Nome": "Nina", "Cognome": "Prova", "Ruolo": "Operatore ASR", "Ente": "ASL Città di Torino"}).want(422).shows("lettere minuscole")
	if kept := refused.fields("Crea la persona"); kept.Get("utente") != "Più Uno" || kept.Get("cognome") != "Prova" || kept.Get("ente") != "010301" || kept.Get("ruolo") != "operatore_asr" {
		t.Errorf("the refused form: got %v, want it as typed", kept)
	}
	form.submit("Crea la persona", formValues{"Nome utente": "nina", "Nome": "Nina", "Cognome": "Prova", "Ruolo": "Integrazione", "Ente": "ASL Città di Torino"}).want(422).shows("non si tiene presso questo ente")
	form.submit("Crea la persona", formValues{"Nome utente": "ada", "Nome": "Nina", "Cognome": "Prova", "Ruolo": "Revisore", "Ente": "Nessuno (revisori della Regione, amministratori, integrazioni)"}).want(409).shows("Esiste già")
	created := form.submit("Crea la persona", formValues{"Nome utente": "nina", "Nome": "Nina", "Cognome": "Prova", "Ruolo": "Operatore ASR", "Ente": "ASL Città di Torino", "Motivo": "nuova collega"}).want(200).shows("Nina Prova", "si vedono solo adesso")
	first := secretsPattern.FindStringSubmatch(created.raw)
	if first == nil {
		t.Fatal("got no password and PIN on the page")
	}
	if next := created.fields("Aggiungi"); next.Get("ruolo") != "" || next.Get("ente") != "" || next.Get("motivo") != "" {
		t.Errorf("the form of another role: got %v, want it empty, because what was typed is done", next)
	}
	login := func(password, pin string, want int) {
		t.Helper()
		p := w.browser().open("/accesso").submit("Accedi", formValues{"Nome utente": "nina", "Password": password, "PIN": pin}).want(want)
		if want == 200 {
			p.shows("Cambi password e PIN", "Esci").doesNotShow("Cambia ruolo", "Notifiche", "Code")
		}
		if strings.Contains(p.raw, "data-sol-stream") {
			t.Error("the page asks for the stream of changes, which is refused: it would say that the session has ended")
		}
	}
	login(first[1], first[2], 200)
	nina := ada.open("/amministrazione/persone?q=nina").want(200).openLink("Prova Nina").want(200).shows("Operatore ASR", "ASL Città di Torino", "in corso").doesNotShow(first[1])
	if logged := w.log.String(); strings.Contains(logged, first[1]) || !strings.Contains(logged, "account made") {
		t.Error("the log has the password, or has no entry for the new account")
	}

	renewed := nina.submit("Nuova password e nuovo PIN", nil).want(200)
	second := secretsPattern.FindStringSubmatch(renewed.raw)
	if second == nil || second[1] == first[1] {
		t.Fatalf("new password and PIN: got %v, want others than before", second)
	}
	login(first[1], first[2], 401)
	login(second[1], second[2], 200)

	renewed.submit("Aggiungi", formValues{"Ruolo": "Operatore ASR", "Ente": "ASL Città di Torino"}).want(409).shows("Esiste già")
	twoRoles := renewed.submit("Aggiungi", formValues{"Ruolo": "Supervisore ASR", "Ente": "ASL NO"}).want(200).shows("Il ruolo è stato aggiunto", "Supervisore ASR")
	twoRoles.shows("Le richieste che la persona ha in carico presso ASL NO restano senza operatore")
	oneRole := twoRoles.submit("Termina il ruolo: Supervisore ASR, ASL NO", nil).want(200).shows("Il ruolo è terminato")
	if n := strings.Count(oneRole.raw, "<summary>Termina<"); n != 1 {
		t.Errorf("got %d roles that can be ended, want 1", n)
	}
	twoRoles.submit("Termina il ruolo: Supervisore ASR, ASL NO", nil).want(404) // it has ended already
	oneRole.submit("Disattiva", nil).want(422).shows("Manca la conferma")
	oneRole.submit("Disattiva", formValues{"Confermo la disattivazione": "✓"}).want(200).shows("non può più accedere")
	login(second[1], second[2], 401)
	ada.open("/amministrazione/persone").want(200).shows("nina · disattivata")
}

// When a placement ends, its operator's tickets lose their assignee, so that colleagues can take them.
func TestEndedPlacementReleasesTickets(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	anna := operatorAt(account, person.ASROperator, torino)
	id := w.open(request(torino))
	w.applyUpdate(anna, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	ada := w.login("ada", person.Administrator, "")
	ada.open("/amministrazione/persone/"+account).submit("Termina il ruolo: Operatore ASR, ASL Città di Torino", nil).want(200).shows("sono libere")
	s, _, err := w.App.State(t.Context(), id)
	w.must(err)
	if s.Assignee != (ticket.Assignee{}) {
		t.Errorf("got assignee %v, want none", s.Assignee)
	}
	w.login("ugo", person.Auditor, "").open("/revisione/" + string(id)).want(200).shows("Sistema (administration/")
}

func TestAdministratorCannotEndOwnPlacement(t *testing.T) {
	w := newSystem(t)
	ada := w.login("ada", person.Administrator, "")
	own := ada.open("/amministrazione/persone").openLink("ADA Prova").want(200).doesNotShow(">Disattiva<")
	own.submit("Termina il ruolo: Amministratore", nil).want(409).shows("lo chieda a un altro amministratore")
	ada.open("/amministrazione").want(200)
}

func TestSimulationOfSagaSettings(t *testing.T) {
	w := newSystem(t)
	newAuditedTicket(w) // resolved on 2 March; it closes after a week
	w.Clock.Advance(3 * 24 * time.Hour)
	ada := w.login("ada", person.Administrator, "")
	form := ada.open("/amministrazione/automatismi").want(200).shows("Tutti gli enti", "08:30-16:30", "9:00", "3 e 7", "mai").doesNotShow("3,7").openLink("Simula altre impostazioni : Chiusura automatica").want(200).doesNotShow("Che cosa sarebbe successo")
	form.submit("Simula", nil).want(200).shows("Avrebbe agito 0 volte", "1 richiesta")
	simulated := form.submit("Simula", formValues{"Giorni di calendario": "1", "Ente": "Regione Piemonte"}).want(200).shows("Avrebbe agito 1 volta", "ha agito 0 volte", "04/03/2026")
	if kept := simulated.fields("Simula"); kept.Get("auto_close.after_days") != "1" || kept.Get("ente") != "regione" {
		t.Errorf("the form after a simulation: got %v, want it as typed", kept)
	}
	form.submit("Simula", formValues{"Giorni di calendario": "1", "Ente": "ASL NO"}).want(200).shows("Avrebbe agito 0 volte")
	form.submit("Simula", formValues{"Giorni di calendario": "1", "Ente": "Regione Piemonte", "Fino al giorno": "2026-03-03"}).want(200).shows("Avrebbe agito 0 volte")
	form.submit("Simula", formValues{"Giorni di calendario": "mai"}).want(422).shows("una di queste non è ammessa")
	form.submit("Simula", formValues{"Giorni di calendario": "1", "Conta dal giorno": "ieri"}).want(422).shows("non è un giorno")
}

func TestPoisonedMessagesAreRetried(t *testing.T) {
	w := newSystem(t)
	w.sql(`insert into saga.outbox (uuid, payload, metadata) values
		('01930000-0000-7000-8000-0000000000aa', '{"to":"operators","entity":"010301","kind":"opened"}', '{"topic":"poison","topic_poisoned":"ask-connector","reason_poisoned":"it was nonsense","saga":"referto-check","ticket":"01930000-0000-7000-8000-000000000001","position":"1.1"}'),
		('01930000-0000-7000-8000-0000000000bb', '{}', '{"topic":"poison","topic_poisoned":"ask-connector","reason_poisoned":"nobody answered","saga":"referto-check","ticket":"01930000-0000-7000-8000-000000000001","position":"1.2"}')`)
	ada := w.login("ada", person.Administrator, "")
	ada.open("/amministrazione").shows("2 messi da parte")
	list := ada.open("/amministrazione/messaggi").want(200).shows("Sistemi collegati", "it was nonsense", "nobody answered")
	retried := list.submit("Riprova il messaggio 01930000-0000-7000-8000-0000000000aa", nil).want(200).shows("rimessi in uscita", "nobody answered").doesNotShow("it was nonsense")
	list.submit("Riprova il messaggio 01930000-0000-7000-8000-0000000000aa", nil).want(409).shows("Nulla da riprovare")
	retried.openLink("Solo quelli messi da parte").want(200).shows("nobody answered").submit("Riprova tutti quelli messi da parte", nil).want(200).doesNotShow("nobody answered", "Riprova tutti")
	ada.open("/amministrazione/messaggi?solo=da-parte").want(200).shows("Nessun messaggio è stato messo da parte")
}

// A stranger who guesses at the same address locks out neither the person's own browser, nor for ever: an administrator unlocks.
func TestAdministratorUnlocksAnAccount(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	ada := w.login("ada", person.Administrator, "")
	own := w.browser().login("anna")
	enter := func(b *browser, password string) *page {
		t.Helper()
		return b.open("/accesso").submit("Accedi", formValues{"Nome utente": "anna", "Password": password, "PIN": handlertest.PIN})
	}
	stranger := w.browser()
	for range 5 {
		enter(stranger, "un’altra parola").want(401)
	}
	enter(stranger, handlertest.Password).want(429).shows("Accesso sospeso", "dopo le", "sbloccare l’accesso")
	own.open("/").submit("Esci", nil).want(200)
	enter(own, handlertest.Password).want(200)
	locked := ada.open("/amministrazione/persone/"+account).want(200).shows("Accesso sospeso", "1 provenienza")
	locked.submit("Sblocca l’accesso", nil).want(200).shows("può di nuovo accedere").doesNotShow("provenienza")
	enter(w.browser(), handlertest.Password).want(200)
}
