// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// confirmationRoutes returns the routes of what waits for a second administrator: requests and emergency accesses.
func (p *Pages) confirmationRoutes() []ui.Route {
	route := func(method, path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: method + " /amministrazione/conferme" + path, Access: ui.WithRole, Action: policy.Administer, Handle: handle}
	}
	return []ui.Route{
		route("GET", "", p.confirmationsPage), route("POST", "/{request}/conferma", p.confirm), route("POST", "/{request}/rifiuta", p.answer(account.Refused, "rifiutata")),
		route("POST", "/{request}/ritira", p.answer(account.Withdrawn, "ritirata")), route("POST", "/{request}/verifica", p.review),
	}
}

type confirmationsData struct {
	Requests, Emergencies []pendingRow
	History               []ui.AccountChange
	Secrets               *accounts.Secrets // of a request that was confirmed just now
	Answered              string            // id of the request whose form was refused
	Reason                string            // as typed
}

type pendingRow struct {
	ui.AccountChange
	MayAnswer, Mine, Overdue bool
}

// historySize is the number of changes that the page shows.
const historySize = 50

func (p *Pages) confirmationsPage(r *ui.Request) error {
	return p.renderConfirmations(r, http.StatusOK, nil, nil)
}

func (p *Pages) renderConfirmations(r *ui.Request, status int, problem *ui.Problem, s *accounts.Secrets) error {
	d := confirmationsData{Secrets: s, Answered: r.PathValue("request"), Reason: r.FormValue("motivo")}
	waiting, err := p.App.Accounts.Overview(r.Context(), r.Session.Actor)
	if err != nil {
		return err
	}
	if d.Requests, err = p.pendingRows(r, waiting.Requests); err != nil {
		return err
	}
	if d.Emergencies, err = p.pendingRows(r, waiting.Emergencies); err != nil {
		return err
	}
	entries, err := p.App.Accounts.History(r.Context(), "", 0, historySize)
	if err != nil {
		return err
	}
	if d.History, err = p.AccountChanges(r.Context(), r.Caller, entries); err != nil {
		return err
	}
	return p.Render(r, status, ui.Page{Template: "conferme", Title: "Conferme", Breadcrumb: adminTrail, Problem: problem, Data: d})
}

func (p *Pages) pendingRows(r *ui.Request, pending []accounts.Pending) (rows []pendingRow, err error) {
	changes, err := p.PendingChanges(r.Context(), r.Caller, pending)
	for n, c := range changes {
		rows = append(rows, pendingRow{c, pending[n].MayAnswer, pending[n].Mine, pending[n].Overdue})
	}
	return rows, err
}

// confirm confirms a request. It shows the PIN of new credentials once.
func (p *Pages) confirm(r *ui.Request) error {
	done, err := p.App.Accounts.Confirm(r.Context(), r.Session.Actor, r.PathValue("request"))
	if err != nil {
		return p.refuseAnswer(r, err)
	}
	p.logAdministration(r, "request confirmed", done.Account)
	if done.Secrets != nil {
		return p.renderConfirmations(r, http.StatusOK, nil, done.Secrets)
	}
	return r.Redirect("/amministrazione/conferme?fatto=confermata")
}

// answer returns the handler that refuses or withdraws a request.
func (p *Pages) answer(kind account.Kind, message string) func(*ui.Request) error {
	return func(r *ui.Request) error {
		e, err := p.App.Accounts.Answer(r.Context(), r.Session.Actor, r.PathValue("request"), kind, r.FormValue("motivo"))
		if err != nil {
			return p.refuseAnswer(r, err)
		}
		p.logAdministration(r, "request "+string(kind), e.Account)
		return r.Redirect("/amministrazione/conferme?fatto=" + message)
	}
}

// review records the review of an emergency access.
func (p *Pages) review(r *ui.Request) error {
	e, err := p.App.Accounts.Review(r.Context(), r.Session.Actor, r.PathValue("request"), r.FormValue("esito") == "giustificata", r.FormValue("motivo"))
	if err != nil {
		return p.refuseAnswer(r, err)
	}
	p.logAdministration(r, "emergency reviewed", e.Account)
	return r.Redirect("/amministrazione/conferme?fatto=verificata")
}

// refuseAnswer shows the page again with the error message of a refused answer.
func (p *Pages) refuseAnswer(r *ui.Request, err error) error {
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError {
		return err
	}
	return p.renderConfirmations(r, problem.Status, problem, nil)
}
