// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/cmd/sol/internal/outboxlist"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// demoRun is a running demo with its demo.json.
type demoRun struct {
	*process
	info demo.Info
}

// withT returns the run for a subtest, whose failures count for that subtest.
func (s demoRun) withT(t *testing.T) demoRun {
	i, server := *s.installation, *s.process
	i.t, server.installation = t, &i
	return demoRun{&server, s.info}
}

// login logs in as the n-th identity, from 0, of a role at an entity.
func (s demoRun) login(role person.Role, entity catalog.EntityCode, n int) apiClient {
	s.t.Helper()
	for _, i := range s.info.Identities {
		if i.Role == role && i.Entity == entity {
			if n--; n < 0 {
				return apiClient{t: s.t, base: s.info.Address}.login(i)
			}
		}
	}
	s.t.Fatalf("got too few identities with role %s at %q in demo.json", role, entity)
	return apiClient{}
}

// TestDemo starts the demo, follows the FAQ with the identities of demo.json, runs the commands beside the server, and stops it.
func TestDemo(t *testing.T) {
	t.Parallel()
	i := newInstallation(t, "SOL_HOLD=1s", writeProvider(t)) // a short hold, so that the citizen sees notes soon
	s := demoRun{process: i.start("demo", "--tickets", "60", "--months", "1")}
	s.waitFor("demo.json is there", func() bool {
		text, err := os.ReadFile(filepath.Join(i.dir, "demo.json"))
		return err == nil && json.Unmarshal(text, &s.info) == nil
	})
	if !s.isUp() {
		t.Fatal("got demo.json and no answer of the server")
	}
	t.Run("identities", s.testIdentities)
	t.Run("life", s.testTicketLife)
	t.Run("as of", s.testAsOf)
	t.Run("rebuild", s.testRebuild)
	t.Run("people", s.testPeople)
	t.Run("agreements", s.testAgreements)
	t.Run("statements", s.testStatements)
	t.Run("tokens", s.testTokens)
	t.Run("bound identities", s.testBoundIdentities)
	t.Run("insecure settings", s.testInsecureSettings)
	t.Run("erase", s.testErase)
	t.Run("metrics", s.testMetrics)
	t.Run("outbox", s.testOutbox)
	stream := s.openStream(t)
	if code := s.stop(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
	if err := <-stream; err != nil {
		t.Errorf("stream: got error %v, want an ordered end", err)
	}
	if !strings.Contains(s.output.String(), "server stopped") {
		t.Error("got no log message of an ordered stop")
	}
	if _, err := os.Stat(filepath.Join(i.dir, "demo.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got demo.json after the stop, %v; want none", err)
	}
	s.testEraseOffline(t)
	again := demoRun{process: i.start("demo", "--tickets", "60", "--months", "1"), info: s.info}
	again.waitFor("the server answers again", again.isUp)
	again.testSecondStart(t)
	if strings.Contains(again.output.String(), "creating demo data") { // demo.json exists, so the seeding has ended
		t.Error("got a second seeding, want none")
	}
}

// testSecondStart: a second demo on the same data fails with a message and leaves demo.json as it is.
func (s demoRun) testSecondStart(t *testing.T) {
	s.waitFor("demo.json exists", func() bool { _, err := os.Stat(filepath.Join(s.dir, "demo.json")); return err == nil })
	if output := s.runRefused("demo"); !strings.Contains(output, "sol already runs on the data in "+s.dir) {
		t.Errorf("same address: got %q", output)
	}
	other := *s.installation
	other.env = append(slices.Clone(s.env), "SOL_ADDR=127.0.0.1:0")
	if output := other.runRefused("demo"); !strings.Contains(output, "in use by another sol") {
		t.Errorf("other address: got %q", output)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "demo.json")); err != nil {
		t.Error(err)
	}
}

// testEraseOffline erases a ticket while no server runs: the command itself removes the data from the lists.
func (s demoRun) testEraseOffline(t *testing.T) {
	number := parseJSONLines(t, s.run("ticket", "list", "--json", "--limit", "1"))[0]["number"].(string)
	if output := s.run("ticket", "erase", number, "--yes"); !strings.Contains(output, "in the log and in the read models") ||
		!strings.Contains(output, "backups") {
		t.Errorf("erase: got %q", output)
	}
	for _, p := range parseJSONLines(t, s.run("projections", "list", "--json")) {
		if p["lag"] != 0.0 && p["name"] != "figures" { // figures hold no personal data
			t.Errorf("after the erasure: got %v with a lag of %v events, want 0", p["name"], p["lag"])
		}
	}
}

