// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"encoding/json"
	"fmt"
	"strings"
)

// EncodedEvent is the stored form of an event.
type EncodedEvent struct {
	Name        string // stored name with a version, e.g. ticket.opened.v1; never changed or reused
	Data        []byte // JSON
	Personal    []byte // JSON, to be sealed; nil if the event holds no personal data
	KeyID       ID     // key that seals Personal: of a note or reply by its id; empty for the key of the ticket
	Attachments []ID   // the files of the event
}

// encoding holds the parts of an EncodedEvent that depend on the type of the event.
type encoding struct {
	name     string
	personal any
	keyID    ID
	files    []Attachment
}

// encodingOf returns the encoding of an event. The stored names never change.
func encodingOf(e Event) encoding {
	switch e := e.(type) {
	case Opened:
		return encoding{e.storedName(), personalOrNil(e.Personal), "", withOriginal(e.Attachments, e.Original)}
	case Assigned:
		return encoding{name: "ticket.assigned.v1"}
	case Unassigned:
		return encoding{name: "ticket.unassigned.v1"}
	case Taken:
		return encoding{name: "ticket.taken.v1"}
	case CitizenNote:
		return encoding{"ticket.citizen-note.v1", personalOrNil(e.Personal), e.Note, e.Attachments}
	case InternalNote:
		return encoding{"ticket.internal-note.v1", personalOrNil(e.Personal), e.Note, e.Attachments}
	case RegionalNote:
		return encoding{"ticket.regional-note.v1", personalOrNil(e.Personal), e.Note, e.Attachments}
	case CitizenAsked:
		return encoding{name: "ticket.citizen-asked.v1"}
	case Resumed:
		return encoding{name: "ticket.resumed.v1", personal: personalOrNil(e.Personal)}
	case CitizenReplied:
		return encoding{"ticket.citizen-replied.v1", personalOrNil(e.Personal), e.Reply, withOriginal(e.Attachments, e.Original)}
	case Escalated:
		return encoding{name: "ticket.escalated.v1"}
	case Recalled:
		return encoding{name: "ticket.recalled.v1", personal: personalOrNil(e.Personal)}
	case Redirected:
		return encoding{name: "ticket.redirected.v1"}
	case Resolved:
		return encoding{name: "ticket.resolved.v1"}
	case Discarded:
		return encoding{name: "ticket.discarded.v1"}
	case MarkedDuplicate:
		return encoding{name: "ticket.marked-duplicate.v1"}
	case Reopened:
		return encoding{name: "ticket.reopened.v1", personal: personalOrNil(e.Personal)}
	case ActWithdrawn:
		return encoding{name: "ticket.act-withdrawn.v1"}
	case AutoClosed:
		return encoding{name: "ticket.auto-closed.v1"}
	case TransferredToSuccessor:
		return encoding{name: "ticket.succeeded.v1"}
	case Reclassified:
		return encoding{name: "ticket.reclassified.v1"}
	case PlaybookStarted:
		return encoding{name: "ticket.playbook-started.v1"}
	case CheckAnswered:
		return encoding{name: "ticket.check-answered.v1", personal: personalOrNil(e.Personal)}
	case CheckTried:
		return encoding{name: "ticket.check-tried.v1"}
	case AnswersForgotten:
		return encoding{name: "ticket.answers-forgotten.v1"}
	case OutcomeCarriedOut:
		return encoding{name: "ticket.outcome-carried-out.v1"}
	case PlaybookReminded:
		return encoding{name: "ticket.playbook-reminded.v1"}
	case HandoverWarned:
		return encoding{name: "ticket.handover-warned.v1"}
	case HandoverBreached:
		return encoding{name: "ticket.handover-breached.v1"}
	case PingPongNoticed:
		return encoding{name: "ticket.ping-pong-noticed.v1"}
	case CitizenReminded:
		return encoding{name: "ticket.citizen-reminded.v1"}
	case ContactFailed:
		return encoding{name: "ticket.contact-failed.v1"}
	case MailKept:
		return encoding{"ticket.mail-kept.v1", personalOrNil(e.Personal), e.Mail, withOriginal(nil, e.Original)}
	case LinksRevoked:
		return encoding{name: "ticket.links-revoked.v1", personal: personalOrNil(e.Personal)}
	case ContactsCorrected:
		return encoding{name: "ticket.contacts-corrected.v1", personal: personalOrNil(e.Personal)}
	case CitizenInformed:
		return encoding{name: "ticket.citizen-informed.v1"}
	case ReplyForwarded:
		return encoding{name: "ticket.reply-forwarded.v1"}
	case PersonalDataErased:
		return encoding{name: "ticket.personal-data-erased.v1"}
	}
	return encoding{}
}

// personalOrNil returns p, or a nil interface if p is nil.
func personalOrNil[P any](p *P) any {
	if p == nil {
		return nil
	}
	return p
}

