// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package accesses holds the commands that answer from the access log.
package accesses

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/progress"
	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accessreport"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Commands makes the commands.
type Commands struct {
	Out, Err io.Writer
	// By returns who uses the command line.
	By func(*cobra.Command) app.Caller
	// With runs do with the application service of a node.
	With func(cmd *cobra.Command, do func(context.Context, *app.Service) error) error
}

// reportFlags are the flags of the report.
type reportFlags struct {
	accounts, tickets []string
	from, to          string
	asCSV, asJSON     bool
}

const reportLong = `For a breach: prints the persons whose data were seen, with their contacts, which data were seen, and the controllers.
--account, --ticket and the interval are combined; accounts and tickets can be named several times. The report leaves a record
itself. Personal data that were erased since are not in it. --csv has one row for each ticket of a person.`

// Report returns the command «sol access report».
func (c Commands) Report() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use: "report [--account USERNAME] [--ticket NUMBER] [--from DAY] [--to DAY]", Args: cobra.NoArgs, Long: reportLong,
		Short: "Report whose data an account saw, or all accounts in an interval or on a ticket",
		RunE: func(cmd *cobra.Command, _ []string) error {
			q, err := f.interval()
			if err != nil {
				return err
			}
			return c.With(cmd, func(ctx context.Context, s *app.Service) error { return c.report(ctx, cmd, s, f, q) })
		},
	}
	cmd.Flags().StringSliceVar(&f.accounts, "account", nil, "user name or id of an account")
	cmd.Flags().StringSliceVar(&f.tickets, "ticket", nil, "number or id of a ticket")
	cmd.Flags().StringVar(&f.from, "from", "", "first day (2026-11-20, Europe/Rome) or moment (RFC 3339)")
	cmd.Flags().StringVar(&f.to, "to", "", "last day, or moment that is not included")
	cmd.Flags().BoolVar(&f.asCSV, "csv", false, "print CSV")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON, for scripts: a line with the summary, then a line for each ticket")
	return cmd
}

// interval parses the moments of the flags.
func (f reportFlags) interval() (q accessreport.Query, err error) {
	if q.From, err = parseMoment("--from", f.from, 0); err != nil {
		return q, err
	}
	if q.To, err = parseMoment("--to", f.to, 1); err != nil {
		return q, err
	}
	switch {
	case !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To):
		return q, errors.New("--from is not before --to")
	case len(f.accounts) == 0 && len(f.tickets) == 0 && (q.From.IsZero() || q.To.IsZero()):
		return q, accessreport.ErrTooWide
	}
	return q, nil
}

// parseMoment parses a day, to which it adds days, or a moment; "" is the zero time.
func parseMoment(flag, text string, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, calendar.Rome()); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	moment, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return moment, fmt.Errorf("%s %q: want a day, e.g. 2026-11-20, or RFC 3339, e.g. 2026-11-20T09:00:00Z", flag, text)
	}
	return moment, nil
}

func (c Commands) report(ctx context.Context, cmd *cobra.Command, s *app.Service, f reportFlags, q accessreport.Query) error {
	for _, name := range f.accounts {
		id, err := findAccount(ctx, s, name)
		if err != nil {
			return err
		}
		q.Accounts = append(q.Accounts, id)
	}
	for _, number := range f.tickets {
		id, err := s.FindTicket(ctx, number)
		if err != nil {
			return fmt.Errorf("there is no ticket %s: %w", number, err)
		}
		q.Tickets = append(q.Tickets, id)
	}
	by := c.By(cmd)
	reading, naming := progress.New(c.Err, "reading records"), progress.New(c.Err, "reading tickets")
	show := func(looks, tickets, of int64) {
		if of == 0 {
			reading.Set(looks, looks) // the total is not known
			return
		}
		naming.Set(tickets, of)
	}
	var out printer = &textPrinter{out: c.Out, known: map[string]string{}, names: func(ids []string) (map[string]string, error) {
		return s.Identity.Names(ctx, app.AuditorViewer.Reader(), ids)
	}}
	switch {
	case f.asJSON:
		out = &jsonPrinter{json.NewEncoder(c.Out)}
	case f.asCSV:
		out = &csvPrinter{out: csv.NewWriter(c.Out)}
	}
	err := answers.New(s).Report(ctx, by, q, show, func(sum accessreport.Summary) error {
		if !sum.Covers(q.From) {
			fmt.Fprintf(c.Err, "Each look since %s has a record.%s\n", sum.CompleteFrom.Format(time.RFC3339), earlierText(sum))
		}
		return out.begin(sum)
	}, out.row)
	reading.Finish()
	naming.Finish()
	return errors.Join(err, out.end())
}

// earlierText returns a sentence about the records before the coverage; "" without any.
func earlierText(s accessreport.Summary) string {
	if s.EarlierFrom.IsZero() {
		return ""
	}
	return " Records from " + s.EarlierFrom.Format(time.RFC3339) + " on, of earlier releases, hold openings of tickets and no lists, exports, figures or refused looks."
}

