// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	attemptTimeout = 12 * time.Second       // a client waits so long for an answer
	lateAfter      = 5 * time.Second        // nodes promise an answer or a refusal within this time
	retryDelay     = 100 * time.Millisecond // before the next attempt, on another node
	giveUpAfter    = 3 * time.Minute        // a command that gets no definite answer for so long fails the run
)

// client sends the requests of one person to the nodes, as an impatient program does: it repeats a request that got no answer, or 503, on
// the next node with the same idempotency key.
type client struct {
	nodes    []*node
	account  *account // nil: anonymous
	token    string
	next     int
	http     *http.Client
	refusals *refusals
}

// newClient returns a client that begins at one of the nodes.
func newClient(nodes []*node, first int, a *account, r *refusals) *client {
	return &client{nodes: nodes, account: a, next: first, refusals: r, http: &http.Client{Timeout: attemptTimeout}}
}

// refusals collects how long nodes took while they could not carry a request out.
type refusals struct {
	mu      sync.Mutex
	slowest time.Duration // until an answer 503
	late    int           // attempts without any answer within lateAfter
}

// add adds an attempt.
func (r *refusals) add(took time.Duration, refused bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if refused {
		r.slowest = max(r.slowest, took)
	}
	if took > lateAfter {
		r.late++
	}
}

// take returns what was collected and begins anew.
func (r *refusals) take() (slowest time.Duration, late int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slowest, late = r.slowest, r.late
	r.slowest, r.late = 0, 0
	return slowest, late
}

// request is a request that can be repeated.
type request struct {
	method, path string
	body         any
	key          string // idempotency key; empty: none
	token        string // of a personal link; empty: that of the client's session
}

// response is a definite answer: carried out or refused by the rules.
type response struct {
	status int
	body   map[string]any
	raw    []byte
}

// text returns a field of the body, "" if it is no text.
func (r response) text(field string) string {
	s, _ := r.body[field].(string)
	return s
}

// accepted reports whether the request was carried out.
func (r response) accepted() bool { return r.status >= 200 && r.status < 300 }

// errNoSession means that the session is unknown: it ended, or a failover lost it.
var errNoSession = errors.New("no session")

// errRefused means that a node answered 503.
var errRefused = errors.New("answered 503")

// do sends a request until a node answers definitely. It logs in again when the session is unknown.
func (c *client) do(ctx context.Context, r request) (response, error) {
	ctx, cancel := context.WithTimeout(ctx, giveUpAfter)
	defer cancel()
	for {
		answer, err := c.attempt(ctx, r)
		if err == nil {
			return answer, nil
		}
		if errors.Is(err, errNoSession) && r.token == "" && c.account != nil {
			err = c.logIn(ctx)
		}
		if err != nil {
			c.next++
		}
		select {
		case <-ctx.Done():
			return response{}, fmt.Errorf("%s %s got no definite answer, the last failure is: %w", r.method, r.path, err)
		case <-time.After(retryDelay):
		}
	}
}

// attempt sends a request once.
func (c *client) attempt(ctx context.Context, r request) (response, error) {
	var sent io.Reader
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return response{}, err
		}
		sent = bytes.NewReader(text)
	}
	node := c.nodes[c.next%len(c.nodes)]
	hr, err := http.NewRequestWithContext(ctx, r.method, "http://"+node.address+r.path, sent)
	if err != nil {
		return response{}, err
	}
	hr.Header.Set("Content-Type", "application/json")
	if r.key != "" {
		hr.Header.Set("Idempotency-Key", r.key)
	}
	if token := r.token; token != "" || c.token != "" {
		if token == "" {
			token = c.token
		}
		hr.Header.Set("Authorization", "Bearer "+token)
	}
	start := time.Now()
	answer, err := c.http.Do(hr)
	if !node.frozen.Load() {
		c.refusals.add(time.Since(start), err == nil && answer.StatusCode == http.StatusServiceUnavailable)
	}
	if err != nil {
		return response{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	a := response{status: answer.StatusCode}
	if a.raw, err = io.ReadAll(answer.Body); err != nil {
		return response{}, err
	}
	switch {
	case a.status == http.StatusUnauthorized:
		return response{}, errNoSession
	case a.status == http.StatusServiceUnavailable:
		return response{}, fmt.Errorf("%s: %w", node.name, errRefused)
	case a.status >= http.StatusInternalServerError, a.status == http.StatusTooManyRequests:
		return response{}, fmt.Errorf("%s answered %d: %s", node.name, a.status, a.raw)
	}
	if len(a.raw) > 0 {
		if err := json.Unmarshal(a.raw, &a.body); err != nil {
			return response{}, err
		}
	}
	return a, nil
}

// logIn opens a session on the client's present node.
func (c *client) logIn(ctx context.Context) error {
	c.token = ""
	a, err := c.attempt(ctx, request{method: http.MethodPost, path: "/api/v1/sessions",
		body: map[string]string{"username": c.account.username, "password": c.account.password, "pin": c.account.pin}})
	if err != nil {
		return err
	}
	if a.status != http.StatusCreated {
		return fmt.Errorf("log in %s: %s", c.account.username, a.raw)
	}
	c.token = a.text("token")
	return nil
}
