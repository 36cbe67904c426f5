// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

func TestListAndExplainShowPendingTimers(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()), sagas.Succession(catalog.Default()))
	w.begin(r)
	first, second := w.open(), w.open()
	w.resolve(first)
	w.clock.Set(sagastest.Rome(t, "2026-11-18 10:00"))
	w.resolve(second)
	w.reopen(second)
	w.catchUp(r)

	list, err := runtime.ListSagas(w.ctx, w.store.Pools().Consumer)
	w.must(err)
	next := sagastest.Rome(t, "2026-11-24 09:00")
	if len(list) != 2 || list[0].Saga != "auto-close" || list[0].Instances != 2 || list[0].Timers != 1 || list[0].Lag != 0 ||
		!list[0].Live || !list[0].NextDue.Equal(next) || list[1].Saga != "succession" || list[1].Instances != 2 || list[1].NextDue != nil {
		t.Errorf("got sagas %+v", list)
	}
	timers, err := runtime.ListTimers(w.ctx, w.store.Pools().Consumer, 10)
	w.must(err)
	if len(timers) != 1 || timers[0].Ticket != first || !timers[0].Due.Equal(next) || timers[0].Command != "close.v1" {
		t.Errorf("got timers %+v, want one for %s", timers, first)
	}
	explanation := w.explain(second)
	encoded, err := json.Marshal(explanation)
	w.must(err)
	if !strings.Contains(string(encoded), `"timers":[]`) || !strings.Contains(string(encoded), `"at":"2026-11-18T09:00:00Z"`) {
		t.Errorf("got JSON %s", encoded)
	}
	if got, want := explanation.Decisions[1].String(), "Wed 18 Nov 2026 at 10:00: cancel close/1 because the ticket was reopened"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.explain(newID()); len(got.Decisions)+len(got.Timers)+len(got.Instances) > 0 {
		t.Errorf("unknown ticket: got %+v, want nothing", got)
	}
}
