// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notification_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/sagas"
)

func TestMain(m *testing.M) { storetest.Run(m) }

func account(n int) string { return fmt.Sprintf("01930000-0000-7000-8000-%012d", n) }

// readers holds an actor of each role, by name.
var readers = map[string]person.Actor{
	"anna":      {ID: account(1), Role: person.ASROperator, Entity: "010301"},
	"bruno":     {ID: account(2), Role: person.ASROperator, Entity: "010301"},
	"capo":      {ID: account(3), Role: person.ASRSupervisor, Entity: "010301"},
	"novara":    {ID: account(4), Role: person.ASROperator, Entity: "010208"},
	"region":    {ID: account(5), Role: person.RegionalOperator, Entity: catalog.Region},
	"regional":  {ID: account(6), Role: person.RegionalSupervisor, Entity: catalog.Region},
	"auditor":   {ID: account(7), Role: person.Auditor},
	"citizen":   {ID: account(8), Role: person.Citizen},
	"stranger":  {ID: account(9), Role: person.Citizen},
	"admin":     {ID: account(10), Role: person.Administrator},
	"nobody":    {Role: person.Anonymous},
	"elsewhere": {ID: account(1), Role: person.ASROperator, Entity: "010208"}, // anna, at another entity
}

type fixture struct {
	*testing.T
	store         *eventstore.Store
	database      string // URL for the owner
	dispatcher    *app.TicketDispatcher
	notifications *notification.Store
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	db := storetest.New(t)
	w := &fixture{T: t, store: db.Store, database: db.URL}
	w.dispatcher = app.NewTicketDispatcher(w.store, rules.Engine{Catalog: catalog.Default()})
	w.notifications = notification.New(w.store, w.dispatcher)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- projections.NewRunner(w.store).Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("read models: %v", err)
		}
	})
	return w
}

func (w *fixture) dispatch(on ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	o, err := w.dispatcher.Dispatch(w.Context(), app.CommandRequest{Ticket: on, Command: c, By: by})
	if err != nil {
		w.Fatal(err)
	}
	reader := lists.NewReader(w.store, catalog.Default(), nil)
	for {
		stale, err := reader.Wait(w.Context(), o.Position)
		if err != nil {
			w.Fatal(err)
		}
		if !stale {
			return
		}
	}
}

func (w *fixture) open() ticket.ID {
	w.Helper()
	id := ticket.ID(uuid.Must(uuid.NewV7()).String())
	open := tickettest.OpenCommand("2026-0000007", "010301")
	open.Problem, open.Citizen = "altro", readers["citizen"].ID
	w.dispatch(id, readers["citizen"], open)
	return id
}

func (w *fixture) deliver(on ticket.ID, n sagas.Notification) string {
	w.Helper()
	id := uuid.NewString()
	for range 2 { // the second delivery stores nothing
		if err := w.notifications.Deliver(w.Context(), id, on, n); err != nil {
			w.Fatal(err)
		}
	}
	return id
}

// readersOfOne returns the names of the readers who have one notification. It fails if a reader has more.
func (w *fixture) readersOfOne() (names []string) {
	w.Helper()
	for name, by := range readers {
		p, err := w.notifications.List(w.Context(), by, false, "", 10)
		if err != nil {
			w.Fatal(err)
		}
		if len(p.Items) != p.Unread || len(p.Items) > 1 {
			w.Fatalf("%s: got %+v, want at most one notification, unread", name, p)
		}
		if len(p.Items) == 1 {
			names = append(names, name)
			if text := p.Items[0].Text; !strings.Contains(text, "2026-0000007") || strings.ContainsAny(text, "#%") {
				w.Errorf("got text %q, want the ticket's number and no placeholder", text)
			}
		}
	}
	slices.Sort(names)
	return names
}

