// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mail is the door through which citizens are told by e-mail: once each, in plain words, never a regional or
// internal note. What it says it takes from the citizen's own view of the ticket when it hands the mail over.
package mail

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/sony/gobreaker"
	gomail "github.com/wneessen/go-mail"
	"golang.org/x/time/rate"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/projections/ticketview"
	"github.com/sol-assistenza/sol/sagas"
)

// App is where the door reads tickets, and reports addresses that take no mail.
type App interface {
	History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error)
	Dispatch(ctx context.Context, r app.CommandRequest) (app.Outcome, error)
}

// Config is what the door is made of.
type Config struct {
	Pool      *pgxpool.Pool // as sol_worker
	App       App
	Catalog   *catalog.Catalog
	Now       func() time.Time // the store's
	Relay     Relay            // none: mails wait until there is one
	Addresses *mailaddress.Addresses
	// Link is the page of a ticket for its citizen: with the personal token for who did not log in.
	Link func(id ticket.ID, verified bool) string
	// WantsMail tells whether a logged-in citizen wants mail. Nil: all do.
	WantsMail func(ctx context.Context, account string) (bool, error)

	Timeout      time.Duration // for one hand-over; 0: 30 s
	RetryDelay   time.Duration // the first pause after a mail that was put off, then doubled up to an hour; 0: 1 min
	Lease        time.Duration // after which a mail in hand is taken for left behind; 0: 5 min
	GiveUpAfter  time.Duration // how long a mail is tried; 0: five days
	PollInterval time.Duration // how often mails that wait are looked at; 0: 5 s
	// PerMinute is how many hand-overs a minute the peer is asked for; what is above waits. 0: 600
	PerMinute int
	Log       *slog.Logger
	Metrics   prometheus.Registerer
}

// Sender sends mails.
type Sender struct {
	Config
	breaker   *gobreaker.CircuitBreaker
	rateLimit *rate.Limiter
	outcomes  *prometheus.CounterVec
}

// New checks the configuration.
func New(c Config) (*Sender, error) {
	if c.Pool == nil || c.App == nil || c.Catalog == nil || c.Now == nil || c.Addresses == nil || c.Link == nil {
		return nil, errors.New("mail: Pool, App, Catalog, Now, Addresses and Link are required")
	}
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.RetryDelay = cmp.Or(c.RetryDelay, time.Minute)
	c.Lease = cmp.Or(c.Lease, 5*time.Minute)
	c.GiveUpAfter = cmp.Or(c.GiveUpAfter, 5*24*time.Hour)
	c.PollInterval = cmp.Or(c.PollInterval, 5*time.Second)
	c.PerMinute = cmp.Or(c.PerMinute, 600)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	limit := rate.NewLimiter(rate.Limit(float64(c.PerMinute)/60), c.PerMinute)
	return &Sender{c, newBreaker(c.RetryDelay), limit, promauto.With(c.Metrics).NewCounterVec(prometheus.CounterOpts{
		Name: "sol_mail_total", Help: "Mail delivery attempts, by result: sent, deferred, uncertain, refused, dropped or bounced.",
	}, []string{"outcome"})}, nil
}

// Deliver takes a notification to a citizen on, and tries at once unless the peer is away or has had enough for now.
// messageID makes a redelivery harmless: after an error the caller gives it again, and a mail that was sent is not sent
// again.
func (d *Sender) Deliver(ctx context.Context, messageID string, on ticket.ID, n sagas.Notification) error {
	reference, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = d.Pool.Exec(ctx, `
		insert into mail.deliveries (id, ticket, kind, notification, state, next_at) values ($1, $2, $3, $4, 'waiting', clock_timestamp())
		on conflict do nothing`, messageID, string(on), string(n.Kind), reference)
	if err != nil {
		return fmt.Errorf("take mail %s on: %w", messageID, err)
	}
	if d.isOpen() || !d.rateLimit.Allow() {
		return nil // Run sends it
	}
	return d.attempt(ctx, messageID)
}

// Run tries mails again that wait or were left behind, until ctx ends.
func (d *Sender) Run(ctx context.Context) error {
	look := time.NewTicker(d.PollInterval)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		if err := d.Retry(ctx); err != nil && ctx.Err() == nil {
			d.Log.ErrorContext(ctx, "due mails could not be sent, will retry", "error", err)
		}
	}
}

