// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"cmp"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// updateMenu holds the options of the form «Aggiorna»: only those that are possible now.
type updateMenu struct {
	Statuses  []option
	Operators []option
	Audiences []option // positions of the padlock; empty: the reader cannot write a note
	ASRs      []option
	Grounds   []option // of a hand-over; empty if no checks are prescribed
	Discards  []option
	Problems  []optionGroup

	CurrentAssignee string
	InternalReaders string // the readers of an internal note, in Italian
	CitizenChannel  string // how a public note reaches the citizen, in Italian
	RegionalPartner string // the ASR that exchanges regional messages with the Region
}

// option is one option of a menu. Needs names the fields that the style sheet shows with the option.
type option struct {
	Value, Label string
	Needs        string
	NoteReader   string // the reader of a public note with this option: cittadino, regione, asr or nessuno
	Selected     bool
}

// optionGroup is a group of options under one label.
type optionGroup struct {
	Label   string
	Options []option
}

// Values of the status menu that are not a status.
const (
	statusRedirect  = "inoltra"
	statusDuplicate = "doppia"
	statusDiscard   = "scarta"
)

// newUpdateMenu returns the options that are possible on a ticket now, with those of form f selected.
func (p *Pages) newUpdateMenu(r *ui.Request, view app.TicketView, f updateForm) (updateMenu, error) {
	t, s := view.Ticket, view.State
	may := func(m ticket.Move) bool { return slices.Contains(t.Moves, m) }
	m := updateMenu{
		RegionalPartner: p.EntityName(s.Handover.ASR), InternalReaders: "solo la Sua Azienda (" + p.EntityName(r.Caller.Actor.Entity) + ")", CitizenChannel: "per e-mail",
		Statuses: withSelected(statusOptions(t, s, may), string(f.Status)), Discards: withSelected(optionsOf(ui.DiscardReasons), f.Discard),
	}
	if t.Identity == ticket.Verified {
		m.CitizenChannel = "nella sua area riservata"
	}
	if s.Informing.NoEmail {
		m.CitizenChannel = "ma non ha un’e-mail: gliela comunichi per telefono o lettera"
	}
	if r.Caller.Actor.Entity == catalog.Region {
		m.InternalReaders = "solo l’assistenza regionale"
	}
	if may(ticket.MoveNote) {
		m.Audiences = append(m.Audiences, option{Value: string(ticket.Internal), Label: "Interna"}, option{Value: string(ticket.Public), Label: "Pubblica"})
	}
	if may(ticket.MoveRegionalMessage) {
		m.Audiences = append(m.Audiences, option{Value: string(ticket.Regional), Label: "Messaggio regionale"})
	}
	if len(m.Audiences) > 0 {
		m.Audiences = withSelected(m.Audiences, cmp.Or(f.Visibility, m.Audiences[0].Value))
	}
	if may(ticket.MoveAssign) {
		if err := p.addOperatorOptions(r, t, f, &m); err != nil {
			return updateMenu{}, err
		}
	}
	if may(ticket.MoveRedirect) {
		m.ASRs = withSelected(p.asrOptions(s), string(f.Entity))
	}
	if may(ticket.MoveEscalate) && t.Playbook != nil {
		m.Grounds = withSelected(optionsOf(ui.HandoverGrounds), f.Ground)
	}
	if may(ticket.MoveReclassify) {
		m.Problems = p.problemOptions(t, f)
	}
	return m, nil
}

// statusOptions returns an option for each possible move that changes the status, after the option to leave the status unchanged.
func statusOptions(t ticketview.Ticket, s ticket.State, may func(ticket.Move) bool) []option {
	all := []option{{Label: t.StatusLabel + " (invariato)", NoteReader: "cittadino"}}
	add := func(m ticket.Move, value, label, needs, noteReader string) {
		if may(m) {
			all = append(all, option{Value: value, Label: label, Needs: needs, NoteReader: noteReader})
		}
	}
	working, waiting := string(ticket.StatusInProgress), string(ticket.StatusWaiting)
	add(ticket.MoveTake, working, ticket.StatusInProgress.Label()+" (la prende in carico)", "facoltativo", "cittadino")
	if !may(ticket.MoveTake) {
		add(ticket.MoveResume, working, ticket.StatusInProgress.Label()+" (riprende la lavorazione)", "motivo", "cittadino")
	}
	add(ticket.MoveReopen, working, ticket.StatusInProgress.Label()+" (riapre la richiesta)", "motivo", "cittadino")
	if ask := ticket.StatusWaiting.Label(); t.Status == ticket.StatusWaiting {
		add(ticket.MoveAsk, waiting, ask+" (chiede di nuovo)", "nota", "cittadino")
	} else {
		add(ticket.MoveAsk, waiting, ask, "nota", "cittadino")
	}
	add(ticket.MoveEscalate, string(ticket.StatusHandedOver), ticket.StatusHandedOver.Label()+" (inoltra alla Regione)", "nota fondamento", "regione")
	add(ticket.MoveRedirect, statusRedirect, ticket.StatusNew.Label()+", presso un’altra ASR", "nota asr", "asr")
	resolve := "nota"
	if s.Reopened || s.Erased {
		resolve = ""
	}
	add(ticket.MoveResolve, string(ticket.StatusResolved), ticket.StatusResolved.Label(), resolve, "cittadino")
	add(ticket.MoveDuplicate, statusDuplicate, ticket.StatusResolved.Label()+", perché ripete un’altra richiesta", "nota doppia", "cittadino")
	add(ticket.MoveDiscard, statusDiscard, ticket.StatusResolved.Label()+", scartata senza messaggio", "scarto", "nessuno")
	add(ticket.MoveRecall, string(s.Handover.Status), s.Handover.Status.Label()+" (riprende la richiesta dalla Regione)", "motivo", "cittadino")
	return all
}

