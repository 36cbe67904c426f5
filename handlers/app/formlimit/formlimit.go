// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package formlimit limits how many requests anybody may send in the name of one e-mail address or one tax code, from whatever addresses they
// come, so that nobody can flood a person's mailbox or the operators. It stores keyed hashes and counts, which all nodes share.
package formlimit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
)

// Bound is the largest number of requests in a window of time. The window begins with its first request.
type Bound struct {
	Count  int           // 0: 100; help centres send the requests of many people from one mailbox
	Window time.Duration // 0: an hour
}

func (b Bound) withDefaults() Bound {
	return Bound{Count: cmp.Or(b.Count, 100), Window: cmp.Or(b.Window, time.Hour)}
}

// Unlimited is a Count that is never reached: such a bound is not counted.
const Unlimited = 1e9

// Config holds the bounds of one recipient's address and of one tax code.
type Config struct{ Email, TaxCode Bound }

// ExceededError refuses a request because a bound is reached. It does not tell which.
type ExceededError struct {
	Until     time.Time     // when the window ends
	Remaining time.Duration // until then, when the error was made
}

func (e *ExceededError) Error() string {
	return fmt.Sprintf("too many requests with this e-mail address or tax code: wait until %s", e.Until.Format(time.RFC3339))
}

// Limiter counts requests in the database of the log. It is safe for concurrent use.
type Limiter struct {
	store  *eventstore.Store
	config Config
}

// New returns a limiter.
func New(store *eventstore.Store, c Config) *Limiter {
	return &Limiter{store, Config{c.Email.withDefaults(), c.TaxCode.withDefaults()}}
}

// Take counts a request with a valid e-mail address and tax code. Error: *ExceededError.
func (l *Limiter) Take(ctx context.Context, email, taxCode string) error {
	code, err := person.ParseTaxCode(taxCode)
	if err != nil {
		return err
	}
	bounds := map[string]Bound{
		l.store.KeyedHash("login", "form-email/"+mailbox(email)):   l.config.Email,
		l.store.KeyedHash("login", "form-tax-code/"+code.String()): l.config.TaxCode,
	}
	return l.take(ctx, bounds)
}

// maxFormUses is the number of times that one page may be sent: a person sends it again when an answer does not come.
const maxFormUses = 5

// TakeForm counts a use of the page with an idempotency key and reports whether it was used up before. It is forgotten after a day.
func (l *Limiter) TakeForm(ctx context.Context, key string) (usedUp bool, err error) {
	err = l.take(ctx, map[string]Bound{l.store.KeyedHash("login", "form/"+key): {Count: maxFormUses, Window: 24 * time.Hour}})
	if errors.As(err, new(*ExceededError)) {
		return true, nil
	}
	return false, err
}

// mailbox returns an address without what does not distinguish mailboxes: upper case, and a tag after +.
func mailbox(email string) string {
	address, err := person.ParseEmail(email)
	if err != nil {
		address = email
	}
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// take counts one use of each subject, a keyed hash, and refuses if one is over its bound. A refused use does not lengthen the window.
func (l *Limiter) take(ctx context.Context, bounds map[string]Bound) error {
	now := l.store.Now()
	var subjects []string
	var ended []time.Time
	for s, bound := range bounds {
		if bound.Count < Unlimited {
			subjects = append(subjects, s)
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	slices.Sort(subjects) // all requests lock the rows in this order
	release, err := l.store.Pools().ShareSession(ctx, "form")
	if err != nil {
		return fmt.Errorf("count request: %w", err)
	}
	defer release()
	for _, s := range subjects {
		ended = append(ended, now.Add(-bounds[s].Window))
	}
	rows, err := l.store.Pools().Session.Query(ctx, `
		with old as (
			delete from identity.form_counts where subject in (
				select subject from identity.form_counts where begun_at <= $4 and subject <> all ($1) order by begun_at limit 10 for update skip locked)
		)
		insert into identity.form_counts as f (subject, count, begun_at)
		select subject, 1, $2 from unnest($1::text[]) with ordinality as s (subject, n) order by n
		on conflict (subject) do update set
			count = case when f.begun_at <= ($3::timestamptz[])[array_position($1, f.subject)] then 1 else f.count + 1 end,
			begun_at = case when f.begun_at <= ($3::timestamptz[])[array_position($1, f.subject)] then $2 else f.begun_at end
		returning subject, count, begun_at`, subjects, now, ended, now.Add(-l.retention()))
	if err != nil {
		return fmt.Errorf("count request: %w", err)
	}
	var subject string
	var count int
	var begun, until time.Time
	_, err = pgx.ForEachRow(rows, []any{&subject, &count, &begun}, func() error {
		if end := begun.Add(bounds[subject].Window); count > bounds[subject].Count && end.After(until) {
			until = end
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count request: %w", err)
	}
	if !until.IsZero() {
		return &ExceededError{Until: until.UTC(), Remaining: until.Sub(now)}
	}
	return nil
}

// retention is the time after which no window can still be open.
func (l *Limiter) retention() time.Duration {
	return max(24*time.Hour, l.config.Email.Window, l.config.TaxCode.Window)
}
