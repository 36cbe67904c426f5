// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// checklist is the playbook of a ticket as its page shows it (FAQ 2.7–2.12): the applicable checks with their answers as stored and as
// typed, the checks that do not apply, and the outcome.
type checklist struct {
	ticketview.Playbook
	Applicable      []checkItem
	NotApplicable   []ticketview.Check
	MissingEvidence []evidenceInput // inputs for the evidence that the outcome's note needs and that is missing
	CanAnswer       bool            // the reader may answer checks
	Answered        int             // number of answered checks
	NoteReader      string          // readers of the outcome's note: internal, cittadino or regione
	AwaitsTaking    bool            // the connected systems are not asked before an operator takes the ticket
}

// awaitsTaking reports whether the connected systems wait: the identity is only declared, no operator of the competent entity has worked on
// the ticket yet, and the entity does not ask before (sagas decide the same for each query).
func (p *Pages) awaitsTaking(t app.TicketView) bool {
	if t.Identity != ticket.Declared || t.Status != ticket.StatusNew || p.App.Catalog.Checks(t.Entity.Code).AskBeforeTaken {
		return false
	}
	worked := func(by ticketview.By) bool { return by.Role.Operates() && by.Entity == t.Entity.Code }
	return !slices.ContainsFunc(t.Timeline, func(l ticketview.Line) bool { return worked(l.By) }) &&
		!slices.ContainsFunc(t.Notes, func(n ticketview.Note) bool { return worked(n.By) })
}

// AwaitsConfirmation reports whether there is an outcome that the reader has to confirm.
func (l *checklist) AwaitsConfirmation() bool {
	return l.CanAnswer && l.Outcome != nil && !l.Outcome.CarriedOut
}

// AwaitsAnswer reports whether there is a check that the reader has to answer next.
func (l *checklist) AwaitsAnswer() bool { return l.CanAnswer && len(l.Next) > 0 }

// checkItem is one applicable check with its inputs.
type checkItem struct {
	ticketview.Check
	Answer   string // as typed, otherwise as stored
	Evidence []evidenceInput
	Original string // the canonical answer as stored; the form sends it back so that readAnswers can skip unchanged answers
	Touched  bool   // the answer was typed and not sent yet
	BySystem bool   // a connected system gave the stored answer
}

// evidenceInput is the input for one value of evidence.
type evidenceInput struct {
	ticketview.Evidence
	Name  string // of the input
	Value string // as typed, otherwise as stored
}

// Display returns the stored value in Italian notation.
func (e evidenceInput) Display() string {
	switch {
	case e.Type == playbook.Date:
		return ui.FormatDate(e.Evidence.Value)
	case e.Type == playbook.Flag:
		return map[string]string{"true": "sì", "false": "no"}[e.Evidence.Value]
	}
	return e.Evidence.Value
}

// WarningText returns the Italian warning about the stored value; "" if there is none.
func (e evidenceInput) WarningText() string {
	if e.WarningReason.Code == "" {
		return ""
	}
	return ui.ReasonText(e.WarningReason)
}

// newChecklist returns the checks of a ticket, or nil if none are prescribed or the reader may not see them.
func newChecklist(t app.TicketView, f updateForm) *checklist {
	if t.PlaybookRun == nil {
		return nil
	}
	p := *t.PlaybookRun
	l := &checklist{Playbook: p, CanAnswer: slices.Contains(t.Moves, ticket.MoveAnswerCheck), NoteReader: "cittadino"}
	for _, c := range p.Checks {
		if c.State == "not_applicable" {
			l.NotApplicable = append(l.NotApplicable, c)
			continue
		}
		l.Applicable = append(l.Applicable, newCheckItem(c, f))
		if c.State == "answered" {
			l.Answered++
		}
	}
	if o := p.Outcome; o != nil {
		switch {
		case o.Act == playbook.Escalate:
			l.NoteReader = "regione"
		case o.Act.IsInternal():
			l.NoteReader = "internal"
		}
		for _, field := range o.Missing {
			l.MissingEvidence = append(l.MissingEvidence, l.missingInput(field)...)
		}
	}
	return l
}

