// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package notify delivers notifications from the outbox: all of them in the application, and those to citizens by mail as well.
package notify

import (
	"context"
	"slices"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/sagas"
)

// DeliverFunc delivers one notification about a ticket. messageID is the id of the outbox message: delivering it again changes
// nothing.
type DeliverFunc func(ctx context.Context, messageID string, id ticket.ID, n sagas.Notification) error

// recipients are those that this release knows.
var recipients = []sagas.RecipientGroup{sagas.ToCitizen, sagas.ToOperators, sagas.ToSupervisors, sagas.ToAccount}

// New returns the delivery of notifications: inApplication gets every notification, mailCitizen those to citizens as well.
// The mail is a function, since adapters do not import each other. Error: *outbox.NewerError for a kind or recipients of a newer release.
func New(inApplication, mailCitizen DeliverFunc) DeliverFunc {
	return func(ctx context.Context, messageID string, id ticket.ID, n sagas.Notification) error {
		if !notification.IsKnown(n.Kind) {
			return &outbox.NewerError{Unknown: "the notification " + string(n.Kind)}
		}
		if !slices.Contains(recipients, n.To) {
			return &outbox.NewerError{Unknown: "the recipients " + string(n.To)}
		}
		if err := inApplication(ctx, messageID, id, n); err != nil {
			return err
		}
		if n.To != sagas.ToCitizen {
			return nil
		}
		return mailCitizen(ctx, messageID, id, n)
	}
}
