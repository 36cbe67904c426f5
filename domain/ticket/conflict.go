// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Conflicts compares a command with what was recorded after the version its sender saw. It refuses with
// *ConflictError if an event touched a field that the command sets, or added a note that the sender would want
// to have read, and with *NotYoursError whom the ticket is not for. What saga and timers do besides disturbs nobody.
func Conflicts(s State, c Command, by person.Actor, since []Recorded) error {
	u, ok := c.(Update)
	if !ok {
		return nil
	}
	if !canSee(s, by) {
		return &NotVisibleError{}
	}
	last := map[string]FieldConflict{}
	for _, r := range since {
		if IsBackground(r) {
			continue
		}
		for field, theirs := range changedFields(r.Event, by.Entity) {
			if yours, set := u.FieldValue(field); set {
				last[field] = FieldConflict{Field: field, Yours: yours, Theirs: theirs, By: r.By, At: r.At}
			}
		}
	}
	var conflict ConflictError
	for _, field := range []string{"status", "assignee", "entity", "problem", "answers", "notes"} {
		if f, ok := last[field]; ok {
			conflict.Fields = append(conflict.Fields, f)
		}
	}
	if conflict.Fields == nil {
		return nil
	}
	return &conflict
}

// FieldValue tells whether the update sets the field, and to what. Whoever updates should have read every note.
func (u Update) FieldValue(field string) (string, bool) {
	switch field {
	case "status":
		return string(u.Status), u.Status != ""
	case "assignee":
		if u.Assignee == nil {
			return "", false
		}
		return u.Assignee.wireName(), true
	case "entity":
		return string(u.Entity), true // competence decides what every act means
	case "problem":
		return string(u.Problem), u.Problem != "" || u.Service != ""
	case "answers":
		return "", len(u.Answers) > 0
	default:
		return "", true
	}
}

func (n AssigneeInput) wireName() string {
	return Assignee{Operator: n.Operator, Supervisors: n.Supervisors}.WireName()
}

// WireName is the assignee as the API names it: the account, the supervisors as a group, or nobody.
func (a Assignee) WireName() string {
	if a.Supervisors {
		return "supervisori"
	}
	return a.Operator
}

// changedFields names the fields that an event changed and what they hold since, as far as somebody at the entity sees it.
func changedFields(e Event, at catalog.EntityCode) map[string]string {
	switch e := e.(type) {
	case Assigned:
		return map[string]string{"assignee": e.Assignee.WireName()}
	case Unassigned:
		return map[string]string{"assignee": ""}
	case Taken:
		return map[string]string{"status": string(e.Status), "assignee": e.Assignee.WireName()}
	case CitizenNote:
		return map[string]string{"notes": string(e.Note)}
	case InternalNote:
		if e.Entity == at {
			return map[string]string{"notes": string(e.Note)}
		}
	case RegionalNote:
		if e.ASR == at || at == catalog.Region {
			return map[string]string{"notes": string(e.Note)}
		}
	case CitizenReplied:
		return map[string]string{"notes": string(e.Reply)}
	case CitizenAsked:
		return map[string]string{"status": string(e.Status)}
	case Resumed:
		return map[string]string{"status": string(e.Status)}
	case Escalated:
		return map[string]string{"status": string(e.Status), "assignee": "", "entity": string(catalog.Region)}
	case Recalled:
		return map[string]string{"status": string(e.Status), "assignee": e.Assignee.WireName(), "entity": string(e.Entity)}
	case Redirected:
		return map[string]string{"status": string(e.Status), "assignee": e.Assignee.WireName(), "entity": string(e.To)}
	case Resolved:
		return map[string]string{"status": string(e.Status)}
	case Discarded:
		return map[string]string{"status": string(e.Status)}
	case MarkedDuplicate:
		return map[string]string{"status": string(e.Status)}
	case Reopened:
		return map[string]string{"status": string(e.Status)}
	case ActWithdrawn:
		return map[string]string{"status": string(e.Status), "assignee": e.Assignee.WireName(), "entity": string(e.Entity), "problem": string(e.Problem)}
	case AutoClosed:
		return map[string]string{"status": string(e.Status)}
	case TransferredToSuccessor:
		return map[string]string{"entity": string(e.To)}
	case Reclassified:
		return map[string]string{"problem": string(e.Problem)}
	case CheckAnswered:
		return map[string]string{"answers": string(e.Check)}
	case Opened, CheckTried, AnswersForgotten, PlaybookStarted, OutcomeCarriedOut, PlaybookReminded, HandoverWarned, HandoverBreached,
		PingPongNoticed, CitizenReminded, ContactFailed, PersonalDataErased:
	}
	return nil
}