// openStream opens a stream of live updates, and returns a channel that gets the error of its end.
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

// testIdentities: each entity has at least three people who operate, and the roles without entity can log in.
func (s demoRun) testIdentities(t *testing.T) {
	operators := map[catalog.EntityCode]int{}
	for _, i := range s.info.Identities {
		if i.Role.Operates() {
			operators[i.Entity]++
		}
	}
	for _, e := range catalog.Default().Entities(time.Now()) {
		if operators[e.Code] < 3 {
			t.Errorf("%s: got %d operators and supervisors, want at least 3", e.Short, operators[e.Code])
		}
	}
	s = s.withT(t)
	for _, role := range []person.Role{person.Auditor, person.Administrator, person.Citizen} {
		s.login(role, "", 0)
	}
}

// testTicketLife takes a ticket from the form to the resolution (FAQ 2.2, 2.4, 2.5), and reads it with the commands.
func (s demoRun) testTicketLife(t *testing.T) {
	s = s.withT(t)
	anonymous := apiClient{t: t, base: s.info.Address}
	operator := s.login(person.ASROperator, "010301", 0)
	opened := anonymous.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Non trovo il referto di marzo."))
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
		// The sagas record events of playbooks and checks meanwhile.
		if kind := line["type"].(string); !strings.HasPrefix(kind, "playbook_") && !strings.HasPrefix(kind, "check_") {
			visible = append(visible, kind)
		}
	}
	want := []string{"opened", "taken", "citizen_note", "citizen_asked", "citizen_replied", "citizen_note", "resolved"}
	if !slices.Equal(visible, want) {
		t.Errorf("replay: got events %v, want %v", visible, want)
	}
	for as, visible := range map[string]bool{"auditor": true, "operatore_asr@010301": true, "cittadino": false} {
		var output string
		s.waitFor("replay shows the resolution to "+as, func() bool { // the citizen sees it after the hold
			output = s.run("replay", number, "--as", as)
			return strings.Contains(output, " resolved ")
		})
		if strings.Contains(output, " operatore_asr@") != visible {
			t.Errorf("replay as %s: want roles of the actors shown: %v, got\n%s", as, visible, output)
		}
	}
	if output := s.runRefused("replay", number, "--as", "operatore_asr@010203"); !strings.Contains(output, "no ticket "+number) {
		t.Errorf("replay as another ASR: got %q", output)
	}
	s.waitFor("the saga has set its timer", func() bool {
		return strings.Contains(s.run("sagas", "explain", number), "auto-close  closes on ")
	})
	if output := s.run("sagas", "list", "--timers", "1000"); !strings.Contains(output, number+"  auto-close: closes on ") {
		t.Errorf("sagas list: got %s, want the timer of ticket %s", output, number)
	}
	if shown := parseJSONLines(t, s.run("ticket", "show", number, "--json"))[0]; shown["status"] != "risolto" {
		t.Errorf("ticket show: got status %v, want risolto", shown["status"])
	}
	if listed := s.run("ticket", "list", "--search", number); !strings.Contains(listed, number) {
		t.Errorf("ticket list: got %q, want ticket %s", listed, number)
	}
	for _, line := range parseJSONLines(t, s.run("user", "list", "--json")) {
		if line["username"] == "" || line["placements"] == nil {
			t.Errorf("user list: got %v", line)
		}
	}
}

