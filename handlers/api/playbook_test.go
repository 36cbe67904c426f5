// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/sagas"
)

// newFixtureWithPlaybooks returns a fixture with these playbooks and all sagas.
func newFixtureWithPlaybooks(t *testing.T, l *playbook.Library) *fixture {
	t.Helper()
	cat := catalog.Default()
	return newFixtureWithOptions(t, handlertest.Options{Playbooks: l, Sagas: sagas.All(cat, l)})
}

// evidence holds a fictitious value for each field of evidence.
var evidence = map[playbook.FieldID]string{
	"identifier": "REF-PROVA-0001", "produced_on": "2026-02-20", "paid_on": "21/02/2026", "exempt": "true", "iuv": "01123456789012316",
	"ticket_number": "TK-PROVA-1", "channel": "totem", "pin_channel": "sportello",
}

// openAbout opens a ticket about a problem as an anonymous requester and returns its id.
func (w *fixture) openAbout(service, problem string) string {
	w.Helper()
	return w.anonymous().openAbout(service, problem)
}

func (u user) openAbout(service, problem string) string {
	u.w.Helper()
	f := form(torino)
	f["service"], f["problem"] = service, problem
	return u.post("/api/v1/tickets", f).want(201).text("id")
}

// route is a path through a playbook: its answers in order, and its outcome.
type route struct {
	answers []fields
	outcome *playbook.Outcome
	in      playbook.ID
}

// routes returns the paths of a run that end in an outcome, with the evidence of each check except the fields in leave.
func routes(l *playbook.Library, run playbook.PinnedVersions, leave ...playbook.FieldID) []route {
	var all []route
	for end := range l.Paths(run) {
		if end.Outcome == nil {
			continue // the path returns to an answered check
		}
		r := route{outcome: end.Outcome}
		for _, s := range end.Steps {
			values := map[string]string{}
			for _, e := range s.Check.Evidence {
				if !slices.Contains(leave, e.Field) {
					values[string(e.Field)] = evidence[e.Field]
				}
			}
			r.answers = append(r.answers, fields{"check": s.Check.ID, "answer": map[bool]string{true: "yes", false: "no"}[s.Answer.Yes], "evidence": values})
			r.in = s.Playbook.ID
		}
		all = append(all, r)
	}
	return all
}

// walkRoutes takes each route over HTTP: it answers the checks in order, and carries out the outcome in one act with the last answer. It
// returns how often each outcome was carried out, and the notes to the Region.
func walkRoutes(t *testing.T, service, problem string, leave ...playbook.FieldID) (map[playbook.OutcomeID]int, []string) {
	t.Helper()
	l := playbook.Default()
	run, ok := l.Select(catalog.ServiceID(service), catalog.ProblemID(problem), false)
	if !ok {
		t.Fatalf("%s/%s: got no playbook", service, problem)
	}
	w := newFixtureWithPlaybooks(t, l)
	anna, rita := w.logIn("anna", person.ASROperator, torino), w.logIn("rita", person.RegionalOperator, catalog.Region)
	reached, notes := map[playbook.OutcomeID]int{}, []string(nil)
	for n, r := range routes(l, run, leave...) {
		if len(leave) > 0 && r.outcome.Action != playbook.Escalate { // only notes to the Region hold the omitted evidence
			continue
		}
		id := anna.openAbout(service, problem)
		for i, a := range r.answers {
			before := anna.get("/api/v1/tickets/" + id + "/playbook").want(200)
			if next := fmt.Sprint(before.at("next")); next != fmt.Sprintf("[%s]", a["check"]) || before.at("outcome") != nil {
				t.Fatalf("route %d: got the next check %s, want %s", n, next, a["check"])
			}
			if i < len(r.answers)-1 {
				anna.post("/api/v1/tickets/"+id+"/playbook/answers", a).want(200)
			}
		}
		// The last answer and the status are one act; the note is filled in.
		last := r.answers[len(r.answers)-1]
		acted := anna.update(id, fields{"answers": []fields{last}, "status": r.outcome.Status}).want(200)
		if acted.text("status") != r.outcome.Status {
			t.Fatalf("route %d, %s: got %s, want status %s", n, r.outcome.ID, acted.raw, r.outcome.Status)
		}
		after := anna.get("/api/v1/tickets/" + id + "/playbook").want(200)
		if after.text("outcome", "id") != string(r.outcome.ID) || after.at("outcome", "carried_out") != true || len(after.at("outcome", "missing").([]any)) > 0 {
			t.Fatalf("route %d: got the run %s, want %s carried out", n, after.raw, r.outcome.ID)
		}
		w.advance(time.Minute)
		note := after.text("outcome", "note")
		reads := anna.ticket(id).want(200)
		if citizenNotes := reads.list("notes"); len(citizenNotes) != 1 || citizenNotes[0]["text"] != note || note == "" {
			t.Fatalf("route %d: got notes %v, want %q", n, citizenNotes, note)
		}
		citizen := w.linkHolder(id).ticket(id).want(200)
		if public := !r.outcome.Action.IsInternal() && r.outcome.Action != playbook.Escalate; (len(citizen.list("notes")) == 1) != public {
			t.Fatalf("route %d, %s: the citizen got %s, want a note: %t", n, r.outcome.ID, citizen.raw, public)
		}
		for _, secret := range []string{"REF-PROVA", "01123456789012316", "TK-PROVA", "playbook"} {
			if strings.Contains(string(citizen.raw), secret) {
				t.Fatalf("route %d: got %s in the citizen's view", n, secret)
			}
		}
		if r.outcome.Action == playbook.Escalate {
			notes = append(notes, rita.ticket(id).want(200).list("notes")[0]["text"].(string))
		}
		reached[r.outcome.ID]++
	}
	return reached, notes
}

