// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

func TestSuccessionReacts(t *testing.T) {
	const alone = `"seat": "Torino", "valid_from": "2017-01-01"`
	var (
		opened = ticket.Opened{Entity: sagastest.Torino, Status: ticket.StatusNew}
		end    = sagastest.Rome(t, "2027-01-01 00:00")
		moves  = []runtime.Action{runtime.Schedule{Key: "succeed/010301", At: end,
			Command: ticket.TransferToSuccessor{From: sagastest.Torino, To: sagastest.TO3},
			Why:     "ASL Città di Torino is no more from Fri 1 Jan 2027 on; ASL TO3 follows it"}}
		stays = []runtime.Action{runtime.Cancel{Key: "succeed/010301", Why: "the ticket went to another entity"}}
	)
	for name, c := range map[string]struct {
		catalog *catalog.Catalog
		given   []ticket.Event
		then    []runtime.Action
	}{
		"an entity without an end keeps its tickets": {catalog.Default(), []ticket.Event{opened}, nil},
		"a ticket moves to the successor":            {sagastest.CatalogWithSuccession(t), []ticket.Event{opened}, moves},
		"without a successor it moves to the Region": {
			sagastest.CatalogWith(t, alone, alone+`, "valid_to": "2027-01-01"`), []ticket.Event{opened},
			[]runtime.Action{runtime.Schedule{Key: "succeed/010301", At: end,
				Command: ticket.TransferToSuccessor{From: sagastest.Torino, To: catalog.Region},
				Why:     "ASL Città di Torino is no more from Fri 1 Jan 2027 on; Regione Piemonte follows it"}}},
		"a hand-over cancels the transfer": {sagastest.CatalogWithSuccession(t),
			[]ticket.Event{opened, ticket.Escalated{From: sagastest.Torino}}, stays},
		"a redirected ticket has no transfer": {
			sagastest.CatalogWithSuccession(t), []ticket.Event{opened, ticket.Escalated{From: sagastest.Torino},
				ticket.Redirected{To: sagastest.Cuneo}}, nil},
		"a recall schedules it again": {
			sagastest.CatalogWithSuccession(t), []ticket.Event{opened, ticket.Escalated{From: sagastest.Torino},
				ticket.Recalled{Entity: sagastest.Torino}}, moves},
		"so does a withdrawn hand-over": {
			sagastest.CatalogWithSuccession(t), []ticket.Event{opened, ticket.Escalated{From: sagastest.Torino},
				ticket.ActWithdrawn{Entity: sagastest.Torino}}, moves},
		"a resolution changes nothing": {sagastest.CatalogWithSuccession(t), []ticket.Event{opened, ticket.Resolved{Resolution: 1}}, nil},
		"a closed ticket stays": {
			sagastest.CatalogWithSuccession(t), []ticket.Event{opened, ticket.Resolved{Resolution: 1}, ticket.AutoClosed{Resolution: 1}},
			[]runtime.Action{runtime.Cancel{Key: "succeed/010301", Why: "the ticket is closed"}}},
		"after the transfer the timer is gone": {sagastest.CatalogWithSuccession(t),
			[]ticket.Event{opened, ticket.TransferredToSuccessor{From: sagastest.Torino, To: sagastest.TO3}},
			[]runtime.Action{runtime.Cancel{Key: "succeed/010301"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := react(Succession(c.catalog), c.given...); !reflect.DeepEqual(got, c.then) {
				t.Errorf("got actions\n%+v, want\n%+v", got, c.then)
			}
		})
	}
}
