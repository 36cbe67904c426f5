// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesses

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/bench"
)

// Bench fills the access log with a year of records of all entities and measures the answers from it.
type Bench struct {
	Out, Err         io.Writer
	Records, Tickets int
	Rounds           int // citizen's answers

	service *app.Service
	answers *answers.Service
	owner   *pgx.Conn
}

// operatorsPerEntity is the number of accounts of each entity that look, beside those of the demo.
const operatorsPerEntity = 10

// Run fills the database at url, whose log a service with a simulated clock writes, and measures.
func (b Bench) Run(ctx context.Context, s *app.Service, clock *demo.Clock, url string) (err error) {
	b.service, b.answers = s, answers.New(s)
	if b.owner, err = pgx.Connect(ctx, url); err != nil {
		return err
	}
	defer func() { _ = b.owner.Close(ctx) }()
	citizen, own, err := b.fillTickets(ctx, clock)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := b.fillRecords(ctx, own); err != nil {
		return fmt.Errorf("fill the access log: %w", err)
	}
	if err := b.print("records of 12 months", float64(b.Records), "records"); err != nil {
		return err
	}
	if err := b.print("fill", time.Since(start).Seconds(), "s"); err != nil {
		return err
	}
	if err := b.measureCitizen(ctx, citizen, own); err != nil {
		return err
	}
	return b.measureReports(ctx)
}

func (b Bench) print(name string, figure float64, unit string) error {
	return json.NewEncoder(b.Out).Encode(map[string]any{"name": name, "figure": figure, "unit": unit})
}

// fillTickets makes tickets of all entities and one of a verified citizen.
func (b Bench) fillTickets(ctx context.Context, clock *demo.Clock) (citizen app.Caller, own ticket.ID, err error) {
	accounts, err := demo.CreateAccounts(ctx, b.service.Identity, demo.People(catalog.Default(), time.Now()), time.Time{})
	if err != nil {
		return citizen, "", err
	}
	operators := map[catalog.EntityCode]person.Actor{}
	for _, a := range accounts {
		if p := a.Placements[0]; p.Role == person.ASROperator && operators[p.Entity].ID == "" {
			operators[p.Entity] = person.Actor{ID: a.ID, Role: p.Role, Entity: p.Entity}
		}
	}
	bar := progress.New(b.Err, "creating tickets")
	_, err = bench.Seeder{
		App: b.service.TicketDispatcher, Clock: clock, Catalog: b.service.Catalog, Operators: operators, Tickets: b.Tickets,
		Progress: func(done, total int) { bar.Set(int64(done), int64(total)) },
	}.Fill(ctx)
	bar.Finish()
	if err != nil {
		return citizen, "", err
	}
	id, err := b.service.Identity.CreateAccount(ctx, identity.NewAccount{
		Username: "cittadina.del.banco", GivenName: "Prova", FamilyName: "Finta", TaxCode: "STP0000000999999", Password: "una parola lunga", PIN: "24680",
	})
	if err != nil {
		return citizen, "", err
	}
	citizen = app.Caller{Actor: person.Actor{ID: id, Role: person.Citizen}}
	opened, err := b.service.Open(ctx, citizen, app.OpenRequest{Service: "ritiro-documenti", Problem: "altro", Entity: "010301", Form: ticket.Form{
		GivenName: "Prova", FamilyName: "Finta", TaxCode: "STP0000000999999", Email: "finta@example.it", Phone: "+390110000000", Description: "Non trovo il referto.",
	}}, app.Idempotency{})
	return citizen, ticket.ID(opened.Stream), err
}

// fillSQL makes records of the last 12 months: operators open tickets of their entity, look for them and see them in lists. Every 500th record is of
// the citizen's ticket.
const fillSQL = `
with made as materialized (
	select g.n, p.id as person, p.entity, abs(hashint8(g.n * 7)::bigint) % 100 as part, abs(hashint8(g.n * 31)::bigint) % p.tickets as t
	from generate_series(1, $1::bigint) as g (n) join bench_people p on p.n = abs(hashint8(g.n)::bigint) % $2::bigint
), looks as materialized (
	select n, person, entity, part,
		case when part < 75 then case when n % 500 = 0 then $3::text::uuid else (select k.id from bench_tickets k where k.entity = made.entity and k.n = made.t) end end as ticket,
		case when part >= 75 then (select array_agg(k.id) from bench_tickets k where k.entity = made.entity and k.n >= made.t and k.n < made.t + case when part < 80 then 3 else 20 end) end as shown
	from made
)
insert into access.records (position, at, kind, outcome, person, role, entity, controller, ticket, shown, look, detail, subject, hashes, terms, terms_key, session, address,
	workstation, command_line, purpose, typed_at, login, leaf)
select (r).position, (r).at, (r).kind, (r).outcome, (r).person, (r).role, (r).entity, (r).controller, (r).ticket, (r).shown, (r).look, (r).detail, (r).subject, (r).hashes, (r).terms,
	(r).terms_key, (r).session, (r).address, (r).workstation, (r).command_line, (r).purpose, (r).typed_at, (r).login, access.leaf(r)
from (
	select row(n, $4::timestamptz + n * (interval '364 days' / $1::bigint),
		case when part < 60 then 'ticket' when part < 70 then 'checks' when part < 75 then 'history' when part < 80 then 'search' else 'list' end, 'shown', person, 'operatore_asr', entity,
		case when ticket is null then '' else entity end, ticket, shown, null, '', '', null, null, null, '', '10.0.0.1', '', false, '', null, session_user, null)::access.records as r
	from looks offset 0
) made order by (r).position`

