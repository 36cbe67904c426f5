// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package referto

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/sagas"
)

// Desk is where the door finds what to ask with, and brings what it learns.
type Desk interface {
	History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error)
	Dispatch(ctx context.Context, r desk.Request) (desk.Outcome, error)
}

// Config is what the door is made of. Zero values stand for the defaults.
type Config struct {
	Desk      Desk
	Systems   Systems
	Playbooks *playbook.Library

	Timeout time.Duration // for one request; 5 s
	Retries int           // after the first request; 2
	Pause   time.Duration // before the first retry, then doubled, with jitter; 200 ms
	Trip    uint32        // failures in a row that open the breaker; 5
	Rest    time.Duration // how long an open breaker leaves the system alone; 30 s
	AtOnce  int           // questions to one entity's systems at a time; 2
	Client  *http.Client  // its redirects are not followed
	Log     *slog.Logger
	Metrics prometheus.Registerer

	metrics metrics
}

// Door asks connected systems. It never fails an operator: it runs from the outbox.
type Door struct {
	Config
	tokens map[catalog.EntityCode]string

	mu      sync.Mutex
	systems map[catalog.EntityCode]*system // those that were asked
}

// New checks the configuration and reads the tokens.
func New(c Config) (*Door, error) {
	if c.Desk == nil {
		return nil, errors.New("referto: Desk is required")
	}
	for d, otherwise := range map[*time.Duration]time.Duration{&c.Timeout: 5 * time.Second, &c.Pause: 200 * time.Millisecond, &c.Rest: 30 * time.Second} {
		if *d == 0 {
			*d = otherwise
		}
	}
	if c.Retries == 0 {
		c.Retries = 2
	}
	if c.Trip == 0 {
		c.Trip = 5
	}
	if c.AtOnce == 0 {
		c.AtOnce = 2
	}
	client := http.Client{}
	if c.Client != nil {
		client = *c.Client
	}
	// Whom to tell a tax code the configuration says, and not whoever answers there.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.metrics = newMetrics(c.Metrics)
	d := &Door{Config: c, systems: map[catalog.EntityCode]*system{}, tokens: map[catalog.EntityCode]string{}}
	for code, s := range c.Systems {
		if s.TokenFile == "" {
			continue
		}
		token, err := os.ReadFile(s.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("connectors: token of %s: %w", code, err)
		}
		d.tokens[code] = strings.TrimSpace(string(token))
	}
	return d, nil
}

// system is an entity's own, with a breaker of its own, also where the address is everybody's. Nil: there is none.
func (d *Door) system(entity catalog.EntityCode) *system {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.systems[entity]; s != nil {
		return s
	}
	for _, code := range []catalog.EntityCode{entity, "*"} {
		if at, ok := d.Systems[code]; ok {
			d.systems[entity] = newSystem(d.Config, entity, at.URL, d.tokens[code])
			return d.systems[entity]
		}
	}
	return nil
}

// Answer asks what a message of the topic ask-connector asks, and brings the answer in: yes, no, or why it is not known. An
// error means that it is to be tried again. messageID makes a redelivery harmless.
func (d *Door) Answer(ctx context.Context, messageID string, on ticket.ID, q sagas.Question) error {
	history, err := d.Desk.History(ctx, on)
	if err != nil {
		return fmt.Errorf("ask about ticket %s: %w", on, err)
	}
	r, asked := d.request(history, q)
	if !asked {
		return nil // somebody answered meanwhile, or the run is over
	}
	r.Request = messageID
	learned := ticket.Learn{Run: q.Run, Query: q.Query, Check: q.Check}
	begun := time.Now()
	answer, err := d.ask(ctx, q, r)
	if ctx.Err() != nil {
		return ctx.Err() // the service stops; it will be asked again
	}
	yes, known := answer.Facts[q.Fact]
	switch {
	case err != nil:
		learned.Why = why(err)
	case !known:
		learned.Why = ticket.Silent
	default:
		learned.Answer, learned.Evidence = &yes, answer.Evidence
	}
	outcome := "answered"
	if learned.Answer == nil {
		outcome = string(learned.Why)
		d.Log.InfoContext(ctx, "a connected system did not answer", "entity", q.Entity, "query", q.Query, "ticket", on, "why", learned.Why, "error", err)
	}
	d.metrics.asked(q, outcome, time.Since(begun))
	_, err = d.Desk.Dispatch(ctx, desk.Request{
		Ticket: on, Command: learned, By: person.Actor{ID: "connector", Role: person.System}, Key: messageID, Permanent: true,
	})
	var notAllowed *ticket.NotAllowedError
	if errors.As(err, &notAllowed) {
		return nil // the ticket has moved on
	}
	return err
}

func (d *Door) ask(ctx context.Context, q sagas.Question, r Request) (Answer, error) {
	s := d.system(q.Entity)
	if s == nil {
		return Answer{}, errNoSystem
	}
	return s.ask(ctx, q.Query, r)
}

var errNoSystem = errors.New("no system is connected for the entity")

func why(err error) ticket.Unknown {
	switch {
	case errors.Is(err, errNoSystem):
		return ticket.NoSystem
	case errors.Is(err, errNothing):
		return ticket.Silent
	case errors.Is(err, errNonsense):
		return ticket.Nonsense
	default:
		return ticket.Unreachable
	}
}

// request gathers what is known to ask with. False: the check is not to be asked any more.
func (d *Door) request(history []ticket.Recorded, q sagas.Question) (Request, bool) {
	var s ticket.State
	var r Request
	for _, h := range history {
		s = ticket.Evolve(s, h)
		if e, ok := h.Event.(ticket.Opened); ok && e.Personal != nil {
			r = Request{TaxCode: e.Personal.TaxCode, Facilitated: e.Facilitated, IUV: e.Personal.IUV}
		}
	}
	rules := ticket.Rules{Playbooks: d.Playbooks}
	run, fresh, ok := rules.Running(s)
	if !ok || fresh || run.N != q.Run || s.Entity != run.Entity || s.Erased {
		return r, false
	}
	walk, ok := rules.Walked(run)
	last := walk.Steps[max(0, len(walk.Steps)-1):]
	if !ok || len(last) == 0 || last[0].Check.ID != q.Check || walk.Open == nil && !run.Remind {
		return r, false
	}
	known := walk.Evidence()
	r.Identifier, r.ProducedOn, r.TicketNumber = known["identifier"], known["produced_on"], known["ticket_number"]
	if iuv := known["iuv"]; iuv != "" {
		r.IUV = iuv
	}
	return r, true
}
