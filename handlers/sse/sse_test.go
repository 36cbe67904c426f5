// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sse_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/sse"
	"github.com/sol-assistenza/sol/sagas"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// fixture is a server that responds to each request with the stream of one operator.
type fixture struct {
	*testing.T
	*handlertest.System
	streams     *sse.Streams
	client      sse.Client
	server      *handlertest.Server
	openStreams atomic.Int64 // as TrackStream counts them
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, System: handlertest.New(t, handlertest.Options{})}
	closing, end := context.WithCancel(context.Background())
	t.Cleanup(end)
	f.streams = &sse.Streams{
		App: f.App,
		TrackStream: func() func() {
			f.openStreams.Add(1)
			return func() { f.openStreams.Add(-1) }
		},
		Heartbeat: 50 * time.Millisecond, Closing: closing,
		OnError: func(_ context.Context, err error) { t.Errorf("stream failed: %v", err) },
	}
	id := f.Account(t, "anna", person.ASROperator, "010301")
	session, err := f.App.Identity.Login(t.Context(), "anna", handlertest.Password, handlertest.PIN, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	f.client = sse.Client{Caller: app.Caller{Actor: person.Actor{ID: id, Role: person.ASROperator, Entity: "010301"}}, Token: session.Token}
	f.server = handlertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, err := f.streams.StartPosition(r.Context(), f.client.Caller, eventstore.Position{})
		if err != nil {
			t.Errorf("start position: %v", err)
			return
		}
		f.streams.Serve(r.Context(), w, f.client, at)
	}), end)
	return f
}

func (f *fixture) open() ticket.ID {
	f.Helper()
	o, err := f.App.Open(f.Context(), app.Caller{Actor: person.Actor{Role: person.Anonymous}, From: "192.0.2.1"}, app.OpenRequest{
		Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: "010301",
		Form: ticket.Form{GivenName: "Maria", FamilyName: "Finzione", TaxCode: "RSSMRA80A01H501U", Email: "maria@example.org", Phone: "+390110000000", Description: "Non trovo il referto"},
	}, app.Idempotency{})
	if err != nil {
		f.Fatal(err)
	}
	return ticket.ID(o.Stream)
}

// stream is an open stream, read line by line.
type stream struct {
	*testing.T
	lines *bufio.Scanner
}

func (f *fixture) connect() stream {
	f.Helper()
	r, err := http.NewRequestWithContext(f.Context(), http.MethodGet, f.server.Address, nil)
	if err != nil {
		f.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = response.Body.Close() })
	return stream{f.T, bufio.NewScanner(response.Body)}
}

// next returns the data of the next event with a name. It fails if the stream ends before.
func (s stream) next(name string) (data string) {
	s.Helper()
	_, data = s.nextOf(name)
	return data
}

// nextOf returns the next event that has one of the names. It fails if the stream ends before.
func (s stream) nextOf(names ...string) (name, data string) {
	s.Helper()
	for s.lines.Scan() {
		if event, ok := strings.CutPrefix(s.lines.Text(), "event: "); ok {
			name = event
		}
		if data, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok && slices.Contains(names, name) {
			return name, data
		}
	}
	s.Fatalf("the stream ended before an event of %v, error %v", names, s.lines.Err())
	return "", ""
}

func TestStreamSendsCountsThenChanges(t *testing.T) {
	f := newFixture(t)
	s := f.connect()
	s.next("counts")

	id := f.open()

	// At a heartbeat the counts may come before the change that they count.
	for seen := map[string]bool{}; !seen["ticket"] || !seen["counts"]; {
		switch name, data := s.nextOf("ticket", "counts"); {
		case name == "ticket" && (!strings.Contains(data, string(id)) || !strings.Contains(data, `"type":"opened"`)):
			t.Fatalf("got event %s, want the opening of %s", data, id)
		case name == "ticket" || strings.Contains(data, `"count":1`):
			seen[name] = true
		}
	}
}

// TestStreamShowsNoPerson reads what a stream sends of a ticket that was opened and of a notification about it. So a stream needs no access record.
func TestStreamShowsNoPerson(t *testing.T) {
	f := newFixture(t)
	s := f.connect()
	s.next("counts")
	id := f.open()
	if err := f.App.Notifications.Deliver(t.Context(), uuid.NewString(), id, sagas.Notification{Kind: sagas.KindNewTicket, To: sagas.ToOperators, Entity: "010301"}); err != nil {
		t.Fatal(err)
	}
	state, _, err := f.App.State(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for missing := []string{"ticket", "notification"}; len(missing) > 0; {
		name, data := s.nextOf(missing...)
		for _, text := range []string{"Maria", "Finzione", "RSSMRA80A01H501U", "maria@", "0000000", "referto", state.Number} {
			if strings.Contains(data, text) {
				t.Errorf("%s: got %q in %s, want nothing of the person", name, text, data)
			}
		}
		if name != "notification" || strings.Contains(data, `"unread":1`) {
			missing = slices.DeleteFunc(missing, func(m string) bool { return m == name })
		}
	}
}

func TestStreamEndsWhenItsSessionEnds(t *testing.T) {
	f := newFixture(t)
	s := f.connect()
	s.next("counts")

	if err := f.App.Identity.EndSession(t.Context(), f.client.Token); err != nil {
		t.Fatal(err)
	}

	if data := s.next("end"); !strings.Contains(data, string(sse.SessionEnded)) {
		t.Errorf("got end %s, want %s", data, sse.SessionEnded)
	}
}

func TestStreamEndsWhenTheServerStops(t *testing.T) {
	f := newFixture(t)
	s := f.connect()
	s.next("counts")

	f.server.Stop()

	if data := s.next("end"); !strings.Contains(data, string(sse.Shutdown)) {
		t.Errorf("got end %s, want %s", data, sse.Shutdown)
	}
}

func TestTrackStreamCountsAStreamUntilItEnds(t *testing.T) {
	f := newFixture(t)
	s := f.connect()
	s.next("counts")
	if n := f.openStreams.Load(); n != 1 {
		t.Errorf("got %d open streams, want 1", n)
	}

	f.server.Stop()

	s.next("end")
	storetest.Eventually(t, "no stream counts as open", func() bool { return f.openStreams.Load() == 0 })
}

func TestStartPositionResumesKnownPositionsOnly(t *testing.T) {
	f := newFixture(t)
	f.open()
	head, _, err := f.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the lists hold the ticket", func() bool {
		late, err := f.App.Lists.Wait(t.Context(), head)
		return err == nil && !late
	})
	for name, c := range map[string]struct {
		from, want eventstore.Position
		err        error
	}{
		"a new stream starts at the head":       {eventstore.Position{}, head, nil},
		"a known position is resumed":           {eventstore.Position{Epoch: head.Epoch}, eventstore.Position{Epoch: head.Epoch}, nil},
		"a lost epoch is refused":               {eventstore.Position{Epoch: head.Epoch - 1, N: 1000}, eventstore.Position{}, eventstore.ErrLostPosition},
		"a position beyond the head is refused": {eventstore.Position{Epoch: head.Epoch, N: head.N + 1}, eventstore.Position{}, eventstore.ErrBeyondHead},
		"a later epoch is refused":              {eventstore.Position{Epoch: head.Epoch + 1}, eventstore.Position{}, eventstore.ErrBeyondHead},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := f.streams.StartPosition(t.Context(), f.client.Caller, c.from)
			if !errors.Is(err, c.err) || err == nil && got != c.want {
				t.Errorf("got %v, %v; want %v, %v", got, err, c.want, c.err)
			}
		})
	}
}