// expectAllOutcomes fails the test unless every outcome of the playbook was carried out.
func expectAllOutcomes(t *testing.T, id playbook.ID, reached map[playbook.OutcomeID]int) {
	t.Helper()
	p, _ := playbook.Default().Find(id, 1)
	for _, o := range p.Outcomes {
		if reached[o.ID] == 0 {
			t.Errorf("outcome %s was never carried out", o.ID)
		}
	}
}

// expectNotes fails the test unless the different notes to the Region are these.
func expectNotes(t *testing.T, notes []string, want ...string) {
	t.Helper()
	slices.Sort(notes)
	notes = slices.Compact(notes)
	slices.Sort(want)
	if !slices.Equal(notes, want) {
		t.Errorf("notes to the Region: got\n%q, want\n%q", notes, want)
	}
}

const (
	textA = "Il referto è stato prodotto in data 20/02/2026 e ha il seguente identificativo REF-PROVA-0001"
	textB = textA + ". Il referto è stato pagato in data 21/02/2026"
	textE = "Il referto REF-PROVA-0001 non risulta appartenere alla nostra Azienda."
	textD = "Referto REF-PROVA-0001 inviato con successo a FSE/ROL da parte dell’Azienda"
	textC = "Il pagamento associato al numero ticket regionale TK-PROVA-1 e/o allo IUV 01123456789012316 non risulta sul sistema aziendale, " +
		"si prega di verificare l’effettivo pagamento e risottometterlo."
)

func TestFAQ_2_7_SendingFailed(t *testing.T) {
	reached, notes := walkRoutes(t, "ritiro-documenti", "invio-fallito")
	expectAllOutcomes(t, "invio-fallito", reached)
	expectNotes(t, notes)
}

func TestFAQ_2_8_RefertoNotFound(t *testing.T) {
	reached, notes := walkRoutes(t, "ritiro-documenti", "referto-non-trovato")
	expectAllOutcomes(t, "referto-non-trovato", reached)
	expectNotes(t, notes, textA, textE)
}

func TestFAQ_2_9_RefertoNotVisible(t *testing.T) {
	reached, notes := walkRoutes(t, "ritiro-documenti", "referto-non-visualizzabile")
	expectAllOutcomes(t, "referto-non-visualizzabile", reached)
	expectNotes(t, notes, textB, textC)
	_, notes = walkRoutes(t, "ritiro-documenti", "referto-non-visualizzabile", "paid_on")
	expectNotes(t, notes, textA+". Il paziente è esente", textC)
}

func TestFAQ_2_10_PaymentMissing(t *testing.T) {
	reached, notes := walkRoutes(t, "ritiro-documenti", "mancato-pagamento")
	expectAllOutcomes(t, "mancato-pagamento", reached)
	if !slices.Contains(notes, textC) {
		t.Errorf("notes to the Region: got %q, want %q among them", notes, textC)
	}
	for _, c := range []struct {
		leave playbook.FieldID
		text  string
	}{
		{"iuv", "Il pagamento associato al numero ticket regionale TK-PROVA-1 non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo."},
		{"ticket_number", "Il pagamento associato allo IUV 01123456789012316 non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo."},
	} {
		if _, notes = walkRoutes(t, "ritiro-documenti", "mancato-pagamento", c.leave); !slices.Contains(notes, c.text) {
			t.Errorf("notes without %s: got %q, want %q among them", c.leave, notes, c.text)
		}
	}
}

