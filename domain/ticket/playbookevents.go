// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// PlaybookStarted records the start of a run: the checks that are prescribed for the ticket's service and problem (FAQ 2.7–2.12). The run
// replaces an earlier one.
type PlaybookStarted struct {
	Run    int                     `json:"run"` // number of the run in the ticket, from 1
	Pinned playbook.PinnedVersions `json:"pinned"`
	Entity catalog.EntityCode      `json:"entity"` // the ASR whose systems are asked; it and the Region may read the answers
}

// CheckAnswered records an answer of an operator or of a connected system to a check of the run.
type CheckAnswered struct {
	Run      int                `json:"run"`
	Entity   catalog.EntityCode `json:"entity"` // of the run
	Check    playbook.CheckID   `json:"check"`
	Yes      bool               `json:"yes"`
	Query    playbook.Query     `json:"query,omitempty"` // the query that a connected system answered; empty if a person answered
	Personal *Evidence          `json:"-"`
}

// Evidence holds the values on which an answer is based.
type Evidence struct {
	Values playbook.Evidence `json:"values,omitempty"`
}

// CheckTried records that a connected system was asked and gave no answer to a check.
type CheckTried struct {
	Run    int                `json:"run"`
	Entity catalog.EntityCode `json:"entity"`
	Check  playbook.CheckID   `json:"check"`
	Query  playbook.Query     `json:"query"`
	Why    QueryFailure       `json:"why"`
}

// AnswersForgotten records that checks have no answer any more, because the run returned to them from another playbook (FAQ 2.11 → 2.9).
type AnswersForgotten struct {
	Run    int                `json:"run"`
	Checks []playbook.CheckID `json:"checks"`
}

// OutcomeCarriedOut records that the act did what the outcome of the run prescribes.
type OutcomeCarriedOut struct {
	Run     int                `json:"run"`
	Outcome playbook.OutcomeID `json:"outcome"`
	Action  playbook.Action    `json:"act"`
	Remind  bool               `json:"remind,omitempty"` // the run stays open, with reminders, until an answer changes
}

// PlaybookReminded records a reminder to the operators: the run still waits for a correction (FAQ 2.7, 2.11).
type PlaybookReminded struct {
	Run int `json:"run"`
	N   int `json:"n"` // number of the reminder since the outcome was carried out, from 1
}

func (PlaybookStarted) event()   {}
func (CheckAnswered) event()     {}
func (CheckTried) event()        {}
func (AnswersForgotten) event()  {}
func (OutcomeCarriedOut) event() {}
func (PlaybookReminded) event()  {}

func (PlaybookStarted) playbookEvent()   {}
func (CheckAnswered) playbookEvent()     {}
func (CheckTried) playbookEvent()        {}
func (AnswersForgotten) playbookEvent()  {}
func (OutcomeCarriedOut) playbookEvent() {}
func (PlaybookReminded) playbookEvent()  {}

func (e PlaybookStarted) RunNumber() int   { return e.Run }
func (e CheckAnswered) RunNumber() int     { return e.Run }
func (e CheckTried) RunNumber() int        { return e.Run }
func (e AnswersForgotten) RunNumber() int  { return e.Run }
func (e OutcomeCarriedOut) RunNumber() int { return e.Run }
func (e PlaybookReminded) RunNumber() int  { return e.Run }
