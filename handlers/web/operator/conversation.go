// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"strings"

	"github.com/sol-assistenza/sol/projections/ticketview"
)

// conversation is the ticket's notes and, less prominent, the events between them. The page shows the latest items and folds the earlier
// ones.
type conversation struct {
	Earlier   []conversationItem
	Latest    []conversationItem
	NoteCount int // number of all notes
}

// conversationItem is either a note or the events between two notes.
type conversationItem struct {
	Note   *ticketview.Note
	Events timelineEvents
}

// timelineEvent is an event and the number of its repetitions in a row. Queries to a connected system that does not answer are repeated.
type timelineEvent struct {
	ticketview.Line // of the last repetition
	Count           int
}

// timelineEvents is a sequence of events without a note between them.
type timelineEvents []timelineEvent

// Last returns the last event.
func (events timelineEvents) Last() timelineEvent { return events[len(events)-1] }

// ActorName returns the actor's name; "" if the sentence ends with it already.
func (e timelineEvent) ActorName() string {
	if e.Type == "taken" && strings.HasSuffix(e.Text, " "+e.By.Name) {
		return ""
	}
	return e.By.Name
}

// latestShown is the number of items that the page shows unfolded.
const latestShown = 6

// textEvents holds the types of events that have a note: for each such line of the timeline the ticket's notes have the text, in the
// same order.
var textEvents = map[string]bool{"citizen_note": true, "internal_note": true, "regional_note": true, "citizen_replied": true, "mail_kept": true}

// newConversation builds the conversation from the timeline and the notes.
func newConversation(t ticketview.Ticket) conversation {
	var all []conversationItem
	next := 0
	for _, line := range t.Timeline {
		switch {
		case line.Type == "opened": // the page shows the request itself at the top
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

// addEvent appends an event. A failed query that repeats the one before it only raises that one's count.
func (e *conversationItem) addEvent(line ticketview.Line) {
	if last := &e.Events[len(e.Events)-1]; line.Type == "check_tried" && last.Type == line.Type && last.Text == line.Text {
		last.Line, last.Count = line, last.Count+1
		return
	}
	e.Events = append(e.Events, timelineEvent{line, 1})
}
