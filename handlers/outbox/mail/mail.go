// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mail sends notifications to citizens by e-mail. It sends each mail once, unless an attempt was interrupted: then the mail is
// marked as uncertain. The text comes from the citizen's view of the ticket at the time of sending, so that a mail never holds a regional
// or internal note.
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
	"github.com/sol-assistenza/sol/domain/ticket/acts"
	"github.com/sol-assistenza/sol/domain/ticket/contacts"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/projections/ticketview"
	"github.com/sol-assistenza/sol/sagas"
)

// App is the part of the application service that reads tickets and records failed contacts.
type App interface {
	SettledHistory(ctx context.Context, id, act ticket.ID) ([]ticket.Recorded, error)
	Barrier(ctx context.Context) error
	Dispatch(ctx context.Context, r app.CommandRequest) (app.CommandResult, error)
}

// Config configures a Sender. Pool, App, Catalog, Now, Addresses and Link are required.
type Config struct {
	Pool      *pgxpool.Pool // connections as role sol_worker whose commits are synchronous
	LeasePool *pgxpool.Pool // connections for renewals; nil: Pool
	App       App
	Catalog   *catalog.Catalog
	Now       func() time.Time // the log's clock
	Relay     Relay            // zero: mails wait until a relay is configured
	Addresses *mailaddress.Addresses
	// Link returns the address of a ticket's page for its citizen, with a personal link's token of an issue if the citizen did not log in.
	Link func(id ticket.ID, issue ticket.LinkIssue, verified bool) string
	// Statement returns the address of the privacy statement of an entity, "" if it has published none. Nil: mails name none.
	Statement func(ctx context.Context, entity catalog.EntityCode) (string, error)
	// WantsMail reports whether a logged-in citizen wants mail. Nil: all do.
	WantsMail func(ctx context.Context, account string) (bool, error)

	Timeout      time.Duration // for connecting to the relay, and then for sending one mail; 0: 30 s
	RetryDelay   time.Duration // pause after a failed attempt; doubled up to an hour while the relay answers 4xx; 0: 1 min
	Lease        time.Duration // how long an attempt reserves a mail without a renewal; then another node begins one; 0: lease.Duration
	GiveUpAfter  time.Duration // how long a mail is tried after its creation; 0: five days
	PollInterval time.Duration // pause between two looks for due mails; 0: 1 s
	// PerMinute is the maximum number of mails a minute that this node sends to the relay; further mails wait. 0: DefaultPerMinute
	PerMinute int
	Log       *slog.Logger
	Metrics   prometheus.Registerer
}

// DefaultPerMinute is the default of Config.PerMinute.
const DefaultPerMinute = 600

// Sender sends mails to citizens through a relay.
type Sender struct {
	Config
	leases    *lease.Keeper[reservation]
	breaker   *gobreaker.CircuitBreaker
	rateLimit *rate.Limiter
	outcomes  *prometheus.CounterVec
}

// New checks the configuration and sets its defaults. It returns an error if a required field is missing.
func New(c Config) (*Sender, error) {
	if c.Pool == nil || c.App == nil || c.Catalog == nil || c.Now == nil || c.Addresses == nil || c.Link == nil {
		return nil, errors.New("mail: Pool, App, Catalog, Now, Addresses and Link are required")
	}
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.RetryDelay = cmp.Or(c.RetryDelay, time.Minute)
	c.LeasePool = cmp.Or(c.LeasePool, c.Pool)
	c.Lease = cmp.Or(c.Lease, lease.Duration)
	c.GiveUpAfter = cmp.Or(c.GiveUpAfter, 5*24*time.Hour)
	c.PollInterval = cmp.Or(c.PollInterval, time.Second)
	c.PerMinute = cmp.Or(c.PerMinute, DefaultPerMinute)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	limit := rate.NewLimiter(rate.Limit(float64(c.PerMinute)/60), c.PerMinute)
	return &Sender{c, lease.NewKeeper(c.Lease, c.renewReservations), newBreaker(c.RetryDelay), limit, promauto.With(c.Metrics).NewCounterVec(prometheus.CounterOpts{
		Name: "sol_mail_total", Help: "Mail delivery attempts, by result: sent, deferred, uncertain, refused, dropped or bounced.",
	}, []string{"outcome"})}, nil
}

