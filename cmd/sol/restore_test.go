// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/cmd/sol/internal/outboxlist"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/lastseen"
	"github.com/sol-assistenza/sol/eventstore/restore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/projections/lists"
)

// testRelay is a mail server that counts the mails it takes by Message-ID, and by thread and subject.
type testRelay struct {
	address string
	mu      sync.Mutex
	ids     map[string]int
	texts   map[string]int
}

// newTestRelay starts a relay, which stops when the test ends.
func newTestRelay(t *testing.T) *testRelay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &testRelay{address: listener.Addr().String(), ids: map[string]int{}, texts: map[string]int{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return relaySession{r}, nil }))
	server.Domain = "localhost"
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // ends with Close
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return r
}

// taken returns the number of mails, and those that came more than once.
func (r *testRelay) taken() (n int, twice []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, counted := range []map[string]int{r.ids, r.texts} {
		for mail, count := range counted {
			if count > 1 {
				twice = append(twice, fmt.Sprintf("%s: %d times", mail, count))
			}
		}
	}
	for _, count := range r.ids {
		n += count
	}
	return n, twice
}

type relaySession struct{ *testRelay }

func (relaySession) Mail(string, *smtp.MailOptions) error { return nil }
func (relaySession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (relaySession) Reset()                               {}
func (relaySession) Logout() error                        { return nil }

func (s relaySession) Data(from io.Reader) error {
	m, err := mail.ReadMessage(from)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[m.Header.Get("Message-ID")]++
	s.texts[m.Header.Get("References")+" "+m.Header.Get("Subject")]++
	return nil
}

// restoreTest is an installation whose database is restored, with what its clients knew before.
type restoreTest struct {
	*installation
	url       string
	relay     *testRelay
	anonymous apiClient
	identity  demo.Identity
	numbers   map[string]bool // of all tickets that were acknowledged
	closed    bool            // the resolved ticket was closed when the backup was taken
}

// open opens n tickets.
func (r *restoreTest) open(n int) {
	r.t.Helper()
	for range n {
		a := r.anonymous.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody(fmt.Sprintf("Richiesta numero %d.", len(r.numbers))))
		if number := a.text("number"); r.numbers[number] {
			r.t.Errorf("got number %s twice", number)
		} else {
			r.numbers[number] = true
		}
	}
}

// query returns the value of a query on the database, as its owner.
func query[T any](t *testing.T, url, sql string, args ...any) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// rewind makes a copy of the database one that was taken a little earlier in two places: the saga that sends messages has not read the
// events after a position, and the mail of a ticket is not sent yet.
func (r *restoreTest) rewind(url string, after int64, ticket string) {
	r.t.Helper()
	r.closed = query[bool](r.t, url, `select exists (select from log.events where type = 'ticket.auto-closed.v1')`)
	conn, err := pgx.Connect(r.t.Context(), url)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(r.t.Context())) }()
	for _, sql := range []string{
		`update log.consumers c set position = least(position, $1) where name = 'saga.notifications'`,
		`update saga.sagas set position = least(position, $1) where name = 'notifications'`,
		`delete from mail.deliveries where id in (select id from saga.sent where cause > $1)`,
		`delete from saga.outbox where uuid::uuid in (select id from saga.sent where cause > $1)`,
		`delete from saga.sent where cause > $1`,
		`delete from saga.instances where saga = 'notifications' and position > $1`,
	} {
		if _, err := conn.Exec(r.t.Context(), sql, after); err != nil {
			r.t.Fatalf("%s: %v", sql, err)
		}
	}
	tag, err := conn.Exec(r.t.Context(), `
		update mail.deliveries set state = 'waiting', attempts = 0, ended_at = null, next_at = clock_timestamp()
		where ticket = $1 and kind = 'note'`, ticket)
	if err != nil || tag.RowsAffected() != 1 {
		r.t.Fatalf("set back a mail: %s, %v", tag, err)
	}
}

// mailsByState returns the ids of the listed mails by state.
func (r *restoreTest) mailsByState() map[string][]string {
	r.t.Helper()
	var listing outboxlist.Listing
	if err := json.Unmarshal([]byte(r.run("outbox", "list", "--topic", "mail", "--json")), &listing); err != nil {
		r.t.Fatal(err)
	}
	byState := map[string][]string{}
	for _, m := range listing.Mails {
		byState[m.State] = append(byState[m.State], m.ID)
	}
	return byState
}

// streamStatus returns the status of the answer to a client that resumes a stream at a position.
func streamStatus(c apiClient, position string) int {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/api/v1/stream", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Last-Event-ID", position)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode
}

