// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"encoding/json"
	"fmt"
)

// Stored is an event as the log wants it.
type Stored struct {
	Name        string // a contract: explicit, versioned, never reused
	Data        []byte // JSON
	Personal    []byte // JSON, to be sealed; nil where there is nothing personal
	Key         ID     // what seals Personal and is destroyed to erase it; empty: the ticket's own
	Attachments []ID
}

// described is what encoding needs to know of an event: one line a type.
type described struct {
	name     string
	personal any
	key      ID
	files    []Attachment
}

func describe(e Event) described {
	switch e := e.(type) {
	case Opened:
		return described{"ticket.opened.v1", personal(e.Personal), "", e.Attachments}
	case Assigned:
		return described{name: "ticket.assigned.v1"}
	case Unassigned:
		return described{name: "ticket.unassigned.v1"}
	case Taken:
		return described{name: "ticket.taken.v1"}
	case CitizenNote:
		return described{"ticket.citizen-note.v1", personal(e.Personal), e.Note, e.Attachments}
	case InternalNote:
		return described{"ticket.internal-note.v1", personal(e.Personal), e.Note, e.Attachments}
	case RegionalNote:
		return described{"ticket.regional-note.v1", personal(e.Personal), e.Note, e.Attachments}
	case CitizenAsked:
		return described{name: "ticket.citizen-asked.v1"}
	case Resumed:
		return described{name: "ticket.resumed.v1", personal: personal(e.Personal)}
	case CitizenReplied:
		return described{"ticket.citizen-replied.v1", personal(e.Personal), e.Reply, e.Attachments}
	case Escalated:
		return described{name: "ticket.escalated.v1"}
	case Recalled:
		return described{name: "ticket.recalled.v1", personal: personal(e.Personal)}
	case Redirected:
		return described{name: "ticket.redirected.v1"}
	case Resolved:
		return described{name: "ticket.resolved.v1"}
	case Discarded:
		return described{name: "ticket.discarded.v1"}
	case MarkedDuplicate:
		return described{name: "ticket.marked-duplicate.v1"}
	case Reopened:
		return described{name: "ticket.reopened.v1", personal: personal(e.Personal)}
	case ActWithdrawn:
		return described{name: "ticket.act-withdrawn.v1"}
	case AutoClosed:
		return described{name: "ticket.auto-closed.v1"}
	case Succeeded:
		return described{name: "ticket.succeeded.v1"}
	case Reclassified:
		return described{name: "ticket.reclassified.v1"}
	case PlaybookStarted:
		return described{name: "ticket.playbook-started.v1"}
	case CheckAnswered:
		return described{name: "ticket.check-answered.v1", personal: personal(e.Personal)}
	case CheckTried:
		return described{name: "ticket.check-tried.v1"}
	case AnswersForgotten:
		return described{name: "ticket.answers-forgotten.v1"}
	case OutcomeCarriedOut:
		return described{name: "ticket.outcome-carried-out.v1"}
	case PlaybookReminded:
		return described{name: "ticket.playbook-reminded.v1"}
	case HandoverWarned:
		return described{name: "ticket.handover-warned.v1"}
	case HandoverBreached:
		return described{name: "ticket.handover-breached.v1"}
	case PingPongNoticed:
		return described{name: "ticket.ping-pong-noticed.v1"}
	case CitizenReminded:
		return described{name: "ticket.citizen-reminded.v1"}
	case ContactFailed:
		return described{name: "ticket.contact-failed.v1"}
	case PersonalDataErased:
		return described{name: "ticket.personal-data-erased.v1"}
	}
	return described{}
}

// personal keeps a nil pointer from becoming a non-nil interface.
func personal[P any](p *P) any {
	if p == nil {
		return nil
	}
	return p
}

