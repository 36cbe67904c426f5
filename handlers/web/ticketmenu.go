// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/projections"
)

// menu is what «Aggiorna» offers: only what is possible now, each choice with what it takes besides.
type menu struct {
	Statuses  []choice
	Operators []choice
	Audiences []choice // the positions of the padlock; none: nothing can be written
	ASRs      []choice
	Grounds   []choice // of a hand-over, where checks are prescribed
	Discards  []choice
	Problems  []group

	AssigneeNow string
	OursReads   string // who reads an internal note
	TheySee     string // how a public one reaches the citizen
	Between     string // the ASR on one side of a regional message
}

// choice is one of a menu's. Needs are words that the style sheet knows: which fields the choice brings along.
type choice struct {
	Value, Label string
	Needs        string
	Reads        string // who reads a public note with it: cittadino, regione, asr
	Chosen       bool
}

type group struct {
	Label   string
	Choices []choice
}

// Choices of the status menu that are no status by themselves.
const (
	toASR      = "inoltra"
	asRepeated = "doppia"
	asDiscard  = "scarta"
)

var grounds = []choice{
	{Value: string(ticket.NotOurs), Label: "Non è della mia Azienda"},
	{Value: string(ticket.SystemsDown), Label: "Forzatura: i sistemi non sono disponibili"},
	{Value: string(ticket.Urgent), Label: "Forzatura: urgenza"},
	{Value: string(ticket.AskedByRegion), Label: "Forzatura: lo chiede la Regione"},
	{Value: string(ticket.NotForeseen), Label: "Forzatura: caso non previsto dalle verifiche"},
}

var discards = []choice{
	{Value: string(ticket.Spam), Label: "Messaggio indesiderato"},
	{Value: string(ticket.TestOnly), Label: "Prova"},
	{Value: string(ticket.Repeated), Label: "Già presente"},
}

func (w *Web) menuOf(v *visit, whole casework.Whole, f updateForm) (menu, error) {
	t, s := whole.Ticket, whole.State
	may := func(m ticket.Move) bool { return slices.Contains(t.Moves, m) }
	m := menu{
		Between: w.place(s.Handover.ASR), OursReads: "solo la Sua Azienda (" + w.place(v.caller.Actor.Entity) + ")", TheySee: "per e-mail",
		Statuses: chosen(statuses(t, s, may), f.Status), Discards: chosen(discards, f.Discard),
	}
	if t.Identity == ticket.Verified {
		m.TheySee = "nella sua area riservata"
	}
	if v.caller.Actor.Entity == catalog.Region {
		m.OursReads = "solo l’assistenza regionale"
	}
	if may(ticket.MoveNote) {
		m.Audiences = append(m.Audiences, choice{Value: string(ticket.Internal), Label: "Interna"}, choice{Value: string(ticket.Public), Label: "Pubblica"})
	}
	if may(ticket.MoveMessage) {
		m.Audiences = append(m.Audiences, choice{Value: string(ticket.Regional), Label: "Messaggio regionale"})
	}
	if len(m.Audiences) > 0 {
		m.Audiences = chosen(m.Audiences, cmp.Or(f.Visibility, m.Audiences[0].Value))
	}
	if may(ticket.MoveAssign) {
		if err := w.operators(v, t, f, &m); err != nil {
			return menu{}, err
		}
	}
	if may(ticket.MoveRedirect) {
		m.ASRs = chosen(w.asrs(s), f.Entity)
	}
	if may(ticket.MoveEscalate) && t.Playbook != nil {
		m.Grounds = chosen(grounds, f.Ground)
	}
	if may(ticket.MoveReclassify) {
		m.Problems = w.problems(t, f)
	}
	return m, nil
}

