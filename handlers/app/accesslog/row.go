// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// row is a record as access.append takes it: the columns of access.records without position, at and leaf.
type row struct {
	Kind        Kind        `json:"kind"`
	Outcome     Outcome     `json:"outcome,omitempty"`
	Person      string      `json:"person,omitempty"`
	Role        string      `json:"role,omitempty"`
	Entity      string      `json:"entity,omitempty"`
	Controller  string      `json:"controller,omitempty"`
	Ticket      ticket.ID   `json:"ticket,omitempty"`
	Shown       []ticket.ID `json:"shown,omitempty"`
	Look        int64       `json:"look,omitempty"`
	Detail      string      `json:"detail,omitempty"`
	Subject     string      `json:"subject,omitempty"`
	Hashes      []string    `json:"hashes,omitempty"`
	Terms       []byte      `json:"terms,omitempty"` // base64
	TermsKey    string      `json:"terms_key,omitempty"`
	Session     string      `json:"session,omitempty"`
	Address     string      `json:"address,omitempty"`
	Workstation string      `json:"workstation,omitempty"`
	CommandLine bool        `json:"command_line,omitempty"`
	Purpose     string      `json:"purpose,omitempty"`
}

// maxText is the largest number of bytes of a text of a record that comes from outside.
const maxText = 256

// newRow returns the row of an access. Texts that come from outside are cut, and cleaned of what the database does not store: a client cannot
// make its look impossible to record.
func newRow(a Access) row {
	return row{
		Kind: a.Kind, Outcome: a.Outcome, Person: storable(a.By.ID), Role: string(a.By.Role), Entity: string(a.By.Entity), Controller: string(a.Controller),
		Ticket: a.Ticket, Shown: a.Shown, Look: a.Look, Detail: storable(a.Detail), Subject: a.Person, Hashes: a.Hashes,
		Terms: a.Terms.Content, TermsKey: a.Terms.Key, Session: a.Session, Address: storable(a.Address), Workstation: storable(a.Workstation),
		CommandLine: a.CommandLine, Purpose: storable(a.Purpose),
	}
}

// storable returns the text without what the database does not store, and at most maxText bytes of it.
func storable(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "�")
	if len(text) <= maxText {
		return text
	}
	n := maxText
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