// Deliver stores a notification to a citizen as a mail, and sends it at once unless the relay is unreachable or the rate limit is reached.
// After an error the caller calls it again with the same messageID: a stored mail is not stored twice, and a sent mail is not sent again.
// A mail that was perhaps sent before a restore of the log is stored as uncertain and not sent.
func (s *Sender) Deliver(ctx context.Context, messageID string, id ticket.ID, n sagas.Notification) error {
	if n.Kind == sagas.KindContactsCorrected {
		return s.sendAgain(ctx, id, n)
	}
	reference, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = s.Pool.Exec(ctx, `
		insert into mail.deliveries (id, ticket, kind, notification, state, uncertain, next_at)
		select $1, $2::uuid, $3, $4::jsonb, case when u then 'uncertain' else 'waiting' end, u, clock_timestamp() from mail.is_uncertain($1) u
		on conflict do nothing`, messageID, string(id), string(n.Kind), reference)
	if err != nil {
		return fmt.Errorf("store mail %s: %w", messageID, err)
	}
	if s.isOpen() || !s.rateLimit.Allow() {
		return nil // Run sends it
	}
	return s.attempt(ctx, messageID)
}

// Run sends the due mails every PollInterval until ctx ends, also those whose attempt was interrupted.
func (s *Sender) Run(ctx context.Context) error {
	poll := time.NewTicker(s.PollInterval)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
		}
		if err := s.Retry(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "due mails could not be sent, will retry", "error", err)
		}
	}
}

// Retry sends the mails that are due now, until the relay is unreachable. It joins the errors of mails that cannot be written; such a mail
// does not stop the others.
func (s *Sender) Retry(ctx context.Context) (failures error) {
	for s.Relay.host != "" && !s.isOpen() {
		rows, err := s.Pool.Query(ctx, `
			select id::text from mail.deliveries
			where `+isDue+` and kind = any ($1) order by next_at limit 100`, knownKinds)
		if err != nil {
			return errors.Join(failures, err)
		}
		due, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(due) == 0 {
			return errors.Join(failures, err)
		}
		for _, id := range due {
			if s.isOpen() {
				return failures
			}
			if err := s.rateLimit.Wait(ctx); err != nil {
				return errors.Join(failures, err)
			}
			err := s.attempt(ctx, id)
			if failures = errors.Join(failures, err); eventstore.IsUnavailable(err) || ctx.Err() != nil {
				return failures
			}
		}
	}
	return failures
}

// delivery is a mail that this node is sending.
type delivery struct {
	id           string
	ticket       ticket.ID
	notification sagas.Notification
	attempts     int
	address      int           // number of the address to which it went last
	age          time.Duration // since the mail was created, or a person let it be sent, when this node reserved it
}

// attempt sends a mail if it is due and no other attempt has reserved it. The reservation is renewed while the attempt lasts. A mail whose
// attempt was interrupted, because its node ended, froze or was cut off, may have arrived: the next attempt marks it as uncertain. Only an
// uncertain mail can arrive twice.
func (s *Sender) attempt(ctx context.Context, id string) error {
	if s.Relay.host == "" {
		return nil
	}
	reservedAt := time.Now()
	m, reference, err := s.reserve(ctx, id)
	if err != nil || m.attempts == 0 {
		return err
	}
	attempting, release := s.leases.Hold(ctx, reservation{m.id, m.attempts}, reservedAt)
	defer release()
	ctx = context.WithoutCancel(ctx) // the result is stored even if the service stops
	if err := json.Unmarshal(reference, &m.notification); err != nil {
		return s.finish(ctx, m, "void", "cannot be read: "+err.Error())
	}
	if m.attempts == 1 && m.age > s.GiveUpAfter {
		return s.finish(ctx, m, "void", "it waited too long for a mail server")
	}
	msg, address, why, err := s.compose(attempting, m)
	if attempting.Err() != nil {
		return errors.Join(s.giveBack(ctx, m), context.Cause(attempting))
	}
	if err != nil {
		wait := s.backoff(m.attempts)
		if eventstore.IsUnavailable(err) {
			wait = s.RetryDelay
		}
		return errors.Join(s.postpone(ctx, m, "the mail could not be composed", false, wait), err)
	}
	if msg == nil {
		return s.finish(ctx, m, "void", why)
	}
	if m.address != address { // what becomes of it says something about that address
		if err := s.store(ctx, `update mail.deliveries set address = $2 where id = $1`, m.id, address); err != nil {
			return errors.Join(s.giveBack(ctx, m), err)
		}
		m.address = address
	}
	// The mail says what was read of the ticket: it leaves when that cannot be lost any more.
	if err := s.App.Barrier(attempting); err != nil {
		return errors.Join(s.postpone(ctx, m, "the log is not available", false, s.RetryDelay), err)
	}
	result, err := s.send(attempting, msg)
	switch result {
	case interrupted:
		return errors.Join(s.giveBack(ctx, m), err)
	case accepted:
		return s.finish(ctx, m, "sent", "")
	case rejected:
		return s.reject(ctx, m, err)
	case unreachable, deferred, uncertain:
		if m.age > s.GiveUpAfter {
			return s.reject(ctx, m, fmt.Errorf("given up: %w", err))
		}
		wait := s.backoff(m.attempts)
		if result == unreachable { // the breaker lets one mail try: none has to wait longer when the relay is back
			wait = s.RetryDelay
		}
		return s.postpone(ctx, m, err.Error(), result == uncertain, wait)
	}
	return nil
}

