// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// secondNode returns the fixture with the API of a further node on the same database. Its streams check their sessions at no heartbeat, so that
// only a topic ends them while the test runs.
func (w *fixture) secondNode() *fixture {
	w.Helper()
	node, err := api.New(api.Config{App: w.system.OpenNode(w.T), Log: slog.New(slog.DiscardHandler), Heartbeat: time.Hour})
	w.must(err)
	other := *w
	other.server = handlertest.Serve(w.T, node, node.EndStreams)
	return &other
}

// at returns the user as a client of another node.
func (u user) at(node *fixture) user {
	u.w = node
	return u
}

// wantEnd waits at most two minutes until a stream ends, and fails the test unless its last event says that the session has ended.
func (w *fixture) wantEnd(from <-chan message) {
	w.Helper()
	var last message
	for timeout := time.After(2 * time.Minute); ; {
		select {
		case m, open := <-from:
			if open {
				last = m
				continue
			}
			if last.name != "end" || last.data["reason"] != "session-ended" {
				w.Errorf("last event of the stream: got %s %v, want the end of the session", last.name, last.data)
			}
			return
		case <-timeout:
			w.Fatal("the stream of the ended session goes on")
		}
	}
}

// TestSessionEndsOnAllNodes: whatever ends a session on one node, the next request at another one is refused, and a stream that is open there ends.
func TestSessionEndsOnAllNodes(t *testing.T) {
	w := newFixture(t)
	other := w.secondNode()
	ada := w.logIn("ada", person.Administrator, "")
	change := func(operation account.Operation) func(user, user) {
		return func(u, _ user) {
			u.w.Helper()
			_, err := w.system.App.Accounts.Change(t.Context(), person.Actor{ID: ada.id, Role: person.Administrator}, accounts.Request{Change: account.Change{Operation: operation, Account: u.id}})
			u.w.must(err)
		}
	}
	sessionOf := func(u user) string { return u.get("/api/v1/sessions").want(200).text("current") }
	for name, end := range map[string]func(u, again user){
		"logout":     func(u, _ user) { u.do(http.MethodDelete, "/api/v1/sessions/current", nil).want(204) },
		"by-oneself": func(u, again user) { again.do(http.MethodDelete, "/api/v1/sessions/"+sessionOf(u), nil).want(204) },
		"by-an-administrator": func(u, _ user) {
			ada.do(http.MethodDelete, "/api/v1/accounts/"+u.id+"/sessions/"+sessionOf(u), nil).want(204)
		},
		"account-disabled":     change(account.Disable),
		"credentials-renewed":  change(account.RenewCredentials),
		"second-factors-reset": change(account.ResetFactors),
		"password-changed": func(_, again user) {
			again.do(http.MethodPut, "/api/v1/sessions/current/credentials", fields{"password": password, "pin": pin, "new_password": "un giardino di limoni", "new_pin": "97531"}).want(200)
		},
		"another-placement": func(u, _ user) { // its token is another one from then on
			u.do(http.MethodPut, "/api/v1/sessions/current/placement", fields{"role": person.ASROperator, "entity": torino}).want(200)
		},
	} {
		u := w.logIn(name, person.ASROperator, torino)
		again := user{w, u.id, w.anonymous().post("/api/v1/sessions", fields{"username": name, "password": password, "pin": pin}).want(201).text("token")}
		stream := u.at(other).stream("")
		w.nextMessage(stream, name+": the first counts", counting("nuove", 0))
		end(u, again)
		u.at(other).get("/api/v1/queues").problem(401, "unauthorized")
		w.wantEnd(stream)
	}
}