// addOperatorOptions adds the operator menu of FAQ 2.3 to m: the operators of the ticket's entity, their supervisors as a group, and
// «Regione Piemonte», which hands the ticket over.
func (p *Pages) addOperatorOptions(r *ui.Request, t ticketview.Ticket, f updateForm, m *updateMenu) error {
	colleagues, err := p.Identity.ListOperators(r.Context(), t.Entity.Code)
	if err != nil {
		return err
	}
	if t.Assignee != nil {
		m.CurrentAssignee = t.Assignee.ID
		if t.Assignee.Supervisors {
			m.CurrentAssignee = ticket.Supervisors
		}
	}
	all := []option{{Value: "", Label: "Nessuno"}}
	listed := map[string]bool{"": true, ticket.Supervisors: true}
	for _, o := range colleagues {
		if listed[o.ID] {
			continue // the operator has two placements at the entity
		}
		listed[o.ID] = true
		label := o.Name
		if o.ID == r.Caller.Actor.ID {
			label += " (io)"
		}
		all = append(all, option{Value: o.ID, Label: label})
	}
	if !listed[m.CurrentAssignee] { // the assignee no longer has a placement at the entity
		all = append(all, option{Value: m.CurrentAssignee, Label: cmp.Or(t.Assignee.Name, "un operatore")})
	}
	supervisors := "Supervisori"
	if t.Entity.Code != catalog.Region {
		supervisors += " " + p.EntityName(t.Entity.Code)
	}
	all = append(all, option{Value: ticket.Supervisors, Label: supervisors})
	if slices.Contains(t.Moves, ticket.MoveEscalate) {
		all = append(all, option{Value: string(catalog.Region), Label: "Regione Piemonte (inoltra la richiesta)", Needs: "nota fondamento", NoteReader: "regione"})
	}
	selected := m.CurrentAssignee
	if f.Assignee != nil {
		selected = *f.Assignee
	}
	m.Operators = withSelected(all, selected)
	return nil
}

// asrOptions returns the ASRs to which the Region can redirect the ticket. The label of the one that handed it over states so.
func (p *Pages) asrOptions(s ticket.State) []option {
	var all []option
	for _, e := range p.App.Catalog.Entities(p.App.Store.Now()) {
		if e.Code == catalog.Region {
			continue
		}
		c := option{Value: string(e.Code), Label: e.Short}
		if e.Code == s.Handover.ASR {
			c.Label += " (da cui proviene)"
		}
		all = append(all, c)
	}
	return all
}

// problemOptions returns all problems except the ticket's own, grouped by service.
func (p *Pages) problemOptions(t ticketview.Ticket, f updateForm) []optionGroup {
	var all []optionGroup
	for _, s := range p.App.Catalog.Services() {
		g := optionGroup{Label: s.Label}
		for _, problem := range s.Problems {
			value := string(s.ID) + "/" + string(problem.ID)
			if value != t.Service.ID+"/"+t.Problem.ID {
				g.Options = append(g.Options, option{Value: value, Label: problem.Label, Selected: value == f.Problem})
			}
		}
		all = append(all, g)
	}
	return all
}

// optionsOf returns an option for each label.
func optionsOf(labels []ui.Label) []option {
	var all []option
	for _, l := range labels {
		all = append(all, option{Value: l.Value, Label: l.Text})
	}
	return all
}

// withSelected returns a copy of a menu in which only the option with the value is selected.
func withSelected(all []option, value string) []option {
	all = slices.Clone(all)
	for i := range all {
		all[i].Selected = all[i].Value == value
	}
	return all
}
