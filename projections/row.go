// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Row is a ticket in the lists, and the memory of its fold: column folded of read.tickets_v1. It remembers the rules' own state, so that lists and
// rules cannot disagree on where a ticket is.
type Row struct {
	State      ticket.State    `json:"state"`
	Version    int             `json:"version"`
	Position   int64           `json:"position"`
	OpenedAt   time.Time       `json:"opened_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
	Channel    ticket.Channel  `json:"channel"`
	Identity   ticket.Identity `json:"identity"`
	GivenName  string          `json:"given_name"`
	FamilyName string          `json:"family_name"`
	// Form and Said are what a search finds the ticket by. Every operator who sees the ticket may read all of it;
	// internal and regional notes never come here.
	Form  string  `json:"form"`
	Said  []said  `json:"said"`
	Shown []shown `json:"shown"`
}

// said is a public note or a reply, found by its words from From on.
type said struct {
	Note ticket.ID `json:"note"`
	Text string    `json:"text"`
	From time.Time `json:"from"`
}

// shown is the ticket as its citizen sees it from From on: what they may know of by then. A row keeps the one that is
// shown and those that are held, in rising order of From, so that a list can be read at any moment without a clock in
// the fold.
type shown struct {
	Act     ticket.ID    `json:"act"` // that made the difference
	From    time.Time    `json:"from"`
	At      time.Time    `json:"at"`      // of the latest event
	Version int          `json:"version"` // of the latest event
	State   ticket.State `json:"state"`
}

// maxSaid bounds what is searchable of one ticket, bytes. A tsvector holds less than 1 MB, and words may weigh up to five times
// as much in it: of «a-b» it keeps the whole and both parts, with four bytes beside each. Beyond it the ticket is still found by
// what was said first.
const maxSaid = 200_000

// say makes the words findable.
func (row Row) say(note ticket.ID, text *ticket.Text, from time.Time) Row {
	if text == nil {
		return row
	}
	words, size := searchable(text.Text), len(row.Form)
	for _, s := range row.Said {
		size += len(s.Text)
	}
	if words == "" || size+len(words) > maxSaid {
		return row
	}
	row.Said = append(row.Said[:len(row.Said):len(row.Said)], said{note, words, from})
	return row
}

// unsay takes back the words of notes that were withdrawn.
func (row Row) unsay(notes []ticket.ID) Row {
	var kept []said
	for _, s := range row.Said {
		if !slices.Contains(notes, s.Note) {
			kept = append(kept, s)
		}
	}
	row.Said = kept
	return row
}

// tell lets the citizen know of an event from a moment on; truth is the ticket before it. What is held until later
// comes before the event all the same, so the event is folded into that too. Every act keeps a step of its own, which
// goes when the act is withdrawn.
func (row Row) tell(r ticket.Recorded, truth ticket.State, from time.Time) Row {
	i := 0
	for i < len(row.Shown) && !row.Shown[i].From.After(from) {
		i++
	}
	told := slices.Clone(row.Shown[:i])
	next := shown{Act: r.Act, From: from}
	if i > 0 {
		next.State = told[i-1].State
		if told[i-1].Act == r.Act && told[i-1].From.Equal(from) {
			told = told[:i-1]
		}
	}
	told = append(told, next.after(r, truth))
	for _, held := range row.Shown[i:] {
		told = append(told, held.after(r, truth))
	}
	row.Shown = told
	return row.settle(r.At)
}

// after is what is shown once the event is known too.
func (s shown) after(r ticket.Recorded, truth ticket.State) shown {
	s.State = ticket.Evolve(s.State, asTold(r, truth, s.State))
	s.At, s.Version = r.At, r.Version
	return s
}

// shownAt is what the citizen sees of where the ticket stands at a moment.
func (row Row) shownAt(at time.Time) shown {
	var now shown
	for i, s := range row.Shown {
		if i == 0 || !s.From.After(at) {
			now = s
		}
	}
	return now
}

// settle forgets the statuses that another one had replaced for the citizen by then.
func (row Row) settle(at time.Time) Row {
	first := 0
	for i, s := range row.Shown {
		if !s.From.After(at) {
			first = i
		}
	}
	row.Shown = row.Shown[first:len(row.Shown):len(row.Shown)]
	return row
}

// untell takes back what an act that was withdrawn would have shown.
func (row Row) untell(act ticket.ID) Row {
	var kept []shown
	for _, s := range row.Shown {
		if s.Act != act {
			kept = append(kept, s)
		}
	}
	row.Shown = kept
	return row
}
