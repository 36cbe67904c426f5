// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"

	"github.com/sol-assistenza/sol/projections"
)

// talk is what was said and done about a ticket: notes, and quieter what happened between them. The latest are in sight, what
// came before is folded away.
type talk struct {
	Earlier []exchange
	Latest  []exchange
	Notes   int // how many texts there are in all
}

// exchange is a note, or what happened before the next one.
type exchange struct {
	Note   *projections.Note
	Events []happening
}

// happening is what happened, and how often in a row: a connected system that gives no answer is asked again and again.
type happening struct {
	projections.Line // the last time
	Times            int
}

// Who is who did it; "": the sentence names them.
func (h happening) Who() string {
	if h.Type == "taken" && strings.HasSuffix(h.Text, " "+h.By.Name) {
		return ""
	}
	return h.By.Name
}

// inSight is how many exchanges a reader gets without asking.
const inSight = 6

// texts are the events that hold one: the timeline names them where the notes have it.
var texts = map[string]bool{"citizen_note": true, "internal_note": true, "regional_note": true, "citizen_replied": true}

func talkOf(t projections.Ticket) talk {
	var all []exchange
	next := 0
	for _, line := range t.Timeline {
		switch {
		case line.Type == "opened": // the request itself, which stands at the head
		case texts[line.Type] && next < len(t.Notes):
			all = append(all, exchange{Note: &t.Notes[next]})
			next++
		case len(all) > 0 && all[len(all)-1].Note == nil:
			all[len(all)-1].add(line)
		default:
			all = append(all, exchange{Events: []happening{{line, 1}}})
		}
	}
	from := max(0, len(all)-inSight)
	return talk{Earlier: all[:from], Latest: all[from:], Notes: next}
}

// add tells a question that was asked in vain as the one before with it.
func (e *exchange) add(line projections.Line) {
	if last := &e.Events[len(e.Events)-1]; line.Type == "check_tried" && last.Type == line.Type && last.Text == line.Text {
		last.Line, last.Times = line, last.Times+1
		return
	}
	e.Events = append(e.Events, happening{line, 1})
}
