// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// present says who else has the ticket open, and who is writing; "" for nobody.
func (w *Web) present(v *visit, id ticket.ID) (string, error) {
	if !v.caller.Actor.Role.Operates() {
		return "", nil
	}
	others, err := w.presence.Others(v.Context(), id, v.caller.Actor)
	if err != nil || len(others) == 0 {
		return "", err
	}
	var said []string
	for _, o := range others {
		name := cmp.Or(o.Name, "Un operatore")
		if o.Entity != v.caller.Actor.Entity {
			name += " (" + w.place(o.Entity) + ")"
		}
		if o.Writing {
			said = append(said, name+" sta scrivendo…")
		} else {
			said = append(said, name+" sta guardando")
		}
	}
	return strings.Join(said, " · "), nil
}

// presences takes what the page says of its reader while it is open, and answers with who else is there.
func (w *Web) presences(v *visit) error {
	id, err := v.ticket()
	if err == nil {
		err = w.cases.Sees(v.Context(), v.caller, id)
	}
	if err != nil {
		return err
	}
	by := v.caller.Actor
	if v.FormValue("via") != "" {
		return w.presence.Gone(v.Context(), id, by)
	}
	if err := w.presence.Here(v.Context(), id, by, v.FormValue("scrive") != ""); err != nil {
		return err
	}
	said, err := w.present(v, id)
	if err != nil {
		return err
	}
	v.rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprint(v.rw, said) // the browser may have gone
	return nil
}
