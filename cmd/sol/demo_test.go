// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// demoRun is a demo that runs, and who can log in there.
type demoRun struct {
	*process
	info demo.Info
}

// withT is the stage as a subtest uses it: what fails there fails that.
func (s demoRun) withT(t *testing.T) demoRun {
	i, server := *s.installation, *s.process
	i.t, server.installation = t, &i
	return demoRun{&server, s.info}
}

// login logs the n-th identity of a role at an entity in.
func (s demoRun) login(role person.Role, entity catalog.EntityCode, n int) apiClient {
	s.t.Helper()
	for _, i := range s.info.Identities {
		if i.Role == role && i.Entity == entity {
			if n--; n < 0 {
				return apiClient{t: s.t, base: s.info.Address}.login(i)
			}
		}
	}
	s.t.Fatalf("demo.json has no such %s at %q", role, entity)
	return apiClient{}
}

// TestDemo starts the demo as a newcomer does, walks through the FAQ with what demo.json gives, runs the commands beside
// it, and stops it.
func TestDemo(t *testing.T) {
	t.Parallel()
	i := newInstallation(t, "SOL_HOLD=1s") // the citizen need not be waited for long
	s := demoRun{process: i.start("demo", "--tickets", "60", "--months", "1")}
	s.waitFor("demo.json is there", func() bool {
		text, err := os.ReadFile(filepath.Join(i.dir, "demo.json"))
		return err == nil && json.Unmarshal(text, &s.info) == nil
	})
	if !s.isUp() {
		t.Fatal("demo.json is there and nobody answers")
	}
	t.Run("identities", s.testIdentities)
	t.Run("life", s.testTicketLife)
	t.Run("as of", s.testAsOf)
	t.Run("rebuild", s.testRebuild)
	t.Run("people", s.testPeople)
	t.Run("erase", s.testErase)
	t.Run("metrics", s.testMetrics)
	t.Run("outbox", s.testOutbox)
	stream := s.openStream(t)
	if code := s.stop(); code != 0 {
		t.Errorf("ended with %d", code)
	}
	if err := <-stream; err != nil {
		t.Errorf("a stream was cut off: %v", err)
	}
	if !strings.Contains(s.output.String(), "server stopped") {
		t.Error("it did not end in order")
	}
	if _, err := os.Stat(filepath.Join(i.dir, "demo.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("demo.json is there when nobody answers: %v", err)
	}
	s.testEraseOffline(t)
	again := demoRun{process: i.start("demo", "--tickets", "60", "--months", "1"), info: s.info}
	again.waitFor("it answers again", again.isUp)
	again.testSecondStart(t)
	if strings.Contains(again.output.String(), "creating demo data") { // demo.json is there: what it makes, it has made
		t.Error("the demo was made twice")
	}
}

// testSecondStart: a second start beside a demo says so, and leaves the first one's demo.json where it is.
func (s demoRun) testSecondStart(t *testing.T) {
	s.waitFor("it is introduced", func() bool { _, err := os.Stat(filepath.Join(s.dir, "demo.json")); return err == nil })
	if output := s.runRefused("demo"); !strings.Contains(output, "sol already runs on the data in "+s.dir) {
		t.Errorf("at the same address it says %q", output)
	}
	elsewhere := *s.installation
	elsewhere.env = append(slices.Clone(s.env), "SOL_ADDR=127.0.0.1:0")
	if output := elsewhere.runRefused("demo"); !strings.Contains(output, "in use by another sol") {
		t.Errorf("on the same data it says %q", output)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "demo.json")); err != nil {
		t.Error(err)
	}
}

