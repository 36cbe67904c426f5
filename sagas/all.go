// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// All are the sagas that run in the product. A new one is a file beside autoclose.go and a line here.
func All(c *catalog.Catalog, l *playbook.Library) []Definition {
	return []Definition{
		AutoClose(c),
		Succession(c),
		Escalation(c),
		Waiting(c),
		RefertoCheck(c, l),
		Notifications(),
	}
}