func TestOnlyRecipientsReadANotification(t *testing.T) {
	for name, c := range map[string]struct {
		n    sagas.Notification
		want []string
	}{
		"operators":                              {sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: "010301"}, []string{"anna", "bruno", "capo"}},
		"not the account that caused it":         {sagas.Notification{Kind: sagas.KindReply, To: sagas.ToOperators, Entity: "010301", By: account(1)}, []string{"bruno", "capo"}},
		"supervisors":                            {sagas.Notification{Kind: sagas.KindPingPong, To: sagas.ToSupervisors, Entity: "010301"}, []string{"capo"}},
		"one operator":                           {sagas.Notification{Kind: sagas.KindHandoverReceipt, To: sagas.ToAccount, Entity: "010301", Operator: account(1), By: account(1)}, []string{"anna"}},
		"the citizen":                            {sagas.Notification{Kind: sagas.KindPublicNote, To: sagas.ToCitizen}, []string{"citizen"}},
		"an entity that does not see the ticket": {sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: "010208"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			w.deliver(w.open(), c.n)
			if got := w.readersOfOne(); !slices.Equal(got, c.want) {
				t.Errorf("got readers %v, want %v", got, c.want)
			}
		})
	}
}

// The Region loses sight of a ticket whose hand-over is taken back.
func TestReaderWhoMayNotSeeTheTicketReadsNothing(t *testing.T) {
	w := newFixture(t)
	id := w.open()
	note := &ticket.NoteInput{ID: ticket.ID(uuid.NewString()), Text: "Non nostra", Visibility: ticket.Public}
	w.dispatch(id, readers["anna"], ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: note})
	w.deliver(id, sagas.Notification{Kind: sagas.KindHandover, To: sagas.ToOperators, Entity: catalog.Region, N: 1})
	if got := w.readersOfOne(); !slices.Equal(got, []string{"region", "regional"}) {
		t.Errorf("got readers %v, want the two of the Region", got)
	}
	w.dispatch(id, readers["anna"], ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusNew, Reason: "Un errore"}})
	if got := w.readersOfOne(); got != nil {
		t.Errorf("after the hand-over was taken back: got readers %v, want none", got)
	}
}

func TestMarkReadConcernsOneReaderOnly(t *testing.T) {
	w := newFixture(t)
	id := w.open()
	var names []string
	for range 5 {
		names = append(names, w.deliver(id, sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: "010301"}))
	}
	anna, bruno := readers["anna"], readers["bruno"]
	if found, err := w.notifications.MarkRead(t.Context(), anna, names[0]); err != nil || !found {
		t.Fatalf("got %t, %v, want true", found, err)
	}
	if found, err := w.notifications.MarkRead(t.Context(), readers["novara"], names[1]); err != nil || found {
		t.Errorf("reader of another entity: got %t, %v, want false", found, err)
	}
	var seen []string
	cursor := ""
	for {
		p, err := w.notifications.List(t.Context(), anna, true, cursor, 2)
		if err != nil || p.Unread != 4 {
			t.Fatalf("got %d unread, %v, want 4", p.Unread, err)
		}
		for _, i := range p.Items {
			seen = append(seen, i.ID)
		}
		if cursor = p.NextCursor; cursor == "" {
			break
		}
	}
	slices.Sort(seen)
	slices.Sort(names[1:])
	if !slices.Equal(seen, names[1:]) {
		t.Errorf("got %v on all pages, want %v", seen, names[1:])
	}
	if _, err := w.notifications.MarkRead(t.Context(), anna, ""); err != nil {
		t.Fatal(err)
	}
	a, errA := w.notifications.List(t.Context(), anna, false, "", 10)
	b, errB := w.notifications.List(t.Context(), bruno, false, "", 10)
	if errA != nil || errB != nil || a.Unread != 0 || b.Unread != 5 {
		t.Errorf("got %d and %d unread, %v, %v, want 0 and 5", a.Unread, b.Unread, errA, errB)
	}
	if n, err := w.notifications.DeleteOlderThan(t.Context(), -time.Hour); err != nil || n != 5 {
		t.Errorf("got %d deleted notifications, %v, want 5", n, err)
	}
}

