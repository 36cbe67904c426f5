// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package codec

import (
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// storedName returns the stored name of an opening. Version 1 holds the keyed hash of the tax code, version 2 a person id. Version 1 is
// written only while nodes of a release that does not know version 2 may run.
func storedName(e ticket.Opened) string {
	if e.Subject != "" {
		return "ticket.opened.v1"
	}
	return "ticket.opened.v2"
}

// storedFields returns the event without the fields that its stored name does not have.
func storedFields(e ticket.Event) ticket.Event {
	if opened, ok := e.(ticket.Opened); ok && opened.Subject != "" {
		opened.Person = ""
		return opened
	}
	return e
}

var decodeOpened = decodeWithPersonal(func(e *ticket.Opened) **ticket.Form { return &e.Personal })

// decodeOpenedV1 decodes ticket.opened.v1. Its person id follows from the subject.
func decodeOpenedV1(data, personal []byte) (ticket.Event, error) {
	e, err := decodeOpened(data, personal)
	if opened, ok := e.(ticket.Opened); ok {
		opened.Person = person.IDFromSubject(opened.Subject)
		return opened, err
	}
	return e, err
}