// fillRecords fills the access log of the last 12 months.
func (b Bench) fillRecords(ctx context.Context, own ticket.ID) error {
	bar := progress.New(b.Err, "creating records")
	defer bar.Finish()
	for _, statement := range []string{
		`create table bench_tickets as select convert_from(data, 'UTF8')::json ->> 'entity' as entity, stream as id,
			row_number() over (partition by convert_from(data, 'UTF8')::json ->> 'entity' order by stream) - 1 as n from log.events where type like 'ticket.opened.%'`,
		`create unique index on bench_tickets (entity, n)`,
		fmt.Sprintf(`create table bench_people as select gen_random_uuid()::text as id, e.entity, e.tickets, row_number() over (order by i, e.entity) - 1 as n
			from (select entity, count(*) as tickets from bench_tickets group by entity) e, generate_series(1, %d) i`, operatorsPerEntity),
		`create unique index on bench_people (n)`, `analyze bench_people`, `analyze bench_tickets`,
		`alter table access.records no force row level security`, // the owner inserts
		`select access.make_month((date_trunc('month', now() at time zone 'UTC') - make_interval(months => m))::date) from generate_series(13, 1, -1) m`,
	} {
		if _, err := b.owner.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%.40s: %w", statement, err)
		}
	}
	var people int64
	if err := b.owner.QueryRow(ctx, `select count(*) from bench_people`).Scan(&people); err != nil {
		return err
	}
	if _, err := b.owner.Exec(ctx, fillSQL, b.Records, people, string(own), time.Now().AddDate(0, 0, -365)); err != nil {
		return err
	}
	_, err := b.owner.Exec(ctx, `update access.months m set first_position = r.first from (
		select date_trunc('month', at at time zone 'UTC')::date as month, min(position) as first from access.records group by 1) r where r.month = m.month`)
	if err != nil {
		return err
	}
	_, err = b.owner.Exec(ctx, `analyze`)
	return err
}

// measureCitizen measures the first page of the citizen's answer, and the whole answer.
func (b Bench) measureCitizen(ctx context.Context, by app.Caller, id ticket.ID) error {
	var took []time.Duration
	for range b.Rounds {
		start := time.Now()
		if _, err := b.answers.ForCitizen(ctx, by, id, 0, 50); err != nil {
			return err
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	if err := b.print("citizen's answer, first page, median", float64(took[len(took)/2].Microseconds())/1000, "ms"); err != nil {
		return err
	}
	if err := b.print("citizen's answer, first page, slowest", float64(took[len(took)-1].Microseconds())/1000, "ms"); err != nil {
		return err
	}
	start, looks := time.Now(), 0
	a, err := b.answers.ForCitizen(ctx, by, id, 0, answers.MaxFound)
	for err == nil {
		if looks += len(a.Looks); a.Before == 0 {
			break
		}
		a, err = b.answers.MoreForCitizen(ctx, by, id, a.Before, answers.MaxFound)
	}
	if err != nil {
		return err
	}
	return b.print(fmt.Sprintf("citizen's answer, all %d looks", looks), time.Since(start).Seconds(), "s")
}

// measureReports measures reports of an account and of all accounts, and a search.
func (b Bench) measureReports(ctx context.Context) error {
	var account string
	if err := b.owner.QueryRow(ctx, `select id from bench_people where entity = '010301' order by n limit 1`).Scan(&account); err != nil {
		return err
	}
	auditor := app.Caller{Actor: person.Actor{ID: account, Role: person.Auditor}}
	now := time.Now()
	for _, c := range []struct {
		name string
		q    accessreport.Query
	}{
		{"report of an account, a month", accessreport.Query{Accounts: []string{account}, From: now.AddDate(0, -2, 0), To: now.AddDate(0, -1, 0)}},
		{"report of an account, a year", accessreport.Query{Accounts: []string{account}}},
		{"report of all accounts, a day", accessreport.Query{From: now.AddDate(0, 0, -30), To: now.AddDate(0, 0, -29)}},
		{"report of all accounts, a month", accessreport.Query{From: now.AddDate(0, -2, 0), To: now.AddDate(0, -1, 0)}},
		{"report of all accounts, a year", accessreport.Query{From: now.AddDate(-1, 0, -1), To: now}},
	} {
		var sum accessreport.Summary
		rows, start := 0, time.Now()
		bar := progress.New(b.Err, c.name)
		err := b.answers.Report(ctx, auditor, c.q, func(looks, _, _ int64) { bar.Set(looks, looks) },
			func(s accessreport.Summary) error { sum = s; return nil }, func(accessreport.Row) error { rows++; return nil })
		bar.Finish()
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		name := fmt.Sprintf("%s: %d persons, %d tickets, %d openings, %d in lists", c.name, sum.Persons, rows, sum.Openings, sum.Listings)
		if err := b.print(name, time.Since(start).Seconds(), "s"); err != nil {
			return err
		}
	}
	start := time.Now()
	if _, _, err := b.answers.FindRecords(ctx, auditor, answers.Search{Account: account, Limit: 100}); err != nil {
		return err
	}
	return b.print("auditor's search of an account, first page", float64(time.Since(start).Microseconds())/1000, "ms")
}