// testEraseOffline erases while no server runs: the lists hold nothing of it afterwards, not only when the next server starts.
func (s demoRun) testEraseOffline(t *testing.T) {
	number := parseJSONLines(t, s.run("ticket", "list", "--json", "--limit", "1"))[0]["number"].(string)
	if output := s.run("ticket", "erase", number, "--yes"); !strings.Contains(output, "in the log and in the read models") || !strings.Contains(output, "backups") {
		t.Errorf("erase says %q", output)
	}
	for _, p := range parseJSONLines(t, s.run("projections", "list", "--json")) {
		if p["lag"] != 0.0 && p["name"] != "figures" { // those hold nothing of anybody
			t.Errorf("after the erasure %v is %v events behind", p["name"], p["lag"])
		}
	}
}

// openStream opens a stream of changes, and tells how it ended.
func (s demoRun) openStream(t *testing.T) <-chan error {
	operator := s.login(person.ASROperator, "010301", 0)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.info.Address+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+operator.token)
	response, err := http.DefaultClient.Do(r)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("stream: %v, %v", err, response)
	}
	ended := make(chan error, 1)
	go func() {
		defer func() { _ = response.Body.Close() }()
		_, err := io.Copy(io.Discard, response.Body)
		ended <- err
	}()
	return ended
}

// testIdentities: at least two operators an entity, and everybody can log in where they are placed.
func (s demoRun) testIdentities(t *testing.T) {
	operators := map[catalog.EntityCode]int{}
	for _, i := range s.info.Identities {
		if i.Role.Operates() {
			operators[i.Entity]++
		}
	}
	for _, e := range catalog.Default().Entities(time.Now()) {
		if operators[e.Code] < 3 {
			t.Errorf("%s has %d operators", e.Short, operators[e.Code])
		}
	}
	s = s.withT(t)
	for _, role := range []person.Role{person.Auditor, person.Administrator, person.Citizen} {
		s.login(role, "", 0)
	}
}

// testTicketLife walks a ticket from the form to the resolution (FAQ 2.2, 2.4, 2.5), and looks at it with the commands.
func (s demoRun) testTicketLife(t *testing.T) {
	s = s.withT(t)
	nobody := apiClient{t: t, base: s.info.Address}
	operator := s.login(person.ASROperator, "010301", 0)
	opened := nobody.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Non trovo il referto di marzo."))
	id, number := opened.text("id"), opened.text("number")
	operator.update(id, map[string]any{"status": "in_lavorazione"})
	operator.update(id, publicNoteBody("in_attesa_utente", "Qual è la data dell’esame?"))
	citizen := apiClient{t: t, base: s.info.Address, token: strings.TrimSpace(s.run("ticket", "link", number))}
	s.waitFor("the citizen may read the question", func() bool { return citizen.ticket(id).text("status") == "in_attesa_utente" })
	citizen.expect(http.StatusOK, http.MethodPost, "/api/v1/tickets/"+id+"/replies", map[string]any{"text": "Il 12 marzo."})
	operator.update(id, publicNoteBody("risolto", "Il referto è ora disponibile."))
	operator.expect(http.StatusConflict, http.MethodPost, "/api/v1/tickets/"+id+"/updates", map[string]any{"status": "chiuso"})

	var visible []string
	for _, line := range parseJSONLines(t, s.run("replay", number, "--json")) {
		if kind := line["type"].(string); !strings.HasPrefix(kind, "playbook_") && !strings.HasPrefix(kind, "check_") { // by itself, meanwhile
			visible = append(visible, kind)
		}
	}
	want := []string{"opened", "taken", "citizen_note", "citizen_asked", "citizen_replied", "citizen_note", "resolved"}
	if !slices.Equal(visible, want) {
		t.Errorf("replay tells %v, want %v", visible, want)
	}
	for as, visible := range map[string]bool{"auditor": true, "operatore_asr@010301": true, "cittadino": false} {
		var output string
		s.waitFor("replay tells "+as+" of the resolution", func() bool { // the citizen, when it is held no more
			output = s.run("replay", number, "--as", as)
			return strings.Contains(output, " resolved ")
		})
		if strings.Contains(output, " operatore_asr@") != visible {
			t.Errorf("replay as %s: want the role of who did it told: %v\n%s", as, visible, output)
		}
	}
	if output := s.runRefused("replay", number, "--as", "operatore_asr@010203"); !strings.Contains(output, "no ticket "+number) {
		t.Errorf("replay as another ASR says %q", output)
	}
	s.waitFor("the saga has set its timer", func() bool {
		return strings.Contains(s.run("sagas", "explain", number), "auto-close  closes on ")
	})
	if output := s.run("sagas", "list", "--timers", "1000"); !strings.Contains(output, number+"  auto-close: closes on ") {
		t.Errorf("sagas list does not name the ticket: %s", output)
	}
	if shown := parseJSONLines(t, s.run("ticket", "show", number, "--json"))[0]; shown["status"] != "risolto" {
		t.Errorf("ticket show tells %v", shown["status"])
	}
	if listed := s.run("ticket", "list", "--search", number); !strings.Contains(listed, number) {
		t.Errorf("ticket list tells %q", listed)
	}
	for _, line := range parseJSONLines(t, s.run("user", "list", "--json")) {
		if line["username"] == "" || line["placements"] == nil {
			t.Errorf("user list tells %v", line)
		}
	}
}

