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

// number of a ticket, as its page says it.
func (b *browser) number(id ticket.ID) string {
	b.w.Helper()
	p := b.open("/ticket/" + string(id)).want(200)
	return strings.TrimPrefix(textOf(all(p.root, "h1")[0]), "Richiesta ")
}

// selectRows marks rows of the list, besides what else is filled in.
func selectRows(numbers []string, in formValues) formValues {
	for _, n := range numbers {
		in["Scegli "+n] = "✓"
	}
	return in
}

const applyButton = "Applica alle scelte"

func TestManyAtOnceWithAResultEach(t *testing.T) {
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

	// Meanwhile somebody else resolves the second.
	w.update(bruno, person.ASROperator, torino, ids[1], app.UpdateRequest{Changes: ticket.Changes{Status: ticket.Solved}, Note: &app.NoteRequest{Text: "Fatto", Visibility: ticket.Public}})
	asked := list.request(applyButton, selectRows(numbers, formValues{"Nuovo stato": "In lavorazione"}))
	p := anna.send(asked).want(200).says("1 richiesta non modificata, 2 fatte", "Nel frattempo la richiesta è cambiata")
	for n, want := range []ticket.Status{ticket.InProgress, ticket.Solved, ticket.InProgress} {
		s, _, err := w.App.State(t.Context(), ids[n])
		w.must(err)
		if s.Status != want || want == ticket.InProgress && s.Assignee.Operator != account {
			t.Errorf("%s is %s of %v", numbers[n], s.Status, s.Assignee)
		}
	}
	if to := p.openLink("Torna alla coda"); to.at.RequestURI() != "/code/tutte?ordine=opened_at" || to.sortOrder() != "Numero0 Numero1 Numero2" {
		t.Errorf("back at %s: %s", to.at, to.sortOrder())
	}
	before := w.countActivities(account, ids...)
	again := list.request(applyButton, selectRows(numbers, formValues{"Nuovo stato": "In lavorazione"}))
	if same := anna.send(again).want(200); !strings.Contains(same.text(), "2 fatte") || w.countActivities(account, ids...) != before {
		t.Errorf("sent again it does something: %s", same.text())
	}

	// What is refused for one is done for the others, and everybody is told why.
	mixed := anna.open("/code/tutte").submit(applyButton, selectRows(numbers, formValues{"Nuovo stato": "In attesa di informazioni da utente", "Nota per i cittadini": "In che data?"})).want(200)
	mixed.says("2 fatte", "1 richiesta non modificata", numbers[1], "In che data?", "non è possibile su una richiesta nello stato «Risolto»")
	undone := mixed.submit("Annulla tutto", nil).want(200).says("Fatto: 2 richieste", "Annullamento", "La nota che aveva scritto", "In che data?")
	for _, id := range []ticket.ID{ids[0], ids[2]} {
		if s, _, err := w.App.State(t.Context(), id); err != nil || s.Status != ticket.InProgress {
			t.Errorf("after the undo: %s, %v", s.Status, err)
		}
	}
	undone.openLink("Torna alla coda").want(200)

	assigned := anna.open("/code/tutte").submit(applyButton, selectRows(numbers, formValues{"Assegna a": "Prova BRUNO"})).want(200).says("Fatto: 3 richieste", "Assegnare a un collega")
	assigned.doesNotSay("Annulla tutto")
	if s, _, err := w.App.State(t.Context(), ids[1]); err != nil || s.Assignee.Operator != bruno {
		t.Errorf("assigned to %v, %v", s.Assignee, err)
	}
	anna.open("/code/tutte").submit(applyButton, selectRows(numbers[:1], formValues{"Assegna a": "Nessuno"})).says("Fatto: 1 richiesta")
	anna.open("/code/tutte").submit(applyButton, selectRows(numbers[:1], formValues{"Assegna a": "Supervisori"})).says("Fatto: 1 richiesta")
	anna.open("/code/tutte").submit(applyButton, selectRows(numbers[:1], formValues{"Assegna a": "Me"})).says("Fatto: 1 richiesta")
}

// countActivities counts what somebody has done to tickets.
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

func TestManyAtOnceIsRefusedWhole(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	anna := w.browser().login("anna")
	id := w.openNamed("Finzione")
	number := anna.number(id)
	for name, c := range map[string]struct {
		chosen []string
		in     formValues
		says   string
	}{
		"nothing chosen":   {nil, formValues{"Nuovo stato": "In lavorazione"}, "almeno una richiesta"},
		"nothing to do":    {[]string{number}, formValues{}, "l’operatore o lo stato"},
		"no note":          {[]string{number}, formValues{"Nuovo stato": "Risolto"}, "Scriva la nota"},
		"a note too many":  {[]string{number}, formValues{"Assegna a": "Me", "Nota per i cittadini": "Il referto c’è"}, "scelga lo stato"},
		"only white space": {[]string{number}, formValues{"Nuovo stato": "Risolto", "Nota per i cittadini": " \n"}, "Scriva la nota"},
	} {
		p := anna.open("/code/tutte?ordine=opened_at").submit(applyButton, selectRows(c.chosen, c.in)).want(422).says("Non è stato modificato nulla", c.says)
		if w.countActivities(account, id) > 0 {
			t.Errorf("%s: something was done", name)
		}
		kept := p.fields(applyButton)
		if len(kept["scelta"]) != len(c.chosen) || kept.Get("ritorno") != "/code/tutte?ordine=opened_at" {
			t.Errorf("%s: the choice is lost: %v", name, kept)
		}
		if note, _ := c.in["Nota per i cittadini"].(string); strings.TrimSpace(note) != kept.Get("testo") {
			t.Errorf("%s: %q was typed, %q is kept", name, note, kept.Get("testo"))
		}
	}
	for _, strange := range []string{"/code/tutte?%09", "/code/tutte?\t", "/code/tutte?%zz", "/code/tutte?#%zz"} {
		anna.post("/code/tutte/insieme", url.Values{"ritorno": {strange}}).want(422).says("almeno una richiesta")
	}
	for _, version := range []string{"-1", "0"} {
		anna.post("/code/tutte/insieme", url.Values{"scelta": {string(id) + " " + version + " " + number}, "diventa": {"in_lavorazione"}}).want(422).says("almeno una richiesta")
	}
	ada := w.login("ada", person.Auditor, "")
	ada.open("/code/tutte").want(200).doesNotSay(applyButton, "Scegli")
	foreign := w.login("nina", person.ASROperator, novara)
	r := anna.open("/code/tutte").request(applyButton, selectRows([]string{number}, formValues{"Nuovo stato": "In lavorazione"}))
	foreign.send(r).want(200).says("1 richiesta non modificata, 0 fatte", "non è tra quelle che può vedere").doesNotSay("Finzione")
}
