// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package bench measures the pages as the server renders them: among few tickets and among as many as years bring.
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

// Clock is the simulated clock of a store. Between spreads the next asks readings of it over the time from one moment to another.
type Clock interface {
	Between(from, to time.Time, asks int)
}

// Seeder is a database to be filled, by the one way in that everybody has.
type Seeder struct {
	App       *app.Dispatcher
	Clock     Clock // the store's
	Catalog   *catalog.Catalog
	Operators map[catalog.EntityCode]person.Actor
	Tickets   int
	Progress  func(done, total int)
}

// The years that the tickets are spread over, and how many are made together.
const (
	years           = 5
	batchSize       = 2000
	writersPerCPU   = 64 // a processor
	longTicketNotes = 50 // of the ticket that is much talked about
	minPerQueue     = 60 // in each queue of an entity, so that its first page is as long whatever their number
	rareCount       = 20 // of an entity's say what few do, whatever their number
)

// firstOpened is when the first is opened.
var firstOpened = time.Date(2021, 1, 4, 8, 0, 0, 0, time.UTC)

// Fill opens tickets and takes them to where tickets stand: of each ASR's newest hundredth is new, and one each is in hand,
// waits for the citizen, is handed over to the Region and is resolved; all others are closed. A hundredth is sixty at least.
// It gives one more ticket, of the first ASR, with fifty notes.
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

// seededTicket is the n-th ticket.
type seededTicket struct {
	n        int
	id       ticket.ID
	entity   catalog.EntityCode
	ageShare int // how many hundredths of its entity's are newer
	rare     bool
}

func (f Seeder) plan(n int, asrs []catalog.EntityCode) seededTicket {
	each, nth := f.Tickets/len(asrs), n/len(asrs)
	return seededTicket{n: n, entity: asrs[n%len(asrs)], ageShare: (each - 1 - nth) / max(minPerQueue, each/100), rare: nth%max(1, each/rareCount) == 0}
}

// FamilyName is a family name that no other ticket has.
func FamilyName(n int) string {
	syllables := []string{"ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "bra", "cle", "dri", "fro", "glu", "stra"}
	name := "Fin"
	for range 5 {
		name += syllables[n%len(syllables)]
		n /= len(syllables)
	}
	return name
}

// TaxCode is that of the n-th ticket's citizen, who asks twice in all.
func TaxCode(n int) string { return fmt.Sprintf("STP%013d", n/2+1) }

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
		Subject: f.App.HashTaxCode(TaxCode(t.n)), Requester: ticket.ForSelf,
		Form: ticket.Form{
			GivenName: "Prova", FamilyName: FamilyName(t.n), TaxCode: TaxCode(t.n), Email: "prova@example.it", Phone: "+390110000000",
			Description: "Non trovo il referto " + exam + " fatti nell’ambulatorio vicino a casa. Ho provato con il computer e con il telefono.",
		},
	})
}

// work is what an operator does first.
func (f Seeder) work(ctx context.Context, t *seededTicket) error {
	note, err := app.NewID()
	if err != nil {
		return err
	}
	say := func(text string, to ticket.Status) ticket.Update {
		return ticket.Update{Changes: ticket.Changes{Status: to}, Note: &ticket.NoteInput{ID: note, Text: text, Visibility: ticket.Public}}
	}
	by := f.Operators[t.entity]
	switch t.ageShare {
	case 0:
		return nil
	case 1:
		return f.send(ctx, t.id, by, ticket.Update{Changes: ticket.Changes{Status: ticket.InProgress}})
	case 2:
		return f.send(ctx, t.id, by, say("In quale giorno ha fatto l’esame?", ticket.Waiting))
	case 3:
		handed := say("Il referto risulta inviato, e il cittadino non lo trova.", ticket.HandedOver)
		handed.Reason = string(ticket.NotOurs)
		return f.send(ctx, t.id, by, handed)
	}
	return f.send(ctx, t.id, by, say("Il referto è stato inviato: ora si può scaricare.", ticket.Solved))
}

// closeOld closes what is long resolved.
func (f Seeder) closeOld(ctx context.Context, t *seededTicket) error {
	if t.ageShare < 5 {
		return nil
	}
	return f.send(ctx, t.id, person.Actor{ID: "auto-close", Role: person.System}, ticket.Close{Resolution: 1})
}

func (f Seeder) send(ctx context.Context, on ticket.ID, by person.Actor, c ticket.Command) error {
	if by.Role == "" {
		return errors.New("an entity without an operator")
	}
	_, err := f.App.Dispatch(ctx, app.CommandRequest{Ticket: on, Command: c, By: by})
	return err
}