// testAsOf keeps what every viewer was answered after every act, and asks again for that moment: by the API, by sol replay at
// the moment, and by sol replay at the position (A6).
func (s demoRun) testAsOf(t *testing.T) {
	s = s.withT(t)
	nobody := apiClient{t: t, base: s.info.Address}
	operator, region := s.login(person.ASROperator, "010301", 0), s.login(person.RegionalOperator, catalog.Region, 0)
	auditor := s.login(person.Auditor, "", 0)
	opened := nobody.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Prova di rilettura."))
	id, number := opened.text("id"), opened.text("number")
	citizen := apiClient{t: t, base: s.info.Address, token: strings.TrimSpace(s.run("ticket", "link", number))}
	viewers := map[string]apiClient{"auditor": auditor, "cittadino": citizen, "operatore_asr@010301": operator, "operatore_regionale@regione": region}
	type kept struct {
		as string
		by apiClient
		apiResponse
	}
	var all []kept
	keep := func() {
		for as, by := range viewers {
			if a, err := by.request(http.MethodGet, "/api/v1/tickets/"+id, nil); err == nil && a.status == http.StatusOK {
				all = append(all, kept{as, by, a})
			}
		}
	}
	keep()
	for _, act := range []func(){
		func() { operator.update(id, map[string]any{"status": "in_lavorazione"}) },
		func() {
			operator.update(id, map[string]any{"note": map[string]string{"text": "Verificato.", "visibility": "internal"}})
		},
		func() { operator.update(id, publicNoteBody("non_di_competenza", "Non risulta della nostra Azienda.")) },
		func() { region.update(id, map[string]any{"status": "in_lavorazione"}) },
		func() { region.update(id, publicNoteBody("in_attesa_utente", "In quale sede?")) },
		func() {
			s.waitFor("the citizen may answer", func() bool { return citizen.ticket(id).text("status") == "in_attesa_utente" })
			citizen.expect(http.StatusOK, http.MethodPost, "/api/v1/tickets/"+id+"/replies", map[string]any{"text": "A Torino."})
		},
		func() { region.update(id, publicNoteBody("risolto", "Ora è visibile.")) },
	} {
		act()
		keep()
	}
	if len(all) < 24 {
		t.Fatalf("only %d answers were kept", len(all))
	}
	for n, k := range all {
		then := k.by.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets/"+id+"?at="+k.text("at"), nil)
		if !reflect.DeepEqual(then.body, k.body) {
			t.Errorf("%s at %s: ?at= gives\n%s\nwas\n%s", k.as, k.text("at"), then.raw, k.raw)
		}
		if n%4 != 0 && k.as != "auditor" { // a process each: some of them
			continue
		}
		replayed := parseJSONLines(t, s.run("replay", number, "--at", k.text("at"), "--as", k.as))[0]
		if !reflect.DeepEqual(withoutViewerFields(replayed), withoutViewerFields(k.body)) {
			t.Errorf("%s at %s: replay gives\n%v\nwas\n%s", k.as, k.text("at"), replayed, k.raw)
		}
		if k.as == "auditor" {
			placed := parseJSONLines(t, s.run("replay", number, "--at", k.text("position")))[0]
			if placed["version"] != k.body["version"] || placed["status"] != k.body["status"] {
				t.Errorf("at %s: replay gives version %v, %v", k.text("position"), placed["version"], placed["status"])
			}
		}
	}
}

