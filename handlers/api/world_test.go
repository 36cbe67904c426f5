// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/notice"
	"github.com/sol-assistenza/sol/projections"
	"github.com/sol-assistenza/sol/sagas"
)

const (
	torino   catalog.EntityCode = "010301"
	novara   catalog.EntityCode = "010208"
	password                    = "una parola lunga"
	pin                         = "24680"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// clock is the time of the log, which the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// world is the whole service on a database of its own: API, read models and sagas, reached over HTTP.
type world struct {
	*testing.T
	clock    *clock
	store    *eventstore.Store
	database string // URL of its owner
	identity *identity.Identity
	address  string
	contract *contract
	log      *lines
	stop     context.CancelFunc // shuts the door; the test's end does too
	served   *sync.WaitGroup    // until it is shut
}

// lines is a log that tests read.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(t *testing.T, options ...func(*api.Config)) *world {
	t.Helper()
	return newWorldOf(t, catalog.Default(), options...)
}

func newWorldOf(t *testing.T, known *catalog.Catalog, options ...func(*api.Config)) *world {
	t.Helper()
	return newWorldOn(t, known, func(*eventstore.Config) {}, options...)
}

// newWorldOn runs the sagas that leave a ticket alone until it is resolved: what tests count is then theirs alone.
func newWorldOn(t *testing.T, known *catalog.Catalog, log func(*eventstore.Config), options ...func(*api.Config)) *world {
	t.Helper()
	return newWorldWith(t, known, playbook.Default(), []sagas.Definition{sagas.AutoClose(known), sagas.Succession(known)}, log, options...)
}

func newWorldWith(t *testing.T, known *catalog.Catalog, checks *playbook.Library, running []sagas.Definition, log func(*eventstore.Config), options ...func(*api.Config)) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, log: &lines{}, served: &sync.WaitGroup{}}
	db := storetest.New(t, func(c *eventstore.Config) { c.Clock = w.clock.Now }, log)
	w.store, w.database = db.Store, db.URL
	door := desk.New(w.store, ticket.Rules{Catalog: known, Hold: ticket.DefaultHold, Playbooks: checks})
	var err error
	w.identity, err = identity.New(identity.Config{
		Pool: w.store.Worker(), KeyedHash: w.store.KeyedHash, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
	})
	w.must(err)
	config := api.Config{
		Store: w.store, Desk: door, Identity: w.identity, Catalog: known, Playbooks: checks,
		Reader: projections.NewReader(w.store, known, w.identity.Names), Notices: notice.New(w.store, door),
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), Metrics: prometheus.NewRegistry(),
		Heartbeat: 50 * time.Millisecond,
	}
	for _, o := range options {
		o(&config)
	}
	served, err := api.New(config)
	w.must(err)
	w.contract = newContract(served.Contract())
	timers, err := sagas.New(sagas.Config{
		Store: w.store, Dispatch: sending(door), Every: 10 * time.Millisecond,
		Sagas: running,
	})
	w.must(err)
	on, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	w.address = "http://" + on.Addr().String()

	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	var workers sync.WaitGroup
	background, end := context.WithCancel(context.Background())
	server := &http.Server{Handler: served, ReadHeaderTimeout: 10 * time.Second}
	w.served.Go(func() { w.ended("serve", server.Serve(on)) })
	w.served.Go(func() {
		<-ctx.Done()
		served.EndStreams()
		w.ended("shutdown", server.Shutdown(background))
	})
	workers.Go(func() { w.ended("read models", projections.NewRunner(w.store).Start(background)) })
	workers.Go(func() { w.ended("sagas", timers.Run(background)) })
	t.Cleanup(func() {
		stop()
		w.served.Wait()
		end()
		workers.Wait()
	})
	return w
}

// sending is the one way in, as cmd/sol hands it to sagas.
func sending(d *desk.Desk) sagas.SendCommand {
	return func(ctx context.Context, on ticket.ID, c ticket.Command, by person.Actor, as eventstore.CommandID, cause int64) error {
		_, err := d.Dispatch(ctx, desk.Request{Ticket: on, Command: c, By: by, Key: as.Key, Permanent: as.Permanent, Cause: cause})
		return err
	}
}

func (w *world) ended(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, http.ErrServerClosed) {
		w.Errorf("%s ended: %v", what, err)
	}
}

// in is the world for a subtest.
func (w *world) in(t *testing.T) *world {
	inner := *w
	inner.T = t
	return &inner
}

// in is the user in a subtest.
func (u user) in(t *testing.T) user {
	u.w = u.w.in(t)
	return u
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// pass moves the time of the log.
func (w *world) pass(d time.Duration) {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	w.clock.now = w.clock.now.Add(d)
}

// eventually waits until a condition holds.
func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	enough := time.After(20 * time.Second)
	for look := time.NewTicker(5 * time.Millisecond); !holds(); {
		select {
		case <-look.C:
		case <-enough:
			w.Fatalf("in vain: %s", what)
		}
	}
}