// TestRestore restores a backup of the database while clients, the relay and the data directory know what came after it. The start is refused
// until the restore is accepted; then no number is given twice, no mail is sent twice, what was lost is refused by name and the rest goes on.
func TestRestore(t *testing.T) {
	t.Parallel()
	server := startPostgres(t)
	r := &restoreTest{url: server.URL("sol"), relay: newTestRelay(t), numbers: map[string]bool{}}
	r.installation = newInstallation(t, "SOL_DATABASE_URL="+r.url, "SOL_HOLD=0s", "SOL_AUTO_CLOSE_AFTER=5s", "SOL_SMTP_URL=smtp://"+r.relay.address)
	s := r.serve()
	fields := strings.Fields(r.run("user", "add", "mela.prova", "--given-name", "Mela", "--family-name", "Prova", "--role", "supervisore_asr",
		"--entity", "010301", "--generate", "--permanent")) // password P PIN N added …
	r.identity = demo.Identity{Username: "mela.prova", Password: fields[1], PIN: fields[3], Role: "supervisore_asr", Entity: "010301"}
	r.anonymous = apiClient{t: t, base: "http://" + r.address}
	operator := r.anonymous.login(r.identity)

	// Before the backup: six tickets, one of them resolved.
	r.open(4)
	solved := r.anonymous.expect(http.StatusCreated, http.MethodPost, "/api/v1/tickets", newTicketBody("Da chiudere da sola.")).text("id")
	operator.update(solved, publicNoteBody("risolto", "Fatto."))
	s.waitFor("the mail about the solution is sent", func() bool {
		return query[int](t, r.url, `select count(*) from mail.deliveries where state = 'sent' and kind = 'note'`) == 1
	})
	rewindTo := query[int64](t, r.url, `select head from log.logs`)
	r.open(1)
	s.waitFor("the mails are sent", func() bool { n, _ := r.relay.taken(); return n >= 7 })
	keptPosition := fmt.Sprintf("1.%d", query[int64](t, r.url, `select head from log.logs`))
	keptPage := operator.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets?limit=2&after="+keptPosition, nil)
	restoreBackup := storetest.Backup(t, r.url, func(url string) { r.rewind(url, rewindTo, solved) })

	// After the backup: five more tickets, and the resolved one is closed.
	s.waitFor("the server answers again", s.isUp)
	r.open(5)
	s.waitFor("the ticket is closed", func() bool { return operator.ticket(solved).text("status") == "chiuso" })
	s.waitFor("all mails are sent", func() bool {
		n, _ := r.relay.taken()
		return n >= 13 && query[int](t, r.url, `select count(*) from mail.deliveries where state <> 'sent'`) == 0
	})
	lostPosition := fmt.Sprintf("1.%d", query[int64](t, r.url, `select head from log.logs`))
	lostPage := operator.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets?limit=2&after="+lostPosition, nil)
	lostHead := query[int64](t, r.url, `select head from log.logs`)
	s.waitFor("the data directory remembers the head", func() bool {
		seen, err := lastseen.ReadFile(filepath.Join(r.dir, "last-seen.json"))
		return err == nil && seen.Position >= lostHead
	})
	sentBefore, twice := r.relay.taken()
	if len(twice) > 0 {
		t.Fatalf("before the restore: got mails twice: %v", twice)
	}
	s.kill()
	restoreBackup()

	for _, args := range [][]string{{"serve"}, {"ticket", "list"}, {"restore"}} {
		if out := r.runRefused(args...); !strings.Contains(out, "the log went back") || !strings.Contains(out, "sol restore --accept") {
			t.Errorf("sol %s: got %s, want a refusal that names sol restore --accept", strings.Join(args, " "), out)
		}
	}
	r.acceptRestore("--by", "mela.prova")
	if out := r.run("restore"); !strings.Contains(out, "epoch 2") {
		t.Errorf("got %s after accepting, want epoch 2", out)
	}
	s = r.serve()
	r.checkEvent(keptPosition, lostHead)

	if a, err := operator.request(http.MethodGet, "/api/v1/queues", nil); err != nil || a.status != http.StatusUnauthorized {
		t.Errorf("session of before: got %d, %v; want 401", a.status, err)
	}
	operator = r.anonymous.login(r.identity)
	for path, want := range map[string]int{
		"/api/v1/queues?after=" + keptPosition:                                    http.StatusOK,
		"/api/v1/tickets?limit=2&cursor=" + keptPage.text("next_cursor"):          http.StatusOK,
		"/api/v1/queues?after=" + lostPosition:                                    http.StatusGone,
		"/api/v1/tickets?after=" + lostPosition:                                   http.StatusGone,
		"/api/v1/tickets/" + solved + "?after=" + lostPosition:                    http.StatusGone,
		"/api/v1/dashboard?after=" + lostPosition:                                 http.StatusGone,
		"/api/v1/tickets?limit=2&cursor=" + lostPage.text("next_cursor"):          http.StatusGone,
		"/api/v1/tickets/" + solved + "?after=" + keptPosition:                    http.StatusOK,
		"/api/v1/queues?after=2." + strings.TrimPrefix(keptPosition, "1."):        http.StatusOK,
		"/api/v1/queues?after=" + eventstore.Position{Epoch: 3, N: 1}.String():    http.StatusUnprocessableEntity,
		"/api/v1/queues?after=" + eventstore.Position{Epoch: 2, N: 9999}.String(): http.StatusUnprocessableEntity,
		"/api/v1/dashboard?after=" + keptPosition:                                 http.StatusOK,
	} {
		a := operator.expect(want, http.MethodGet, path, nil)
		if want == http.StatusGone && a.text("type") != "urn:sol:problem:position-lost" {
			t.Errorf("%s: got %s, want position-lost", path, a.raw)
		}
	}
	if kept, lost := streamStatus(operator, keptPosition), streamStatus(operator, lostPosition); kept != http.StatusOK || lost != http.StatusGone {
		t.Errorf("streams: got %d and %d, want 200 at the kept position and 410 at the lost one", kept, lost)
	}
	r.open(5) // fails if a number is given twice
	r.checkMails(s, sentBefore)
	r.checkProjections(s)
}

