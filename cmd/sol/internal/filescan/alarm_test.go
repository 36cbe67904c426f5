// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package filescan

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/dossier"
	"github.com/sol-assistenza/sol/handlers/app/live"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/quarantine"
	"github.com/sol-assistenza/sol/handlers/quarantine/clamdtest"
	"github.com/sol-assistenza/sol/sagas"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// TestAFileThatStaysClosedIsReported sends an infected file. Whoever works the ticket, its sender and the receiver of security events are told, once each; the
// page that shows the ticket is woken; the dossier says what became of the file.
func TestAFileThatStaysClosedIsReported(t *testing.T) {
	w, clamd := handlertest.New(t, handlertest.Options{}), clamdtest.New(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	owner, err := pgx.Connect(t.Context(), w.Database)
	must(err)
	defer owner.Close(t.Context())
	_, err = owner.Exec(t.Context(), `update security.forwarder set started_at = clock_timestamp(), current_at = clock_timestamp()`)
	must(err)
	must(quarantine.Begin(t.Context(), w.Store.Pools().Consumer))

	anna := app.Caller{Actor: person.Actor{ID: w.Account(t, "anna", person.ASROperator, "010301"), Role: person.ASROperator, Entity: "010301"}}
	opened, err := w.App.Open(t.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: "192.0.2.1"}, app.OpenRequest{
		Service: "ritiro-documenti", Problem: "altro", Entity: "010301", Form: tickettest.OpenCommand("", "010301").Form,
		Files: []attachment.FileUpload{{Name: "ricevuta.pdf", Content: append([]byte("%PDF-1.4\n"), clamdtest.EICAR()...)}},
	}, app.Idempotency{})
	must(err)
	id := ticket.ID(opened.Stream)
	handlertest.Dispatch(t, w.App.TicketDispatcher, id, anna.Actor, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	auditor := app.Caller{Actor: person.Actor{ID: w.Account(t, "ugo", person.Auditor, ""), Role: person.Auditor}}
	stateInDossier := func() string {
		d, err := dossier.Make(t.Context(), w.App, auditor, id)
		must(err)
		return d.Files[0].State + " " + d.Files[0].Signature
	}
	if got := stateInDossier(); got != "quarantined " {
		t.Errorf("before the scan the dossier says %q", got)
	}
	session, err := w.App.Identity.Login(t.Context(), "anna", handlertest.Password, handlertest.PIN, "192.0.2.7")
	must(err)
	from, err := w.App.Live.StartPosition(t.Context(), anna.Actor, eventstore.Position{})
	must(err)
	stream, err := w.App.Live.Open(t.Context(), live.Client{Actor: anna.Actor, Token: session.Token, OpenTicket: id, Heartbeat: time.Hour}, from)
	must(err)
	defer stream.Close()

	scan, err := New(config.FileScan{Clamd: clamd.Clamd}, w.Store, w.App, storetest.Log(), prometheus.NewRegistry())
	must(err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { handlertest.ExpectStopped(t, "scan", scan.Run(ctx)) })
	defer running.Wait()
	defer cancel()
	clamd.Start()

	for u := (live.Update{}); !u.Files; {
		u, err = stream.Next(t.Context())
		must(err)
	}
	if got := stateInDossier(); got != "infected "+clamdtest.Signature {
		t.Errorf("the dossier says %q", got)
	}
	rows, err := owner.Query(t.Context(), `select payload::text from saga.outbox where metadata ->> 'saga' = $1 and metadata ->> 'topic' = $2 and metadata ->> 'ticket' = $3 order by "offset"`,
		sender, sagas.TopicNotify, string(id))
	must(err)
	payloads, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(err)
	var notified []sagas.Notification
	for _, p := range payloads {
		var n sagas.Notification
		must(json.Unmarshal([]byte(p), &n))
		notified = append(notified, n)
	}
	view, err := w.App.Ticket(t.Context(), anna, id, nil)
	must(err)
	history, err := w.App.History(t.Context(), id)
	must(err)
	file, act := view.Attachments[0].ID, history[0].Act
	want := []sagas.Notification{
		{Kind: sagas.KindFileClosed, To: sagas.ToAccount, Entity: "010301", Operator: anna.Actor.ID, File: file, Act: act},
		{Kind: sagas.KindFileRefused, To: sagas.ToCitizen, File: file, Act: act},
	}
	if !slices.Equal(notified, want) {
		t.Errorf("got notifications %+v, want %+v", notified, want)
	}
	var noted string
	must(owner.QueryRow(t.Context(), `select fields ->> 'file' || ' ' || (fields ->> 'signature') || ' ' || (fields ->> 'ticket') from security.notes where kind = 'file.closed'`).Scan(&noted))
	if noted != string(file)+" "+clamdtest.Signature+" "+string(id) {
		t.Errorf("got the security event %q", noted)
	}
}

func TestRecipients(t *testing.T) {
	stateOf := func(status ticket.Status, assignee ticket.Assignee) (s ticket.State) {
		s.Status, s.Assignee = status, assignee
		return s
	}
	by := func(role person.Role, id string) ticket.Recorded {
		return ticket.Recorded{By: person.Actor{ID: id, Role: role, Entity: "010301"}}
	}
	for name, c := range map[string]struct {
		state ticket.State
		cause ticket.Recorded
		want  []string
	}{
		"nobody works it":        {stateOf(ticket.StatusNew, ticket.Assignee{}), by(person.Anonymous, ""), []string{"file-closed operators ", "file-refused citizen "}},
		"supervisors work it":    {stateOf(ticket.StatusInProgress, ticket.Assignee{Supervisors: true}), by(person.Citizen, "c"), []string{"file-closed supervisors ", "file-refused citizen "}},
		"sent by who works it":   {stateOf(ticket.StatusInProgress, ticket.Assignee{Operator: "a"}), by(person.ASROperator, "a"), []string{"file-closed operator a"}},
		"sent by another":        {stateOf(ticket.StatusInProgress, ticket.Assignee{Operator: "a"}), by(person.ASROperator, "b"), []string{"file-closed operator a", "file-closed operator b"}},
		"the ticket is closed":   {stateOf(ticket.StatusClosed, ticket.Assignee{}), by(person.Citizen, "c"), []string{"file-refused citizen "}},
		"sent by another system": {stateOf(ticket.StatusNew, ticket.Assignee{}), by("integrazione", "i"), []string{"file-closed operators "}},
	} {
		var got []string
		for _, n := range recipients(c.state, c.cause) {
			got = append(got, string(n.Kind)+" "+string(n.To)+" "+n.Operator)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
