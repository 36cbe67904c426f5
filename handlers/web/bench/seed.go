// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package bench measures the time, the database queries and the size of pages as the server renders them, in databases with few and with
// many tickets. It fills the databases with synthetic tickets.
package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// Clock is the simulated clock of a store. Between spreads the next readings of the clock, about as many as given, over the time between
// two moments.
type Clock interface {
	Between(from, to time.Time, readings int)
}

// Seeder fills a database with tickets. It dispatches commands, as the application does.
type Seeder struct {
	App       *app.TicketDispatcher
	Clock     Clock // the store's
	Catalog   *catalog.Catalog
	Operators map[catalog.EntityCode]person.Actor // one operator for each ASR
	Tickets   int
	Progress  func(done, total int) // called after each batch
}

const (
	years           = 5    // time over which the tickets are spread
	batchSize       = 2000 // number of tickets that go through each step together
	writersPerCPU   = 64   // number of concurrent commands for each CPU
	longTicketNotes = 50   // number of notes of the long ticket
	minPerQueue     = 60   // minimum number of tickets in a queue of an entity, so that its first page is full
	rareCount       = 20   // number of tickets of an entity with the rare words, for any number of tickets
)

// firstOpened is the time at which the first ticket is opened.
var firstOpened = time.Date(2021, 1, 4, 8, 0, 0, 0, time.UTC)

// Fill opens the tickets and changes their status. Of each ASR, the newest hundredth of its tickets is new, the next hundredths are in
// progress, wait for the citizen, are handed over to the Region and are resolved; all older tickets are closed. A hundredth has at least
// minPerQueue tickets. Fill returns the id of one more ticket, of the first ASR, that has longTicketNotes notes.
func (f Seeder) Fill(ctx context.Context) (ticket.ID, error) {
	var asrs []catalog.EntityCode
	for _, e := range f.Catalog.Entities(firstOpened) {
		if e.Code != catalog.Region {
			asrs = append(asrs, e.Code)
		}
	}
	span := time.Duration(years*365*24) * time.Hour / time.Duration(max(1, f.Tickets/batchSize))
	for from := 0; from < f.Tickets; from += batchSize {
		all := make([]seededTicket, min(batchSize, f.Tickets-from))
		for i := range all {
			all[i] = f.plan(from+i, asrs)
		}
		at := firstOpened.Add(span * time.Duration(from/batchSize))
		for n, step := range []func(context.Context, *seededTicket) error{f.open, f.work, f.closeOld} {
			f.Clock.Between(at.Add(span/3*time.Duration(n)), at.Add(span/3*time.Duration(n+1)), len(all))
			g, ctx := errgroup.WithContext(ctx)
			g.SetLimit(writersPerCPU * runtime.GOMAXPROCS(0))
			for i := range all {
				g.Go(func() error { return step(ctx, &all[i]) })
			}
			if err := g.Wait(); err != nil {
				return "", fmt.Errorf("fill: %w", err)
			}
		}
		f.Progress(from+len(all), f.Tickets)
	}
	long := seededTicket{n: f.Tickets, entity: asrs[0]}
	if err := f.open(ctx, &long); err != nil {
		return "", fmt.Errorf("fill: %w", err)
	}
	for n := range longTicketNotes {
		note, err := app.NewID()
		if err == nil {
			err = f.send(ctx, long.id, f.Operators[long.entity], ticket.Update{Note: &ticket.NoteInput{
				ID: note, Visibility: ticket.Internal, Text: fmt.Sprintf("%d. Sentito il laboratorio: il referto è stato prodotto, e l’invio si ripete questa notte.", n+1),
			}})
		}
		if err != nil {
			return "", fmt.Errorf("fill: %w", err)
		}
	}
	return long.id, nil
}

// seededTicket is one ticket to make.
type seededTicket struct {
	n        int // number of the ticket, from 0
	id       ticket.ID
	entity   catalog.EntityCode
	ageShare int  // number of hundredths of the entity's tickets that are newer
	rare     bool // the description has the rare words
}

