// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Conflicts compares a command with the events since the version that its sender saw. s is the state after these events. It returns
// *ConflictError if an event changed a field that the command sets or added a note that the sender has not read, and *NotVisibleError for
// an actor who cannot see the ticket. Background events do not conflict. A command other than Update never conflicts.
func Conflicts(s ticket.State, c ticket.Command, by person.Actor, since []ticket.Recorded) error {
	u, ok := c.(ticket.Update)
	if !ok {
		return nil
	}
	if !canSee(s, by) {
		return ReadRefusal(s, by)
	}
	last := map[string]ticket.FieldConflict{}
	for _, r := range since {
		if ticket.IsBackground(r) {
			continue
		}
		for field, theirs := range changedFields(r.Event, by.Entity) {
			if yours, set := fieldValue(u, field); set {
				last[field] = ticket.FieldConflict{Field: field, Yours: yours, Theirs: theirs, By: r.By, At: r.At}
			}
		}
	}
	var conflict ticket.ConflictError
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

// changedFields returns the fields that an event changed with their new values, by field name, as operators of an entity may see them.
func changedFields(e ticket.Event, reader catalog.EntityCode) map[string]string {
	switch e := e.(type) {
	case ticket.Assigned:
		return map[string]string{"assignee": e.Assignee.WireName()}
	case ticket.Unassigned:
		return map[string]string{"assignee": ""}
	case ticket.Taken:
		return map[string]string{"status": string(e.Status), "assignee": e.Assignee.WireName()}
	case ticket.CitizenNote:
		return map[string]string{"notes": string(e.Note)}
	case ticket.InternalNote:
		if e.Entity == reader {
			return map[string]string{"notes": string(e.Note)}
		}
	case ticket.RegionalNote:
		if e.ASR == reader || reader == catalog.Region {
			return map[string]string{"notes": string(e.Note)}
		}
	case ticket.CitizenReplied:
		return map[string]string{"notes": string(e.Reply)}
	case ticket.CitizenAsked:
		return map[string]string{"status": string(e.Status)}
	case ticket.Resumed:
		return map[string]string{"status": string(e.Status)}
	case ticket.Escalated:
		return map[string]string{"status": string(e.Status), "assignee": "", "entity": string(catalog.Region)}
	case ticket.Recalled:
		return map[string]string{"status": string(e.Status), "assignee": e.Assignee.WireName(), "entity": string(e.Entity)}
	case ticket.Redirected:
		return map[string]string{"status": string(e.Status), "assignee": e.Assignee.WireName(), "entity": string(e.To)}
	case ticket.ResolutionEvent:
		return map[string]string{"status": string(e.NewStatus())}
	case ticket.Reopened:
		return map[string]string{"status": string(e.Status)}
	case ticket.ActWithdrawn:
		return map[string]string{
			"status": string(e.Status), "assignee": e.Assignee.WireName(), "entity": string(e.Entity), "problem": string(e.Problem),
		}
	case ticket.AutoClosed:
		return map[string]string{"status": string(e.Status)}
	case ticket.TransferredToSuccessor:
		return map[string]string{"entity": string(e.To)}
	case ticket.Reclassified:
		return map[string]string{"problem": string(e.Problem)}
	case ticket.CheckAnswered:
		return map[string]string{"answers": string(e.Check)}
	case ticket.PlaybookStarted, ticket.CheckTried, ticket.AnswersForgotten, ticket.OutcomeCarriedOut, ticket.PlaybookReminded:
	case ticket.Opened, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	return nil
}

// fieldValue returns the value that an update gives to a field, and whether it sets the field. It sets "notes" and "entity" in every case:
// the sender of an update should have read every note, and the competent entity decides the meaning of every act.
func fieldValue(u ticket.Update, field string) (string, bool) {
	switch field {
	case "status":
		return string(u.Status), u.Status != ""
	case "assignee":
		if u.Assignee == nil {
			return "", false
		}
		return ticket.Assignee{Operator: u.Assignee.Operator, Supervisors: u.Assignee.Supervisors}.WireName(), true
	case "entity":
		return string(u.Entity), true
	case "problem":
		return string(u.Problem), u.Problem != "" || u.Service != ""
	case "answers":
		return "", len(u.Answers) > 0
	default:
		return "", true
	}
}
