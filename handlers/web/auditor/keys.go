// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/keyrecords"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// keyRoutes returns the route of the keys and their uses, which administrators read too.
func (p *Pages) keyRoutes() []ui.Route {
	return []ui.Route{{Pattern: "GET /revisione/chiavi", Access: ui.WithRole, Action: policy.ReadKeys, Handle: p.keysPage}}
}

// keyNames holds the Italian names of what the keys of hashes are for, by purpose.
var keyNames = map[string]string{
	"": "Chiave principale, che avvolge le altre", "command": "Comandi ripetuti", "request": "Contenuto dei comandi ripetuti", "command-from": "Provenienza dei comandi",
	"subject": "Indice delle persone per codice fiscale", "search": "Ricerche", "login": "Limiti degli accessi", "opened-page": "Conferme e moduli aperti",
	"page-address": "Ricerche negli indirizzi e indirizzi dei file", "personal-link": "Collegamenti personali", "mail-address-r": "Indirizzi per rispondere",
	"mail-address-b": "Indirizzi per le e-mail respinte", "list-cursor": "Pagine degli elenchi", "citizen-cursor": "Pagine degli elenchi dei cittadini",
	"citizen-position": "Posizioni per i cittadini", "access-session": "Sessioni nel registro delle consultazioni", "provider-identity": "Identità dei servizi di accesso",
	"second-factor": "Secondi fattori", "recovery-code": "Codici di recupero",
}

// useNames holds the Italian names of the kinds of uses.
var useNames = map[string]string{
	"key.master-used": "Usata la chiave principale", "key.master-made": "Creata una chiave principale", "key.master-rotated": "Sostituita la chiave principale",
	"key.hash-renewed": "Rinnovata", "key.hash-ended": "Fissata la fine", "key.hash-destroyed": "Distrutta",
}

type keysData struct {
	Keys        []keyData
	Uses        []keyUse
	NextBefore  int64
	IsLaterPage bool
}

// keyData holds the versions of one key, the newest first.
type keyData struct {
	Purpose, Name string
	Versions      []keyrecords.Version
}

type keyUse struct {
	keyrecords.Use
	What, Name string
}

func (p *Pages) keysPage(r *ui.Request) error {
	before, _ := strconv.ParseInt(r.FormValue("prima"), 10, 64) // a text that is not a number shows the newest page
	d := keysData{IsLaterPage: before > 0}
	reader := keyrecords.Reader{Requests: p.App.Store.Pools().Request}
	versions, err := reader.Versions(r.Context(), r.Session.Actor)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if n := len(d.Keys); n == 0 || d.Keys[n-1].Purpose != v.Purpose {
			d.Keys = append(d.Keys, keyData{Purpose: v.Purpose, Name: cmp.Or(keyNames[v.Purpose], v.Purpose)})
		}
		last := &d.Keys[len(d.Keys)-1]
		last.Versions = append(last.Versions, v)
	}
	uses, err := reader.Uses(r.Context(), r.Session.Actor, before, accountPageSize+1)
	if err != nil {
		return err
	}
	if len(uses) > accountPageSize {
		uses = uses[:accountPageSize]
		d.NextBefore = uses[accountPageSize-1].ID
	}
	for _, u := range uses {
		purpose, version, _ := strings.Cut(u.Key, " ")
		row := keyUse{Use: u, What: cmp.Or(useNames[u.Act], u.Act), Name: cmp.Or(keyNames[purpose], purpose)}
		if version != "" {
			row.Name += ", versione " + version
		}
		d.Uses = append(d.Uses, row)
	}
	trail := auditTrail
	if r.Session.Actor.Role == person.Administrator {
		trail = []ui.Crumb{{Name: "Amministrazione", Path: "/amministrazione"}}
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "registro-chiavi", Title: "Chiavi", Breadcrumb: trail, Data: d})
}
