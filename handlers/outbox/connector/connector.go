// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package connector

import (
	"cmp"
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
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/sagas"
)

// App is where the door finds what to ask with, and brings what it learns.
type App interface {
	History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error)
	Dispatch(ctx context.Context, r app.CommandRequest) (app.Outcome, error)
}

// Config is what the door is made of. Zero values stand for the defaults.
type Config struct {
	App       App
	Systems   Systems
	Playbooks *playbook.Library

	Timeout        time.Duration // for one request; 5 s
	MaxRetries     int           // after the first request; 2
	RetryDelay     time.Duration // before the first retry, then doubled, with jitter; 200 ms
	MaxFailures    uint32        // failures in a row that open the breaker; 5
	BreakerTimeout time.Duration // how long an open breaker leaves the system alone; 30 s
	MaxConcurrent  int           // questions to one entity's systems at a time; 2
	Client         *http.Client  // its redirects are not followed
	Log            *slog.Logger
	Metrics        prometheus.Registerer

	metrics metrics
}

// Connector asks connected systems. It never fails an operator: it runs from the outbox.
type Connector struct {
	Config
	tokens map[catalog.EntityCode]string

	mu      sync.Mutex
	systems map[catalog.EntityCode]*system // those that were asked
}

// New checks the configuration and reads the tokens.
func New(c Config) (*Connector, error) {
	if c.App == nil {
		return nil, errors.New("connector: App is required")
	}
	c.Timeout = cmp.Or(c.Timeout, 5*time.Second)
	c.RetryDelay = cmp.Or(c.RetryDelay, 200*time.Millisecond)
	c.BreakerTimeout = cmp.Or(c.BreakerTimeout, 30*time.Second)
	c.MaxRetries, c.MaxFailures, c.MaxConcurrent = cmp.Or(c.MaxRetries, 2), cmp.Or(c.MaxFailures, 5), cmp.Or(c.MaxConcurrent, 2)
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
	d := &Connector{Config: c, systems: map[catalog.EntityCode]*system{}, tokens: map[catalog.EntityCode]string{}}
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

// systemOf is an entity's own, with a breaker of its own, also where the address is everybody's. Nil: there is none.
func (d *Connector) systemOf(entity catalog.EntityCode) *system {
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

// HandleQuestion asks what a message of the topic ask-connector asks, and brings the answer in: yes, no, or why it is not known. An
// error means that it is to be tried again. messageID makes a redelivery harmless.
func (d *Connector) HandleQuestion(ctx context.Context, messageID string, on ticket.ID, q sagas.ConnectorQuestion) error {
	history, err := d.App.History(ctx, on)
	if err != nil {
		return fmt.Errorf("ask about ticket %s: %w", on, err)
	}
	r, asked := d.buildRequest(history, q)
	if !asked {
		return nil // somebody answered meanwhile, or the run is over
	}
	r.ID = messageID
	learned := ticket.RecordQueryResult{Run: q.Run, Query: q.Query, Check: q.Check}
	begun := time.Now()
	answer, err := d.ask(ctx, q, r)
	if ctx.Err() != nil {
		return ctx.Err() // the service stops; it will be asked again
	}
	yes, known := answer.Facts[q.Fact]
	switch {
	case err != nil:
		learned.Why = unknownReason(err)
	case !known:
		learned.Why = ticket.AnswerNotKnown
	default:
		learned.Answer, learned.Evidence = &yes, answer.Evidence
	}
	outcome := "answered"
	if learned.Answer == nil {
		outcome = string(learned.Why)
		d.Log.InfoContext(ctx, "a connected system did not answer", "entity", q.Entity, "query", q.Query, "ticket", on, "reason", learned.Why, "error", err)
	}
	d.metrics.observe(q, outcome, time.Since(begun))
	_, err = d.App.Dispatch(ctx, app.CommandRequest{
		Ticket: on, Command: learned, By: person.Actor{ID: "connector", Role: person.System}, Key: messageID, Permanent: true,
	})
	var notAllowed *ticket.NotAllowedError
	if errors.As(err, &notAllowed) {
		return nil // the ticket has moved on
	}
	return err
}

func (d *Connector) ask(ctx context.Context, q sagas.ConnectorQuestion, r Request) (Answer, error) {
	s := d.systemOf(q.Entity)
	if s == nil {
		return Answer{}, errNoSystem
	}
	return s.ask(ctx, q.Query, r)
}

var errNoSystem = errors.New("no system is connected for the entity")

func unknownReason(err error) ticket.QueryFailure {
	switch {
	case errors.Is(err, errNoSystem):
		return ticket.NoSystemConnected
	case errors.Is(err, errNoAnswer):
		return ticket.AnswerNotKnown
	case errors.Is(err, errInvalidAnswer):
		return ticket.InvalidAnswer
	default:
		return ticket.SystemUnreachable
	}
}

// buildRequest gathers what is known to ask with. False: the check is not to be asked any more.
func (d *Connector) buildRequest(history []ticket.Recorded, q sagas.ConnectorQuestion) (Request, bool) {
	var s ticket.State
	var r Request
	for _, h := range history {
		s = ticket.Evolve(s, h)
		if e, ok := h.Event.(ticket.Opened); ok && e.Personal != nil {
			r = Request{TaxCode: e.Personal.TaxCode, Facilitated: e.Facilitated, IUV: e.Personal.IUV}
		}
	}
	rules := rules.Engine{Playbooks: d.Playbooks}
	run, fresh, ok := rules.RunFor(s)
	if !ok || fresh || run.N != q.Run || s.Entity != run.Entity || s.Erased {
		return r, false
	}
	walk, ok := rules.Walk(run)
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
