// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package simulation reads the arguments of sol sagas simulate: days, and settings to try.
package simulation

import (
	"fmt"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/sagas"
)

// WithSettings returns the catalogue with changed settings, KEY=VALUE each, for the named entities or, without names, for all.
func WithSettings(c *catalog.Catalog, set, entities []string) (*catalog.Catalog, error) {
	var codes []catalog.EntityCode
	for _, e := range entities {
		if _, known := c.Entity(catalog.EntityCode(e)); !known {
			return nil, fmt.Errorf("--entity: there is no entity %s", e)
		}
		codes = append(codes, catalog.EntityCode(e))
	}
	var changes []sagas.SettingChange
	for _, s := range set {
		name, value, _ := strings.Cut(s, "=") // without "=" the value is empty, which no setting accepts
		changes = append(changes, sagas.SettingChange{Name: name, Value: value})
	}
	changed, err := sagas.WithSettings(c, changes, codes...)
	if err != nil {
		return nil, fmt.Errorf("--set: %w", err)
	}
	return changed, nil
}

// ParseDay returns the beginning of a day in Europe/Rome, or otherwise for an empty text.
func ParseDay(flag, text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	d, err := time.ParseInLocation(time.DateOnly, text, calendar.Rome())
	if err != nil {
		return d, fmt.Errorf("%s %s: want a day, e.g. 2026-06-01", flag, text)
	}
	return d, nil
}