// withoutViewerFields leaves out what depends on who looks, and not only on the role: whether the last act was their own.
func withoutViewerFields(ticket map[string]any) map[string]any {
	delete(ticket, "undo_until")
	moves, _ := ticket["moves"].([]any)
	ticket["moves"] = slices.DeleteFunc(moves, func(m any) bool { return m == "undo" })
	return ticket
}

// testRebuild builds every list anew while an operator works and reads (A6).
func (s demoRun) testRebuild(t *testing.T) {
	s = s.withT(t)
	operator := s.login(person.ASROperator, "010301", 1)
	opened := operator.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Prima della ricostruzione."))
	var before apiResponse
	s.waitFor("the lists hold what was opened before", func() bool {
		before = operator.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets?queue=tutte&limit=1&after="+opened.text("position"), nil)
		return before.body["stale"] == nil
	})
	total := before.body["total"].(float64)
	stop, ended := make(chan struct{}), make(chan error, 1)
	var asked atomic.Int64
	go func() {
		ended <- func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				opened, err := operator.open(1_000_000 + int(asked.Load()))
				if err != nil || opened.status != http.StatusCreated {
					return fmt.Errorf("open: %w, %s", err, opened.raw)
				}
				n := asked.Add(1)
				listed, err := operator.request(http.MethodGet, "/api/v1/tickets?queue=tutte&limit=1&after="+opened.text("position"), nil)
				if err != nil || listed.status != http.StatusOK {
					return fmt.Errorf("list: %w, %s", err, listed.raw)
				}
				if listed.body["stale"] == nil && listed.body["total"] != total+float64(n) {
					return fmt.Errorf("%v tickets, want %v", listed.body["total"], total+float64(n))
				}
			}
		}()
	}()
	for was := int64(-1); was < 0 || asked.Load() == was && len(ended) == 0; { // until something was asked meanwhile
		was = asked.Load()
		for _, p := range parseJSONLines(t, s.run("projections", "list", "--json")) {
			if output := s.run("projections", "rebuild", p["name"].(string)); !strings.Contains(output, "rebuilt") {
				t.Errorf("rebuild says %q", output)
			}
		}
	}
	close(stop)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// testPeople hires somebody, gives them a ticket and lets them go: the ticket is nobody's then.
