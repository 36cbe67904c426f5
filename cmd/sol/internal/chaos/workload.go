// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// maxPause is the longest pause of a client between two commands.
const maxPause = 150 * time.Millisecond

// act is a command of a client with its definite answer.
type act struct {
	round      Kind // the fault during which it was answered
	client     *client
	request    request
	answer     response
	ticket     string
	marker     string // text that stands in one event of the log if the act was carried out; empty: the act has no text
	mailed     bool   // its note goes to the citizen by mail, unless it is withdrawn
	withdrawn  bool   // an undo of it was accepted
	answeredAt time.Time
}

// workload runs the clients and keeps their acts.
type workload struct {
	in      *installation
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	round   Kind
	acts    []*act
	moments []moment
	markers int
	failure error // of the first client that got no definite answer
}

// startWorkload starts the clients. Each is an operator and the citizens of the operator's tickets.
func (in *installation) startWorkload(ctx context.Context) (*workload, error) {
	w := &workload{in: in}
	working, cancel := context.WithCancel(ctx)
	w.cancel = cancel
	for n := range in.Clients {
		o := &operator{workload: w, citizen: newClient(in.nodes, n, nil, &in.refusals), staff: newClient(in.nodes, n, &in.operators[n], &in.refusals)}
		w.running.Go(func() {
			for working.Err() == nil {
				if err := o.workOnTicket(ctx, working.Done()); err != nil {
					w.fail(err)
					return
				}
			}
		})
	}
	reader := newClient(in.nodes, 0, &in.operators[in.Clients], &in.refusals)
	w.running.Go(func() { w.readMoments(working, reader) })
	return w, nil
}

// stop lets each client finish its command, and returns the failure of a client that got no definite answer.
func (w *workload) stop() error {
	w.cancel()
	w.running.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failure
}

func (w *workload) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failure == nil {
		w.failure = err
	}
}

// setRound sets the kind of fault to which the acts are counted from now on.
func (w *workload) setRound(k Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.round = k
}

// newMarker returns a text that no other act has.
func (w *workload) newMarker() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.markers++
	return fmt.Sprintf("segno-%06d", w.markers)
}

// operator plays an operator and the citizens whose tickets the operator works on.
type operator struct {
	*workload
	citizen, staff *client
}

// errEnded ends the work on a ticket when the workload stops.
var errEnded = errors.New("the workload has ended")

// workOnTicket opens a ticket and works on it up to its resolution, or until the workload ends.
func (o *operator) workOnTicket(ctx context.Context, ended <-chan struct{}) error {
	err := o.playTicket(ctx, ended)
	if errors.Is(err, errEnded) {
		return nil
	}
	return err
}

func (o *operator) playTicket(ctx context.Context, ended <-chan struct{}) error {
	opened, err := o.open(ctx)
	if err != nil {
		return err
	}
	id, number := opened.answer.text("id"), opened.answer.text("number")
	if _, err := o.update(ctx, id, map[string]any{"status": "in_lavorazione"}, ""); err != nil {
		return err
	}
	for range 2 + rand.N(4) {
		if err := pause(ended, rand.N(maxPause)); err != nil {
			return err
		}
		if err := o.step(ctx, ended, id, number); err != nil {
			return err
		}
	}
	_, err = o.note(ctx, id, "risolto", "public")
	return err
}

// step does one of the things that operators and citizens do with a ticket in progress, and leaves the ticket in progress.
func (o *operator) step(ctx context.Context, ended <-chan struct{}, id, number string) error {
	switch rand.N(5) {
	case 0:
		_, err := o.note(ctx, id, "", "internal")
		return err
	case 1:
		_, err := o.note(ctx, id, "", "public")
		return err
	case 2, 3: // an undo, at once or about when the note becomes visible
		written, err := o.note(ctx, id, "", "public")
		if err != nil || !written.answer.accepted() {
			return err
		}
		if rand.N(2) == 0 {
			if err := pause(ended, hold-200*time.Millisecond+rand.N(300*time.Millisecond)); err != nil {
				return err
			}
		}
		return o.undo(ctx, written)
	default:
		asked, err := o.note(ctx, id, "in_attesa_utente", "public")
		if err != nil || !asked.answer.accepted() {
			return err
		}
		for token := ""; token == ""; token = o.in.mails.token(number) { // the first mail about the ticket holds it
			if err := pause(ended, 50*time.Millisecond); err != nil {
				return err
			}
		}
		return o.reply(ctx, id, o.in.mails.token(number))
	}
}

