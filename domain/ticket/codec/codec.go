// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package codec encodes and decodes the events of tickets. Stored names and the JSON of events are a contract and never change.
package codec

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// EncodedEvent is the stored form of an event.
type EncodedEvent struct {
	Name        string      // stored name with a version, e.g. ticket.opened.v1; never changed or reused
	Data        []byte      // JSON
	Personal    []byte      // JSON, to be sealed; nil if the event holds no personal data
	KeyID       ticket.ID   // key that seals Personal: of a note or reply by its id; empty for the key of the ticket
	Attachments []ticket.ID // the files of the event
}

// encoding holds the parts of an EncodedEvent that depend on the type of the event.
type encoding struct {
	name     string
	personal any
	keyID    ticket.ID
	files    []ticket.Attachment
}

// encodingOf returns the encoding of an event. The stored names never change.
func encodingOf(e ticket.Event) encoding {
	switch e := e.(type) {
	case ticket.Opened:
		return encoding{storedName(e), personalOrNil(e.Personal), "", withOriginal(e.Attachments, e.Original)}
	case ticket.Assigned:
		return encoding{name: "ticket.assigned.v1"}
	case ticket.Unassigned:
		return encoding{name: "ticket.unassigned.v1"}
	case ticket.Taken:
		return encoding{name: "ticket.taken.v1"}
	case ticket.CitizenNote:
		return encoding{"ticket.citizen-note.v1", personalOrNil(e.Personal), e.Note, e.Attachments}
	case ticket.InternalNote:
		return encoding{"ticket.internal-note.v1", personalOrNil(e.Personal), e.Note, e.Attachments}
	case ticket.RegionalNote:
		return encoding{"ticket.regional-note.v1", personalOrNil(e.Personal), e.Note, e.Attachments}
	case ticket.CitizenAsked:
		return encoding{name: "ticket.citizen-asked.v1"}
	case ticket.Resumed:
		return encoding{name: "ticket.resumed.v1", personal: personalOrNil(e.Personal)}
	case ticket.CitizenReplied:
		return encoding{"ticket.citizen-replied.v1", personalOrNil(e.Personal), e.Reply, withOriginal(e.Attachments, e.Original)}
	case ticket.Escalated:
		return encoding{name: "ticket.escalated.v1"}
	case ticket.Recalled:
		return encoding{name: "ticket.recalled.v1", personal: personalOrNil(e.Personal)}
	case ticket.Redirected:
		return encoding{name: "ticket.redirected.v1"}
	case ticket.Resolved:
		return encoding{name: "ticket.resolved.v1"}
	case ticket.Discarded:
		return encoding{name: "ticket.discarded.v1"}
	case ticket.MarkedDuplicate:
		return encoding{name: "ticket.marked-duplicate.v1"}
	case ticket.Reopened:
		return encoding{name: "ticket.reopened.v1", personal: personalOrNil(e.Personal)}
	case ticket.ActWithdrawn:
		return encoding{name: "ticket.act-withdrawn.v1"}
	case ticket.AutoClosed:
		return encoding{name: "ticket.auto-closed.v1"}
	case ticket.TransferredToSuccessor:
		return encoding{name: "ticket.succeeded.v1"}
	case ticket.Reclassified:
		return encoding{name: "ticket.reclassified.v1"}
	case ticket.PlaybookStarted:
		return encoding{name: "ticket.playbook-started.v1"}
	case ticket.CheckAnswered:
		return encoding{name: "ticket.check-answered.v1", personal: personalOrNil(e.Personal)}
	case ticket.CheckTried:
		return encoding{name: "ticket.check-tried.v1"}
	case ticket.AnswersForgotten:
		return encoding{name: "ticket.answers-forgotten.v1"}
	case ticket.OutcomeCarriedOut:
		return encoding{name: "ticket.outcome-carried-out.v1"}
	case ticket.PlaybookReminded:
		return encoding{name: "ticket.playbook-reminded.v1"}
	case ticket.HandoverWarned:
		return encoding{name: "ticket.handover-warned.v1"}
	case ticket.HandoverBreached:
		return encoding{name: "ticket.handover-breached.v1"}
	case ticket.PingPongNoticed:
		return encoding{name: "ticket.ping-pong-noticed.v1"}
	case ticket.CitizenReminded:
		return encoding{name: "ticket.citizen-reminded.v1"}
	case ticket.ContactFailed:
		return encoding{name: "ticket.contact-failed.v1"}
	case ticket.MailKept:
		return encoding{"ticket.mail-kept.v1", personalOrNil(e.Personal), e.Mail, withOriginal(nil, e.Original)}
	case ticket.LinksRevoked:
		return encoding{name: "ticket.links-revoked.v1", personal: personalOrNil(e.Personal)}
	case ticket.ContactsCorrected:
		return encoding{name: "ticket.contacts-corrected.v1", personal: personalOrNil(e.Personal)}
	case ticket.CitizenInformed:
		return encoding{name: "ticket.citizen-informed.v1"}
	case ticket.ReplyForwarded:
		return encoding{name: "ticket.reply-forwarded.v1"}
	case ticket.FormerViewEnded:
		return encoding{name: "ticket.former-view-ended.v1"}
	case ticket.AccessRestricted:
		return encoding{name: "ticket.access-restricted.v1", personal: personalOrNil(e.Personal)}
	case ticket.RestrictionLifted:
		return encoding{name: "ticket.restriction-lifted.v1", personal: personalOrNil(e.Personal)}
	case ticket.RepresentationVerified:
		return encoding{name: "ticket.representation-verified.v1", personal: personalOrNil(e.Personal)}
	case ticket.RepresentationRefused:
		return encoding{name: "ticket.representation-refused.v1", personal: personalOrNil(e.Personal)}
	case ticket.PersonalDataErased:
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
var decoders = map[string]func(data, personal []byte) (ticket.Event, error){
	"ticket.opened.v1":                  decodeOpenedV1,
	"ticket.opened.v2":                  decodeOpened,
	"ticket.assigned.v1":                decodePlain[ticket.Assigned],
	"ticket.unassigned.v1":              decodePlain[ticket.Unassigned],
	"ticket.taken.v1":                   decodePlain[ticket.Taken],
	"ticket.citizen-note.v1":            decodeWithPersonal(func(e *ticket.CitizenNote) **ticket.Text { return &e.Personal }),
	"ticket.internal-note.v1":           decodeWithPersonal(func(e *ticket.InternalNote) **ticket.Text { return &e.Personal }),
	"ticket.regional-note.v1":           decodeWithPersonal(func(e *ticket.RegionalNote) **ticket.Text { return &e.Personal }),
	"ticket.citizen-asked.v1":           decodePlain[ticket.CitizenAsked],
	"ticket.resumed.v1":                 decodeWithPersonal(func(e *ticket.Resumed) **ticket.Text { return &e.Personal }),
	"ticket.citizen-replied.v1":         decodeWithPersonal(func(e *ticket.CitizenReplied) **ticket.Text { return &e.Personal }),
	"ticket.escalated.v1":               decodePlain[ticket.Escalated],
	"ticket.recalled.v1":                decodeWithPersonal(func(e *ticket.Recalled) **ticket.Text { return &e.Personal }),
	"ticket.redirected.v1":              decodePlain[ticket.Redirected],
	"ticket.resolved.v1":                decodePlain[ticket.Resolved],
	"ticket.discarded.v1":               decodePlain[ticket.Discarded],
	"ticket.marked-duplicate.v1":        decodePlain[ticket.MarkedDuplicate],
	"ticket.reopened.v1":                decodeWithPersonal(func(e *ticket.Reopened) **ticket.Text { return &e.Personal }),
	"ticket.act-withdrawn.v1":           decodePlain[ticket.ActWithdrawn],
	"ticket.auto-closed.v1":             decodePlain[ticket.AutoClosed],
	"ticket.succeeded.v1":               decodePlain[ticket.TransferredToSuccessor],
	"ticket.reclassified.v1":            decodePlain[ticket.Reclassified],
	"ticket.playbook-started.v1":        decodePlain[ticket.PlaybookStarted],
	"ticket.check-answered.v1":          decodeWithPersonal(func(e *ticket.CheckAnswered) **ticket.Evidence { return &e.Personal }),
	"ticket.check-tried.v1":             decodePlain[ticket.CheckTried],
	"ticket.answers-forgotten.v1":       decodePlain[ticket.AnswersForgotten],
	"ticket.outcome-carried-out.v1":     decodePlain[ticket.OutcomeCarriedOut],
	"ticket.playbook-reminded.v1":       decodePlain[ticket.PlaybookReminded],
	"ticket.handover-warned.v1":         decodePlain[ticket.HandoverWarned],
	"ticket.handover-breached.v1":       decodePlain[ticket.HandoverBreached],
	"ticket.ping-pong-noticed.v1":       decodePlain[ticket.PingPongNoticed],
	"ticket.citizen-reminded.v1":        decodePlain[ticket.CitizenReminded],
	"ticket.contact-failed.v1":          decodePlain[ticket.ContactFailed],
	"ticket.mail-kept.v1":               decodeWithPersonal(func(e *ticket.MailKept) **ticket.Text { return &e.Personal }),
	"ticket.links-revoked.v1":           decodeWithPersonal(func(e *ticket.LinksRevoked) **ticket.Text { return &e.Personal }),
	"ticket.contacts-corrected.v1":      decodeWithPersonal(func(e *ticket.ContactsCorrected) **ticket.Contacts { return &e.Personal }),
	"ticket.citizen-informed.v1":        decodePlain[ticket.CitizenInformed],
	"ticket.reply-forwarded.v1":         decodePlain[ticket.ReplyForwarded],
	"ticket.former-view-ended.v1":       decodePlain[ticket.FormerViewEnded],
	"ticket.access-restricted.v1":       decodeWithPersonal(func(e *ticket.AccessRestricted) **ticket.Text { return &e.Personal }),
	"ticket.restriction-lifted.v1":      decodeWithPersonal(func(e *ticket.RestrictionLifted) **ticket.Text { return &e.Personal }),
	"ticket.representation-verified.v1": decodeWithPersonal(func(e *ticket.RepresentationVerified) **ticket.RepresentationEvidence { return &e.Personal }),
	"ticket.representation-refused.v1":  decodeWithPersonal(func(e *ticket.RepresentationRefused) **ticket.RepresentationEvidence { return &e.Personal }),
	"ticket.personal-data-erased.v1":    decodePlain[ticket.PersonalDataErased],
}

// decodePlain decodes an event without personal data.
func decodePlain[E ticket.Event](data, _ []byte) (ticket.Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

// decodeWithPersonal returns the decoder of an event with personal data. field returns the address of its field Personal.
func decodeWithPersonal[E ticket.Event, P any](field func(*E) **P) func(data, personal []byte) (ticket.Event, error) {
	return func(data, personal []byte) (ticket.Event, error) {
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
func Encode(e ticket.Event) (EncodedEvent, error) {
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
func Decode(name string, data, personal []byte) (ticket.Event, error) {
	decode, ok := decoders[name]
	if !ok {
		return nil, &UnknownEventError{Name: name}
	}
	e, err := decode(data, personal)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return e, nil
}

// AttachmentsOf returns the attachments of an event.
func AttachmentsOf(e ticket.Event) []ticket.Attachment { return encodingOf(e).files }

// EventName returns the name of an event in the API, e.g. citizen_note for ticket.citizen-note.v1.
func EventName(e ticket.Event) string {
	name := strings.TrimPrefix(encodingOf(e).name, "ticket.")
	name, _, _ = strings.Cut(name, ".")
	return strings.ReplaceAll(name, "-", "_")
}

// withOriginal returns the attachments of an event with its original mail.
func withOriginal(files []ticket.Attachment, original *ticket.Attachment) []ticket.Attachment {
	if original == nil {
		return files
	}
	return append(append([]ticket.Attachment{}, files...), *original)
}

// UnknownEventError means that a newer release has recorded the event: this program does not know its stored name.
type UnknownEventError struct {
	Name string
}

func (e *UnknownEventError) Error() string {
	return fmt.Sprintf("decode event: this version does not know the name %q", e.Name)
}