// Retry tries what is due now, until the peer is away. A mail that cannot be written holds up no other.
func (d *Sender) Retry(ctx context.Context) (failed error) {
	for d.Relay.host != "" && !d.isOpen() {
		rows, err := d.Pool.Query(ctx, `
			select id::text from mail.deliveries where state in ('waiting', 'sending') and next_at <= clock_timestamp()
			order by next_at limit 100`)
		if err != nil {
			return errors.Join(failed, err)
		}
		var due []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return errors.Join(failed, err)
			}
			due = append(due, id)
		}
		if err := rows.Err(); err != nil || len(due) == 0 {
			return errors.Join(failed, err)
		}
		for _, id := range due {
			if d.isOpen() {
				return failed
			}
			if err := d.rateLimit.Wait(ctx); err != nil {
				return errors.Join(failed, err)
			}
			err := d.attempt(ctx, id)
			if failed = errors.Join(failed, err); eventstore.IsUnavailable(err) || ctx.Err() != nil {
				return failed
			}
		}
	}
	return failed
}

// delivery is a mail that this node has in hand.
type delivery struct {
	id           string
	ticket       ticket.ID
	notification sagas.Notification
	attempts     int
	since        time.Time
}

// attempt hands a mail over if it is due and nobody has it in hand. One that was in hand when its node died may have
// arrived: it is marked, and only such a mail may arrive twice.
func (d *Sender) attempt(ctx context.Context, id string) error {
	if d.Relay.host == "" {
		return nil
	}
	m := delivery{id: id}
	var reference []byte
	rows, err := d.Pool.Query(ctx, `
		update mail.deliveries set uncertain = uncertain or state = 'sending', state = 'sending', attempts = attempts + 1,
			next_at = clock_timestamp() + $2::interval
		where id = $1 and state in ('waiting', 'sending') and next_at <= clock_timestamp()
		returning ticket::text, notification, attempts, created_at`, id, d.Lease)
	if err != nil {
		return fmt.Errorf("take mail %s in hand: %w", id, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return rows.Err() // sent, or in another's hand
	}
	if err := rows.Scan(&m.ticket, &reference, &m.attempts, &m.since); err != nil {
		return err
	}
	rows.Close()
	asked := ctx
	ctx = context.WithoutCancel(ctx) // what becomes of it is kept, also when the service stops
	if err := json.Unmarshal(reference, &m.notification); err != nil {
		return d.finish(ctx, m, "void", "cannot be read: "+err.Error())
	}
	if m.attempts == 1 && time.Since(m.since) > d.GiveUpAfter {
		return d.finish(ctx, m, "void", "it waited too long for a mail server")
	}
	msg, why, err := d.compose(asked, m)
	if err != nil {
		return errors.Join(d.postpone(ctx, m, "could not be written", false), err)
	}
	if msg == nil {
		return d.finish(ctx, m, "void", why)
	}
	result, err := d.send(asked, msg)
	switch result {
	case accepted:
		return d.finish(ctx, m, "sent", "")
	case rejected:
		return d.reject(ctx, m, err)
	case unreachable, deferred, uncertain:
		if time.Since(m.since) > d.GiveUpAfter {
			return d.reject(ctx, m, fmt.Errorf("given up: %w", err))
		}
		return d.postpone(ctx, m, err.Error(), result == uncertain)
	}
	return nil
}

// reject ends a mail that is not taken. Only if that is said of the recipient is the address reported, and before the
// mail is done with: whoever dies in between asks the peer again, and nobody is left unreachable without being shown as such.
func (d *Sender) reject(ctx context.Context, m delivery, why error) error {
	if errors.As(why, new(recipientError)) {
		if err := d.reportContactFailure(ctx, m.ticket, m.id, ticket.DeliveryRefused); err != nil {
			return errors.Join(d.postpone(ctx, m, "refused, and not reported yet", false), err)
		}
	} else {
		d.Log.ErrorContext(ctx, "relay rejected mail for a reason other than the recipient", "message", m.id, "ticket", m.ticket, "reason", why)
	}
	return d.finish(ctx, m, "refused", why.Error())
}

// finish settles a mail, unless it came back or is in another's hand meanwhile: then what they say of it holds.
func (d *Sender) finish(ctx context.Context, m delivery, state, why string) error {
	d.outcomes.WithLabelValues(map[bool]string{true: "dropped", false: state}[state == "void"]).Inc() // void is the stored state
	_, err := d.Pool.Exec(ctx, `
		update mail.deliveries set state = $2, error = $3, ended_at = clock_timestamp()
		where id = $1 and state = 'sending' and attempts = $4`, m.id, state, why, m.attempts)
	return err
}

func (d *Sender) postpone(ctx context.Context, m delivery, why string, uncertain bool) error {
	d.outcomes.WithLabelValues(map[bool]string{true: "uncertain", false: "deferred"}[uncertain]).Inc()
	wait := d.backoff(m.attempts)
	d.Log.WarnContext(ctx, "mail postponed", "message", m.id, "ticket", m.ticket, "attempts", m.attempts, "retry_in", wait, "reason", why)
	_, err := d.Pool.Exec(ctx, `
		update mail.deliveries set state = 'waiting', uncertain = uncertain or $3, next_at = clock_timestamp() + $4::interval, error = $2
		where id = $1 and state = 'sending' and attempts = $5`, m.id, why, uncertain, wait, m.attempts)
	return err
}

// backoff returns the delay after a number of failed attempts: RetryDelay, doubled for each attempt after the first, at most an hour.
func (d *Sender) backoff(attempts int) (delay time.Duration) {
	b := backoff.ExponentialBackOff{InitialInterval: d.RetryDelay, Multiplier: 2, MaxInterval: time.Hour}
	for range max(1, min(attempts, 11)) {
		delay = b.NextBackOff()
	}
	return min(delay, time.Hour)
}

// reportContactFailure tells the ticket's operators that the address takes no mail: «recapito fallito».
func (d *Sender) reportContactFailure(ctx context.Context, on ticket.ID, messageID string, why ticket.DeliveryFailure) error {
	_, err := d.App.Dispatch(ctx, app.CommandRequest{
		Ticket: on, Command: ticket.ReportContact{Message: messageID, Why: why},
		By: person.Actor{ID: "mail", Role: person.System}, Key: "contact/" + messageID, Permanent: true,
	})
	return err
}

// RecordBounce takes note that a mail came back.
func (d *Sender) RecordBounce(ctx context.Context, messageID string) error {
	var on ticket.ID
	err := d.Pool.QueryRow(ctx, `
		update mail.deliveries set state = 'bounced', ended_at = clock_timestamp() where id = $1 and state in ('sent', 'sending', 'waiting', 'bounced')
		returning ticket::text`, messageID).Scan(&on)
	if errors.Is(err, pgx.ErrNoRows) { // it was never sent, or its refusal was enough: who brings it need not come again
		return nil
	}
	if err != nil {
		return fmt.Errorf("mail %s came back: %w", messageID, err)
	}
	d.outcomes.WithLabelValues("bounced").Inc()
	return d.reportContactFailure(ctx, on, messageID, ticket.DeliveryBounced)
}

// compose writes the mail; nil and why: there is nothing to say any more.
func (d *Sender) compose(ctx context.Context, m delivery) (_ *gomail.Msg, why string, err error) {
	history, err := d.App.History(ctx, m.ticket)
	if err != nil {
		return nil, "", err
	}
	opened, ok := history[0].Event.(ticket.Opened)
	if !ok || opened.Personal == nil {
		return nil, "the personal data was erased", nil
	}
	for _, r := range history {
		if w, undone := r.Event.(ticket.ActWithdrawn); undone && w.Act == m.notification.Act {
			return nil, "the act was withdrawn", nil
		}
	}
	verified := opened.Identity == ticket.Verified
	if verified && d.WantsMail != nil {
		if wants, err := d.WantsMail(ctx, opened.Citizen); err != nil || !wants {
			return nil, "the citizen refused mail", err
		}
	}
	now := d.Now()
	if last := history[len(history)-1].At; last.After(now) {
		now = last
	}
	viewer := ticketview.Viewer{Ticket: m.ticket}
	t, ok := ticketview.Detail(viewer, history, ticketview.Names{Catalog: d.Catalog}, now)
	if !ok || t.Erased {
		return nil, "the citizen does not see the ticket", nil
	}
	subject, text, html, ok, err := render(m.notification.Kind, m.notification, t, history, d.Link(m.ticket, verified), verified)
	if err != nil || !ok {
		return nil, "what it is about is not there any more", err
	}
	msg := gomail.NewMsg()
	msg.SetMessageIDWithValue(d.Addresses.MessageID(m.id))
	msg.SetDateWithValue(now)
	msg.Subject(subject)
	thread := "<" + d.Addresses.MessageID(string(m.ticket)) + ">"
	msg.SetGenHeader("References", thread)
	msg.SetGenHeader("In-Reply-To", thread)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader("Precedence", "bulk")
	msg.SetBodyString(gomail.TypeTextPlain, text)
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
	err = errors.Join(msg.FromFormat("SOL Assistenza", d.Addresses.From()), msg.ReplyTo(d.Addresses.Reply(m.ticket)),
		msg.EnvelopeFrom(d.Addresses.Bounce(m.id)))
	if err != nil {
		return nil, "", err
	}
	if err := msg.To(strings.TrimSpace(opened.Personal.Email)); err != nil {
		return nil, "the address cannot be written to", errors.Join(d.reportContactFailure(ctx, m.ticket, m.id, ticket.DeliveryRefused))
	}
	return msg, "", nil
}
