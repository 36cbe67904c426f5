// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package playbook holds the checks that the FAQ prescribes for a kind of problem (FAQ 2.7–2.12): decision trees that
// are data, and the one walk that finds out where answers lead.
package playbook

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
) // The names in playbook files. Those of checks are unique among all playbooks that can meet in one run.
type (
	ID        string // of a playbook, e.g. referto-non-trovato
	CheckID   string
	OutcomeID string
	FieldID   string // of a piece of evidence, e.g. produced_on
)

// Playbook is one decision tree in one version, as its file says.
type Playbook struct {
	ID       ID
	Version  int // from 1; a run keeps the one that it started with
	Title    string
	Source   string // the rule it comes from, e.g. FAQ 2.8
	Starts   []Start
	Fields   []Field
	Start    CheckID
	Checks   []Check
	Outcomes []Outcome
}

// Start names the requests that a playbook is for.
type Start struct {
	Service     catalog.ServiceID
	Problem     catalog.ProblemID
	Facilitated bool // the entry is for requests with facilitated access alone (FAQ 2.12)
}

// Field is a kind of evidence.
type Field struct {
	ID      FieldID
	Type    FieldType
	Label   string   // Italian
	Options []string // of a choice
}

// FieldType is the form that evidence has. What has another form is warned of and kept as given.
type FieldType string

// The types. A date is 2006-01-02 or 02/01/2006; a flag is "true" or absent.
const (
	Date         FieldType = "date"
	Identifier   FieldType = "identifier"    // of a referto at FSE/ROL
	IUV          FieldType = "iuv"           // or codice avviso
	TicketNumber FieldType = "ticket_number" // numero ticket regionale, on the payment slip
	Choice       FieldType = "choice"
	Flag         FieldType = "flag"
	FreeText     FieldType = "text"
)

// Check is a question with the two ways on from it.
type Check struct {
	ID       CheckID
	Question string // Italian, answered by yes or no
	Help     string // Italian: how to find out
	Ask      string // Italian: what to write to the citizen if they are to be asked; empty: nothing is proposed
	System   *System
	Evidence []EvidenceItem
	Yes, No  Branch
}

// EvidenceItem is evidence that is collected with a check. Required: some outcome behind the check cannot do without it.
type EvidenceItem struct {
	Field    FieldID
	Required bool
}

// System says which connected system can answer a check: the fact that the query's answer holds.
type System struct {
	Query Query
	Fact  Fact
}

// Branch is where an answer leads: exactly one of Check, Outcome and Playbook is set.
type Branch struct {
	Check    CheckID
	Outcome  OutcomeID
	Playbook ID
	At       CheckID // where to enter the playbook; empty: at its start
	ReturnTo CheckID // where to go on when the walk comes back to a playbook that it left; empty: At
}

// Outcome is an end of the walk: what to do, which one act of the operator carries out.
type Outcome struct {
	ID       OutcomeID
	Title    string // Italian
	Action   Action
	Status   string // wire value of the ticket's status after the act
	Note     []NoteVariant
	Evidence []FieldID // required besides what the note names
	Remind   bool      // the run stays alive and reminds of itself until an answer changes
}

// Action is what an outcome does with the ticket.
type Action string

// The acts. Each has a padlock and the statuses it may lead to; see acts.go.
const (
	Ask      Action = "ask"      // the citizen, and wait for the answer
	Tell     Action = "tell"     // the citizen something that needs no further check
	Wait     Action = "wait"     // tell the citizen, and keep at it
	Task     Action = "task"     // for an office of the ASR, by internal note, and keep at it
	Alert    Action = "alert"    // the supervisors, by internal note; nothing is released
	Escalate Action = "escalate" // to the Region
	Resolve  Action = "resolve"
)

// NoteVariant is one wording of a note. The first whose fields are all known is the text; {field} stands for a value.
type NoteVariant struct {
	When []FieldID // besides those in the text
	Text string
}

// find gives a check; nil: it is none of the playbook's.
func (p *Playbook) find(id CheckID) *Check {
	if i := slices.IndexFunc(p.Checks, func(c Check) bool { return c.ID == id }); i >= 0 {
		return &p.Checks[i]
	}
	return nil
}

// field gives a field; nil: it is none of the playbook's.
func (p *Playbook) field(id FieldID) *Field {
	if i := slices.IndexFunc(p.Fields, func(f Field) bool { return f.ID == id }); i >= 0 {
		return &p.Fields[i]
	}
	return nil
}

func (p *Playbook) outcome(id OutcomeID) *Outcome {
	return &p.Outcomes[slices.IndexFunc(p.Outcomes, func(o Outcome) bool { return o.ID == id })]
}
