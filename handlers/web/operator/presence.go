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

// presenceText says who else has the ticket open, and who is writing; "" for nobody.
func (w *Pages) presenceText(v *ui.Request, id ticket.ID) (string, error) {
	if !v.Caller.Actor.Role.Operates() {
		return "", nil
	}
	others, err := w.App.Presence.Others(v.Context(), id, v.Caller.Actor)
	if err != nil || len(others) == 0 {
		return "", err
	}
	var texts []string
	for _, o := range others {
		name := cmp.Or(o.Name, "Un operatore")
		if o.Entity != v.Caller.Actor.Entity {
			name += " (" + w.EntityName(o.Entity) + ")"
		}
		if o.Writing {
			texts = append(texts, name+" sta scrivendo…")
		} else {
			texts = append(texts, name+" sta guardando")
		}
	}
	return strings.Join(texts, " · "), nil
}

// reportPresence takes what the page says of its reader while it is open, and answers with who else is there.
func (w *Pages) reportPresence(v *ui.Request) error {
	id, err := ticketID(v)
	if err == nil {
		err = w.App.CheckVisible(v.Context(), v.Caller, id)
	}
	if err != nil {
		return err
	}
	by := v.Caller.Actor
	if v.FormValue("via") != "" {
		return w.App.Presence.Leave(v.Context(), id, by)
	}
	if err := w.App.Presence.Enter(v.Context(), id, by, v.FormValue("scrive") != ""); err != nil {
		return err
	}
	texts, err := w.presenceText(v, id)
	if err != nil {
		return err
	}
	v.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprint(v.Writer, texts) // the browser may have gone
	return nil
}
