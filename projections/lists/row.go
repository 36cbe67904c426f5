// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Row is a ticket in the lists, and the memory of its fold: column folded of the table "tickets". It remembers the rules' own state, so that lists and
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
	Form            string           `json:"form"`
	SearchableTexts []searchableText `json:"said"`
	CitizenStates   []citizenState   `json:"shown"`
}

// searchableText is a public note or a reply, found by its words from From on.
type searchableText struct {
	Note ticket.ID `json:"note"`
	Text string    `json:"text"`
	From time.Time `json:"from"`
}

// citizenState is the ticket as its citizen sees it from From on: what they may know of by then. A row keeps the one that is
// shown and those that are held, in rising order of From, so that a list can be read at any moment without a clock in
// the fold.
type citizenState struct {
	Act     ticket.ID    `json:"act"` // that made the difference
	From    time.Time    `json:"from"`
	At      time.Time    `json:"at"`      // of the latest event
	Version int          `json:"version"` // of the latest event
	State   ticket.State `json:"state"`
}

// maxSearchableBytes bounds what is searchable of one ticket, bytes. A tsvector holds less than 1 MB, and words may weigh up to five times
// as much in it: of «a-b» it keeps the whole and both parts, with four bytes beside each. Beyond it the ticket is still found by
// what was said first.
const maxSearchableBytes = 200_000

// addText makes the words findable.
func (row Row) addText(note ticket.ID, text *ticket.Text, from time.Time) Row {
	if text == nil {
		return row
	}
	words, size := normalizeForSearch(text.Text), len(row.Form)
	for _, s := range row.SearchableTexts {
		size += len(s.Text)
	}
	if words == "" || size+len(words) > maxSearchableBytes {
		return row
	}
	row.SearchableTexts = append(row.SearchableTexts[:len(row.SearchableTexts):len(row.SearchableTexts)], searchableText{note, words, from})
	return row
}

// removeTexts takes back the words of notes that were withdrawn.
func (row Row) removeTexts(notes []ticket.ID) Row {
	var kept []searchableText
	for _, s := range row.SearchableTexts {
		if !slices.Contains(notes, s.Note) {
			kept = append(kept, s)
		}
	}
	row.SearchableTexts = kept
	return row
}

// addCitizenState lets the citizen know of an event from a moment on; truth is the ticket before it. What is held until later
// comes before the event all the same, so the event is folded into that too. Every act keeps a step of its own, which
// goes when the act is withdrawn.
func (row Row) addCitizenState(r ticket.Recorded, truth ticket.State, from time.Time) Row {
	i := 0
	for i < len(row.CitizenStates) && !row.CitizenStates[i].From.After(from) {
		i++
	}
	states := slices.Clone(row.CitizenStates[:i])
	next := citizenState{Act: r.Act, From: from}
	if i > 0 {
		next.State = states[i-1].State
		if states[i-1].Act == r.Act && states[i-1].From.Equal(from) {
			states = states[:i-1]
		}
	}
	states = append(states, next.apply(r, truth))
	for _, held := range row.CitizenStates[i:] {
		states = append(states, held.apply(r, truth))
	}
	row.CitizenStates = states
	return row.dropReplacedStates(r.At)
}

// apply is what is shown once the event is known too.
func (s citizenState) apply(r ticket.Recorded, truth ticket.State) citizenState {
	s.State = ticket.Evolve(s.State, ticketview.AsCitizenSees(r, truth, s.State))
	s.At, s.Version = r.At, r.Version
	return s
}

// citizenStateAt is what the citizen sees of where the ticket stands at a moment.
func (row Row) citizenStateAt(at time.Time) citizenState {
	var now citizenState
	for i, s := range row.CitizenStates {
		if i == 0 || !s.From.After(at) {
			now = s
		}
	}
	return now
}

// dropReplacedStates forgets the statuses that another one had replaced for the citizen by then.
func (row Row) dropReplacedStates(at time.Time) Row {
	first := 0
	for i, s := range row.CitizenStates {
		if !s.From.After(at) {
			first = i
		}
	}
	row.CitizenStates = row.CitizenStates[first:len(row.CitizenStates):len(row.CitizenStates)]
	return row
}

// removeCitizenStates takes back what an act that was withdrawn would have shown.
func (row Row) removeCitizenStates(act ticket.ID) Row {
	var kept []citizenState
	for _, s := range row.CitizenStates {
		if s.Act != act {
			kept = append(kept, s)
		}
	}
	row.CitizenStates = kept
	return row
}