func TestFAQ_2_11_PaidAndNotDownloadable(t *testing.T) {
	reached, _ := walkRoutes(t, "ritiro-documenti", "non-scaricabile-pagamento")
	expectAllOutcomes(t, "non-scaricabile-pagamento", reached)
}

func TestFAQ_2_12_FacilitatedAccess(t *testing.T) {
	reached, notes := walkRoutes(t, "accesso-facilitato", "accesso-facilitato")
	expectAllOutcomes(t, "accesso-facilitato", reached)
	expectNotes(t, notes, textD)
	// Facilitated access starts this playbook also for the problem that no report is found.
	w := newFixtureWithPlaybooks(t, playbook.Default())
	f := form(torino)
	f["facilitated"] = true
	id := w.anonymous().post("/api/v1/tickets", f).want(201).text("id")
	if p := w.logIn("anna", person.ASROperator, torino).get("/api/v1/tickets/" + id + "/playbook").want(200); p.text("playbook") != "accesso-facilitato" {
		t.Errorf("got the playbook %s, want accesso-facilitato", p.raw)
	}
}

// A hand-over against the checks needs a ground, and supervisors see it in a queue.
func TestFAQ_2_6_HandingOverAgainstTheChecks(t *testing.T) {
	w := newFixtureWithPlaybooks(t, playbook.Default())
	anna, capo, rita := w.logIn("anna", person.ASROperator, torino), w.logIn("capo", person.ASRSupervisor, torino), w.logIn("rita", person.RegionalSupervisor, catalog.Region)
	id := w.openAbout("ritiro-documenti", "referto-non-trovato")
	anna.post("/api/v1/tickets/"+id+"/playbook/answers", fields{"check": "referto-individuato", "answer": "yes"}).want(200)
	override := func(reason string) fields {
		return fields{"status": "non_di_competenza", "reason": reason, "note": fields{"text": "Serve subito", "visibility": "public"}}
	}
	anna.update(id, override("")).problem(422, "invalid", "reason", "non_della_mia_azienda", "sistemi_non_disponibili")
	anna.update(id, override("perché sì")).problem(422, "invalid", "reason")
	acted := anna.update(id, override("urgenza")).want(200)
	for _, u := range []user{capo, rita} {
		if got := u.queue("forzature", acted.text("position")); len(got) != 1 {
			t.Errorf("forzature: got %v, want one ticket", got)
		}
	}
	anna.get("/api/v1/tickets?queue=forzature").problem(422, "invalid")
	if line := rita.ticket(id).want(200); !strings.Contains(string(line.raw), "Forzatura: urgenza") {
		t.Errorf("the Region got %s, want the ground", line.raw)
	}
	// The Region reads the answers and may not change them. The ASR that gets the ticket from it begins its own checks.
	rita.get("/api/v1/tickets/" + id + "/playbook").want(200)
	rita.post("/api/v1/tickets/"+id+"/playbook/answers", fields{"check": "referto-della-asr", "answer": "yes"}).problem(403, "forbidden", "ASR")
	w.advance(time.Minute)
	rita.update(id, fields{"entity": novara, "note": fields{"text": "È vostro", "visibility": "public"}}).want(200)
	bruna := w.logIn("bruna", person.ASROperator, novara)
	w.eventually("Novara begins its own checks", func() bool {
		p := bruna.get("/api/v1/tickets/" + id + "/playbook").want(200)
		return p.at("run") == 2.0 && p.list("checks")[0]["state"] == "open"
	})
	if seen := bruna.ticket(id).want(200); strings.Contains(string(seen.raw), "check_answered") || strings.Contains(string(seen.raw), "Forzatura") {
		t.Errorf("the next ASR got %s, want no answers of the first ASR", seen.raw)
	}
	anna.get("/api/v1/tickets/"+id+"/playbook").problem(404, "not-found")
	other := w.openAbout("ritiro-documenti", "referto-non-trovato")
	if got := anna.update(other, override("non_della_mia_azienda")).want(200); got.text("status") != "non_di_competenza" {
		t.Errorf("«non è della mia Azienda»: got %s, want non_di_competenza", got.raw)
	}
}