// reject ends a mail that the relay rejects. If the answer is about the recipient, it records the failed contact before it ends the mail: a
// node that stops between the two sends the mail again, and no failed contact is lost.
func (s *Sender) reject(ctx context.Context, m delivery, why error) error {
	if errors.As(why, new(recipientError)) {
		corrected, err := s.reportContactFailure(ctx, m, ticket.DeliveryRefused)
		switch {
		case err != nil:
			return errors.Join(s.postpone(ctx, m, "rejected, the failed contact is not recorded yet", false, s.backoff(m.attempts)), err)
		case corrected:
			return s.postpone(ctx, m, "rejected by the former address", false, 0)
		}
	} else {
		s.Log.ErrorContext(ctx, "relay rejected mail for a reason other than the recipient", "message", m.id, "ticket", m.ticket, "reason", why)
	}
	return s.finish(ctx, m, "refused", why.Error())
}

// finish stores the final state of a mail, unless it was returned or reserved by another attempt in the meantime: then that result holds.
func (s *Sender) finish(ctx context.Context, m delivery, state, why string) error {
	outcome := state
	if state == "void" { // the stored state of a dropped mail
		outcome = "dropped"
	}
	s.outcomes.WithLabelValues(outcome).Inc()
	return s.store(ctx, `
		update mail.deliveries set state = $2, error = $3, ended_at = clock_timestamp()
		where id = $1 and state = 'sending' and attempts = $4`, m.id, state, why, m.attempts)
}

// postpone stores a failed attempt and the pause before the next one. uncertain marks a mail that may have arrived.
func (s *Sender) postpone(ctx context.Context, m delivery, why string, uncertain bool, wait time.Duration) error {
	outcome := "deferred"
	if uncertain {
		outcome = "uncertain"
	}
	s.outcomes.WithLabelValues(outcome).Inc()
	s.Log.WarnContext(ctx, "mail postponed", "message", m.id, "ticket", m.ticket, "attempts", m.attempts, "retry_in", wait, "reason", why)
	return s.store(ctx, `
		update mail.deliveries set state = 'waiting', uncertain = uncertain or $3, next_at = clock_timestamp() + $4::interval, error = $2
		where id = $1 and state = 'sending' and attempts = $5`, m.id, why, uncertain, wait, m.attempts)
}

// backoff returns the delay after a number of failed attempts: RetryDelay, doubled for each attempt after the first, at most an hour.
func (s *Sender) backoff(attempts int) (delay time.Duration) {
	b := backoff.ExponentialBackOff{InitialInterval: s.RetryDelay, Multiplier: 2, MaxInterval: time.Hour}
	for range max(1, min(attempts, 11)) {
		delay = b.NextBackOff()
	}
	return min(delay, time.Hour)
}

// reportContactFailure records at the ticket that the citizen's address takes no mail. Operators see it as «e-mail non consegnata». It returns
// true, and records nothing, if the address was corrected since the mail was written.
func (s *Sender) reportContactFailure(ctx context.Context, m delivery, why ticket.DeliveryFailure) (corrected bool, err error) {
	result, err := s.App.Dispatch(ctx, app.CommandRequest{
		Ticket: m.ticket, Command: ticket.ReportContact{Message: m.id, Why: why, Address: m.address},
		By: person.Actor{ID: "mail", Role: person.System}, Key: "contact/" + m.id + addressSuffix(m.address), Permanent: true,
	})
	return err == nil && result.State.Address > m.address, err
}

// addressSuffix distinguishes the reports about the addresses to which one mail went. Those about the address of the form have none.
func addressSuffix(address int) string {
	if address == 0 {
		return ""
	}
	return fmt.Sprintf("/%d", address)
}

