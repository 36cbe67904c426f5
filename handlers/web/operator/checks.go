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

// checklist is the playbook of a ticket as its page shows it (FAQ 2.7–2.12): what is asked, as it stands and as it was typed,
// what is not, and what the answers come to.
type checklist struct {
	ticketview.Playbook
	Applicable      []checkItem
	NotApplicable   []ticketview.Check
	MissingEvidence []evidenceInput // what the outcome cannot do without
	CanAnswer       bool            // the reader may answer
	Answered        int             // how many are answered
	NoteReader      string          // who reads the outcome's note: internal, cittadino, regione
}

// AwaitsConfirmation tells whether the outcome waits for the reader's click, Goes whether a check waits for their answer.
func (l *checklist) AwaitsConfirmation() bool {
	return l.CanAnswer && l.Outcome != nil && !l.Outcome.CarriedOut
}
func (l *checklist) AwaitsAnswer() bool { return l.CanAnswer && len(l.Next) > 0 }

type checkItem struct {
	ticketview.Check
	Answer   string // as typed, or as it stands
	Evidence []evidenceInput
	Original string // how the page showed it: what still is so was not touched
	Touched  bool   // typed, and not sent yet
	BySystem bool   // a connected system answered
}

type evidenceInput struct {
	ticketview.Evidence
	Name  string // of the input
	Value string // as typed, or as it stands
}

// Display is the value as people write it.
func (e evidenceInput) Display() string {
	switch {
	case e.Type == playbook.Date:
		return ui.FormatDate(e.Evidence.Value)
	case e.Type == playbook.Flag:
		return map[string]string{"true": "sì", "false": "no"}[e.Evidence.Value]
	}
	return e.Evidence.Value
}

// WarningText returns in Italian what is odd about the value; "" if nothing is.
func (e evidenceInput) WarningText() string {
	if e.WarningReason.Code == "" {
		return ""
	}
	return ui.ReasonText(e.WarningReason)
}

// newChecklist is a ticket's; nil: no checks are prescribed, or they are not the reader's to see.
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

// missingInput is the input for evidence that the outcome misses, with the last answered check that takes it.
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

func evidenceValues(c ticketview.Check) playbook.Evidence {
	values := playbook.Evidence{}
	for _, e := range c.Evidence {
		values[e.ID] = e.Value
	}
	return values
}

// canonicalAnswer writes an answer and its evidence in one line, always the same for the same.
func canonicalAnswer(answer string, values playbook.Evidence) string {
	b := answer
	for _, field := range slices.Sorted(maps.Keys(values)) {
		if values[field] != "" {
			b += "\x1f" + string(field) + "=" + values[field]
		}
	}
	return b
}

// readAnswers are the checks that the reader touched, in the order in which they are asked.
func readAnswers(r *ui.Request) (all []app.AnswerRequest) {
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
		was := r.FormValue("era." + id)
		if canonicalAnswer(a.Answer, a.Evidence) == was {
			continue
		}
		for _, before := range strings.Split(was, "\x1f")[1:] { // what was taken away is sent as empty
			field, _, _ := strings.Cut(before, "=")
			if _, kept := a.Evidence[playbook.FieldID(field)]; !kept {
				a.Evidence[playbook.FieldID(field)] = ""
			}
		}
		all = append(all, a)
	}
	return all
}

// checkAnchor is the name under which the page says what is wrong with a check.
func checkAnchor(id playbook.CheckID) string { return "verifica-" + string(id) }

// moveToChecks moves what is wrong with the n-th answer to the check that it answers.
func moveToChecks(problem *ui.Problem, answers []app.AnswerRequest) {
	for i, f := range problem.Fields {
		rest, ok := strings.CutPrefix(f.Field, "answers[")
		number, of, _ := strings.Cut(rest, "]")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n >= len(answers) {
			continue
		}
		problem.Fields[i].Field = checkAnchor(answers[n].Check)
		if of == ".answer" {
			problem.Fields[i].Text = "Verifiche: risponda sì o no, oppure tolga ciò che ha scritto."
		}
	}
}
