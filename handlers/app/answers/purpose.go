// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers

import (
	"cmp"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// purposes holds the purpose of each kind of look, in Italian.
var purposes = map[accesslog.Kind]string{
	accesslog.Ticket: "Lettura della richiesta", accesslog.Checks: "Lettura delle verifiche", accesslog.Attachment: "Lettura di un allegato",
	accesslog.Preview: "Preparazione di una risposta", accesslog.History: "Controllo della storia completa", accesslog.Dossier: "Fascicolo per un controllo",
	accesslog.Accesses: "Controllo degli accessi", accesslog.Question: "Verifica presso un sistema collegato", accesslog.Lists: "Elenco delle richieste",
	accesslog.Search: "Ricerca", accesslog.PersonSearched: "Ricerca", accesslog.Export: "Elenco esportato", accesslog.Figures: "Statistiche del servizio",
	accesslog.Notifications: "Avviso di lavoro",
}

// Purpose returns the purpose of a kind of look, in Italian.
func Purpose(k accesslog.Kind) string { return cmp.Or(purposes[k], "Altra consultazione") }

// RoleName returns the role of the person who looked, in Italian, as a citizen may know it.
func RoleName(r person.Role, link bool) string {
	switch {
	case link:
		return "Chi ha il collegamento personale"
	case r.Operates() && r.Supervises():
		return "Supervisore"
	case r.Operates():
		return "Operatore"
	}
	return cmp.Or(otherRoles[r], "Servizio")
}

var otherRoles = map[person.Role]string{
	person.Auditor: "Revisore", person.DataProtectionOfficer: "Responsabile della protezione dei dati", person.Administrator: "Gestione del servizio",
	person.Citizen: "Cittadino", person.System: "Sistema automatico", person.Integration: "Altro sistema",
}
