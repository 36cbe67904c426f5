// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import (
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

// HandoverRule is the deadline, in office hours, within which an entity must take a ticket that was handed over to it (FAQ 2.6). The FAQ
// gives no deadline; the length is this project's choice.
type HandoverRule struct {
	TargetHours     int    `json:"target_hours"`      // 1–400
	WarnHoursBefore int    `json:"warn_hours_before"` // less than target_hours
	Office          string `json:"office"`            // office hours, e.g. 08:30-16:30, Europe/Rome
}

// WaitingRule holds the times at which a citizen who was asked something is reminded, and the time after which a ticket without an answer
// is resolved (FAQ 2.4). The FAQ gives no times; both are this project's choice.
type WaitingRule struct {
	RemindAfterDays  []int `json:"remind_after_working_days"`  // 1–365 each, rising
	ResolveAfterDays int   `json:"resolve_after_working_days"` // up to 365 and after the last reminder; 0: never
	Hour             int   `json:"hour"`                       // 0–23, o'clock of the day, Europe/Rome
}

// ChecksRule says when connected systems are asked about a person (FAQ 2.7–2.12).
type ChecksRule struct {
	// AskBeforeTaken lets the systems be asked about a citizen whose identity is only declared before an operator of the entity has acted
	// on the ticket. Anybody can type anybody's tax code, so it is off unless an entity turns it on.
	AskBeforeTaken bool `json:"ask_before_taken"`
}

// Checks returns the rule for tickets of an entity; the general rule if the catalogue does not know it.
func (c *Catalog) Checks(code EntityCode) ChecksRule {
	if e, ok := c.find(code); ok {
		return e.checks
	}
	return c.checks
}

// WithAskBeforeTaken returns a copy of the catalogue in which the systems of entities, or of all with the code "*", are asked before an
// operator has acted. An unknown code is an error.
func (c *Catalog) WithAskBeforeTaken(codes ...EntityCode) (*Catalog, error) {
	changed := *c
	changed.entities = slices.Clone(c.entities)
	for _, code := range codes {
		known := false
		for i := range changed.entities {
			if e := &changed.entities[i]; code == "*" || e.Code == code {
				e.checks.AskBeforeTaken, known = true, true
			}
		}
		if !known {
			return nil, fmt.Errorf("there is no entity %q", code)
		}
	}
	return &changed, nil
}

// officeHours parses Office.
func (h HandoverRule) officeHours() (calendar.Hours, error) {
	var oh, om, ch, cm int
	const form = "%02d:%02d-%02d:%02d"
	if _, err := fmt.Sscanf(h.Office, form, &oh, &om, &ch, &cm); err != nil || fmt.Sprintf(form, oh, om, ch, cm) != h.Office {
		return calendar.Hours{}, fmt.Errorf("office %q; allowed: e.g. 08:30-16:30", h.Office)
	}
	hours := calendar.Hours{Open: oh*60 + om, Close: ch*60 + cm}
	if hours.Open < 4*60 || hours.Close > 24*60 || hours.Open >= hours.Close || om > 59 || cm > 59 {
		return calendar.Hours{}, fmt.Errorf("office %q; allowed: from 04:00 on, opening before it closes", h.Office)
	}
	return hours, nil
}

// check returns an error that names the first setting out of bounds.
func (h HandoverRule) check() error {
	if _, err := h.officeHours(); err != nil {
		return err
	}
	if h.TargetHours < 1 || h.TargetHours > 400 || h.WarnHoursBefore < 0 || h.WarnHoursBefore >= h.TargetHours {
		return fmt.Errorf("target_hours %d, warn_hours_before %d; allowed: 1 to 400, and less than that", h.TargetHours, h.WarnHoursBefore)
	}
	return nil
}

// check returns an error if a value is not allowed. Reminders must be in rising order, and the resolution must follow them.
func (w WaitingRule) check() error {
	last := 0
	for _, d := range w.RemindAfterDays {
		if d <= last || d > 365 {
			return fmt.Errorf("remind_after_working_days %v; allowed: 1 to 365, rising", w.RemindAfterDays)
		}
		last = d
	}
	if w.ResolveAfterDays < 0 || w.ResolveAfterDays > 365 || w.ResolveAfterDays > 0 && w.ResolveAfterDays <= last {
		return fmt.Errorf("resolve_after_working_days %d; allowed: 0, or up to 365 and after the last reminder", w.ResolveAfterDays)
	}
	if w.Hour < 0 || w.Hour > 23 {
		return fmt.Errorf("hour %d; allowed: 0 to 23", w.Hour)
	}
	return nil
}

// HandoverDue returns the deadline by which an entity must take a ticket that it received at from, the time of the warning before it, and
// an English sentence that explains the deadline.
func (c *Catalog) HandoverDue(code EntityCode, from time.Time) (warn, due time.Time, why string) {
	rule, cal := c.Handover(code), c.Calendar(code)
	hours, err := rule.officeHours()
	if err != nil {
		panic(err) // cannot happen: Parse and WithSettings check the rule
	}
	target := time.Duration(rule.TargetHours) * time.Hour
	due = cal.AfterOfficeHours(from, target, hours)
	warn = cal.AfterOfficeHours(from, target-time.Duration(rule.WarnHoursBefore)*time.Hour, hours)
	why = fmt.Sprintf("%d working hours (%s) after %s end on %s, calendar of %s", rule.TargetHours, rule.Office,
		from.In(calendar.Rome()).Format("2006-01-02 15:04"), due.In(calendar.Rome()).Format("Mon 2 Jan 2006 at 15:04"), cal.Name())
	return warn, due, why
}

// Handover returns the rule for tickets that are handed over to an entity; the general rule if the catalogue does not know it.
func (c *Catalog) Handover(code EntityCode) HandoverRule {
	if e, ok := c.find(code); ok {
		return e.handover
	}
	return c.handover
}

// Waiting returns the rule for questions that an entity asked; the general rule if the catalogue does not know it.
func (c *Catalog) Waiting(code EntityCode) WaitingRule {
	w := c.waiting
	if e, ok := c.find(code); ok {
		w = e.waiting
	}
	w.RemindAfterDays = slices.Clone(w.RemindAfterDays)
	return w
}

// WithSettings returns a copy of the catalogue with changed settings of the given entities, or of all entities if codes is empty. It
// returns an error for settings that Parse would refuse too.
func (c *Catalog) WithSettings(change func(*AutoCloseRule, *HandoverRule, *WaitingRule), codes ...EntityCode) (*Catalog, error) {
	changed := *c
	changed.entities = slices.Clone(c.entities)
	for i := range changed.entities {
		e := &changed.entities[i]
		if len(codes) > 0 && !slices.Contains(codes, e.Code) {
			continue
		}
		e.waiting.RemindAfterDays = slices.Clone(e.waiting.RemindAfterDays)
		change(&e.autoClose, &e.handover, &e.waiting)
		var f dataErrors
		f.checkAutoClose("settings", e.autoClose)
		if len(f) > 0 {
			return nil, f[0]
		}
		if err := e.handover.check(); err != nil {
			return nil, fmt.Errorf("handover: %w", err)
		}
		if err := e.waiting.check(); err != nil {
			return nil, fmt.Errorf("waiting: %w", err)
		}
	}
	return &changed, nil
}
