// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

// moment is a ticket as a node showed it for a moment of the past.
type moment struct {
	round   Kind
	request request
	shown   response
}

const (
	momentInterval = 60 * time.Millisecond  // between two reads
	momentAge      = 200 * time.Millisecond // age of a moment, at most: a commit that is under way may get an earlier time
	maxMoments     = 2000                   // number of moments that checkMoments reads again
)

// readMoments reads tickets on which clients work, as they were a moment ago, until the workload ends.
func (w *workload) readMoments(ctx context.Context, c *client) {
	for ; ctx.Err() == nil; c.next++ {
		if pause(ctx.Done(), momentInterval) != nil {
			return
		}
		ticket, round := w.recentTicket()
		if ticket == "" {
			continue
		}
		at := time.Now().Add(-rand.N(momentAge)).UTC().Format(time.RFC3339Nano)
		m := moment{round: round, request: request{method: http.MethodGet, path: "/api/v1/tickets/" + ticket + "?at=" + at}}
		var err error
		if m.shown, err = c.do(ctx, m.request); err != nil || !m.shown.accepted() {
			continue // the end, or the ticket did not exist yet
		}
		w.mu.Lock()
		w.moments = append(w.moments, m)
		w.mu.Unlock()
	}
}

// recentTicket returns a ticket of one of the last acts, "" if there is none.
func (w *workload) recentTicket() (ticket string, round Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.acts) == 0 {
		return "", w.round
	}
	last := min(len(w.acts), 2*w.in.Clients)
	return w.acts[len(w.acts)-1-rand.N(last)].ticket, w.round
}

// checkMoments reads moments again: what was shown once for a moment never changes.
func (in *installation) checkMoments(ctx context.Context, moments []moment, r *Report) {
	c := newClient(in.nodes, 0, &in.operators[in.Clients], &in.refusals)
	for _, i := range rand.Perm(len(moments))[:min(maxMoments, len(moments))] {
		m := moments[i]
		r.Moments++
		c.next++
		again, err := c.do(ctx, m.request)
		switch {
		case err != nil:
			r.problemf("GET %s: %v", m.request.path, err)
		case again.status != m.shown.status || !bytes.Equal(again.raw, m.shown.raw):
			r.ChangedMoments++
			before, after := difference(m.shown.raw, again.raw)
			r.problemf("GET %s, shown during %s, has changed: it was …%s… and is …%s…", m.request.path, m.round, before, after)
		}
	}
}

// difference returns the parts of two texts where they begin to differ.
func difference(a, b []byte) (partOfA, partOfB []byte) {
	const before, after = 30, 60
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	from := max(0, n-before)
	return a[from:min(len(a), n+after)], b[from:min(len(b), n+after)]
}
