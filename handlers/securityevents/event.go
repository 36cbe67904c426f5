// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package securityevents sends security events (log-ins, changes of rights, exports, use of keys and the like) to a receiver outside: a
// file of JSON lines or a syslog server. It reads them where they are recorded in the database and remembers there how far the receiver
// has them, so that neither a crash nor a receiver that is away loses one.
package securityevents

import (
	"time"
)

// Event is one security event, or several of one kind that were added up. It holds no name, no tax code and no text that a person wrote.
type Event struct {
	ID       string    `json:"id"`       // names the records; an event that is sent again has the same, or one with a larger end
	Sequence int64     `json:"sequence"` // 1, 2, 3 … in the order of sending; an event that is missing at the receiver leaves a gap
	Epoch    int       `json:"epoch"`    // of the log: a restore begins the next, and uses sequence numbers and ids again
	Time     time.Time `json:"time"`     // by the database's clock, UTC; of the first that was added up
	Kind     Kind      `json:"kind"`
	Count    int       `json:"count"` // how many were added up, from 1

	Last     *time.Time `json:"last,omitempty"`     // time of the last that was added up
	Account  string     `json:"account,omitempty"`  // UUID of the account that the event is about
	Username string     `json:"username,omitempty"` // of that account; what was typed at a refused log-in is not stored
	Address  string     `json:"address,omitempty"`  // of the client; of the /64 network for IPv6

	Provider string `json:"provider,omitempty"` // of a log-in or a bound identity: name of the identity provider
	Reason   string `json:"reason,omitempty"`   // of a log-in that was refused there: the code

	By         string `json:"by,omitempty"`          // who did it: UUID of an account, or the name of a command or of the system's user
	ByUsername string `json:"by_username,omitempty"` // of that account
	ByRole     string `json:"by_role,omitempty"`
	ByEntity   string `json:"by_entity,omitempty"` // code of the entity of the placement

	Operation string `json:"operation,omitempty"` // of a change of an account: create, give-role, …
	Change    string `json:"change,omitempty"`    // UUID that joins a request with its confirmation, or an emergency access with its review
	Role      string `json:"role,omitempty"`      // that was given or ended
	Entity    string `json:"entity,omitempty"`    // at which; of a look: that was competent for the ticket; of an agreement: whose it is
	Justified *bool  `json:"justified,omitempty"` // of a review

	Ticket      string `json:"ticket,omitempty"`       // UUID
	Look        string `json:"look,omitempty"`         // kind of the look: ticket, attachment, export, …
	Detail      string `json:"detail,omitempty"`       // of a look: the queue, the attachment's id; of an agreement: its use; of a second factor: its kind; of a file: infected or unscannable; of a mapping: in-force or first-confirmation
	File        string `json:"file,omitempty"`         // UUID of an attachment or original mail
	Signature   string `json:"signature,omitempty"`    // the virus scanner's name of what it found in the file
	CommandLine string `json:"command_line,omitempty"` // command at the terminal of a server

	Key         string `json:"key,omitempty"`         // purpose of a key, and its version
	Node        string `json:"node,omitempty"`        // machine and address of a node
	Version     string `json:"version,omitempty"`     // of sol
	Setting     string `json:"setting,omitempty"`     // name of the variable
	Before      string `json:"before,omitempty"`      // its value, without passwords
	After       string `json:"after,omitempty"`       // its value, without passwords
	DBRole      string `json:"db_role,omitempty"`     // role that logged in at the database
	Application string `json:"application,omitempty"` // name that its client gave itself
}
