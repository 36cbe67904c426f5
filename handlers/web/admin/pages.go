// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package admin serves the pages of administrators: accounts and placements, the catalogue, playbooks, sagas, consumers of the log, and
// outgoing messages. It shows no ticket's content.
package admin

import (
	"cmp"
	"embed"
	"slices"
	"strings"
	"sync"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages serves the pages of administrators.
type Pages struct {
	*ui.UI
	simulating sync.Mutex // one simulation at a time
}

// New returns the pages of administrators and adds their templates to u.
func New(u *ui.UI) (*Pages, error) {
	return &Pages{UI: u}, u.AddTemplates(templateFiles)
}

// Routes returns the routes of the pages of administrators.
func (p *Pages) Routes() []ui.Route {
	return slices.Concat(p.adminRoutes(), p.peopleRoutes(), p.bindingRoutes(), p.confirmationRoutes(), p.agreementRoutes(), p.providerRoutes(), p.statementRoutes(), p.tokenRoutes(), p.automationRoutes(), p.outboxRoutes())
}

// nameOf returns the name of who did something: a person, or a user of the command line, whose id is os:NAME.
func nameOf(names map[string]string, id string) string {
	return cmp.Or(names[id], "riga di comando, utente "+strings.TrimPrefix(id, "os:"))
}