func (s demoRun) testPeople(t *testing.T) {
	s = s.withT(t)
	place := []string{"--role", "operatore_asr", "--entity", "010301"}
	s.run(append([]string{"user", "add", "nuova.prova", "--given-name", "Nuova", "--family-name", "Prova", "--generate"}, place...)...)
	operator := s.login(person.ASROperator, "010301", 0)
	id := operator.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Da assegnare.")).text("id")
	operator.update(id, map[string]any{"assignee": "nuova.prova"})
	if a := operator.ticket(id).body["assignee"]; a == nil {
		t.Fatal("the ticket was not assigned")
	}
	if output := s.run(append([]string{"user", "placement", "end", "nuova.prova"}, place...)...); !strings.Contains(output, "released 1 tickets") {
		t.Errorf("placement end says %q", output)
	}
	if a := operator.ticket(id).body["assignee"]; a != nil {
		t.Errorf("the ticket is still with %v", a)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{append([]string{"placement", "end", "nuova.prova"}, place...), "has ended already"},
		{[]string{"placement", "end", "nuova.prova", "--role", "auditor"}, `has no placement "auditor"`},
		{[]string{"placement", "end", "nuova.prova"}, "--role is required"},
		{append([]string{"add", "NUOVA.prova", "--given-name", "N", "--family-name", "P", "--generate"}, place...), "there is an account nuova.prova already"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--role", "operatore_asr", "--entity", "regione"}, "is not held"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--role", "operatore_asr", "--entity", "999999"}, "no entity"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--entity", "010301"}, "--role is required"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--role", "cittadino"}, "--tax-code"},
		{[]string{"add", "altra.prova", "--generate"}, "name"},
		{[]string{"disable", "altra.prova"}, "there is no account"},
	} {
		if output := s.runRefused(append([]string{"user"}, c.args...)...); !strings.Contains(output, c.says) || strings.Contains(output, "password ") {
			t.Errorf("user %v says %q", c.args, output)
		}
	}
	s.run("user", "placement", "add", "nuova.prova", "--role", "operatore_asr", "--entity", "010203")
	s.run("user", "password", "nuova.prova", "--generate")
	s.run("user", "disable", "nuova.prova")
}

// testErase destroys what identifies somebody; the history stays.
func (s demoRun) testErase(t *testing.T) {
	s = s.withT(t)
	operator := s.login(person.ASROperator, "010301", 0)
	opened := operator.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Da cancellare."))
	s.run("ticket", "erase", opened.text("number"), "--yes")
	if a := operator.ticket(opened.text("id")); a.body["erased"] != true || strings.Contains(string(a.raw), "Da cancellare") {
		t.Errorf("after the erasure: %s", a.raw)
	}
}

// testMetrics: the log, the sagas and the doors are all measured in one place.
func (s demoRun) testMetrics(t *testing.T) {
	response, err := http.Get(s.info.Address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"sol_log_appends_total", "sol_log_batch_appends", "sol_consumer_lag_events", "sol_saga_timers_due", "sol_saga_timers_late_seconds",
		"sol_http_request_duration_seconds", "go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(string(text), "\n"+name) {
			t.Errorf("/metrics lacks %s", name)
		}
	}
}

// testOutbox: it counts what is on its way and what was, of all topics or of one.
func (s demoRun) testOutbox(t *testing.T) {
	s = s.withT(t)
	s.waitFor("a notice was carried and a mail was sent", func() bool {
		var p outboxListing
		if err := json.Unmarshal([]byte(s.run("outbox", "list", "--json")), &p); err != nil {
			t.Fatal(err)
		}
		return len(p.Counts) == 2 && p.Counts[1].Topic == "notify" && p.Counts[1].Delivered > 0 && p.MailCounts["sent"] > 0
	})
	if output := s.run("outbox", "list", "--topic", "notify"); !strings.Contains(output, "notify: ") || strings.Contains(output, "mail") || strings.Contains(output, "ask-connector") {
		t.Errorf("of one topic it tells %s", output)
	}
	mailed := regexp.MustCompile(`(?m)^mail: ([0-9]+ [a-z]+, )*[1-9][0-9]* sent(, [0-9]+ [a-z]+)*$`) // some may be void, or wait
	if output := s.run("outbox", "list", "--topic", "mail"); !mailed.MatchString(output) || strings.Contains(output, "notify") {
		t.Errorf("of mails it tells %s", output)
	}
	if output := s.runRefused("outbox", "list", "--topic", "post"); !strings.Contains(output, "notify, ask-connector, mail") {
		t.Errorf("of an unknown topic it says %q", output)
	}
	if output := s.runRefused("outbox", "retry", "--all"); !strings.Contains(output, "sol outbox list --poison") {
		t.Errorf("with nothing to try again it says %q", output)
	}
}
