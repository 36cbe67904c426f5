// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Row is a ticket in the lists, stored in column folded of the table "tickets". It is also the state of its own fold. It holds the
// ticket.State of the rules, so that lists and rules cannot disagree about a ticket's status, entity or assignee.
type Row struct {
	State    ticket.State     `json:"state"`
	Known    ticket.Knowledge `json:"known,omitzero"` // that of State, which is stored without it
	Version  int              `json:"version"`        // in the stream
	Position int64            `json:"position"`
	OpenedAt time.Time        `json:"opened_at"`
	// UpdatedAt is the time of the last event that all operators who see the ticket may know of: the order of a list, which an ASR with a
	// trace sees too, tells nothing of internal notes.
	UpdatedAt  time.Time       `json:"updated_at"`
	Channel    ticket.Channel  `json:"channel"`
	Identity   ticket.Identity `json:"identity"`
	GivenName  string          `json:"given_name"`
	FamilyName string          `json:"family_name"`
	// Form and SearchableTexts are the texts that a search looks in. Every operator who sees the ticket may read all of them, so internal
	// and regional notes are not among them.
	Form            string           `json:"form"`
	SearchableTexts []searchableText `json:"said"`
	// Terms are the lexemes of the number and of the person, by which a search finds the ticket.
	Terms         []string       `json:"terms"`
	CitizenStates []citizenState `json:"shown"`
	// TraceAt is the time of the last event that changed status, entity or restriction. Traces show it as the last change.
	TraceAt time.Time `json:"trace_at,omitzero"`
	// TraceOf is the entity whose trace the row is; empty for the row of a ticket.
	TraceOf catalog.EntityCode `json:"trace_of,omitempty"`
}

// searchableText is the text of a public note or of a reply. A search finds it from From on.
type searchableText struct {
	Note ticket.ID `json:"note"`
	Text string    `json:"text"`
	From time.Time `json:"from"`
}

// citizenState is the ticket as its citizen sees it from From on. A row keeps the state that is shown and the states that are still held,
// in ascending order of From. So a list can be read at any moment, and the fold needs no clock.
type citizenState struct {
	Act   ticket.ID    `json:"act"` // that led to this state
	From  time.Time    `json:"from"`
	At    time.Time    `json:"at"` // of the latest event
	State ticket.State `json:"state"`
}

// maxSearchableBytes is the largest size of the searchable texts of one ticket, in bytes. A tsvector holds less than 1 MB, and a text can
// take up to three times its size there: of «ab» it stores the stem with its position, and the word as it is. A text that would
// exceed the limit is not searchable; the earlier texts still are.
const maxSearchableBytes = 200_000

// addText adds a text that a search finds from a moment on. It ignores an erased text, and a text that would exceed maxSearchableBytes.
func (row Row) addText(note ticket.ID, text *ticket.Text, from time.Time) Row {
	if text == nil {
		return row
	}
	words, size := searchterms.Words(strings.Join(append([]string{text.Text}, text.FileNames...), " ")), len(row.Form)
	for _, s := range row.SearchableTexts {
		size += len(s.Text)
	}
	if words == "" || size+len(words) > maxSearchableBytes {
		return row
	}
	row.SearchableTexts = append(row.SearchableTexts[:len(row.SearchableTexts):len(row.SearchableTexts)], searchableText{note, words, from})
	return row
}

// removeTexts removes the texts of notes that were withdrawn.
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

// addCitizenState adds the state that the citizen sees from a moment on, after an event; actual is the ticket's state before the event.
// States that are held until later belong to earlier events, so the event is folded into them too. Every act has a citizen state of its
// own, which is removed when the act is withdrawn.
func (row Row) addCitizenState(r ticket.Recorded, actual ticket.State, from time.Time) Row {
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
	states = append(states, next.apply(r, actual))
	for _, held := range row.CitizenStates[i:] {
		states = append(states, held.apply(r, actual))
	}
	row.CitizenStates = states
	return row.dropReplacedStates(r.At)
}

// apply returns the citizen state after one more event; actual is the ticket's state before the event.
func (s citizenState) apply(r ticket.Recorded, actual ticket.State) citizenState {
	s.State = ticket.Evolve(s.State, ticketview.AsCitizenSees(r, actual, s.State))
	s.At = r.At
	return s
}

// citizenStateAt returns the state that the citizen sees at a moment.
func (row Row) citizenStateAt(at time.Time) citizenState {
	var now citizenState
	for i, s := range row.CitizenStates {
		if i == 0 || !s.From.After(at) {
			now = s
		}
	}
	return now
}

// dropReplacedStates removes the citizen states that a later one has replaced by a moment.
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

// removeCitizenStates removes the citizen states of an act that was withdrawn.
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