// decoders maps every name that was ever stored to what it means today. An event that changes shape gets a new name;
// the old one stays here for ever and its decoder lifts the old facts into the new type (upcasting).
var decoders = map[string]func(data, personal []byte) (Event, error){
	"ticket.opened.v1":               sealed(func(e *Opened) **Form { return &e.Personal }),
	"ticket.assigned.v1":             plain[Assigned],
	"ticket.unassigned.v1":           plain[Unassigned],
	"ticket.taken.v1":                plain[Taken],
	"ticket.citizen-note.v1":         sealed(func(e *CitizenNote) **Text { return &e.Personal }),
	"ticket.internal-note.v1":        sealed(func(e *InternalNote) **Text { return &e.Personal }),
	"ticket.regional-note.v1":        sealed(func(e *RegionalNote) **Text { return &e.Personal }),
	"ticket.citizen-asked.v1":        plain[CitizenAsked],
	"ticket.resumed.v1":              sealed(func(e *Resumed) **Text { return &e.Personal }),
	"ticket.citizen-replied.v1":      sealed(func(e *CitizenReplied) **Text { return &e.Personal }),
	"ticket.escalated.v1":            plain[Escalated],
	"ticket.recalled.v1":             sealed(func(e *Recalled) **Text { return &e.Personal }),
	"ticket.redirected.v1":           plain[Redirected],
	"ticket.resolved.v1":             plain[Resolved],
	"ticket.discarded.v1":            plain[Discarded],
	"ticket.marked-duplicate.v1":     plain[MarkedDuplicate],
	"ticket.reopened.v1":             sealed(func(e *Reopened) **Text { return &e.Personal }),
	"ticket.act-withdrawn.v1":        plain[ActWithdrawn],
	"ticket.auto-closed.v1":          plain[AutoClosed],
	"ticket.succeeded.v1":            plain[Succeeded],
	"ticket.reclassified.v1":         plain[Reclassified],
	"ticket.playbook-started.v1":     plain[PlaybookStarted],
	"ticket.check-answered.v1":       sealed(func(e *CheckAnswered) **Evidence { return &e.Personal }),
	"ticket.check-tried.v1":          plain[CheckTried],
	"ticket.answers-forgotten.v1":    plain[AnswersForgotten],
	"ticket.outcome-carried-out.v1":  plain[OutcomeCarriedOut],
	"ticket.playbook-reminded.v1":    plain[PlaybookReminded],
	"ticket.handover-warned.v1":      plain[HandoverWarned],
	"ticket.handover-breached.v1":    plain[HandoverBreached],
	"ticket.ping-pong-noticed.v1":    plain[PingPongNoticed],
	"ticket.citizen-reminded.v1":     plain[CitizenReminded],
	"ticket.contact-failed.v1":       plain[ContactFailed],
	"ticket.personal-data-erased.v1": plain[PersonalDataErased],
}

func plain[E Event](data, _ []byte) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

func sealed[E Event, P any](field func(*E) **P) func(data, personal []byte) (Event, error) {
	return func(data, personal []byte) (Event, error) {
		var e E
		if err := json.Unmarshal(data, &e); err != nil {
			return nil, err
		}
		if personal != nil {
			*field(&e) = new(P)
			if err := json.Unmarshal(personal, *field(&e)); err != nil {
				return nil, err
			}
		}
		return e, nil
	}
}

// Encode gives the stored form of an event.
func Encode(e Event) (Stored, error) {
	d := describe(e)
	data, err := json.Marshal(e)
	if err != nil {
		return Stored{}, fmt.Errorf("encode %s: %w", d.name, err)
	}
	s := Stored{Name: d.name, Data: data, Key: d.key}
	if d.personal != nil {
		if s.Personal, err = json.Marshal(d.personal); err != nil {
			return Stored{}, fmt.Errorf("encode the personal part of %s: %w", d.name, err)
		}
	}
	for _, f := range d.files {
		s.Attachments = append(s.Attachments, f.ID)
	}
	return s, nil
}

// Decode reads a stored event of any version. personal is nil where there was nothing personal, or it was erased.
func Decode(name string, data, personal []byte) (Event, error) {
	decode, ok := decoders[name]
	if !ok {
		return nil, fmt.Errorf("decode event: this version does not know the name %q", name)
	}
	e, err := decode(data, personal)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return e, nil
}

// Files are the attachments that came with an event.
func Files(e Event) []Attachment { return describe(e).files }
