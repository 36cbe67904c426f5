// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// accountRoutes returns the routes of the changes of roles and credentials, and of the log-ins.
func (p *Pages) accountRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /revisione/ruoli", Access: ui.WithRole, Action: policy.ReadAccountChanges, Handle: p.accountChangesPage},
		{Pattern: "GET /revisione/accessi", Access: ui.WithRole, Action: policy.ReadAccountChanges, Handle: p.loginsPage},
	}
}

type accountChangesData struct {
	Requests, Emergencies []ui.AccountChange
	History               []ui.AccountChange
	Before                int // version before which the next page begins; 0: there is none
	IsLaterPage           bool
}

// accountPageSize is the number of changes or log-ins on a page.
const accountPageSize = 100

func (p *Pages) accountChangesPage(r *ui.Request) error {
	before, _ := strconv.Atoi(r.FormValue("prima")) // a text that is not a number shows the newest page
	d := accountChangesData{IsLaterPage: before > 0}
	waiting, err := p.App.Accounts.Overview(r.Context(), r.Session.Actor)
	if err != nil {
		return err
	}
	if d.Requests, err = p.PendingChanges(r.Context(), r.Caller, waiting.Requests); err != nil {
		return err
	}
	if d.Emergencies, err = p.PendingChanges(r.Context(), r.Caller, waiting.Emergencies); err != nil {
		return err
	}
	var entries []accounts.Entry
	if entries, err = p.App.Accounts.History(r.Context(), "", before, accountPageSize+1); err != nil {
		return err
	}
	if len(entries) > accountPageSize {
		entries = entries[:accountPageSize]
		d.Before = entries[accountPageSize-1].Record.Version
	}
	if d.History, err = p.AccountChanges(r.Context(), r.Caller, entries); err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "ruoli-credenziali", Title: "Ruoli e credenziali", Breadcrumb: auditTrail, Data: d})
}

type loginsData struct {
	Rows        []loginRow
	NextBefore  int64
	IsLaterPage bool
}

type loginRow struct {
	At, Last       time.Time
	What, Whom, By string
	Address        string
	Count          int
	Provider       string // name of the identity provider
	Reason         string // why it refused, in Italian
}

var loginNames = map[string]string{
	string(identity.LoginSucceeded): "Accesso", string(identity.LoginFailed): "Accesso non riuscito", string(identity.LoginLocked): "Accesso sospeso",
	string(identity.LoginUnlocked): "Sospensione tolta",
}

func (p *Pages) loginsPage(r *ui.Request) error {
	before, _ := strconv.ParseInt(r.FormValue("prima"), 10, 64) // as above
	d := loginsData{IsLaterPage: before > 0}
	logins, err := accesslog.ListLogins(r.Context(), p.App.Store.Pools().Request, r.Session.Actor, "", before, accountPageSize+1)
	if err != nil {
		return err
	}
	if len(logins) > accountPageSize {
		logins = logins[:accountPageSize]
		d.NextBefore = logins[accountPageSize-1].ID
	}
	var ids []string
	for _, l := range logins {
		ids = append(ids, l.Account, l.By)
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return err
	}
	for _, l := range logins {
		d.Rows = append(d.Rows, loginRow{
			At: l.At, Last: l.Last, What: cmp.Or(loginNames[l.Kind], l.Kind), Whom: names[l.Account], By: names[l.By], Address: l.Address, Count: l.Count, Provider: l.Provider,
		})
		if l.Reason != "" {
			d.Rows[len(d.Rows)-1].Reason = ui.ReasonText(refusal.Code(l.Reason).With("richiesto"))
		}
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "accessi-persone", Title: "Accessi al servizio", Breadcrumb: auditTrail, Data: d})
}