// findAccount returns the id of the account with a user name or id. An id may be that of an account that no longer exists.
func findAccount(ctx context.Context, s *app.Service, name string) (string, error) {
	id, err := s.Identity.FindAccount(ctx, name)
	switch {
	case errors.Is(err, identity.ErrNotFound) && eventstore.IsID(name):
		return name, nil
	case errors.Is(err, identity.ErrNotFound):
		return "", fmt.Errorf("there is no account %s; sol user list shows all", name)
	}
	return id, err
}

// printer prints a report.
type printer interface {
	begin(accessreport.Summary) error
	row(accessreport.Row) error
	end() error
}

type jsonPrinter struct{ out *json.Encoder }

func (p *jsonPrinter) begin(s accessreport.Summary) error { return p.out.Encode(s) }
func (p *jsonPrinter) row(r accessreport.Row) error       { return p.out.Encode(r) }
func (p *jsonPrinter) end() error                         { return nil }

type csvPrinter struct {
	out          *csv.Writer
	completeFrom string
}

func (p *csvPrinter) begin(s accessreport.Summary) error {
	p.completeFrom = s.CompleteFrom.Format(time.RFC3339)
	return p.out.Write([]string{"person_id", "given_name", "family_name", "email", "phone", "concerns", "representation", "erased", "ticket", "number", "openings", "listings", "data", "files",
		"controllers", "accounts", "first", "last", "log_complete_from"})
}

func (p *csvPrinter) row(r accessreport.Row) error {
	return p.out.Write(middleware.WithoutFormulas(r.PersonID, r.GivenName, r.FamilyName, r.Email, r.Phone, r.Concerns, string(r.Represented), strconv.FormatBool(r.Erased), string(r.Ticket), r.Number,
		strconv.Itoa(r.Openings), strconv.Itoa(r.Listings), dataOf(r), strings.Join(r.Files, "; "), joined(r.Controllers), strings.Join(r.Accounts, " "),
		r.First.Format(time.RFC3339), r.Last.Format(time.RFC3339), p.completeFrom))
}

func (p *csvPrinter) end() error {
	p.out.Flush()
	return p.out.Error()
}

// dataOf returns the data that were seen, in words.
func dataOf(r accessreport.Row) string {
	var parts []string
	for _, kind := range accessreport.Kinds() {
		if n := r.Opened[kind] + r.Listed[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s (%d)", accessreport.English(kind), n))
		}
	}
	return strings.Join(parts, "; ")
}

func joined[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return strings.Join(texts, " ")
}

// textPrinter prints a report for people.
type textPrinter struct {
	out   io.Writer
	names func([]string) (map[string]string, error)
	known map[string]string // names that were looked up, by account; the id for an account without one
	last  string
}

func (p *textPrinter) begin(s accessreport.Summary) error {
	_, err := fmt.Fprintf(p.out, "%d persons, %d tickets: seen %d times opened and %d times in lists\n", s.Persons, s.Tickets, s.Openings, s.Listings)
	return err
}

func (p *textPrinter) row(r accessreport.Row) error {
	if r.PersonID == "" || r.PersonID != p.last {
		name := strings.TrimSpace(r.GivenName + " " + r.FamilyName)
		if r.Represented != "" {
			name += " (representation " + string(r.Represented) + ")"
		}
		contacts := strings.Join(slices.DeleteFunc([]string{r.Email, r.Phone}, func(c string) bool { return c == "" }), ", ")
		switch {
		case r.Erased:
			name = "(erased)"
		case r.Unreadable:
			name = "(not readable)"
		}
		fmt.Fprintf(p.out, "%s  %s\n", name, contacts)
	}
	p.last = r.PersonID
	fmt.Fprintf(p.out, "    %s  controllers %s  %s to %s: %s\n", r.Number, joined(r.Controllers), r.First.Format(time.RFC3339), r.Last.Format(time.RFC3339), dataOf(r))
	if len(r.Files) > 0 {
		fmt.Fprintf(p.out, "        files: %s\n", strings.Join(r.Files, "; "))
	}
	if err := p.lookUp(r.Accounts); err != nil {
		return err
	}
	var who []string
	for _, id := range r.Accounts {
		who = append(who, p.known[id])
	}
	_, err := fmt.Fprintf(p.out, "        by %s\n", strings.Join(who, ", "))
	return err
}

// lookUp adds to the known names those of further accounts. Most rows of a report have the same accounts.
func (p *textPrinter) lookUp(accounts []string) error {
	unknown := slices.DeleteFunc(slices.Clone(accounts), func(id string) bool { return p.known[id] != "" })
	if len(unknown) == 0 {
		return nil
	}
	names, err := p.names(unknown)
	for _, id := range unknown {
		p.known[id] = cmp.Or(names[id], id)
	}
	return err
}

func (*textPrinter) end() error { return nil }
