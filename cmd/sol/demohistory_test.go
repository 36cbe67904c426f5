// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// testAsOf keeps each viewer's response after each act, and reads the ticket again as of that time: by the API, by sol replay with the
// time, and by sol replay with the position (A6).
func (s demoRun) testAsOf(t *testing.T) {
	s = s.withT(t)
	anonymous := apiClient{t: t, base: s.info.Address}
	operator, region := s.login(person.ASROperator, "010301", 0), s.login(person.RegionalOperator, catalog.Region, 0)
	auditor := s.login(person.Auditor, "", 0)
	opened := anonymous.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Prova di rilettura."))
	id, number := opened.text("id"), opened.text("number")
	citizen := apiClient{t: t, base: s.info.Address, token: strings.TrimSpace(s.run("ticket", "link", number))}
	viewers := map[string]apiClient{"auditor": auditor, "cittadino": citizen, "operatore_asr@010301": operator,
		"operatore_regionale@regione": region}
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
		t.Fatalf("got %d responses, want at least 24", len(all))
	}
	for n, k := range all {
		then := k.by.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets/"+id+"?at="+k.text("at"), nil)
		if !reflect.DeepEqual(then.body, k.body) {
			t.Errorf("%s at %s: ?at= got\n%s\nwant\n%s", k.as, k.text("at"), then.raw, k.raw)
		}
		if n%4 != 0 && k.as != "auditor" { // each replay starts a process, so only some are compared
			continue
		}
		replayed := parseJSONLines(t, s.run("replay", number, "--at", k.text("at"), "--as", k.as))[0]
		if k.as == "cittadino" { // who replays is no citizen, and gets the plain position
			delete(replayed, "position")
			delete(k.body, "position")
		}
		if !reflect.DeepEqual(withoutViewerFields(replayed), withoutViewerFields(k.body)) {
			t.Errorf("%s at %s: replay got\n%v\nwant\n%s", k.as, k.text("at"), replayed, k.raw)
		}
		if k.as == "auditor" {
			placed := parseJSONLines(t, s.run("replay", number, "--at", k.text("position")))[0]
			if placed["version"] != k.body["version"] || placed["status"] != k.body["status"] {
				t.Errorf("at %s: replay got version %v, %v", k.text("position"), placed["version"], placed["status"])
			}
		}
	}
}

// withoutViewerFields removes the fields that depend on the person and not only on the role: those for the undo of one's own act, and that the
// assignee may restrict the access.
func withoutViewerFields(ticket map[string]any) map[string]any {
	delete(ticket, "undo_until")
	moves, _ := ticket["moves"].([]any)
	ticket["moves"] = slices.DeleteFunc(moves, func(m any) bool { return m == "undo" || m == "restrict-access" })
	return ticket
}

// testRebuild rebuilds all read models while an operator opens tickets and reads lists (A6).
func (s demoRun) testRebuild(t *testing.T) {
	s = s.withT(t)
	operator := s.login(person.ASROperator, "010301", 1)
	opened := operator.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Prima della ricostruzione."))
	var before apiResponse
	s.waitFor("the lists hold the ticket", func() bool {
		before = operator.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets?queue=tutte&limit=1&after="+opened.text("position"), nil)
		return before.body["stale"] == nil
	})
	total := before.body["total"].(float64)
	stop, ended := make(chan struct{}), make(chan error, 1)
	var openedCount atomic.Int64
	go func() {
		ended <- func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				opened, err := operator.open(1_000_000 + int(openedCount.Load()))
				if err != nil || opened.status != http.StatusCreated {
					return fmt.Errorf("open: %w, %s", err, opened.raw)
				}
				n := openedCount.Add(1)
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
	for was := int64(-1); was < 0 || openedCount.Load() == was && len(ended) == 0; { // until tickets were opened during a rebuild
		was = openedCount.Load()
		for _, p := range parseJSONLines(t, s.run("projections", "list", "--json")) {
			if output := s.run("projections", "rebuild", p["name"].(string)); !strings.Contains(output, "rebuilt") {
				t.Errorf("rebuild: got %q", output)
			}
		}
	}
	close(stop)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
