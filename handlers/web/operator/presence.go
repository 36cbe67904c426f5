// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// presenceText returns the names of the other operators who have the ticket open, and who of them is writing; "" if there are none.
func (p *Pages) presenceText(r *ui.Request, id ticket.ID) (string, error) {
	if !r.Caller.Actor.Role.Operates() {
		return "", nil
	}
	others, err := p.App.Presence.Others(r.Context(), id, r.Caller.Viewer().Reader())
	if err != nil || len(others) == 0 {
		return "", err
	}
	var texts []string
	for _, o := range others {
		name := cmp.Or(o.Name, "Un operatore")
		if o.Entity != r.Caller.Actor.Entity {
			name += " (" + p.EntityName(o.Entity) + ")"
		}
		if o.Writing {
			texts = append(texts, name+" sta scrivendo…")
		} else {
			texts = append(texts, name+" sta guardando")
		}
	}
	return strings.Join(texts, " · "), nil
}

// reportPresence records that the reader has the ticket open, writes or leaves, as the page's script reports, and answers with
// presenceText as plain text.
func (p *Pages) reportPresence(r *ui.Request) error {
	id := ticketID(r)
	if err := p.App.CheckVisible(r.Context(), r.Caller, id); err != nil {
		return err
	}
	actor := r.Caller.Actor
	if r.FormValue("via") != "" {
		return p.App.Presence.Leave(r.Context(), id, actor)
	}
	if err := p.App.Presence.Enter(r.Context(), id, actor, r.FormValue("scrive") != ""); err != nil {
		return err
	}
	texts, err := p.presenceText(r, id)
	if err != nil {
		return err
	}
	r.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprint(r.Writer, texts) // the browser may have gone
	return nil
}
