// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Queue is a live list with its exact count.
type Queue struct {
	ID    QueueID `json:"id"`
	Name  string  `json:"name" doc:"Italian"`
	Count int     `json:"count"`
}

// Filter narrows a list of tickets. Zero fields are not asked for.
type Filter struct {
	Queue         QueueID
	Status        ticket.Status
	Entity        catalog.EntityCode // competent
	Assignee      string             // an account's id, or Supervisors, or Nobody
	SameCitizenAs ticket.ID          // the other tickets of this one's citizen
	// Q is a number or its beginning, a codice fiscale, or Italian words in what every viewer of a ticket may read.
	Q      string
	Sort   Sort   // default: -updated_at
	Cursor string // NextCursor or PreviousCursor of the page beside it, with the same filter and sort
	Limit  int    // 1–200, default 50
}

// NoAssignee asks for tickets that nobody is assigned to.
const NoAssignee = "nessuno"

// Sort is the order of a list; "-" is descending.
type Sort string

// The orders. Requester is by family name, given name, in Italian order.
const (
	OldestFirst      Sort = "opened_at"
	NewestFirst      Sort = "-opened_at"
	LeastRecentFirst Sort = "updated_at"
	RecentFirst      Sort = "-updated_at"
	ByNumber         Sort = "number"
	ByNumberDown     Sort = "-number"
	ByRequester      Sort = "requester"
	ByRequesterDown  Sort = "-requester"
)

// Page is one page of a list.
type Page struct {
	Items          []Item
	NextCursor     string // empty on the last page
	PreviousCursor string // empty on the first page
	Total          int    // of all pages; exact for a queue, and else up to a thousand
	MoreThanTotal  bool   // there are more than Total
	Position       eventstore.Position
}

// TooManyByName tells that the list cannot be put in order by name.
func (p Page) TooManyByName() bool { return p.MoreThanTotal || p.Total > maxSortedByName }

// Item is a ticket in a list, as the viewer may see it.
type Item struct {
	ID          ticket.ID            `json:"id"`
	Number      string               `json:"number"`
	Status      ticket.Status        `json:"status"`
	StatusLabel string               `json:"status_label"`
	Entity      ticketview.Entity    `json:"entity"`
	Assignee    *ticketview.Assignee `json:"assignee,omitempty"`
	Service     ticketview.Labelled  `json:"service"`
	Problem     ticketview.Labelled  `json:"problem"`
	Channel     ticket.Channel       `json:"channel"`
	Identity    ticket.Identity      `json:"identity"`
	Requester   Person               `json:"requester"`
	OpenedAt    time.Time            `json:"opened_at"`
	UpdatedAt   time.Time            `json:"updated_at"`
	Version     int                  `json:"version"`
	ReadOnly    bool                 `json:"read_only"`
	Erased      bool                 `json:"erased"`
	// HandedOverBy is the ASR of the latest hand-over, for operators.
	HandedOverBy *ticketview.Entity `json:"handed_over_by,omitempty"`
	Flags        []Flag             `json:"flags" enum:"handover-warned,handover-breached,undeliverable,reopened" doc:"what calls for an operator's attention; none for citizens"`
}

// Flag is something about a ticket that an operator should see without opening it.
type Flag string

// The flags.
const (
	FlagWarned        Flag = "handover-warned"   // nobody has taken the hand-over yet, and its time is running out
	FlagBreached      Flag = "handover-breached" // and its time is over
	FlagUndeliverable Flag = "undeliverable"     // recapito fallito: the address in the form takes no mail
	FlagReopened      Flag = "reopened"          // since the last resolution
)

// Person is a name.
type Person struct {
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
}

// Change says that a ticket which the viewer may see changed.
type Change struct {
	Position    int64     `json:"position"`
	Ticket      ticket.ID `json:"ticket"`
	Type        string    `json:"type"`
	At          time.Time `json:"at"`
	VisibleFrom time.Time `json:"from"` // when the viewer could first know of it: At, or later for what was held
}

// Changes is a stretch of the stream of changes.
type Changes struct {
	Items []Change
	// Next is where to go on from: pass it as after. It stays before a change that is still held, so that one may
	// come with others that were given already.
	Next eventstore.Position
	// HeldUntil is when the first of the changes that are still held may be seen; zero: none is.
	HeldUntil time.Time
}