// acceptRestore accepts a restore, with further arguments, once the leases of the stopped server have ended: one that it got while it stopped
// holds for 3 s.
func (i *installation) acceptRestore(args ...string) {
	i.t.Helper()
	storetest.Eventually(i.t, "the leases of the stopped server have ended, and the restore is accepted", func() bool {
		out, stderr, err := i.runMayFail(append([]string{"restore", "--accept"}, args...)...)
		if err != nil && !strings.Contains(stderr, "still runs") {
			i.t.Fatalf("restore --accept: %v: %s", err, stderr)
		}
		return err == nil && strings.Contains(out, "epoch 2 begins")
	})
}

// checkEvent checks the event of the epoch, and that positions are dense.
func (r *restoreTest) checkEvent(kept string, lostHead int64) {
	r.t.Helper()
	var e restore.Restored
	text := query[[]byte](r.t, r.url, `select data from log.events where type = 'log.restored.v1'`)
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&e); err != nil {
		r.t.Fatal(err)
	}
	from, err := eventstore.ParsePosition(e.From)
	if err != nil {
		r.t.Fatal(err)
	}
	keptAt, err := eventstore.ParsePosition(kept)
	if err != nil {
		r.t.Fatal(err)
	}
	if e.Epoch != 2 || from.N < keptAt.N || from.N >= lostHead || e.Known == "" || len(e.Checkpoint) != 64 || e.System.After == "" ||
		e.System.Before != e.System.After || e.Timeline.After == "" {
		r.t.Errorf("got %s, want the kept and the lost head and the server", text)
	}
	if by := query[string](r.t, r.url, `select actor from log.events where type = 'log.restored.v1'`); by !=
		query[string](r.t, r.url, `select id::text from identity.accounts where username = 'mela.prova'`) {
		r.t.Errorf("got actor %s, want the account that accepted", by)
	}
	if !query[bool](r.t, r.url, `select count(*) = max(position) and min(position) = 1 from log.events`) {
		r.t.Error("got positions with gaps, want dense ones")
	}
}

// checkMails checks that no mail was sent twice, that those of which nobody knows whether they were sent wait for a person, and that a person
// can send one.
func (r *restoreTest) checkMails(s *process, sentBefore int) {
	r.t.Helper()
	want := 3 // the one that was not sent yet, the one whose message is derived again, and the one of the closing
	if r.closed {
		want = 2
	}
	s.waitFor("the uncertain mails wait for a person", func() bool { return len(r.mailsByState()["uncertain"]) == want })
	s.waitFor("the mails of the new tickets are sent, and no more", func() bool { n, _ := r.relay.taken(); return n >= sentBefore+5 })
	s.waitFor("no message waits", func() bool {
		return query[int](r.t, r.url, `select count(*) from saga.outbox where not acked`) == 0
	})
	if n, twice := r.relay.taken(); n != sentBefore+5 || len(twice) > 0 {
		r.t.Errorf("got %d mails, want %d, and twice %v", n, sentBefore+5, twice)
	}
	uncertain := r.mailsByState()["uncertain"]
	r.run("outbox", "retry", uncertain[0])
	s.waitFor("the mail that a person retries is sent", func() bool { n, _ := r.relay.taken(); return n == sentBefore+6 })
	r.run("outbox", "drop", uncertain[1])
	if all := slices.Concat(slices.Collect(maps.Values(r.mailsByState()))...); slices.Contains(all, uncertain[1]) {
		r.t.Errorf("got mail %s in the list after it was dropped", uncertain[1])
	}
}

// checkProjections checks that the read models are equal to rebuilt ones.
func (r *restoreTest) checkProjections(s *process) {
	r.t.Helper()
	s.waitFor("the projections have read the log", func() bool {
		return !slices.ContainsFunc(parseJSONLines(r.t, r.run("projections", "list", "--json")), func(p map[string]any) bool {
			return p["failures"] != float64(0) || p["lag"] != float64(0)
		})
	})
	digest := func() (all []string) {
		for _, table := range []string{"tickets", "timeline"} {
			all = append(all, query[string](r.t, r.url, `select md5(string_agg(x::text, e'\n' order by x::text)) from `+lists.Model.Table(table)+` x`))
		}
		return all
	}
	before := digest()
	r.run("projections", "rebuild", "tickets")
	if after := digest(); !slices.Equal(before, after) {
		r.t.Errorf("got other rows after a rebuild: %v and %v", before, after)
	}
}
