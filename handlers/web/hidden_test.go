// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
)

// TestPagesTellTheCitizenNothingOfHiddenEvents compares, byte for byte, the pages of two tickets that differ only in events of which a citizen
// may not know: the page behind the personal link, and the list and page of a citizen who logged in. Before, ids, numbers and personal links
// are replaced by the order of their appearance, and the names of the accounts.
func TestPagesTellTheCitizenNothingOfHiddenEvents(t *testing.T) {
	w := newSystem(t)
	w.login("chiara", person.Citizen, "") // has the tax code of the forms, which the other two have not
	carla, carlo := w.login("carla", person.Citizen, ""), w.login("carlo", person.Citizen, "")
	account := func(username string) person.Actor {
		return person.Actor{ID: w.accountOf(username), Role: person.Citizen}
	}
	w.Clock.Advance(time.Minute)
	ids := [2]ticket.ID{}
	for i, username := range []string{"carla", "carlo"} {
		o, err := w.App.Open(t.Context(), app.Caller{Actor: account(username)}, request(torino), app.Idempotency{})
		w.must(err)
		ids[i] = ticket.ID(o.Stream)
		_, err = w.App.CheckRepresentation(t.Context(), app.Caller{Actor: torinoOperator}, ids[i], app.RepresentationRequest{
			Outcome: string(ticket.Confirmed), Kind: ticket.AsDelegate, Seen: "la delega", Act: "delega", Date: "2020-01-07",
		}, app.Idempotency{})
		w.must(err)
	}
	anybody := w.browser()
	compare := func(when string) {
		t.Helper()
		w.waitForLists()
		for name, open := range map[string]func(i int) *page{
			"by the link":    func(i int) *page { return anybody.open(w.link(ids[i])) },
			"with a session": func(i int) *page { return []*browser{carla, carlo}[i].open("/richieste/" + string(ids[i])) },
			"the list":       func(i int) *page { return []*browser{carla, carlo}[i].open("/richieste") },
		} {
			var plain, hiding string
			storetest.Eventually(t, when+", "+name+": the pages are equal, once both have their notifications", func() bool {
				plain, hiding = comparablePage(open(0).want(http.StatusOK).raw), comparablePage(open(1).want(http.StatusOK).raw)
				if plain != hiding {
					t.Logf("%s, %s: the page differs at\n%s", when, name, firstDifference(plain, hiding))
				}
				return plain == hiding
			})
		}
	}
	system := person.Actor{ID: "test", Role: person.System}
	give := func(by person.Actor, c ticket.Command) {
		t.Helper()
		_, err := w.App.Dispatch(t.Context(), app.CommandRequest{Ticket: ids[1], Command: c, By: by})
		if !errors.As(err, new(*ticket.NotAllowedError)) { // a resolved ticket has no run
			w.must(err)
		}
	}
	hide := func() {
		t.Helper()
		_, err := w.App.Update(t.Context(), app.Caller{Actor: torinoOperator}, ids[1], app.UpdateRequest{Note: &app.NoteRequest{Text: "solo per noi"}}, app.Idempotency{})
		w.must(err)
		give(system, ticket.BeginPlaybook{})
		give(system, ticket.RecordQueryResult{Run: 1, Query: playbook.FindReport, Check: "referto-individuato", Why: ticket.SystemUnreachable})
		give(system, ticket.ReportContact{Message: uuid.NewString(), Why: ticket.DeliveryRefused})
		give(system, ticket.KeepMail{ID: ticket.ID(uuid.NewString()), Why: receivedmail.AutomaticMail, Text: "Sono assente"})
	}
	compare("opened")
	hide()
	compare("with hidden events")
	for n, u := range []app.UpdateRequest{askUpdate("In che data?"), resolveUpdate("Ora si vede")} {
		for _, id := range ids {
			w.updateHeld(id, u)
		}
		compare(fmt.Sprint("held ", n))
		w.Clock.Advance(time.Minute)
		hide()
		compare(fmt.Sprint("public ", n))
	}
}

// accountOf returns the id of an account.
func (w *system) accountOf(username string) (id string) {
	w.Helper()
	w.must(w.Store.Pools().Read.QueryRow(w.Context(), `select id::text from identity.accounts where username = $1`, username).Scan(&id))
	return id
}

var (
	ofOnePage    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|20\d\d-\d{7}|/richieste/t\.[\w.~-]+`)
	accountNames = strings.NewReplacer("CARLA", "C", "CARLO", "C", "carla", "c", "carlo", "c")
)

// comparablePage returns a page without what differs between any two tickets.
func comparablePage(page string) string {
	var seen []string
	return ofOnePage.ReplaceAllStringFunc(accountNames.Replace(page), func(found string) string {
		if i := slices.Index(seen, found); i >= 0 {
			return fmt.Sprint("same", i)
		}
		seen = append(seen, found)
		return fmt.Sprint("same", len(seen)-1)
	})
}

// firstDifference returns the surroundings of the first difference of two texts.
func firstDifference(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	part := func(s string) string { return s[max(0, n-200):min(len(s), n+200)] }
	return part(a) + "\n--- and\n" + part(b)
}
