// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/sagas"
)

func TestSettings(t *testing.T) {
	c := catalog.Default()
	const torino, novara = "010301", "010208"
	tried := []sagas.SettingChange{
		{"auto_close.after_days", "3"}, {"auto_close.hour", "11"}, {"handover.target_hours", "3"}, {"handover.warn_hours_before", "1"},
		{"handover.office", "09:00-17:00"}, {"waiting.remind_after_working_days", "2,5,9"}, {"waiting.resolve_after_working_days", "20"},
	}
	changed, err := sagas.WithSettings(c, tried, torino)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sagas.Settings() {
		if s.Name != tried[i].Name || s.Value(changed, torino) != tried[i].Value {
			t.Errorf("%s: got %q, want %s", s.Name, s.Value(changed, torino), tried[i].Value)
		}
		if got, was := s.Value(changed, novara), s.Value(c, novara); got != was {
			t.Errorf("%s of another entity: got %s, want %s", s.Name, got, was)
		}
		if _, err := sagas.ForSimulation(s.Saga, changed); err != nil {
			t.Errorf("%s: got no simulation of its saga %s, want one", s.Name, s.Saga)
		}
	}
	for want, wrong := range map[string]sagas.SettingChange{
		"is no number": {"auto_close.hour", "nine"}, "KEY one of auto_close.after_days": {"auto_close", "9"},
		"allowed: 1 to 400":         {"handover.target_hours", "0"},
		"allowed: e.g. 08:30-16:30": {"handover.office", ""},
	} {
		if _, err := sagas.WithSettings(c, []sagas.SettingChange{wrong}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", wrong, err, want)
		}
	}
	for _, name := range sagas.SimulationNames() {
		if _, err := sagas.ForSimulation(name, c); err != nil {
			t.Errorf("%s: got no simulation, want one", name)
		}
	}
	if _, err := sagas.ForSimulation("notifications", c); err == nil {
		t.Error("notifications: got a simulation, want none")
	}
}
