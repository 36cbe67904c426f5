// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

func TestSuccessionReacts(t *testing.T) {
	const alone = `"seat": "Torino", "valid_from": "2017-01-01"`
	var (
		opened = ticket.Opened{Entity: torino, Status: ticket.New}
		end    = rome(t, "2027-01-01 00:00")
		moves  = []runtime.Action{runtime.Schedule{Key: "succeed/010301", At: end, Command: ticket.TransferToSuccessor{From: torino, To: to3},
			Why: "ASL Città di Torino is no more from Fri 1 Jan 2027 on; ASL TO3 follows it"}}
		stays = []runtime.Action{runtime.Cancel{Key: "succeed/010301", Why: "the ticket went to another entity"}}
	)
	for name, c := range map[string]struct {
		catalog *catalog.Catalog
		given   []ticket.Event
		then    []runtime.Action
	}{
		"an entity without an end keeps its tickets": {catalog.Default(), []ticket.Event{opened}, nil},
		"a ticket moves to the successor":            {catalogWithSuccession(t), []ticket.Event{opened}, moves},
		"or to the Region where there is none": {
			catalogWith(t, alone, alone+`, "valid_to": "2027-01-01"`), []ticket.Event{opened},
			[]runtime.Action{runtime.Schedule{Key: "succeed/010301", At: end, Command: ticket.TransferToSuccessor{From: torino, To: catalog.Region},
				Why: "ASL Città di Torino is no more from Fri 1 Jan 2027 on; Regione Piemonte follows it"}}},
		"not one that was handed over": {catalogWithSuccession(t), []ticket.Event{opened, ticket.Escalated{From: torino}}, stays},
		"nor redirected": {
			catalogWithSuccession(t), []ticket.Event{opened, ticket.Escalated{From: torino}, ticket.Redirected{To: cuneo}}, nil},
		"but one that comes back": {
			catalogWithSuccession(t), []ticket.Event{opened, ticket.Escalated{From: torino}, ticket.Recalled{Entity: torino}}, moves},
		"also by an act withdrawn": {
			catalogWithSuccession(t), []ticket.Event{opened, ticket.Escalated{From: torino}, ticket.ActWithdrawn{Entity: torino}}, moves},
		"a resolution changes nothing": {catalogWithSuccession(t), []ticket.Event{opened, ticket.Resolved{Resolution: 1}}, nil},
		"a closed one stays": {
			catalogWithSuccession(t), []ticket.Event{opened, ticket.Resolved{Resolution: 1}, ticket.AutoClosed{Resolution: 1}},
			[]runtime.Action{runtime.Cancel{Key: "succeed/010301", Why: "the ticket is closed"}}},
		"moved is done": {catalogWithSuccession(t), []ticket.Event{opened, ticket.TransferredToSuccessor{From: torino, To: to3}},
			[]runtime.Action{runtime.Cancel{Key: "succeed/010301"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := react(Succession(c.catalog), c.given...); !reflect.DeepEqual(got, c.then) {
				t.Errorf("leads to\n%+v, want\n%+v", got, c.then)
			}
		})
	}
}
