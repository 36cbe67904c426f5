// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/projections"
)

// checklist is the playbook of a ticket as its page shows it (FAQ 2.7–2.12): what is asked, as it stands and as it was typed,
// what is not, and what the answers come to.
type checklist struct {
	projections.Playbook
	Asked   []check
	Skipped []projections.Check
	Lacks   []evidence // what the outcome cannot do without
	Answers bool       // the reader may answer
	Done    int        // how many are answered
	Reads   string     // who reads the outcome's note: internal, cittadino, regione
}

// Confirms tells whether the outcome waits for the reader's click, Goes whether a check waits for their answer.
func (l *checklist) Confirms() bool { return l.Answers && l.Outcome != nil && !l.Outcome.CarriedOut }
func (l *checklist) Goes() bool     { return l.Answers && len(l.Next) > 0 }

type check struct {
	projections.Check
	Answer   string // as typed, or as it stands
	Evidence []evidence
	Was      string // how the page showed it: what still is so was not touched
	Touched  bool   // typed, and not sent yet
	Machine  bool   // a connected system answered
}

type evidence struct {
	projections.Evidence
	Name  string // of the input
	Value string // as typed, or as it stands
}

// Shown is the value as people write it.
func (e evidence) Shown() string {
	switch {
	case e.Type == playbook.Date:
		return italianDay(e.Evidence.Value)
	case e.Type == playbook.Flag:
		return map[string]string{"true": "sì", "false": "no"}[e.Evidence.Value]
	}
	return e.Evidence.Value
}

// Odd says in Italian what is odd about the value.
func (e evidence) Odd() string {
	for english, italian := range warnings {
		if strings.HasPrefix(e.Warning, english) {
			return italian
		}
	}
	return ""
}

// warnings are what playbook.Field.Warn says, by how it begins.
var warnings = map[string]string{
	"is no date":                           "Non è una data: la scriva come gg/mm/aaaa.",
	"is in the future":                     "La data è nel futuro.",
	"is very long ago":                     "La data è di molti anni fa.",
	"does not look like a regional ticket": "Non sembra un numero ticket regionale: ha da 4 a 30 cifre e lettere.",
	"holds spaces":                         "Contiene spazi: un identificativo non ne ha.",
	"is none of":                           "Non è tra le scelte previste.",
	`is neither "true"`:                    "Non è né sì né no.",
	"has wrong check digits":               "Le cifre di controllo non tornano: lo confronti con la cedola di pagamento.",
	"is of an older form":                  "È di un formato più vecchio: lo confronti con la cedola di pagamento.",
	"is no IUV":                            "Non è uno IUV: ha 15 o 17 cifre, o le 18 di un codice avviso.",
}

// checklistOf is a ticket's; nil: no checks are prescribed, or they are not the reader's to see.
func checklistOf(t casework.Whole, f updateForm) *checklist {
	if t.Run == nil {
		return nil
	}
	p := *t.Run
	l := &checklist{Playbook: p, Answers: slices.Contains(t.Moves, ticket.MoveCheck), Reads: "cittadino"}
	for _, c := range p.Checks {
		if c.State == "not_applicable" {
			l.Skipped = append(l.Skipped, c)
			continue
		}
		l.Asked = append(l.Asked, asked(c, f))
		if c.State == "answered" {
			l.Done++
		}
	}
	if o := p.Outcome; o != nil {
		switch {
		case o.Act == playbook.Escalate:
			l.Reads = "regione"
		case o.Act.Internal():
			l.Reads = "internal"
		}
		for _, field := range o.Missing {
			l.Lacks = append(l.Lacks, l.lacking(field)...)
		}
	}
	return l
}

func asked(c projections.Check, f updateForm) check {
	k := check{Check: c, Answer: c.Answer, Was: inOneLine(c.Answer, valuesOf(c)), Machine: c.By != nil && c.By.Role == person.System}
	typed := slices.IndexFunc(f.Answers, func(a casework.Answer) bool { return a.Check == c.ID })
	if typed >= 0 {
		k.Answer, k.Touched = f.Answers[typed].Answer, true
	}
	for _, e := range c.Evidence {
		shown := evidence{Evidence: e, Name: "prova." + string(c.ID) + "." + string(e.ID), Value: e.Value}
		if typed >= 0 {
			shown.Value = f.Answers[typed].Evidence[e.ID]
		}
		k.Evidence = append(k.Evidence, shown)
	}
	return k
}

// lacking is the input for evidence that the outcome misses, with the last answered check that takes it.
func (l *checklist) lacking(field playbook.FieldID) []evidence {
	for _, c := range slices.Backward(l.Asked) {
		for _, e := range c.Evidence {
			if e.ID == field && c.State == "answered" {
				return []evidence{{Evidence: e.Evidence, Name: "manca." + string(c.ID) + "." + string(field)}}
			}
		}
	}
	return nil
}

func valuesOf(c projections.Check) playbook.Evidence {
	values := playbook.Evidence{}
	for _, e := range c.Evidence {
		values[e.ID] = e.Value
	}
	return values
}

// inOneLine writes an answer and its evidence in one line, always the same for the same.
func inOneLine(answer string, values playbook.Evidence) string {
	b := answer
	for _, field := range slices.Sorted(maps.Keys(values)) {
		if values[field] != "" {
			b += "\x1f" + string(field) + "=" + values[field]
		}
	}
	return b
}

// readAnswers are the checks that the reader touched, in the order in which they are asked.
func readAnswers(v *visit) (all []casework.Answer) {
	for _, id := range v.Form["verifiche"] {
		a := casework.Answer{Check: playbook.CheckID(id), Answer: v.FormValue("esito." + id), Evidence: playbook.Evidence{}}
		for name := range v.Form {
			for _, kind := range []string{"prova.", "manca."} {
				field, ok := strings.CutPrefix(name, kind+id+".")
				if value := strings.TrimSpace(v.FormValue(name)); ok && value != "" {
					a.Evidence[playbook.FieldID(field)] = value
				}
			}
		}
		was := v.FormValue("era." + id)
		if inOneLine(a.Answer, a.Evidence) == was {
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

// checkField is the name under which the page says what is wrong with a check.
func checkField(id playbook.CheckID) string { return "verifica-" + string(id) }

// toChecks moves what is wrong with the n-th answer to the check that it answers.
func (p *problem) toChecks(answers []casework.Answer) {
	for i, f := range p.Fields {
		rest, ok := strings.CutPrefix(f.Field, "answers[")
		number, of, _ := strings.Cut(rest, "]")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n >= len(answers) {
			continue
		}
		p.Fields[i].Field = checkField(answers[n].Check)
		if of == ".answer" {
			p.Fields[i].Text = "Verifiche: risponda sì o no, oppure tolga ciò che ha scritto."
		}
	}
}