func TestRefusedAnswersNameTheField(t *testing.T) {
	w := newFixtureWithPlaybooks(t, playbook.Default())
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.openAbout("ritiro-documenti", "referto-non-trovato")
	to := "/api/v1/tickets/" + id + "/playbook/answers"
	anna.post(to, fields{"check": "referto-inviato", "answer": "yes"}).problem(422, "invalid", `"field":"check"`, "referto-individuato")
	anna.post(to, fields{"check": "boh", "answer": "yes"}).problem(422, "invalid", `"field":"check"`)
	anna.post(to, fields{"check": "referto-individuato", "answer": "forse"}).problem(422, "invalid", `"allowed":"one of yes, no"`)
	anna.post(to, fields{"check": "referto-individuato", "answer": "yes", "evidence": fields{"iuv": "1"}}).problem(422, "invalid", `"field":"evidence.iuv"`, "identifier")
	odd := anna.post(to, fields{"check": "referto-individuato", "answer": "yes", "evidence": fields{"identifier": "REF 1", "produced_on": "2030-01-01"}}).want(200)
	evidenceItems := odd.list("checks")[0]["evidence"].([]any)
	for _, e := range evidenceItems {
		if e := e.(map[string]any); e["value"] == "" || e["warning"] == nil {
			t.Errorf("odd evidence: got %v, want the value with a warning", e)
		}
	}
	for _, check := range []string{"referto-della-asr", "scarico-richiesto"} {
		anna.post(to, fields{"check": check, "answer": "yes"}).want(200)
	}
	anna.post(to, fields{"check": "referto-individuato", "answer": "yes", "evidence": fields{"produced_on": ""}}).want(200)
	anna.update(id, fields{"status": "non_di_competenza", "answers": []fields{{"check": "referto-inviato", "answer": "yes"}}}).
		problem(422, "invalid", "answers.evidence.produced_on")
	w.anonymous().get("/api/v1/tickets/"+id+"/playbook").problem(401, "unauthorized")
	w.linkHolder(id).get("/api/v1/tickets/"+id+"/playbook").problem(404, "not-found")
	anna.get("/api/v1/tickets/"+w.openAbout("ritiro-documenti", "altro")+"/playbook").problem(404, "not-found")
}

func TestReclassifyingStartsNewChecksAndKeepsTheAnswers(t *testing.T) {
	w := newFixtureWithPlaybooks(t, playbook.Default())
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.openAbout("ritiro-documenti", "referto-non-trovato")
	anna.post("/api/v1/tickets/"+id+"/playbook/answers", fields{"check": "referto-individuato", "answer": "yes", "evidence": fields{"identifier": "REF-PROVA-0001"}}).want(200)
	anna.update(id, fields{"problem": "mancato-pagamento"}).want(200)
	w.eventually("the payment's checks begin", func() bool {
		p := anna.get("/api/v1/tickets/" + id + "/playbook").want(200)
		return p.text("playbook") == "mancato-pagamento" && p.at("run") == 2.0
	})
	if seen := string(anna.ticket(id).want(200).raw); !strings.Contains(seen, "È stato individuato il referto che il cittadino cerca? Sì") {
		t.Errorf("got %s, want the answer in the timeline", seen)
	}
}

// A new playbook is one file in a directory.
func TestPlaybookFromADirectoryRuns(t *testing.T) {
	const seventh = `
id: prova-settima
version: 1
title: Settima
source: prova
starts: [{service: ritiro-documenti, problem: altro}]
checks:
  tutto-bene:
    question: Va tutto bene?
    yes: {outcome: bene}
    no: {outcome: male}
outcomes:
  bene: {title: Comunicare, act: resolve, status: risolto, note: "Va tutto bene."}
  male: {title: Chiedere, act: ask, status: in_attesa_utente, note: "Che cosa non va?"}
`
	l, err := playbook.Load(catalog.Default(), playbook.Embedded(), fstest.MapFS{"prova-settima.v1.yaml": {Data: []byte(seventh)}})
	if err != nil {
		t.Fatal(err)
	}
	w := newFixtureWithPlaybooks(t, l)
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.openAbout("ritiro-documenti", "altro")
	anna.update(id, fields{"status": "risolto", "answers": []fields{{"check": "tutto-bene", "answer": "yes"}}}).want(200)
	if citizenNotes := anna.ticket(id).want(200).list("notes"); len(citizenNotes) != 1 || citizenNotes[0]["text"] != "Va tutto bene." {
		t.Errorf("got notes %v, want the note of the outcome", citizenNotes)
	}
	if c := w.anonymous().get("/api/v1/catalog").want(200); !strings.Contains(string(c.raw), `"playbook":"prova-settima"`) {
		t.Error("got a catalogue without the new playbook")
	}
}
