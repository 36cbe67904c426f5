// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// FilePath is the path below which files are served, without a cookie, at addresses that SendToFile makes.
const FilePath = "/allegati/"

// SendToFile records a look at a file and sends the browser to its address, which is valid for a minute, for this reader.
func (u *UI) SendToFile(r *Request, id, file ticket.ID) error {
	if _, err := u.App.LookAtFile(r.Context(), r.Caller, id, file); err != nil {
		return err
	}
	a := files.Address{Ticket: id, File: file, Actor: r.Caller.Actor, Link: r.Caller.Link, Show: r.URL.Query().Has("mostra")}
	if a.Link == "" {
		a.Session = identity.Fingerprint(r.Token)
	} else {
		state, _, err := u.App.State(r.Context(), a.Link)
		if err != nil {
			return err
		}
		a.Issue = state.LinkIssue
	}
	address, err := u.App.Files.Seal(a)
	if err != nil {
		return err
	}
	return r.Redirect(FilePath + address)
}

// ServeFile sends the file of an address. It asks for no cookie, and whether the reader may still read the file.
func (u *UI) ServeFile(r *Request) error {
	gone := &Problem{Status: http.StatusNotFound, Title: "Indirizzo scaduto", Text: "L’indirizzo di un file vale un minuto, per chi lo ha aperto: torni alla richiesta e apra di nuovo il file."}
	a, valid := u.App.Files.Open(r.PathValue("address"))
	if !valid {
		return gone
	}
	by := app.Caller{Actor: a.Actor, Link: a.Link, From: r.Caller.From, Client: r.Caller.Client}
	var err error
	if a.Link == "" {
		valid, err = u.Identity.IsOpen(r.Context(), a.Session, a.Actor)
	} else {
		var state ticket.State
		state, _, err = u.App.State(r.Context(), a.Link)
		valid = state.LinkIssue == a.Issue
	}
	if err != nil && !errors.Is(err, eventstore.ErrNotFound) {
		return err
	}
	if !valid {
		return gone
	}
	f, content, err := u.App.ServeFile(r.Context(), by, a.Ticket, a.File, !a.Show)
	if err != nil {
		return err
	}
	r.SendFile(f, content, a.Show)
	return nil
}
