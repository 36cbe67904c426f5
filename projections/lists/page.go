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

// Filter selects the tickets of a list, their order and the page. An empty field selects every ticket.
type Filter struct {
	Queue         QueueID
	Status        ticket.Status
	Entity        catalog.EntityCode // the competent one
	Assignee      string             // an account's id, or ticket.Supervisors, or NoAssignee
	SameCitizenAs ticket.ID          // the other tickets of this one's citizen
	// Representation selects the tickets whose form names another person, by the latest check.
	Representation ticket.Representation
	// Q is a ticket number or its beginning, a tax code, or Italian words. Words are looked up in the texts that every operator who sees a
	// ticket may read.
	Q      string
	Sort   Sort   // default: RecentFirst
	Cursor string // NextCursor or PreviousCursor of a page with the same filter and sort
	Limit  int    // 1–200, default 50
}

// NoAssignee is the value of Filter.Assignee for tickets without an assignee.
const NoAssignee = "nessuno"

// Sort is the order of a list. A leading "-" means descending.
type Sort string

// The orders. ByRequester sorts by family name and then given name, in Italian order.
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
	Total          int    // of all pages; exact for a queue alone, otherwise at most 1,000
	MoreThanTotal  bool   // there are more tickets than Total
	Position       eventstore.Position
	Queues         []Queue // the viewer's queues at the same position, of a list that is a queue alone: its count is stored with theirs
}

// TooManyByName reports whether the list is too long to be sorted by name.
func (p Page) TooManyByName() bool { return p.MoreThanTotal || p.Total > maxSortedByName }

// Item is one ticket of a list, as the viewer may see it.
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
	UpdatedAt   time.Time            `json:"updated_at" doc:"of the last event that all operators who see the ticket may know of; for citizens, of the last that they may know of"`
	Version     int                  `json:"version" doc:"number of events that the viewer may know of, as in the ticket"`
	ReadOnly    bool                 `json:"read_only"`
	Erased      bool                 `json:"erased"`
	Restricted  bool                 `json:"restricted,omitempty" doc:"restricted access: of the operators of an entity the assignee and the supervisors alone see the ticket"`
	TraceOnly   bool                 `json:"trace_only,omitempty" doc:"the entity of the viewer had the ticket and sees its trace alone: number, competent entity, status and dates; the other fields are empty, and the ticket cannot be read"`
	// HandedOverBy is the ASR of the latest hand-over, for operators.
	HandedOverBy *ticketview.Entity `json:"handed_over_by,omitempty"`
	Flags        []Flag             `json:"flags" enum:"handover-warned,handover-breached,undeliverable,to-inform,replied,reopened,representation-unverified,representation-refused" doc:"facts that an operator should see; empty for citizens"`
}

// Flag is a fact about a ticket that an operator should see in the list.
type Flag string

// The flags.
const (
	FlagWarned        Flag = "handover-warned"           // nobody has taken the hand-over, and its working hours are nearly over
	FlagBreached      Flag = "handover-breached"         // nobody has taken the hand-over within its working hours
	FlagUndeliverable Flag = "undeliverable"             // e-mail non consegnata: mail to the address in the form is not accepted
	FlagUnchecked     Flag = "representation-unverified" // rappresentanza non verificata: nobody has checked that the requester may act for another person
	FlagRejected      Flag = "representation-refused"    // rappresentanza non riconosciuta
	FlagToInform      Flag = "to-inform"                 // da comunicare per telefono o lettera: nobody could mail the latest public note
	FlagReplied       Flag = "replied"                   // il cittadino ha risposto: the ticket's operator has not read the reply
	FlagReopened      Flag = "reopened"                  // after its last resolution
)

// Person is the name of a requester.
type Person struct {
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
}

// Change is one event of a ticket that the viewer may see.
type Change struct {
	Position    int64     `json:"position"`
	Ticket      ticket.ID `json:"ticket"`
	Type        string    `json:"type"`
	At          time.Time `json:"at"`
	VisibleFrom time.Time `json:"from"` // when the viewer may first know of it: At, or later if it was held
}

// Changes is a part of the stream of changes.
type Changes struct {
	Items []Change
	Next  eventstore.Position // the position to pass as after in the next call
}
