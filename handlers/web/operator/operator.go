// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package operator serves the pages on which operators work: queues, tickets, and changes to several tickets at once. Auditors read
// queues and tickets on the same pages.
package operator

import (
	"crypto/cipher"
	"embed"
	"slices"

	"github.com/sol-assistenza/sol/handlers/app/readymade"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages serves the pages of operators.
type Pages struct {
	*ui.UI
	readymade   *readymade.Texts
	paramCipher cipher.AEAD // encrypts values in addresses
}

// New returns the pages of operators and adds their templates to u. Presence and drafts come from u.App.
func New(u *ui.UI) (*Pages, error) {
	c, err := newParamCipher(u.App.Store.KeyedHash)
	if err != nil {
		return nil, err
	}
	p := &Pages{UI: u, readymade: readymade.Default(), paramCipher: c}
	return p, u.AddTemplates(templateFiles)
}

// Routes returns the routes of all pages.
func (p *Pages) Routes() []ui.Route {
	return slices.Concat(p.queueRoutes(), p.ticketRoutes(), p.bulkRoutes())
}