// newCheckItem returns a check with its stored answer, or with the answer in the form if that has one.
func newCheckItem(c ticketview.Check, f updateForm) checkItem {
	k := checkItem{Check: c, Answer: c.Answer, Original: canonicalAnswer(c.Answer, evidenceValues(c)), BySystem: c.By != nil && c.By.Role == person.System}
	typed := slices.IndexFunc(f.Answers, func(a app.AnswerRequest) bool { return a.Check == c.ID })
	if typed >= 0 {
		k.Answer, k.Touched = f.Answers[typed].Answer, true
	}
	for _, e := range c.Evidence {
		shown := evidenceInput{Evidence: e, Name: "prova." + string(c.ID) + "." + string(e.ID), Value: e.Value}
		if typed >= 0 {
			shown.Value = f.Answers[typed].Evidence[e.ID]
		}
		k.Evidence = append(k.Evidence, shown)
	}
	return k
}

// missingInput returns the input for a missing value of evidence, at the last answered check that has the field; nil if there is none.
func (l *checklist) missingInput(field playbook.FieldID) []evidenceInput {
	for _, c := range slices.Backward(l.Applicable) {
		for _, e := range c.Evidence {
			if e.ID == field && c.State == "answered" {
				return []evidenceInput{{Evidence: e.Evidence, Name: "manca." + string(c.ID) + "." + string(field)}}
			}
		}
	}
	return nil
}

// evidenceValues returns the stored evidence of a check.
func evidenceValues(c ticketview.Check) playbook.Evidence {
	values := playbook.Evidence{}
	for _, e := range c.Evidence {
		values[e.ID] = e.Value
	}
	return values
}

// canonicalAnswer returns an answer and its non-empty evidence as one string. Equal answers give equal strings.
func canonicalAnswer(answer string, values playbook.Evidence) string {
	b := answer
	for _, field := range slices.Sorted(maps.Keys(values)) {
		if values[field] != "" {
			b += "\x1f" + string(field) + "=" + values[field]
		}
	}
	return b
}

// readAnswers returns the answers that the reader changed, in the order of the checks on the page.
func readAnswers(r *ui.Request) (answers []app.AnswerRequest) {
	for _, id := range r.Form["verifiche"] {
		a := app.AnswerRequest{Check: playbook.CheckID(id), Answer: r.FormValue("esito." + id), Evidence: playbook.Evidence{}}
		for name := range r.Form {
			for _, kind := range []string{"prova.", "manca."} {
				field, ok := strings.CutPrefix(name, kind+id+".")
				if value := strings.TrimSpace(r.FormValue(name)); ok && value != "" {
					a.Evidence[playbook.FieldID(field)] = value
				}
			}
		}
		original := r.FormValue("era." + id)
		if canonicalAnswer(a.Answer, a.Evidence) == original {
			continue
		}
		for _, stored := range strings.Split(original, "\x1f")[1:] { // send evidence that was removed as an empty value
			field, _, _ := strings.Cut(stored, "=")
			if _, kept := a.Evidence[playbook.FieldID(field)]; !kept {
				a.Evidence[playbook.FieldID(field)] = ""
			}
		}
		answers = append(answers, a)
	}
	return answers
}

// checkAnchor returns the field name for the errors of a check. The summary of errors links to it.
func checkAnchor(id playbook.CheckID) string { return "verifica-" + string(id) }

// moveToChecks changes the field of each error about answers[n] to the anchor of the check that the answer is for.
func moveToChecks(problem *ui.Problem, answers []app.AnswerRequest) {
	for i, f := range problem.Fields {
		rest, ok := strings.CutPrefix(f.Field, "answers[")
		number, part, _ := strings.Cut(rest, "]")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n >= len(answers) {
			continue
		}
		problem.Fields[i].Field = checkAnchor(answers[n].Check)
		if part == ".answer" {
			problem.Fields[i].Text = "Verifiche: risponda sì o no, oppure tolga ciò che ha scritto."
		}
	}
}
