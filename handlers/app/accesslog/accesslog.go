// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package accesslog appends access records to the access log: one for each look at data of citizens, before the data leave. It lists them
// for auditors, with the records of earlier releases and the login records. Health data require it: all accesses, reads included, must be
// recorded for at least 24 months, and a citizen may ask who read their data (Garante, 4 June 2015).
package accesslog

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Kind is the kind of a look. Kinds are stored names.
type Kind string

// The kinds.
const (
	Ticket         Kind = "ticket"        // form, notes and timeline of a ticket
	Checks         Kind = "checks"        // answers to the checks of the playbook, with evidence
	Attachment     Kind = "attachment"    // one attachment; detail is its id
	Preview        Kind = "preview"       // the page of an attachment with the data of its ticket; detail is the attachment's id
	Lists          Kind = "list"          // a list with names; detail is the queue
	Search         Kind = "search"        // a list of what was searched for
	Export         Kind = "export"        // a list as a file
	Figures        Kind = "figures"       // the tickets behind a figure; detail is the figure
	Notifications  Kind = "notifications" // notifications about tickets, with the names of their citizens
	History        Kind = "history"       // all events of a ticket
	Dossier        Kind = "dossier"       // the dossier of a ticket
	Accesses       Kind = "accesses"      // access records
	Link           Kind = "link"          // the personal link of a ticket, at the terminal
	Page           Kind = "page"          // a page that is none of the others, refused; detail is its path
	Question       Kind = "question"      // a question to a connected system about the citizen; detail is the query
	PersonSearched Kind = "person-search" // a search by name, telephone or e-mail in access.searches: nodes of the release before write it
)

// Outcome says whether a look was answered.
type Outcome string

// The outcomes.
const (
	Shown   Outcome = "shown"
	Refused Outcome = "refused" // the ticket or file does not exist, or its reader may not see it
)

// Client holds session, address and workstation of a look.
type Client struct {
	Session     string // keyed hash of the session's token; "" without a session
	Address     string // of the client, or another value that distinguishes callers without an account
	Workstation string // as the trusted proxy tells it; "" without one
	CommandLine bool   // at the terminal of a server
	Purpose     string // command at the terminal, or reason that was given; "": it follows from kind and role
}

// Access is a look at data of citizens. A zero field is not stored.
type Access struct {
	Client
	By         person.Actor
	Kind       Kind
	Outcome    Outcome            // "": Shown
	Controller catalog.EntityCode // that was competent for the ticket
	Ticket     ticket.ID          // "": none, or several
	Shown      []ticket.ID        // tickets of which a list showed personal data
	Look       int64              // position of the record that this one continues with further tickets; 0: a look of its own
	Detail     string
	Person     string   // person id of the tax code that was searched for
	Hashes     []string // keyed hashes of the terms that a person was searched by
	Terms      Sealed   // what was searched for, or filtered by
}

// Sealed is a text that is sealed with the key of a month.
type Sealed struct {
	Content []byte
	Key     string // UUID
}

// Entry is an access record.
type Entry struct {
	// ID is the position of the record. Records of the release before, which are older, have negative ids.
	ID    int64
	At    time.Time
	Typed time.Time // of a search that was typed and not sent: when its last letter was typed; otherwise zero
	Leaf  []byte    // nil for records of the release before
	Access
}