// pause waits for d, or returns errEnded when the workload ends before.
func pause(ended <-chan struct{}, d time.Duration) error {
	select {
	case <-ended:
		return errEnded
	case <-time.After(d):
		return nil
	}
}

// perform sends a command until it is answered, and keeps it with its answer.
func (w *workload) perform(ctx context.Context, a *act) (*act, error) {
	if a.marker != "" {
		a.request.key = a.marker
	} else {
		a.request.key = w.newMarker()
	}
	answer, err := a.client.do(ctx, a.request)
	if err != nil {
		return a, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	a.answer, a.round, a.answeredAt = answer, w.round, time.Now()
	w.acts = append(w.acts, a)
	return a, nil
}

// open opens a ticket as a citizen without an account.
func (o *operator) open(ctx context.Context) (*act, error) {
	a := &act{client: o.citizen, marker: o.newMarker()}
	a.request = request{method: http.MethodPost, path: "/api/v1/tickets", body: ticketForm(a.marker)}
	a, err := o.perform(ctx, a)
	if err != nil {
		return a, err
	}
	if !a.answer.accepted() {
		return a, fmt.Errorf("open a ticket: %s", a.answer.raw)
	}
	a.ticket = a.answer.text("id")
	return a, nil
}

// ticketForm returns the body of a request that opens a ticket.
func ticketForm(description string) map[string]any {
	return map[string]any{
		"service": "ritiro-documenti", "problem": "altro", "entity": entity, "description": description,
		"requester": map[string]string{
			"role": "cittadino", "given_name": "Dora", "family_name": "Esempio", "tax_code": "RSSMRA85T10A562S",
			"email": "dora.esempio@example.org", "phone": "011 5550000",
		},
	}
}

// note writes a note, which can change the status.
func (o *operator) note(ctx context.Context, id, status, visibility string) (*act, error) {
	marker := o.newMarker()
	body := map[string]any{"note": map[string]string{"text": "Nota di prova " + marker, "visibility": visibility}}
	if status != "" {
		body["status"] = status
	}
	return o.update(ctx, id, body, marker)
}

// update sends an «Aggiorna».
func (o *operator) update(ctx context.Context, id string, body map[string]any, marker string) (*act, error) {
	note, _ := body["note"].(map[string]string)
	return o.perform(ctx, &act{client: o.staff, ticket: id, marker: marker, mailed: note["visibility"] == "public",
		request: request{method: http.MethodPost, path: "/api/v1/tickets/" + id + "/updates", body: body}})
}

// undo withdraws an act, if it is still held.
func (o *operator) undo(ctx context.Context, written *act) error {
	a, err := o.perform(ctx, &act{client: o.staff, ticket: written.ticket,
		request: request{method: http.MethodPost, path: "/api/v1/tickets/" + written.ticket + "/undo"}})
	if err == nil && a.answer.accepted() {
		written.withdrawn = true
	}
	return err
}

// reply answers as the citizen, by the personal link.
func (o *operator) reply(ctx context.Context, id, token string) error {
	marker := o.newMarker()
	_, err := o.perform(ctx, &act{client: o.citizen, ticket: id, marker: marker,
		request: request{method: http.MethodPost, path: "/api/v1/tickets/" + id + "/replies", token: token,
			body: map[string]any{"text": "Risposta di prova " + marker}}})
	return err
}