// plan returns the n-th ticket. Tickets go to the ASRs in turn.
func (f Seeder) plan(n int, asrs []catalog.EntityCode) seededTicket {
	perASR, nth := f.Tickets/len(asrs), n/len(asrs)
	return seededTicket{
		n: n, entity: asrs[n%len(asrs)], ageShare: (perASR - 1 - nth) / max(minPerQueue, perASR/100), rare: nth%max(1, perASR/rareCount) == 0,
	}
}

// FamilyName returns the family name of the n-th ticket's citizen, different for each n below 3,200,000.
func FamilyName(n int) string {
	syllables := []string{"ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "bra", "cle", "dri", "fro", "glu", "stra"}
	name := "Fin"
	for range 5 {
		name += syllables[n%len(syllables)]
		n /= len(syllables)
	}
	return name
}

// TaxCode returns the tax code of the n-th ticket's citizen. Each citizen has two tickets.
func TaxCode(n int) string { return fmt.Sprintf("STP%013d", n/2+1) }

// open opens a ticket and sets its id.
func (f Seeder) open(ctx context.Context, t *seededTicket) (err error) {
	if t.id, err = app.NewID(); err != nil {
		return err
	}
	number, err := f.App.NextNumber(ctx)
	if err != nil {
		return err
	}
	problems := []catalog.ProblemID{"referto-non-trovato", "mancato-pagamento", "altro"}
	exam := "degli esami del sangue"
	if t.rare {
		exam = "della risonanza magnetica"
	}
	return f.send(ctx, t.id, person.Actor{Role: person.Anonymous}, ticket.Open{
		Number: number, Service: "ritiro-documenti", Problem: problems[t.n%len(problems)], Entity: t.entity, Channel: ticket.ChannelWeb, Identity: ticket.Declared,
		Requester: ticket.ForSelf,
		Form: ticket.Form{
			GivenName: "Prova", FamilyName: FamilyName(t.n), TaxCode: TaxCode(t.n), Email: "prova@example.it", Phone: "+390110000000",
			Description: "Non trovo il referto " + exam + " fatti nell’ambulatorio vicino a casa. Ho provato con il computer e con il telefono.",
		},
	})
}

// work makes the first change of an operator to a ticket, which depends on its age; none if the ticket stays new.
func (f Seeder) work(ctx context.Context, t *seededTicket) error {
	note, err := app.NewID()
	if err != nil {
		return err
	}
	update := func(text string, status ticket.Status) ticket.Update {
		return ticket.Update{UpdateFields: ticket.UpdateFields{Status: status}, Note: &ticket.NoteInput{ID: note, Text: text, Visibility: ticket.Public}}
	}
	operator := f.Operators[t.entity]
	switch t.ageShare {
	case 0:
		return nil
	case 1:
		return f.send(ctx, t.id, operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	case 2:
		return f.send(ctx, t.id, operator, update("In quale giorno ha fatto l’esame?", ticket.StatusWaiting))
	case 3:
		handOver := update("Il referto risulta inviato, e il cittadino non lo trova.", ticket.StatusHandedOver)
		handOver.Reason = string(ticket.NotOurs)
		return f.send(ctx, t.id, operator, handOver)
	}
	return f.send(ctx, t.id, operator, update("Il referto è stato inviato: ora si può scaricare.", ticket.StatusResolved))
}

// closeOld closes a ticket whose ageShare is 5 or more.
func (f Seeder) closeOld(ctx context.Context, t *seededTicket) error {
	if t.ageShare < 5 {
		return nil
	}
	return f.send(ctx, t.id, person.Actor{ID: "auto-close", Role: person.System}, ticket.Close{Resolution: 1})
}

// send dispatches a command for a ticket.
func (f Seeder) send(ctx context.Context, id ticket.ID, by person.Actor, c ticket.Command) error {
	if by.Role == "" {
		return errors.New("an entity without an operator")
	}
	_, err := f.App.Dispatch(ctx, app.CommandRequest{Ticket: id, Command: c, By: by})
	return err
}
