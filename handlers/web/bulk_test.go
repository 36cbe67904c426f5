// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// number returns the number of a ticket from its page.
func (b *browser) number(id ticket.ID) string {
	b.w.Helper()
	p := b.open("/ticket/" + string(id)).want(200)
	return strings.TrimPrefix(textOf(all(p.root, "h1")[0]), "Richiesta ")
}

// selectRows adds the selection of rows to form values.
func selectRows(numbers []string, in formValues) formValues {
	for _, n := range numbers {
		in["Scegli "+n] = "✓"
	}
	return in
}

const applyButton = "Applica alle scelte"

func TestBulkUpdateHasAResultForEachTicket(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	bruno := w.Account(t, "bruno", person.ASROperator, torino)
	anna := w.browser().login("anna")
	var ids []ticket.ID
	var numbers []string
	for n := range 3 {
		ids = append(ids, w.openNamed(fmt.Sprint("Numero", n)))
		numbers = append(numbers, anna.number(ids[n]))
	}
	list := anna.open("/code/tutte?ordine=opened_at")

	// Another operator resolves the second ticket meanwhile.
	w.update(bruno, person.ASROperator, torino, ids[1], app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: &app.NoteRequest{Text: "Fatto", Visibility: ticket.Public}})
	earlier := list.request(applyButton, selectRows(numbers, formValues{"Nuovo stato": "In lavorazione"}))
	p := anna.send(earlier).want(200).shows("1 richiesta non modificata, 2 fatte", "Nel frattempo la richiesta è cambiata")
	for n, want := range []ticket.Status{ticket.StatusInProgress, ticket.StatusResolved, ticket.StatusInProgress} {
		s, _, err := w.App.State(t.Context(), ids[n])
		w.must(err)
		if s.Status != want || want == ticket.StatusInProgress && s.Assignee.Operator != account {
			t.Errorf("%s: got status %s and assignee %v, want %s", numbers[n], s.Status, s.Assignee, want)
		}
	}
	if back := p.openLink("Torna alla coda"); back.at.RequestURI() != "/code/tutte?ordine=opened_at" || back.sortOrder() != "Numero0 Numero1 Numero2" {
		t.Errorf("back in the queue: got %s: %s", back.at, back.sortOrder())
	}
	before := w.countActivities(account, ids...)
	again := list.request(applyButton, selectRows(numbers, formValues{"Nuovo stato": "In lavorazione"}))
	if repeated := anna.send(again).want(200); !strings.Contains(repeated.text(), "2 fatte") || w.countActivities(account, ids...) != before {
		t.Errorf("sent again: want no change, got %s", repeated.text())
	}

	// A refusal for one ticket does not stop the changes to the others, and the page shows the reason.
	mixed := anna.open("/code/tutte").submit(applyButton, selectRows(numbers, formValues{"Nuovo stato": "In attesa di informazioni da utente", "Nota per i cittadini": "In che data?"})).want(200)
	mixed.shows("2 fatte", "1 richiesta non modificata", numbers[1], "In che data?", "non è possibile su una richiesta nello stato «Risolto»")
	undone := mixed.submit("Annulla tutto", nil).want(200).shows("Fatto: 2 richieste", "Annullamento", "La nota che aveva scritto", "In che data?")
	for _, id := range []ticket.ID{ids[0], ids[2]} {
		if s, _, err := w.App.State(t.Context(), id); err != nil || s.Status != ticket.StatusInProgress {
			t.Errorf("after the undo: got %s, %v, want %s", s.Status, err, ticket.StatusInProgress)
		}
	}
	undone.openLink("Torna alla coda").want(200)

	assigned := anna.open("/code/tutte").submit(applyButton, selectRows(numbers, formValues{"Assegna a": "Prova BRUNO"})).want(200).shows("Fatto: 3 richieste", "Assegnare a un collega")
	assigned.doesNotShow("Annulla tutto")
	if s, _, err := w.App.State(t.Context(), ids[1]); err != nil || s.Assignee.Operator != bruno {
		t.Errorf("got assignee %v, error %v, want %s", s.Assignee, err, bruno)
	}
	anna.open("/code/tutte").submit(applyButton, selectRows(numbers[:1], formValues{"Assegna a": "Nessuno"})).shows("Fatto: 1 richiesta")
	anna.open("/code/tutte").submit(applyButton, selectRows(numbers[:1], formValues{"Assegna a": "Supervisori"})).shows("Fatto: 1 richiesta")
	anna.open("/code/tutte").submit(applyButton, selectRows(numbers[:1], formValues{"Assegna a": "Me"})).shows("Fatto: 1 richiesta")
}

// countActivities counts the events of an account in tickets.
func (w *system) countActivities(account string, ids ...ticket.ID) (n int) {
	w.Helper()
	for _, id := range ids {
		history, err := w.App.History(w.Context(), id)
		w.must(err)
		for _, r := range history {
			if r.By.ID == account {
				n++
			}
		}
	}
	return n
}

func TestInvalidBulkUpdateChangesNoTicket(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	anna := w.browser().login("anna")
	id := w.openNamed("Finzione")
	number := anna.number(id)
	for name, c := range map[string]struct {
		chosen []string
		in     formValues
		want   string
	}{
		"nothing chosen":   {nil, formValues{"Nuovo stato": "In lavorazione"}, "almeno una richiesta"},
		"nothing to do":    {[]string{number}, formValues{}, "l’operatore o lo stato"},
		"no note":          {[]string{number}, formValues{"Nuovo stato": "Risolto"}, "Scriva la nota"},
		"a note too many":  {[]string{number}, formValues{"Assegna a": "Me", "Nota per i cittadini": "Il referto c’è"}, "scelga lo stato"},
		"only white space": {[]string{number}, formValues{"Nuovo stato": "Risolto", "Nota per i cittadini": " \n"}, "Scriva la nota"},
	} {
		p := anna.open("/code/tutte?ordine=opened_at").submit(applyButton, selectRows(c.chosen, c.in)).want(422).shows("Non è stato modificato nulla", c.want)
		if w.countActivities(account, id) > 0 {
			t.Errorf("%s: got a change, want none", name)
		}
		kept := p.fields(applyButton)
		if len(kept["scelta"]) != len(c.chosen) || kept.Get("ritorno") != "/code/tutte?ordine=opened_at" {
			t.Errorf("%s: the selection is lost: got %v", name, kept)
		}
		if note, _ := c.in["Nota per i cittadini"].(string); strings.TrimSpace(note) != kept.Get("testo") {
			t.Errorf("%s: got note %q, want %q", name, kept.Get("testo"), note)
		}
	}
	for _, path := range []string{"/code/tutte?%09", "/code/tutte?\t", "/code/tutte?%zz", "/code/tutte?#%zz"} {
		anna.post("/code/tutte/insieme", url.Values{"ritorno": {path}}).want(422).shows("almeno una richiesta")
	}
	for _, version := range []string{"-1", "0"} {
		anna.post("/code/tutte/insieme", url.Values{"scelta": {string(id) + " " + version + " " + number}, "diventa": {"in_lavorazione"}}).want(422).shows("almeno una richiesta")
	}
	ada := w.login("ada", person.Auditor, "")
	ada.open("/code/tutte").want(200).doesNotShow(applyButton, "Scegli")
	foreign := w.login("nina", person.ASROperator, novara)
	r := anna.open("/code/tutte").request(applyButton, selectRows([]string{number}, formValues{"Nuovo stato": "In lavorazione"}))
	foreign.send(r).want(200).shows("1 richiesta non modificata, 0 fatte", "non è tra quelle che può vedere").doesNotShow("Finzione")
}