// statuses offers the moves as the statuses that they lead to.
func statuses(t projections.Ticket, s ticket.State, may func(ticket.Move) bool) []choice {
	all := []choice{{Label: t.StatusLabel + " (invariato)", Reads: "cittadino"}}
	add := func(m ticket.Move, value, label, needs, reads string) {
		if may(m) {
			all = append(all, choice{Value: value, Label: label, Needs: needs, Reads: reads})
		}
	}
	working, waiting := string(ticket.InProgress), string(ticket.Waiting)
	add(ticket.MoveTake, working, ticket.InProgress.Label()+" (la prende in carico)", "facoltativo", "cittadino")
	if !may(ticket.MoveTake) {
		add(ticket.MoveResume, working, ticket.InProgress.Label()+" (riprende la lavorazione)", "motivo", "cittadino")
	}
	add(ticket.MoveReopen, working, ticket.InProgress.Label()+" (riapre la richiesta)", "motivo", "cittadino")
	if ask := ticket.Waiting.Label(); t.Status == ticket.Waiting {
		add(ticket.MoveAsk, waiting, ask+" (chiede di nuovo)", "nota", "cittadino")
	} else {
		add(ticket.MoveAsk, waiting, ask, "nota", "cittadino")
	}
	add(ticket.MoveEscalate, string(ticket.HandedOver), ticket.HandedOver.Label()+" (inoltra alla Regione)", "nota fondamento", "regione")
	add(ticket.MoveRedirect, toASR, ticket.New.Label()+", presso un’altra ASR", "nota asr", "asr")
	resolve := "nota"
	if s.Reopened || s.Erased {
		resolve = ""
	}
	add(ticket.MoveResolve, string(ticket.Solved), ticket.Solved.Label(), resolve, "cittadino")
	add(ticket.MoveDuplicate, asRepeated, ticket.Solved.Label()+", perché ripete un’altra richiesta", "nota doppia", "cittadino")
	add(ticket.MoveDiscard, asDiscard, ticket.Solved.Label()+", scartata senza messaggio", "scarto", "nessuno")
	add(ticket.MoveRecall, string(s.Handover.Status), s.Handover.Status.Label()+" (riprende la richiesta dalla Regione)", "motivo", "cittadino")
	return all
}

// operators is the menu of FAQ 2.3: the colleagues, their supervisors as a group, and «Regione Piemonte», which hands over.
func (w *Web) operators(v *visit, t projections.Ticket, f updateForm, m *menu) error {
	colleagues, err := w.identity.Operators(v.Context(), t.Entity.Code)
	if err != nil {
		return err
	}
	if t.Assignee != nil {
		m.AssigneeNow = t.Assignee.ID
		if t.Assignee.Supervisors {
			m.AssigneeNow = projections.Supervisors
		}
	}
	all := []choice{{Value: "", Label: "Nessuno"}}
	seen := map[string]bool{"": true, projections.Supervisors: true}
	for _, o := range colleagues {
		if seen[o.ID] {
			continue // also placed there in another role
		}
		seen[o.ID] = true
		label := o.Name
		if o.ID == v.caller.Actor.ID {
			label += " (io)"
		}
		all = append(all, choice{Value: o.ID, Label: label})
	}
	if !seen[m.AssigneeNow] { // whoever has it no longer works here
		all = append(all, choice{Value: m.AssigneeNow, Label: cmp.Or(t.Assignee.Name, "un operatore")})
	}
	supervisors := "Supervisori"
	if t.Entity.Code != catalog.Region {
		supervisors += " " + w.place(t.Entity.Code)
	}
	all = append(all, choice{Value: projections.Supervisors, Label: supervisors})
	if slices.Contains(t.Moves, ticket.MoveEscalate) {
		all = append(all, choice{Value: string(catalog.Region), Label: "Regione Piemonte (inoltra la richiesta)", Needs: "nota fondamento", Reads: "regione"})
	}
	now := m.AssigneeNow
	if f.Assignee != nil {
		now = *f.Assignee
	}
	m.Operators = chosen(all, now)
	return nil
}

// asrs are where the Region may send the ticket; the one that it came from says so.
func (w *Web) asrs(s ticket.State) []choice {
	var all []choice
	for _, e := range w.cases.Catalog.Entities(w.cases.Store.Now()) {
		if e.Code == catalog.Region {
			continue
		}
		c := choice{Value: string(e.Code), Label: e.Short}
		if e.Code == s.Handover.ASR {
			c.Label += " (da cui proviene)"
		}
		all = append(all, c)
	}
	return all
}

// problems are what the ticket could be about instead, by service.
func (w *Web) problems(t projections.Ticket, f updateForm) []group {
	var all []group
	for _, s := range w.cases.Catalog.Services() {
		g := group{Label: s.Label}
		for _, p := range s.Problems {
			value := string(s.ID) + "/" + string(p.ID)
			if value != t.Service.ID+"/"+t.Problem.ID {
				g.Choices = append(g.Choices, choice{Value: value, Label: p.Label, Chosen: value == f.Problem})
			}
		}
		all = append(all, g)
	}
	return all
}

// chosen marks a value in a copy of a menu.
func chosen(all []choice, value string) []choice {
	all = slices.Clone(all)
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
	return all
}