// decoders maps every name that was ever stored to its decoder. An event whose shape changes gets a new name. The old name stays here for
// ever, and its decoder converts the old fields to the new type (upcasting).
var decoders = map[string]func(data, personal []byte) (Event, error){
	"ticket.opened.v1":               decodeOpenedV1,
	"ticket.opened.v2":               decodeOpened,
	"ticket.assigned.v1":             decodePlain[Assigned],
	"ticket.unassigned.v1":           decodePlain[Unassigned],
	"ticket.taken.v1":                decodePlain[Taken],
	"ticket.citizen-note.v1":         decodeWithPersonal(func(e *CitizenNote) **Text { return &e.Personal }),
	"ticket.internal-note.v1":        decodeWithPersonal(func(e *InternalNote) **Text { return &e.Personal }),
	"ticket.regional-note.v1":        decodeWithPersonal(func(e *RegionalNote) **Text { return &e.Personal }),
	"ticket.citizen-asked.v1":        decodePlain[CitizenAsked],
	"ticket.resumed.v1":              decodeWithPersonal(func(e *Resumed) **Text { return &e.Personal }),
	"ticket.citizen-replied.v1":      decodeWithPersonal(func(e *CitizenReplied) **Text { return &e.Personal }),
	"ticket.escalated.v1":            decodePlain[Escalated],
	"ticket.recalled.v1":             decodeWithPersonal(func(e *Recalled) **Text { return &e.Personal }),
	"ticket.redirected.v1":           decodePlain[Redirected],
	"ticket.resolved.v1":             decodePlain[Resolved],
	"ticket.discarded.v1":            decodePlain[Discarded],
	"ticket.marked-duplicate.v1":     decodePlain[MarkedDuplicate],
	"ticket.reopened.v1":             decodeWithPersonal(func(e *Reopened) **Text { return &e.Personal }),
	"ticket.act-withdrawn.v1":        decodePlain[ActWithdrawn],
	"ticket.auto-closed.v1":          decodePlain[AutoClosed],
	"ticket.succeeded.v1":            decodePlain[TransferredToSuccessor],
	"ticket.reclassified.v1":         decodePlain[Reclassified],
	"ticket.playbook-started.v1":     decodePlain[PlaybookStarted],
	"ticket.check-answered.v1":       decodeWithPersonal(func(e *CheckAnswered) **Evidence { return &e.Personal }),
	"ticket.check-tried.v1":          decodePlain[CheckTried],
	"ticket.answers-forgotten.v1":    decodePlain[AnswersForgotten],
	"ticket.outcome-carried-out.v1":  decodePlain[OutcomeCarriedOut],
	"ticket.playbook-reminded.v1":    decodePlain[PlaybookReminded],
	"ticket.handover-warned.v1":      decodePlain[HandoverWarned],
	"ticket.handover-breached.v1":    decodePlain[HandoverBreached],
	"ticket.ping-pong-noticed.v1":    decodePlain[PingPongNoticed],
	"ticket.citizen-reminded.v1":     decodePlain[CitizenReminded],
	"ticket.contact-failed.v1":       decodePlain[ContactFailed],
	"ticket.mail-kept.v1":            decodeWithPersonal(func(e *MailKept) **Text { return &e.Personal }),
	"ticket.links-revoked.v1":        decodeWithPersonal(func(e *LinksRevoked) **Text { return &e.Personal }),
	"ticket.contacts-corrected.v1":   decodeWithPersonal(func(e *ContactsCorrected) **Contacts { return &e.Personal }),
	"ticket.citizen-informed.v1":     decodePlain[CitizenInformed],
	"ticket.reply-forwarded.v1":      decodePlain[ReplyForwarded],
	"ticket.personal-data-erased.v1": decodePlain[PersonalDataErased],
}

// decodePlain decodes an event without personal data.
func decodePlain[E Event](data, _ []byte) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

// decodeWithPersonal returns the decoder of an event with personal data. field returns the address of its field Personal.
func decodeWithPersonal[E Event, P any](field func(*E) **P) func(data, personal []byte) (Event, error) {
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

// Encode returns the stored form of an event.
func Encode(e Event) (EncodedEvent, error) {
	d := encodingOf(e)
	data, err := json.Marshal(storedFields(e))
	if err != nil {
		return EncodedEvent{}, fmt.Errorf("encode %s: %w", d.name, err)
	}
	s := EncodedEvent{Name: d.name, Data: data, KeyID: d.keyID}
	if d.personal != nil {
		if s.Personal, err = json.Marshal(d.personal); err != nil {
			return EncodedEvent{}, fmt.Errorf("encode the personal part of %s: %w", d.name, err)
		}
	}
	for _, f := range d.files {
		s.Attachments = append(s.Attachments, f.ID)
	}
	return s, nil
}

// KnowsEvent reports whether this program can decode events with a stored name.
func KnowsEvent(name string) bool {
	_, ok := decoders[name]
	return ok
}

// Decode decodes a stored event of any version. personal is nil if the event has no personal data or if they were erased. It returns an
// *UnknownEventError for an unknown name, and an error for invalid JSON.
func Decode(name string, data, personal []byte) (Event, error) {
	decode, ok := decoders[name]
	if !ok {
		return nil, &UnknownEventError{name}
	}
	e, err := decode(data, personal)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return e, nil
}

// AttachmentsOf returns the attachments of an event.
func AttachmentsOf(e Event) []Attachment { return encodingOf(e).files }

// EventName returns the name of an event in the API, e.g. citizen_note for ticket.citizen-note.v1.
func EventName(e Event) string {
	name := strings.TrimPrefix(encodingOf(e).name, "ticket.")
	name, _, _ = strings.Cut(name, ".")
	return strings.ReplaceAll(name, "-", "_")
}
