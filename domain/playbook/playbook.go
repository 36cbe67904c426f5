// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package playbook holds the checks that the FAQ prescribes for each problem (FAQ 2.7–2.12) as decision trees in data files. It loads and
// checks the files, and follows given answers to the next check or the outcome. It stores nothing and reads no clock.
package playbook

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Names in playbook files. Check ids are unique among all playbooks that can meet in one run.
type (
	ID        string // of a playbook, e.g. referto-non-trovato
	CheckID   string
	OutcomeID string
	FieldID   string // of a piece of evidence, e.g. produced_on
)

// Playbook is one version of a decision tree, as read from its file.
type Playbook struct {
	ID       ID
	Version  int // from 1; a run keeps the version with which it started
	Title    string
	Source   string // the rule that the playbook implements, e.g. FAQ 2.8
	Starts   []Start
	Fields   []Field
	Start    CheckID
	Checks   []Check
	Outcomes []Outcome
}

// Start names the service and problem of tickets for which a playbook starts.
type Start struct {
	Service     catalog.ServiceID
	Problem     catalog.ProblemID
	Facilitated bool // only for tickets with facilitated access (FAQ 2.12)
}

// Field is a kind of evidence.
type Field struct {
	ID      FieldID
	Type    FieldType
	Label   string   // Italian
	Options []string // of a choice
}

// FieldType is the format of a field's values. A value in another format causes a warning and is kept as given.
type FieldType string

// The field types. A date is written as 2006-01-02 or 02/01/2006. A flag is "true" or absent.
const (
	Date         FieldType = "date"
	Identifier   FieldType = "identifier"    // of a medical report (referto) at FSE/ROL
	IUV          FieldType = "iuv"           // IUV or codice avviso of a payment
	TicketNumber FieldType = "ticket_number" // numero ticket regionale, on the payment slip
	Choice       FieldType = "choice"
	Flag         FieldType = "flag"
	FreeText     FieldType = "text"
)

// Check is a yes-or-no question and its two branches.
type Check struct {
	ID       CheckID
	Question string  // Italian, answered by yes or no
	Help     string  // Italian: how the operator finds the answer
	Ask      string  // Italian: the text proposed for asking the citizen; empty: none is proposed
	System   *System // nil: only a person can answer
	Evidence []EvidenceItem
	Yes, No  Branch
}

// EvidenceItem is a field that is collected with a check's answer. Required is false if the file marks it as optional.
type EvidenceItem struct {
	Field    FieldID
	Required bool
}

// System names the query to a connected system that answers a check, and the fact in the query's answer that is the check's answer.
type System struct {
	Query Query
	Fact  Fact
}

// Branch is the target of an answer: exactly one of Check, Outcome and Playbook is set.
type Branch struct {
	Check    CheckID
	Outcome  OutcomeID
	Playbook ID
	At       CheckID // the first check in Playbook; empty: its start
	ReturnTo CheckID // the check to continue at if the walk has passed At already; empty: At
}

// Outcome is the end of a path: an action, a status and a note, which the operator carries out with one command.
type Outcome struct {
	ID       OutcomeID
	Title    string // Italian
	Action   Action
	Status   string // stored value of the ticket's status after the action
	Note     []NoteVariant
	Evidence []FieldID // required in addition to the fields in the note
	Remind   bool      // the run stays open, and reminders go out until an answer changes
}

// Action names the kind of act that carries out an outcome: a question, a message, a task, a hand-over, a resolution.
type Action string

// The actions. actionRules gives the statuses that each may set and whether its note is internal.
const (
	Ask      Action = "ask"      // ask the citizen, and wait for the answer
	Tell     Action = "tell"     // tell the citizen something that needs no further check
	Wait     Action = "wait"     // tell the citizen, and keep working on the ticket
	Task     Action = "task"     // give an office of the ASR a task by internal note, and keep working on the ticket
	Alert    Action = "alert"    // alert the supervisors by internal note; the citizen gets nothing
	Escalate Action = "escalate" // hand the ticket over to the Region
	Resolve  Action = "resolve"
)

// NoteVariant is one wording of a note. The first wording whose fields are all known is used; {field} in the text stands for a value.
type NoteVariant struct {
	When []FieldID // fields that must be known in addition to those in the text
	Text string
}

// find returns a check of the playbook; nil if it has none with this id.
func (p *Playbook) find(id CheckID) *Check {
	if i := slices.IndexFunc(p.Checks, func(c Check) bool { return c.ID == id }); i >= 0 {
		return &p.Checks[i]
	}
	return nil
}

// field returns a field of the playbook; nil if it has none with this id.
func (p *Playbook) field(id FieldID) *Field {
	if i := slices.IndexFunc(p.Fields, func(f Field) bool { return f.ID == id }); i >= 0 {
		return &p.Fields[i]
	}
	return nil
}

// outcome returns an outcome of the playbook. It panics on an unknown id; Load refuses files with such ids.
func (p *Playbook) outcome(id OutcomeID) *Outcome {
	return &p.Outcomes[slices.IndexFunc(p.Outcomes, func(o Outcome) bool { return o.ID == id })]
}