func TestEveryKindHasASentence(t *testing.T) {
	w := newFixture(t)
	id := w.open()
	for _, kind := range []sagas.NotificationKind{
		sagas.KindNewTicket, sagas.KindAssigned, sagas.KindReply, sagas.KindCourtesyReply, sagas.KindUnverifiedMail, sagas.KindHandover, sagas.KindHandoverReceipt, sagas.KindHandedBack, sagas.KindRecalled, sagas.KindRegionalMessage,
		sagas.KindDeadlineNear, sagas.KindDeadlineMissed, sagas.KindPingPong, sagas.KindPlaybookReminder, sagas.KindOutcomeProposed, sagas.KindPrivacyAlert, sagas.KindContactFailed, sagas.KindToInform, sagas.KindFileClosed, sagas.KindFileRefused, sagas.KindContactsCorrected, sagas.KindOpened, sagas.KindNewLink, sagas.KindPublicNote,
		sagas.KindConfirmed, sagas.KindReminder, sagas.KindReopened, sagas.KindClosed, sagas.KindWithRegion, sagas.KindRedirected, sagas.KindBackAtASR,
	} {
		w.deliver(id, sagas.Notification{Kind: kind, To: sagas.ToOperators, Entity: "010301"})
	}
	p, err := w.notifications.List(t.Context(), readers["anna"], false, "", 100)
	if err != nil || len(p.Items) != 31 {
		t.Fatalf("got %d notifications, %v, want 31", len(p.Items), err)
	}
	for _, i := range p.Items {
		if !strings.Contains(i.Text, "2026-0000007") {
			t.Errorf("%s: got %q, want a sentence with the ticket's number", i.Kind, i.Text)
		}
	}
}

// TestMarkReadUntilMarksWhatItsReaderMayRead: a reader marks the notifications up to a moment that the signed reader of the transaction may read.
func TestMarkReadUntilMarksWhatItsReaderMayRead(t *testing.T) {
	w := newFixture(t)
	w.deliver(w.open(), sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: "010301", By: account(2)})
	for _, c := range []struct {
		reader string
		until  time.Time
		marks  int // of the reader, afterwards
	}{
		{"capo", time.Unix(0, 0), 0}, {"novara", w.store.Now(), 0}, {"bruno", w.store.Now(), 0}, {"citizen", w.store.Now(), 0}, {"auditor", w.store.Now(), 0}, {"nobody", w.store.Now(), 0},
		{"capo", w.store.Now(), 1}, {"anna", w.store.Now(), 1}, {"anna", w.store.Now(), 1},
	} {
		by := readers[c.reader]
		if err := w.notifications.MarkReadUntil(t.Context(), by, c.until); err != nil {
			t.Fatal(err)
		}
		var marks int
		err := w.store.Pools().Consumer.QueryRow(t.Context(), `select count(*) from notice.marks where person = $1`, by.ID).Scan(&marks)
		if err != nil || marks != c.marks {
			t.Errorf("%s until %s: got %d marks, %v, want %d", c.reader, c.until, marks, err, c.marks)
		}
	}
}

// TestSettingsNameNoReaderForALogin: what a connection says about its reader counts for nodes of the release before alone, which log in as the owner.
func TestSettingsNameNoReaderForALogin(t *testing.T) {
	w := newFixture(t)
	const claim = `select set_config('app.role', 'operatore_asr', false), set_config('app.entity', '010301', false), set_config('app.person', 'x', false)`
	for login, want := range map[string]bool{"sol_worker": false, "sol_viewer": false, "": true} {
		conn := storetest.Connect(t, w.database)
		if login != "" {
			conn = storetest.ConnectAs(t, w.database, login)
		}
		for _, sql := range []string{`set role ` + cmp.Or(login, "sol_worker"), claim} {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		var may bool
		if err := conn.QueryRow(t.Context(), `select notice.may_read('operators', '010301', '', 'somebody')`).Scan(&may); err != nil || may != want {
			t.Errorf("login %q: got may read %t, %v, want %t", login, may, err, want)
		}
	}
}
