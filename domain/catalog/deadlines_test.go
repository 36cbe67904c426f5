// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
)

func TestHandoverDue(t *testing.T) {
	friday := time.Date(2026, 11, 27, 14, 30, 0, 0, calendar.Rome())
	warn, due, why := catalog.Default().HandoverDue(catalog.Region, friday)
	const want = "16 working hours (08:30-16:30) after 2026-11-27 14:30 end on Tue 1 Dec 2026 at 14:30, calendar of Regione Piemonte"
	if !due.Equal(time.Date(2026, 12, 1, 14, 30, 0, 0, calendar.Rome())) || !warn.Equal(time.Date(2026, 12, 1, 10, 30, 0, 0, calendar.Rome())) || why != want {
		t.Errorf("got warning at %s, due at %s, reason %s, want due 2026-12-01 14:30", warn.In(calendar.Rome()), due.In(calendar.Rome()), why)
	}
}

func TestWithSettingsChangesACopy(t *testing.T) {
	c := catalog.Default()
	changed, err := c.WithSettings(func(a *catalog.AutoCloseRule, h *catalog.HandoverRule, w *catalog.WaitingRule) {
		a.AfterDays, h.TargetHours, w.RemindAfterDays = 3, 8, []int{1}
	}, "010301")
	if err != nil {
		t.Fatal(err)
	}
	if changed.AutoClose("010301").AfterDays != 3 || changed.Handover("010301").TargetHours != 8 || !slices.Equal(changed.Waiting("010301").RemindAfterDays, []int{1}) {
		t.Error("010301: got unchanged settings, want changed ones")
	}
	if changed.AutoClose("010203").AfterDays != 7 || c.AutoClose("010301").AfterDays != 7 || !slices.Equal(c.Waiting("010301").RemindAfterDays, []int{3, 7}) {
		t.Error("got changed settings in another entity or in the original, want them unchanged")
	}
	if _, err := c.WithSettings(func(_ *catalog.AutoCloseRule, h *catalog.HandoverRule, _ *catalog.WaitingRule) {
		h.Office = "08:30-16:30 circa"
	}); err == nil {
		t.Error("office hours with trailing text: got no error, want one")
	}
	for want, change := range map[string]func(*catalog.AutoCloseRule, *catalog.HandoverRule, *catalog.WaitingRule){
		"after_days": func(a *catalog.AutoCloseRule, _ *catalog.HandoverRule, _ *catalog.WaitingRule) { a.AfterDays = -1 },
		"warn_hours_before": func(_ *catalog.AutoCloseRule, h *catalog.HandoverRule, _ *catalog.WaitingRule) {
			h.WarnHoursBefore = 99
		},
		"office": func(_ *catalog.AutoCloseRule, h *catalog.HandoverRule, _ *catalog.WaitingRule) {
			h.Office = "16:00-08:00"
		},
		"remind_after_working_days": func(_ *catalog.AutoCloseRule, _ *catalog.HandoverRule, w *catalog.WaitingRule) {
			w.RemindAfterDays = []int{7, 3}
		},
		"resolve_after_working_days": func(_ *catalog.AutoCloseRule, _ *catalog.HandoverRule, w *catalog.WaitingRule) {
			w.ResolveAfterDays = 5
		},
	} {
		if _, err := c.WithSettings(change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
}
