// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"strings"

	"github.com/sol-assistenza/sol/projections/ticketview"
)

// conversation is what was said and done about a ticket: notes, and quieter what happened between them. The latest are in sight, what
// came before is folded away.
type conversation struct {
	Earlier   []conversationItem
	Latest    []conversationItem
	NoteCount int // how many texts there are in all
}

// conversationItem is a note, or what happened before the next one.
type conversationItem struct {
	Note   *ticketview.Note
	Events timelineEvents
}

// timelineEvent is what happened, and how often in a row: a connected system that gives no answer is asked again and again.
type timelineEvent struct {
	ticketview.Line // the last time
	Count           int
}

// timelineEvents are events with no note between them.
type timelineEvents []timelineEvent

// Last returns the latest of them.
func (all timelineEvents) Last() timelineEvent { return all[len(all)-1] }

// ActorName is who did it; "": the sentence names them.
func (h timelineEvent) ActorName() string {
	if h.Type == "taken" && strings.HasSuffix(h.Text, " "+h.By.Name) {
		return ""
	}
	return h.By.Name
}

// latestShown is how many exchanges a reader gets without asking.
const latestShown = 6

// textEvents are the events that hold one: the timeline names them where the notes have it.
var textEvents = map[string]bool{"citizen_note": true, "internal_note": true, "regional_note": true, "citizen_replied": true}

func newConversation(t ticketview.Ticket) conversation {
	var all []conversationItem
	next := 0
	for _, line := range t.Timeline {
		switch {
		case line.Type == "opened": // the request itself, which stands at the head
		case textEvents[line.Type] && next < len(t.Notes):
			all = append(all, conversationItem{Note: &t.Notes[next]})
			next++
		case len(all) > 0 && all[len(all)-1].Note == nil:
			all[len(all)-1].addEvent(line)
		default:
			all = append(all, conversationItem{Events: timelineEvents{{line, 1}}})
		}
	}
	from := max(0, len(all)-latestShown)
	return conversation{Earlier: all[:from], Latest: all[from:], NoteCount: next}
}

// addEvent tells a question that was asked in vain as the one before with it.
func (e *conversationItem) addEvent(line ticketview.Line) {
	if last := &e.Events[len(e.Events)-1]; line.Type == "check_tried" && last.Type == line.Type && last.Text == line.Text {
		last.Line, last.Count = line, last.Count+1
		return
	}
	e.Events = append(e.Events, timelineEvent{line, 1})
}
