// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Setting is a setting of the catalogue that a simulation can change.
type Setting struct {
	Name string // e.g. auto_close.after_days
	Saga string // name of the saga that uses the setting
	// Value returns the value for an entity, in the form that SettingChange.Value has.
	Value func(c *catalog.Catalog, e catalog.EntityCode) string
	apply func(text string, a *catalog.AutoCloseRule, h *catalog.HandoverRule, w *catalog.WaitingRule) error
}

// Settings returns all settings that a simulation can change.
func Settings() []Setting { return slices.Clone(settings) }

var settings = []Setting{
	{
		"auto_close.after_days", "auto-close",
		func(c *catalog.Catalog, e catalog.EntityCode) string { return strconv.Itoa(c.AutoClose(e).AfterDays) },
		func(t string, a *catalog.AutoCloseRule, _ *catalog.HandoverRule, _ *catalog.WaitingRule) error {
			return parseInt(t, &a.AfterDays)
		},
	},
	{
		"auto_close.hour", "auto-close",
		func(c *catalog.Catalog, e catalog.EntityCode) string { return strconv.Itoa(c.AutoClose(e).Hour) },
		func(t string, a *catalog.AutoCloseRule, _ *catalog.HandoverRule, _ *catalog.WaitingRule) error {
			return parseInt(t, &a.Hour)
		},
	},
	{
		"handover.target_hours", "escalation",
		func(c *catalog.Catalog, e catalog.EntityCode) string { return strconv.Itoa(c.Handover(e).TargetHours) },
		func(t string, _ *catalog.AutoCloseRule, h *catalog.HandoverRule, _ *catalog.WaitingRule) error {
			return parseInt(t, &h.TargetHours)
		},
	},
	{
		"handover.warn_hours_before", "escalation",
		func(c *catalog.Catalog, e catalog.EntityCode) string {
			return strconv.Itoa(c.Handover(e).WarnHoursBefore)
		},
		func(t string, _ *catalog.AutoCloseRule, h *catalog.HandoverRule, _ *catalog.WaitingRule) error {
			return parseInt(t, &h.WarnHoursBefore)
		},
	},
	{
		"handover.office", "escalation",
		func(c *catalog.Catalog, e catalog.EntityCode) string { return c.Handover(e).Office },
		func(t string, _ *catalog.AutoCloseRule, h *catalog.HandoverRule, _ *catalog.WaitingRule) error {
			h.Office = t
			return nil
		},
	},
	{
		"waiting.remind_after_working_days", "waiting",
		func(c *catalog.Catalog, e catalog.EntityCode) string {
			days := c.Waiting(e).RemindAfterDays
			all := make([]string, len(days))
			for i, d := range days {
				all[i] = strconv.Itoa(d)
			}
			return strings.Join(all, ",")
		},
		func(t string, _ *catalog.AutoCloseRule, _ *catalog.HandoverRule, w *catalog.WaitingRule) error {
			w.RemindAfterDays = nil
			for part := range strings.SplitSeq(t, ",") {
				var n int
				if err := parseInt(part, &n); err != nil {
					return err
				}
				w.RemindAfterDays = append(w.RemindAfterDays, n)
			}
			return nil
		},
	},
	{
		"waiting.resolve_after_working_days", "waiting",
		func(c *catalog.Catalog, e catalog.EntityCode) string {
			return strconv.Itoa(c.Waiting(e).ResolveAfterDays)
		},
		func(t string, _ *catalog.AutoCloseRule, _ *catalog.HandoverRule, w *catalog.WaitingRule) error {
			return parseInt(t, &w.ResolveAfterDays)
		},
	},
}

// parseInt parses a number.
func parseInt(text string, into *int) (err error) {
	if *into, err = strconv.Atoi(strings.TrimSpace(text)); err != nil {
		return fmt.Errorf("%q is no number", text)
	}
	return nil
}

// SettingChange is the name of a setting and the value to try.
type SettingChange struct{ Name, Value string }

// WithSettings returns a copy of the catalogue with the changes, for the named entities or, without names, for all. It returns an error
// for an unknown name and for a value that the data files may not have.
func WithSettings(c *catalog.Catalog, changes []SettingChange, entities ...catalog.EntityCode) (*catalog.Catalog, error) {
	var wrong error
	changed, err := c.WithSettings(func(a *catalog.AutoCloseRule, h *catalog.HandoverRule, w *catalog.WaitingRule) {
		for _, ch := range changes {
			if err := ch.apply(a, h, w); err != nil {
				wrong = fmt.Errorf("%s=%s: %w", ch.Name, ch.Value, err)
			}
		}
	}, entities...)
	if wrong != nil {
		return nil, wrong
	}
	return changed, err
}

// apply changes the rule that the setting belongs to. It returns an error for an unknown setting or a wrong value.
func (ch SettingChange) apply(a *catalog.AutoCloseRule, h *catalog.HandoverRule, w *catalog.WaitingRule) error {
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == ch.Name })
	if i < 0 {
		names := make([]string, len(settings))
		for i, s := range settings {
			names[i] = s.Name
		}
		return fmt.Errorf("want KEY=VALUE, KEY one of %s", strings.Join(names, ", "))
	}
	return settings[i].apply(ch.Value, a, h, w)
}