// user is somebody with a token.
type user struct {
	w     *world
	id    string
	token string
}

// join makes an account in one role at one entity, and logs in.
func (w *world) join(username string, role person.Role, entity catalog.EntityCode) user {
	w.Helper()
	n := identity.NewAccount{Username: username, GivenName: "Prova", FamilyName: strings.ToUpper(username), Password: password, PIN: pin}
	id, err := w.identity.CreateAccount(w.Context(), n)
	w.must(err)
	_, err = w.identity.AddPlacement(w.Context(), id, role, entity, time.Time{})
	w.must(err)
	a := w.anybody().post("/api/v1/sessions", map[string]string{"username": username, "password": password, "pin": pin}).want(201)
	return user{w, id, a.text("token")}
}

func (w *world) anybody() user { return user{w: w} }

// holder is who got the personal link of a ticket.
func (w *world) holder(id string) user {
	return user{w: w, token: w.identity.PersonalLink(ticket.ID(id))}
}

// answered is an answer, read whole.
type answered struct {
	w      *world
	status int
	header http.Header
	raw    []byte
	body   map[string]any // nil when it is no object
}

// do sends a request; headers come in pairs.
func (u user) do(method, path string, body any, headers ...string) answered {
	u.w.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		u.w.must(err)
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(u.w.Context(), method, u.w.address+path, content)
	u.w.must(err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if u.token != "" {
		r.Header.Set("Authorization", "Bearer "+u.token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	u.w.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	u.w.must(err)
	a := answered{w: u.w, status: response.StatusCode, header: response.Header, raw: raw}
	_ = json.Unmarshal(raw, &a.body) // files and lists are no objects
	if broken := u.w.contract.holds(r, a); broken != "" {
		u.w.Errorf("%s %s, answered %d %.500s, breaks the contract: %s", method, path, a.status, raw, broken)
	}
	return a
}

func (u user) get(path string, headers ...string) answered {
	u.w.Helper()
	return u.do(http.MethodGet, path, nil, headers...)
}

func (u user) post(path string, body any, headers ...string) answered {
	u.w.Helper()
	return u.do(http.MethodPost, path, body, headers...)
}

// update sends «Aggiorna».
func (u user) update(id string, body fields, headers ...string) answered {
	u.w.Helper()
	return u.post("/api/v1/tickets/"+id+"/updates", body, headers...)
}

func (u user) ticket(id string) answered {
	u.w.Helper()
	return u.get("/api/v1/tickets/" + id)
}

// queue gives the numbers of the tickets in a queue, read after what the position tells.
func (u user) queue(id, after string) []string {
	u.w.Helper()
	var numbers []string
	for _, item := range u.get("/api/v1/tickets?queue=" + id + "&after=" + after).want(200).list("items") {
		numbers = append(numbers, fmt.Sprint(item["number"]))
	}
	return numbers
}

// want holds the answer to a status.
func (a answered) want(status int) answered {
	a.w.Helper()
	if a.status != status {
		a.w.Fatalf("got %d, want %d: %s", a.status, status, a.raw)
	}
	return a
}

// problem holds the answer to a problem: its type, and what its text says somewhere.
func (a answered) problem(status int, kind string, says ...string) answered {
	a.w.Helper()
	a.want(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.w.Fatalf("content type %s: %s", got, a.raw)
	}
	if a.text("type") != "urn:sol:problem:"+kind || a.text("title") == "" || a.text("detail") == "" || a.body["status"] != float64(status) {
		a.w.Fatalf("got %s, want a whole problem of kind %s", a.raw, kind)
	}
	for _, s := range says {
		if !strings.Contains(string(a.raw), s) {
			a.w.Fatalf("got %s, want it to say %q", a.raw, s)
		}
	}
	return a
}

// at follows names into objects; a missing one gives nil.
func (a answered) at(path ...string) any {
	var v any = a.body
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

func (a answered) text(path ...string) string {
	s, _ := a.at(path...).(string)
	return s
}

func (a answered) list(path ...string) []map[string]any {
	a.w.Helper()
	items, ok := a.at(path...).([]any)
	if !ok {
		a.w.Fatalf("no list %v in %s", path, a.raw)
	}
	objects := []map[string]any{}
	for _, i := range items {
		object, _ := i.(map[string]any)
		objects = append(objects, object)
	}
	return objects
}

// fields is a JSON object.
type fields map[string]any

// form is a valid form for an entity.
func form(entity catalog.EntityCode) fields {
	return fields{
		"service": "ritiro-documenti", "problem": "referto-non-trovato", "entity": entity, "description": "Non trovo il referto delle analisi",
		"requester": fields{
			"role": "cittadino", "given_name": "Maria", "family_name": "Finzione", "tax_code": "RSSMRA80A01H501U",
			"email": "maria@example.org", "phone": "+39 011 0000000",
		},
	}
}

// public is a note with the padlock open.
func public(text string) fields { return fields{"text": text, "visibility": "public"} }
