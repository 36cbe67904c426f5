// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/notice"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) noticeRoutes() []route {
	return []route{
		{pattern: "GET /notifiche", by: placed, action: identity.ReadNotices, serve: w.noticesPage},
		{pattern: "GET /notifiche/ultime", by: placed, action: identity.ReadNotices, serve: w.noticesPanel},
		{pattern: "POST /notifiche", by: placed, action: identity.ReadNotices, serve: w.readNotices},
		{pattern: "POST /notifiche/{id}", by: placed, action: identity.ReadNotices, serve: w.readNotice},
	}
}

// noticesData are notices, the newest first.
type noticesData struct {
	notice.Page
	All   bool   // those that were read too
	Later bool   // not the first page
	On    string // where a notice's ticket is: the path before its id
}

const (
	noticesOnPage  = 50
	noticesInPanel = 8
)

func (w *Web) notices(v *visit, unread bool, cursor string, most int) (noticesData, error) {
	d := noticesData{All: !unread, Later: cursor != "", On: "/ticket/"}
	if v.caller.Viewer().Citizen() {
		d.On = "/richieste/"
	}
	var err error
	d.Page, err = w.Notices.List(v.Context(), v.caller.Actor, unread, cursor, most)
	if errors.Is(err, notice.ErrCursor) {
		err = &projections.FilterError{Field: "da", Rule: err.Error()}
	}
	return d, err
}

// noticesPage shows what the reader has not read yet, or all.
func (w *Web) noticesPage(v *visit) error {
	d, err := w.notices(v, v.FormValue("tutte") == "", v.FormValue("da"), noticesOnPage)
	if err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "notifiche", title: "Notifiche", data: d, part: "notices"})
}

// noticesPanel is what the header shows of them: the newest that were not read.
func (w *Web) noticesPanel(v *visit) error {
	d, err := w.notices(v, true, "", noticesInPanel)
	if err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "notifiche", title: "Notifiche", data: d, part: "panel"})
}

func (w *Web) readNotices(v *visit) error {
	if _, err := w.Notices.Mark(v.Context(), v.caller.Actor, ""); err != nil {
		return err
	}
	return v.go303("/notifiche?fatto=lette")
}

// readNotice marks one. Script tells it when a notice is opened, and goes on to the ticket meanwhile.
func (w *Web) readNotice(v *visit) error {
	there, err := w.Notices.Mark(v.Context(), v.caller.Actor, v.PathValue("id"))
	if err == nil && !there {
		err = identity.ErrNotFound
	}
	if err != nil {
		return err
	}
	if back := inside(v.PostFormValue("ritorno"), ""); back != "" {
		return v.go303(back)
	}
	v.rw.WriteHeader(http.StatusNoContent)
	return nil
}
