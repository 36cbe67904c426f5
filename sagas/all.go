// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package sagas holds what happens without a person: auto-close, reminders, escalation, playbook checks, notifications, succession.
package sagas

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// All are the sagas that run in the product. A new one is a file beside autoclose.go and a line here.
func All(c *catalog.Catalog, l *playbook.Library) []runtime.Definition {
	return []runtime.Definition{
		AutoClose(c),
		Succession(c),
		Escalation(c),
		Waiting(c),
		RefertoCheck(c, l),
		Notifications(),
	}
}
