// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package looks

import (
	"cmp"
	"context"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/caller"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/projections/dashboard"
	"github.com/sol-assistenza/sol/projections/lists"
)

// Config holds what a Recorder reads. All fields but UnknownPerMinute are required.
type Config struct {
	Log           *accesslog.Recorder
	Store         *eventstore.Store
	Lists         *lists.Reader
	Dashboard     *dashboard.Reader
	Notifications *notification.Store
	Persons       interface {
		PersonOf(ctx context.Context, taxCode string) (persons.Person, error)
	}
	EntityOf func(context.Context, ticket.ID) (catalog.EntityCode, error) // the competent entity of a ticket
	// UnknownPerMinute is the largest number of records in a minute of looks by people whom nobody knows. 0: unknownPerMinute.
	UnknownPerMinute int
}

// Recorder records looks. It is safe for concurrent use.
type Recorder struct {
	config  Config
	sealer  *accesslog.Sealer
	unknown unknown
}

// New returns a recorder.
func New(c Config) *Recorder {
	return &Recorder{config: c, sealer: accesslog.NewSealer(c.Store), unknown: unknown{perMinute: cmp.Or(c.UnknownPerMinute, unknownPerMinute)}}
}

// Record records a look of a caller. Callers of Record call it before they return the data.
func (r *Recorder) Record(ctx context.Context, by caller.Caller, a accesslog.Access) error {
	a.By, a.Client = by.Actor, by.Source()
	_, err := r.config.Log.Record(ctx, a)
	return err
}

// Client returns from where a request with a token of a session or personal link comes, for access records. "": no token.
func (r *Recorder) Client(token, address, workstation string) accesslog.Client {
	c := accesslog.Client{Address: address, Workstation: workstation}
	if token != "" {
		c.Session = r.config.Store.KeyedHash(sessionPurpose, token)
	}
	return c
}

// sessionPurpose is the purpose of the keyed hash of a session's token in access records. It is a stored name.
const sessionPurpose = "access-session"

// RecordLink records that a person at the terminal gets the personal link of a ticket: who has it reads the ticket. Error: eventstore.ErrNotFound.
func (r *Recorder) RecordLink(ctx context.Context, by caller.Caller, id ticket.ID) error {
	entity, err := r.config.EntityOf(ctx, id)
	if err != nil {
		return err
	}
	return r.Record(ctx, by, accesslog.Access{Kind: accesslog.Link, Ticket: id, Controller: entity})
}