// RecordBounce stores that a mail was returned, and records the failed contact at its ticket. If the address was corrected since, the mail is
// sent again instead. It ignores a mail that was never sent or was rejected.
func (s *Sender) RecordBounce(ctx context.Context, messageID string) error {
	m := delivery{id: messageID}
	err := s.Pool.QueryRow(ctx, `
		update mail.deliveries set state = 'bounced', ended_at = clock_timestamp() where id = $1 and state in ('sent', 'sending', 'waiting', 'bounced', 'uncertain')
		returning ticket::text, address`, messageID).Scan(&m.ticket, &m.address)
	if errors.Is(err, pgx.ErrNoRows) { // never sent, or its rejection was recorded: the returned mail needs no retry
		return nil
	}
	if err != nil {
		return fmt.Errorf("record the return of mail %s: %w", messageID, err)
	}
	s.outcomes.WithLabelValues("bounced").Inc()
	corrected, err := s.reportContactFailure(ctx, m, ticket.DeliveryBounced)
	if err != nil || !corrected {
		return err
	}
	_, err = s.copyMails(ctx, []string{m.id})
	return err
}

// TicketOf returns the ticket about which a mail was; "" if there is no such mail.
func (s *Sender) TicketOf(ctx context.Context, messageID string) (id ticket.ID, err error) {
	err = s.Pool.QueryRow(ctx, `select ticket::text from mail.deliveries where id = $1`, messageID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("ticket of mail %s: %w", messageID, err)
	}
	return id, nil
}

// compose writes the mail, and returns the number of the address to which it goes. Without a message and an error, why says why the mail is not
// to be sent any more.
func (s *Sender) compose(ctx context.Context, m delivery) (_ *gomail.Msg, address int, why string, err error) {
	history, err := s.App.SettledHistory(ctx, m.ticket, m.notification.Act)
	if err != nil {
		return nil, 0, "", err
	}
	opened, ok := history[0].Event.(ticket.Opened)
	form, address, kept := contacts.Of(history)
	if !ok || !kept {
		return nil, 0, "the personal data was erased", nil
	}
	if acts.IsWithdrawn(history, m.notification.Act) {
		return nil, 0, "the act was withdrawn", nil
	}
	verified := opened.Identity == ticket.Verified
	if verified && s.WantsMail != nil {
		if wants, err := s.WantsMail(ctx, opened.Citizen); err != nil || !wants {
			return nil, 0, "the citizen refused mail", err
		}
	}
	now := s.Now()
	for _, passed := range []time.Time{history[len(history)-1].At, acts.HeldUntil(history, m.notification.Act)} {
		if passed.After(now) { // this node's reading of the log's clock is behind
			now = passed
		}
	}
	viewer := ticketview.Viewer{Ticket: m.ticket}
	t, ok := ticketview.Detail(viewer, history, ticketview.Names{Catalog: s.Catalog}, now)
	if !ok || t.Erased {
		return nil, 0, "the citizen does not see the ticket", nil
	}
	issue := ticket.IssueAt(acts.LinkIssueOf(history), now)
	statement := ""
	if s.Statement != nil && m.notification.Kind == sagas.KindOpened {
		if statement, err = s.Statement(ctx, t.ChosenEntity); err != nil {
			return nil, 0, "", err
		}
	}
	written, err := render(m.notification.Kind, m.notification, t, history, s.Link(m.ticket, issue, verified), statement, verified)
	if err != nil || written == nil {
		return nil, 0, "the note is not available any more", err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent()) // it would tell the library and its version
	msg.SetMessageIDWithValue(s.Addresses.MessageID(m.id))
	msg.SetDateWithValue(now)
	msg.Subject(written.subject)
	thread := "<" + s.Addresses.MessageID(string(m.ticket)) + ">"
	msg.SetGenHeader("References", thread)
	msg.SetGenHeader("In-Reply-To", thread)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader("Precedence", "bulk")
	msg.SetBodyString(gomail.TypeTextPlain, written.text)
	msg.AddAlternativeString(gomail.TypeTextHTML, written.html)
	addresses := s.Addresses.WithIssue(issue)
	err = errors.Join(msg.FromFormat(SenderName, addresses.From()), msg.ReplyTo(addresses.Reply(m.ticket)),
		msg.EnvelopeFrom(addresses.Bounce(m.id)))
	if err != nil {
		return nil, 0, "", err
	}
	if form.Email == "" {
		return nil, address, noAddress, nil
	}
	if err := msg.To(strings.TrimSpace(form.Email)); err != nil {
		m.address = address
		_, err := s.reportContactFailure(ctx, m, ticket.DeliveryRefused)
		return nil, address, "the address is not valid", err
	}
	return msg, address, "", nil
}
