// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sse

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/projections/lists"
)

// Counts is the data of an event named counts: sent at the beginning, and when a count has changed.
type Counts struct {
	Items    []lists.Queue `json:"items"`
	Position string        `json:"position"`
}

// Ticket is the data of an event named ticket: one that the client may see has changed.
type Ticket struct {
	ID       ticket.ID `json:"id"`
	Type     string    `json:"type" doc:"The event's name"`
	At       time.Time `json:"at"`
	From     time.Time `json:"from" doc:"When I could first know of it: later than at for what was held from me"`
	Position string    `json:"position"`
}

// Notifications is the data of an event named notification: sent at the beginning, and when the client has something new to
// read or has read it.
type Notifications struct {
	Unread int                        `json:"unread"`
	Latest *notification.Notification `json:"latest,omitempty" doc:"The newest that I have not read"`
}

// Presence is the data of an event named presence: sent at the beginning, when somebody else comes to the ticket that the
// client has open, begins to write or leaves, and some seconds after they fell silent.
type Presence struct {
	Ticket  ticket.ID `json:"ticket"`
	Readers []Reader  `json:"readers" doc:"Who writes comes first"`
}

// Reader is somebody who has the ticket open.
type Reader struct {
	ID      string             `json:"id"`
	Name    string             `json:"name"`
	Entity  catalog.EntityCode `json:"entity"`
	Writing bool               `json:"writing"`
}

// End is the data of an event named end, the last one.
type End struct {
	Reason Reason `json:"reason" enum:"session-ended,shutdown" doc:"After shutdown come back; after session-ended log in"`
}

// Reason is why a stream ends.
type Reason string

// The reasons.
const (
	SessionEnded Reason = "session-ended"
	Shutdown     Reason = "shutdown"
)

// eventWriter is where events are written to.
type eventWriter struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func newEventWriter(w http.ResponseWriter) eventWriter {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy must not wait for more
	w.WriteHeader(http.StatusOK)
	return eventWriter{w, http.NewResponseController(w)}
}

// writeEvent sends one; id is where a client that comes back goes on, "": as before.
func (s eventWriter) writeEvent(name, id string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("event %s: %w", name, err)
	}
	text := "event: " + name + "\n"
	if id != "" {
		text += "id: " + id + "\n"
	}
	return s.write(text + "data: " + string(body) + "\n\n")
}

// errClientGone: the client does not take what is sent.
var errClientGone = errors.New("the client has gone")

// write sends at once, within a time of its own: the server's is for answers that end.
func (s eventWriter) write(text string) error {
	if err := s.rc.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errors.Join(errClientGone, err)
	}
	if _, err := io.WriteString(s.w, text); err != nil {
		return errors.Join(errClientGone, err)
	}
	if err := s.rc.Flush(); err != nil {
		return errors.Join(errClientGone, err)
	}
	return nil
}
