// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

func (w *Web) notificationRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /notifiche", Access: ui.WithRole, Action: policy.ReadNotifications, Handle: w.notificationsPage},
		{Pattern: "GET /notifiche/ultime", Access: ui.WithRole, Action: policy.ReadNotifications, Handle: w.notificationsPanel},
		{Pattern: "POST /notifiche", Access: ui.WithRole, Action: policy.ReadNotifications, Handle: w.markAllRead},
		{Pattern: "POST /notifiche/{id}", Access: ui.WithRole, Action: policy.ReadNotifications, Handle: w.markRead},
	}
}

// notificationsData is one page of the reader's notifications, the newest first.
type notificationsData struct {
	notification.Page
	IncludesRead bool   // the page also lists notifications that are read
	IsLaterPage  bool   // not the first page
	TicketPath   string // path of a ticket's page, without the ticket's id
}

const (
	notificationsPageSize  = 50
	notificationsPanelSize = 8
)

// listNotifications reads at most limit notifications of the reader, after cursor. Error: *readmodel.FilterError for a cursor that
// is not valid.
func (w *Web) listNotifications(r *ui.Request, unread bool, cursor string, limit int) (notificationsData, error) {
	d := notificationsData{IncludesRead: !unread, IsLaterPage: cursor != "", TicketPath: "/ticket/"}
	if r.Caller.Viewer().IsCitizen() {
		d.TicketPath = "/richieste/"
	}
	var err error
	d.Page, err = w.App.Looks.ListNotifications(r.Context(), r.Caller, unread, cursor, limit)
	if errors.Is(err, notification.ErrCursor) {
		err = &readmodel.FilterError{Field: "da", Reason: refusal.NotificationCursor.With()}
	}
	return d, err
}

// notificationsPage shows the unread notifications, or all of them if the parameter «tutte» is set.
func (w *Web) notificationsPage(r *ui.Request) error {
	d, err := w.listNotifications(r, r.FormValue("tutte") == "", r.FormValue("da"), notificationsPageSize)
	if err != nil {
		return err
	}
	return w.Render(r, http.StatusOK, ui.Page{Template: "notifiche", Title: "Notifiche", Data: d, Part: "notifications"})
}

// notificationsPanel shows the newest unread notifications below the header's bell.
func (w *Web) notificationsPanel(r *ui.Request) error {
	d, err := w.listNotifications(r, true, "", notificationsPanelSize)
	if err != nil {
		return err
	}
	return w.Render(r, http.StatusOK, ui.Page{Template: "notifiche", Title: "Notifiche", Data: d, Part: "panel"})
}

// markAllRead marks all notifications of the reader as read.
func (w *Web) markAllRead(r *ui.Request) error {
	if _, err := w.App.Notifications.MarkRead(r.Context(), r.Caller.Actor, ""); err != nil {
		return err
	}
	return r.Redirect("/notifiche?fatto=lette")
}

// markRead marks one notification as read. A script also calls it when the reader opens a notification, while the ticket's page loads.
func (w *Web) markRead(r *ui.Request) error {
	found, err := w.App.Notifications.MarkRead(r.Context(), r.Caller.Actor, r.PathValue("id"))
	if err == nil && !found {
		err = identity.ErrNotFound
	}
	if err != nil {
		return err
	}
	if back := ui.LocalPath(r.PostFormValue("ritorno"), ""); back != "" {
		return r.Redirect(back)
	}
	r.Writer.WriteHeader(http.StatusNoContent)
	return nil
}
