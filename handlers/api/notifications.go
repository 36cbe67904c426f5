// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/notification"
)

type notificationsInput struct {
	Unread bool   `query:"unread" doc:"Only notifications that I have not read"`
	Cursor string `query:"cursor" maxLength:"100" doc:"next_cursor of the previous page"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// NotificationList is one page of the caller's notifications, newest first.
type NotificationList struct {
	Items      []notification.Notification `json:"items"`
	NextCursor string                      `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	Unread     int                         `json:"unread" doc:"Number of unread notifications on all pages"`
}

type notificationsOutput struct {
	Body NotificationList
}

type notificationInput struct {
	ID string `path:"id" format:"uuid"`
}

// Preferences holds the choices of a person about their account.
type Preferences struct {
	Mail bool `json:"mail" doc:"Whether notifications are also announced by an e-mail without content"`
}

type preferencesInput struct {
	Body Preferences
}

type preferencesOutput struct {
	Body Preferences
}

// registerNotifications adds the endpoints of notifications in the application, and of the preference about mail.
func (a *API) registerNotifications() {
	register(a, endpoint{
		id: "list-notifications", method: http.MethodGet, path: "/api/v1/notifications", tag: "work",
		summary: "My notifications", description: "Notifications to me, to the operators of my entity and, for supervisors, to its supervisors, about tickets that I may still see.", action: policy.ReadNotifications,
	}, func(ctx context.Context, c caller, in *notificationsInput) (*notificationsOutput, error) {
		page, err := a.App.Looks.ListNotifications(ctx, c.Caller, in.Unread, in.Cursor, in.Limit)
		if errors.Is(err, notification.ErrCursor) {
			return nil, invalidField("cursor", "is no cursor that a page gave", "next_cursor of the page before")
		}
		if err != nil {
			return nil, err
		}
		return &notificationsOutput{NotificationList{page.Items, page.NextCursor, page.Unread}}, nil
	})
	register(a, endpoint{
		id: "read-notification", method: http.MethodPost, path: "/api/v1/notifications/{id}/read", tag: "work", status: http.StatusNoContent,
		summary: "Mark a notification as read", description: "For me only: it stays unread for others.", action: policy.ReadNotifications, errorStatuses: []int{http.StatusNotFound},
	}, func(ctx context.Context, c caller, in *notificationInput) (*struct{}, error) {
		found, err := a.App.Notifications.MarkRead(ctx, c.Actor, in.ID)
		if err == nil && !found {
			err = notFound.detail("There is no such notification, or it is not yours.")
		}
		return nil, err
	})
	register(a, endpoint{
		id: "read-notifications", method: http.MethodPost, path: "/api/v1/notifications/read", tag: "work", status: http.StatusNoContent,
		summary: "Mark all my notifications as read", action: policy.ReadNotifications,
	}, func(ctx context.Context, c caller, _ *struct{}) (*struct{}, error) {
		_, err := a.App.Notifications.MarkRead(ctx, c.Actor, "")
		return nil, err
	})
	register(a, endpoint{
		id: "get-preferences", method: http.MethodGet, path: "/api/v1/preferences", tag: "work",
		summary: "My preferences", action: policy.ChoosePreferences,
	}, func(ctx context.Context, c caller, _ *struct{}) (*preferencesOutput, error) {
		if c.Link != "" {
			return nil, linkHasNoPreferences()
		}
		wants, err := a.App.Identity.WantsMail(ctx, c.Actor.ID)
		return &preferencesOutput{Preferences{wants}}, err
	})
	register(a, endpoint{
		id: "choose-preferences", method: http.MethodPut, path: "/api/v1/preferences", tag: "work",
		summary: "Choose my preferences", action: policy.ChoosePreferences,
	}, func(ctx context.Context, c caller, in *preferencesInput) (*preferencesOutput, error) {
		if c.Link != "" {
			return nil, linkHasNoPreferences()
		}
		return &preferencesOutput{in.Body}, a.App.Identity.SetWantsMail(ctx, c.Actor.ID, in.Body.Mail)
	})
}

// linkHasNoPreferences refuses preferences to the holder of a personal link: preferences belong to an account.
func linkHasNoPreferences() *Problem {
	return forbidden.detail("A personal link has no preferences: log in to choose.")
}
