// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package securityevents sends security events (log-ins, changes of rights, exports, use of keys and the like) to a receiver outside: a
// file of JSON lines or a syslog server. It reads them where they are recorded in the database and remembers there how far the receiver
// has them, so that neither a crash nor a receiver that is away loses one.
package securityevents

import (
	"time"
)

// Kind is the kind of a security event. Receivers have rules for the values, so no release changes one.
type Kind string

// The kinds.
const (
	LoginSucceeded Kind = "login.succeeded"
	LoginRefused   Kind = "login.refused"  // a wrong user name, password or PIN
	LoginLocked    Kind = "login.locked"   // too many failures
	LoginUnlocked  Kind = "login.unlocked" // by an administrator, before the lock ended
)

// Event is one security event, or several of one kind that were added up. It holds no name, no tax code and no text that a person wrote.
type Event struct {
	ID       string    `json:"id"`       // names the record; an event that is sent again has the same, or one with a larger end
	Sequence int64     `json:"sequence"` // 1, 2, 3 … in the order of sending; an event that is missing at the receiver leaves a gap
	Epoch    int       `json:"epoch"`    // of the log: a restore begins the next, and uses sequence numbers and ids again
	Time     time.Time `json:"time"`     // by the database's clock, UTC; of the first that was added up
	Kind     Kind      `json:"kind"`
	Count    int       `json:"count"` // how many were added up, from 1

	Last     *time.Time `json:"last,omitempty"`     // time of the last that was added up
	Account  string     `json:"account,omitempty"`  // UUID of the account that the event is about
	Username string     `json:"username,omitempty"` // of that account; what was typed at a refused log-in is not stored
	Address  string     `json:"address,omitempty"`  // of the client
	By       string     `json:"by,omitempty"`       // who did it: UUID of an account, or the name of a command
}

// severityOf returns the severity of a kind for syslog.
func severityOf(k Kind) severity {
	switch k {
	case LoginRefused, LoginLocked:
		return warning
	case LoginSucceeded, LoginUnlocked:
	}
	return notice
}