// testPeople adds an account, assigns a ticket to it and ends its placement: the ticket then has no assignee.
func (s demoRun) testPeople(t *testing.T) {
	s = s.withT(t)
	placement := []string{"--role", "operatore_asr", "--entity", "010301"}
	s.run(append([]string{"user", "add", "nuova.prova", "--given-name", "Nuova", "--family-name", "Prova", "--generate"}, placement...)...)
	operator := s.login(person.ASROperator, "010301", 0)
	id := operator.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Da assegnare.")).text("id")
	operator.update(id, map[string]any{"assignee": "nuova.prova"})
	if a := operator.ticket(id).body["assignee"]; a == nil {
		t.Fatal("got no assignee, want one")
	}
	if output := s.run(append([]string{"user", "placement", "end", "nuova.prova"}, placement...)...); !strings.Contains(output,
		"released 1 tickets") {
		t.Errorf("placement end: got %q", output)
	}
	if a := operator.ticket(id).body["assignee"]; a != nil {
		t.Errorf("after the end of the placement: got assignee %v, want none", a)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{append([]string{"placement", "end", "nuova.prova"}, placement...), "has ended already"},
		{[]string{"placement", "end", "nuova.prova", "--role", "auditor"}, `has no placement "auditor"`},
		{[]string{"placement", "end", "nuova.prova"}, "--role is required"},
		{append([]string{"add", "NUOVA.prova", "--given-name", "N", "--family-name", "P", "--generate"}, placement...),
			"there is an account nuova.prova already"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--role", "operatore_asr", "--entity",
			"regione"}, "is not held"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--role", "operatore_asr", "--entity",
			"999999"}, "no entity"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--entity", "010301"}, "--role is required"},
		{[]string{"add", "altra.prova", "--given-name", "A", "--family-name", "P", "--generate", "--role", "cittadino"}, "--tax-code"},
		{[]string{"add", "altra.prova", "--generate"}, "name"},
		{[]string{"disable", "altra.prova"}, "there is no account"},
	} {
		if output := s.runRefused(append([]string{"user"}, c.args...)...); !strings.Contains(output, c.want) ||
			strings.Contains(output, "password ") {
			t.Errorf("user %v: got %q, want %q", c.args, output, c.want)
		}
	}
	s.run("user", "placement", "add", "nuova.prova", "--role", "operatore_asr", "--entity", "010203")
	s.run("user", "password", "nuova.prova", "--generate")
	s.testResetFactors(t)
	s.run("user", "unlock", "nuova.prova")
	s.run("user", "unlock", "--address", "192.0.2.7")
	s.run("user", "disable", "nuova.prova")
}

// testErase erases the personal data of a ticket; the ticket itself stays.
func (s demoRun) testErase(t *testing.T) {
	s = s.withT(t)
	operator := s.login(person.ASROperator, "010301", 0)
	opened := operator.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Da cancellare."))
	s.run("ticket", "erase", opened.text("number"), "--yes")
	if a := operator.ticket(opened.text("id")); a.body["erased"] != true || strings.Contains(string(a.raw), "Da cancellare") {
		t.Errorf("after the erasure: got %s", a.raw)
	}
}

// testMetrics: /metrics has the metrics of the log, the sagas, HTTP and the process.
func (s demoRun) testMetrics(t *testing.T) {
	if public, err := http.Get(s.info.Address + "/metrics"); err != nil || public.Body.Close() != nil || public.StatusCode != http.StatusNotFound {
		t.Errorf("the public address: got %v, %v for /metrics, want 404", public, err)
	}
	response, err := http.Get(s.info.Metrics)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	storetest.ExpectNoPersonalData("/metrics", string(text))
	for _, name := range []string{
		"sol_log_appends_total", "sol_log_batch_appends", "sol_consumer_lag_events", "sol_saga_timers_due", "sol_saga_timers_late_seconds",
		"sol_http_request_duration_seconds", "go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(string(text), "\n"+name) {
			t.Errorf("/metrics: got no %s", name)
		}
	}
}

// testOutbox: sol outbox list counts waiting, poisoned and delivered messages of all topics or of one.
func (s demoRun) testOutbox(t *testing.T) {
	s = s.withT(t)
	s.waitFor("a notification is delivered and a mail is sent", func() bool {
		var p outboxlist.Listing
		if err := json.Unmarshal([]byte(s.run("outbox", "list", "--json")), &p); err != nil {
			t.Fatal(err)
		}
		return len(p.Counts) == 2 && p.Counts[1].Topic == "notify" && p.Counts[1].Delivered > 0 && p.MailCounts["sent"] > 0
	})
	if output := s.run("outbox", "list", "--topic", "notify"); !strings.Contains(output, "notify: ") || strings.Contains(output, "mail") ||
		strings.Contains(output, "ask-connector") {
		t.Errorf("topic notify: got %s", output)
	}
	mailed := regexp.MustCompile(`(?m)^mail: ([0-9]+ [a-z]+, )*[1-9][0-9]* sent recently(, [0-9]+ [a-z]+( recently)?)*$`) // others may be void or waiting
	if output := s.run("outbox", "list", "--topic", "mail"); !mailed.MatchString(output) || strings.Contains(output, "notify") {
		t.Errorf("topic mail: got %s", output)
	}
	if output := s.runRefused("outbox", "list", "--topic", "post"); !strings.Contains(output, "notify, ask-connector, mail") {
		t.Errorf("unknown topic: got %q", output)
	}
	if output := s.runRefused("outbox", "retry", "--all"); !strings.Contains(output, "sol outbox list lists them") {
		t.Errorf("retry without poisoned messages: got %q", output)
	}
}
