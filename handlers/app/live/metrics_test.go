// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
)

// metric returns the value of a metric without labels, and of a histogram the number of its samples.
func (f *fixture) metric(name string) float64 {
	f.Helper()
	families, err := f.metrics.Gather()
	f.must(err)
	for _, family := range families {
		if family.GetName() == name {
			m := family.GetMetric()[0]
			return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	f.Fatalf("there is no metric %s", name)
	return 0
}

// TestHubMetrics opens two streams of one entity and one of another, and changes a ticket.
func TestHubMetrics(t *testing.T) {
	f := newFixture(t, 100)
	anna, bruno, carla := f.logIn("anna", person.ASROperator, torino), f.logIn("bruno", person.ASROperator, torino), f.logIn("carla", person.ASROperator, novara)
	before := f.open(torino) // before the streams: it says nothing about their delay
	f.waitForLists()
	f.Clock.Advance(time.Second)
	a, b := f.connect(anna, eventstore.Position{}), f.connect(bruno, eventstore.Position{Epoch: 1})
	c := f.connect(carla, eventstore.Position{})
	b.nextWhere("the earlier change", about(before))
	if got := f.metric("sol_live_streams"); got != 3 {
		t.Errorf("got %v streams, want 3", got)
	}
	changes, delays := f.metric("sol_live_changes_total"), f.metric("sol_live_delay_seconds")
	if delays != 0 {
		t.Errorf("got %v delays before anything has changed, want 0", delays)
	}
	f.Clock.Advance(time.Second)
	id := f.open(torino)
	a.nextWhere("the change", about(id))
	b.nextWhere("the change", about(id))
	if got := f.metric("sol_live_changes_total") - changes; got < 2 {
		t.Errorf("got %v more changes, want 2 at least", got)
	}
	if got := f.metric("sol_live_delay_seconds"); got < 2 {
		t.Errorf("got %v delays, want 2 at least", got)
	}
	c.close()
	if got := f.metric("sol_live_streams"); got != 2 {
		t.Errorf("got %v streams after one was closed, want 2", got)
	}
}
