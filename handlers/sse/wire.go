// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/projections/lists"
)

// Counts is the data of the event counts. It is sent at the beginning and when a count has changed.
type Counts struct {
	Items    []lists.Queue `json:"items"`
	Position string        `json:"position"`
}

// Ticket is the data of the event ticket. It is sent when a ticket that the client may see has changed.
type Ticket struct {
	ID       ticket.ID `json:"id"`
	Type     string    `json:"type" doc:"The event's name"`
	At       time.Time `json:"at"`
	From     time.Time `json:"from" doc:"Time from which I may know of the change; later than at if the change was held"`
	Position string    `json:"position"`
}

// Notifications is the data of the event notification. It is sent at the beginning, and when the client's unread notifications have
// changed.
type Notifications struct {
	Unread int                  `json:"unread"`
	Latest *notification.Latest `json:"latest,omitempty" doc:"The newest that I have not read"`
}

// Presence is the data of the event presence. It is sent at the beginning, when another reader opens the client's ticket, begins to write
// or leaves, and some seconds after the last refresh of a reader who stopped writing or disappeared.
type Presence struct {
	Ticket  ticket.ID `json:"ticket"`
	Readers []Reader  `json:"readers" doc:"Readers who are writing come first"`
}

// Files is the data of the event files. It is sent when a file of the client's open ticket was scanned, and sometimes for another ticket.
type Files struct {
	Ticket ticket.ID `json:"ticket"`
}

// Reader is another account that has the client's ticket open.
type Reader struct {
	ID      string             `json:"id"`
	Name    string             `json:"name"`
	Entity  catalog.EntityCode `json:"entity"`
	Writing bool               `json:"writing"`
}

// End is the data of the event end, the last event of a stream.
type End struct {
	Reason Reason `json:"reason" enum:"session-ended,shutdown,position-lost" doc:"After shutdown connect again; after session-ended log in; after position-lost read everything again"`
}

// Reason is the reason why a stream ends.
type Reason string

// The reasons.
const (
	SessionEnded Reason = "session-ended"
	Shutdown     Reason = "shutdown"
	PositionLost Reason = "position-lost" // a restore of the log lost the position from which the client resumes
)

// eventWriter collects events and writes them to a response together.
type eventWriter struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	text bytes.Buffer
	err  error // of an event that could not be encoded
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx must not buffer the response
	w.WriteHeader(http.StatusOK)
	return &eventWriter{w: w, rc: http.NewResponseController(w)}
}

// add adds an event. id is the position from which a client that reconnects resumes, as the client gets it; "" leaves the earlier id.
func (s *eventWriter) add(name, id string, data any) {
	body, err := json.Marshal(data)
	if err != nil {
		s.err = fmt.Errorf("event %s: %w", name, err)
		return
	}
	s.addText("event: " + name + "\n")
	if id != "" {
		s.addText("id: " + id + "\n")
	}
	s.addText("data: " + string(body) + "\n\n")
}

func (s *eventWriter) addText(text string) { s.text.WriteString(text) }

func (s *eventWriter) isEmpty() bool { return s.text.Len() == 0 }

// errClientGone means that the client has disconnected or does not read.
var errClientGone = errors.New("the client has gone")

// flush sends what was added, with its own write timeout: the server's write timeout is for responses that end.
func (s *eventWriter) flush() error {
	defer s.text.Reset()
	if s.err != nil {
		return s.err
	}
	if err := s.rc.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errors.Join(errClientGone, err)
	}
	if _, err := s.w.Write(s.text.Bytes()); err != nil {
		return errors.Join(errClientGone, err)
	}
	if err := s.rc.Flush(); err != nil {
		return errors.Join(errClientGone, err)
	}
	return nil
}
