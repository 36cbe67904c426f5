// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package agreements

import (
	"context"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
)

// Agreement is an agreement that holds, as the API and the command line give it.
type Agreement struct {
	Entity    catalog.EntityCode `json:"entity"`
	Use       agreement.Use      `json:"use" doc:"What it allows"`
	Reference string             `json:"reference" doc:"Of the document, without names of persons"`
	SignedOn  string             `json:"signed_on" example:"2026-03-03"`
	By        string             `json:"by" doc:"Account that recorded it, or os:NAME for a user of the command line"`
	At        time.Time          `json:"at" doc:"When it was recorded; the use begins with it"`
}

// AgreementChange is an event of the history of agreements.
type AgreementChange struct {
	Kind agreement.Kind `json:"kind" enum:"recorded,ended"`
	Agreement
}

// AgreementRequest names an agreement to record or to end. It has the fields of agreement.Record.
type AgreementRequest struct {
	Entity    catalog.EntityCode `json:"entity" maxLength:"100"`
	Use       agreement.Use      `json:"use" enum:"unusual-reading,figures-per-person"`
	Reference string             `json:"reference" maxLength:"2000" doc:"Of the document: title and number, without names of persons; at most 300 characters"`
	SignedOn  string             `json:"signed_on,omitempty" maxLength:"100" doc:"Day of the signature" example:"2026-03-03"`
}

// AgreementList holds the agreements that hold now, and all that was ever recorded or ended.
type AgreementList struct {
	Items   []Agreement       `json:"items" doc:"In the order in which they were recorded"`
	History []AgreementChange `json:"history" doc:"The newest first; signed_on is empty for an end"`
}

// List returns the agreements with their history.
func (s *Service) List(ctx context.Context) (AgreementList, error) {
	list := AgreementList{Items: []Agreement{}, History: []AgreementChange{}}
	state, entries, err := s.stream.Read(ctx)
	for _, a := range state.Agreements {
		list.Items = append(list.Items, Agreement{a.Entity, a.Use, a.Reference, a.SignedOn, a.By.ID, a.At})
	}
	for _, e := range slices.Backward(entries) {
		list.History = append(list.History, AgreementChange{e.Event.Kind, Agreement{e.Event.Entity, e.Event.Use, e.Event.Reference, e.Event.SignedOn, e.Record.By.ID, e.Record.At}})
	}
	return list, err
}
