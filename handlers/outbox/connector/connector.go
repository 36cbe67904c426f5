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
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/sagas"
)

// App is the part of the application service that a Connector uses: it reads ticket histories and records questions and results.
type App interface {
	History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error)
	RecordQuestion(ctx context.Context, by person.Actor, id ticket.ID, query playbook.Query) error
	Barrier(ctx context.Context) error
	Dispatch(ctx context.Context, r app.CommandRequest) (app.CommandResult, error)
}

// Config configures a Connector. App is required. Zero values mean the defaults given below.
type Config struct {
	App       App
	Systems   Systems
	Playbooks *playbook.Library

	Timeout        time.Duration // of one request; default 5 s
	MaxRetries     int           // requests after the first one; default 2
	RetryDelay     time.Duration // before the first retry, then doubled, with jitter; default 200 ms
	MaxFailures    uint32        // consecutive failures that open the circuit breaker; default 5
	BreakerTimeout time.Duration // time for which an open breaker stays open; default 30 s
	MaxConcurrent  int           // simultaneous questions to the systems of one entity; default 2
	Client         *http.Client  // redirects are not followed, whatever its CheckRedirect; default: a new client
	Log            *slog.Logger
	Metrics        prometheus.Registerer

	metrics metrics
}

// Connector asks connected systems and records their answers. It runs from the outbox, so a system that fails does not delay operators.
type Connector struct {
	Config
	tokens map[catalog.EntityCode]string

	mu      sync.Mutex
	systems map[catalog.EntityCode]*system // made at the first question for each entity
}

// New checks the configuration and reads the token files. It returns an error if App is missing or a token file cannot be read.
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
	// Requests contain tax codes. They must go only to configured addresses, so redirects are not followed.
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

// systemOf returns the system of an entity, or nil if none is configured. Each entity has its own circuit breaker, even if it uses the
// address configured for "*".
func (c *Connector) systemOf(entity catalog.EntityCode) *system {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.systems[entity]; s != nil {
		return s
	}
	for _, code := range []catalog.EntityCode{entity, "*"} {
		if at, ok := c.Systems[code]; ok {
			c.systems[entity] = newSystem(c.Config, entity, at.URL, c.tokens[code])
			return c.systems[entity]
		}
	}
	return nil
}

// actorID is the id of the connector as an actor, in events and in access records. It is stored.
const actorID = "connector"

// HandleQuestion handles a message of the topic ask-connector: it records the question as an access, asks the connected system and records the result on the ticket, which is
// yes, no or the reason why there is no answer. It does nothing if the question no longer applies. After an error the message must be
// delivered again; messageID is the idempotency key, so a repeated delivery has no further effect.
func (c *Connector) HandleQuestion(ctx context.Context, messageID string, id ticket.ID, q sagas.ConnectorQuestion) error {
	history, err := c.App.History(ctx, id)
	if err != nil {
		return fmt.Errorf("ask about ticket %s: %w", id, err)
	}
	r, applies, err := c.buildRequest(history, q)
	if err != nil {
		return err
	}
	if !applies {
		return nil // somebody has answered meanwhile, or the run has ended
	}
	// The question holds what was read of the ticket: it leaves when that cannot be lost any more.
	if err := c.App.Barrier(ctx); err != nil {
		return fmt.Errorf("ask about ticket %s: %w", id, err)
	}
	if c.systemOf(q.Entity) != nil {
		if err := c.App.RecordQuestion(ctx, person.Actor{ID: actorID, Role: person.System, Entity: q.Entity}, id, q.Query); err != nil {
			return fmt.Errorf("ask about ticket %s: %w", id, err)
		}
	}
	r.ID = messageID
	result := ticket.RecordQueryResult{Run: q.Run, Query: q.Query, Check: q.Check}
	start := time.Now()
	answer, err := c.ask(ctx, q, r)
	if ctx.Err() != nil {
		return ctx.Err() // the service stops; the message will be delivered again
	}
	yes, known := answer.Facts[q.Fact]
	switch {
	case err != nil:
		result.Why = unknownReason(err)
	case !known:
		result.Why = ticket.AnswerNotKnown
	default:
		result.Answer, result.Evidence = &yes, answer.Evidence
	}
	outcome := "answered"
	if result.Answer == nil {
		outcome = string(result.Why)
		c.Log.InfoContext(ctx, "connected system gave no answer", "entity", q.Entity, "query", q.Query, "ticket", id, "reason", result.Why, "error", err)
	}
	c.metrics.observe(q, outcome, time.Since(start))
	_, err = c.App.Dispatch(ctx, app.CommandRequest{
		Ticket: id, Command: result, By: person.Actor{ID: actorID, Role: person.System}, Key: messageID, Permanent: true,
	})
	var notAllowed *ticket.NotAllowedError
	if errors.As(err, &notAllowed) {
		return nil // the ticket's state has changed meanwhile
	}
	return err
}

func (c *Connector) ask(ctx context.Context, q sagas.ConnectorQuestion, r Request) (Answer, error) {
	s := c.systemOf(q.Entity)
	if s == nil {
		return Answer{}, errNoSystem
	}
	return s.ask(ctx, q.Query, r)
}

var errNoSystem = errors.New("no system is connected for the entity")

// unknownReason returns the reason, as it is recorded on the ticket, why a question has no answer.
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

// buildRequest builds the request for a question from the ticket's history: tax code, facilitated access and IUV from the form, the other
// values from the evidence of the run's answers, which also replaces the IUV. False: the question no longer applies, because the run has
// changed or ended, the check is no longer the last on its path, the ticket has another entity, or its personal data are erased. Error:
// *outbox.NewerError when this node does not have the run's version of the playbook.
func (c *Connector) buildRequest(history []ticket.Recorded, q sagas.ConnectorQuestion) (r Request, applies bool, err error) {
	var s ticket.State
	for _, h := range history {
		s = ticket.Evolve(s, h)
		if e, ok := h.Event.(ticket.Opened); ok && e.Personal != nil {
			r = Request{TaxCode: e.Personal.TaxCode, Facilitated: e.Facilitated, IUV: e.Personal.IUV}
		}
	}
	rules := rules.Engine{Playbooks: c.Playbooks}
	run, fresh, ok := rules.RunFor(s)
	if !ok || fresh || run.N != q.Run || s.Entity != run.Entity || s.Erased {
		return r, false, nil
	}
	walk, ok := rules.Walk(run)
	if !ok {
		return r, false, &outbox.NewerError{Unknown: fmt.Sprintf("version %d of the playbook %s", run.Pinned.Version, run.Pinned.Playbook)}
	}
	last := walk.Steps[max(0, len(walk.Steps)-1):]
	if len(last) == 0 || last[0].Check.ID != q.Check || walk.Open == nil && !run.Remind {
		return r, false, nil
	}
	known := walk.Evidence()
	r.Identifier, r.ProducedOn, r.TicketNumber = known["identifier"], known["produced_on"], known["ticket_number"]
	if iuv := known["iuv"]; iuv != "" {
		r.IUV = iuv
	}
	return r, true, nil
}
