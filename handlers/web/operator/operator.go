// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package operator has the pages on which operators work: queues, tickets, and changes to several tickets at once.
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

// Pages are the pages on which operators work: queues, tickets, and changes to several tickets at once.
type Pages struct {
	*ui.UI
	readymade   *readymade.Texts
	paramCipher cipher.AEAD // encrypts what is typed, for addresses
}

// New returns the pages of operators and adds their templates to u.
func New(u *ui.UI) (*Pages, error) {
	c, err := newParamCipher(u.App.Store.KeyedHash)
	if err != nil {
		return nil, err
	}
	p := &Pages{UI: u, readymade: readymade.Default(), paramCipher: c}
	return p, u.AddTemplates(templateFiles)
}

// Routes returns the pages' routes.
func (p *Pages) Routes() []ui.Route {
	return slices.Concat(p.queueRoutes(), p.ticketRoutes(), p.bulkRoutes())
}
