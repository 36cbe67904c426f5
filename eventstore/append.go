// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore/metrics"
	"github.com/sol-assistenza/sol/eventstore/proof"
	"github.com/sol-assistenza/sol/eventstore/readertags"
)

// Append stores the events, all or none, if the stream has the expected version, and returns when they are durable.
// Without events it stores only the command, so that a repetition of an accepted no-op gets the same result.
//
// Errors: ErrConflict, ErrTooLate, ErrKeyReused, ErrErased (a personal part whose key was destroyed), ErrNotFound (a blob that this
// node did not write), ErrClosed, ErrUnavailable, or the context's error. After the last two the caller does not know
// whether the append was stored.
func (s *Store) Append(ctx context.Context, a Append) (Result, error) {
	result, _, err := s.appendEvents(ctx, a)
	return result, err
}

// AppendRecords does the same as Append and also returns the stored events, as Read returns them; none for a repeated command.
func (s *Store) AppendRecords(ctx context.Context, a Append) (Result, []Record, error) {
	result, stored, err := s.appendEvents(ctx, a)
	if err != nil || stored == nil {
		return result, nil, err
	}
	return result, stored.records(result), nil
}

// appendEvents does the work of Append and also returns the stored append, from which the caller computes its records.
// The append is nil when the result is a repeated one.
func (s *Store) appendEvents(ctx context.Context, a Append) (Result, *pendingAppend, error) {
	// The timeout is set here, so that the group committer only has to look at the context.
	ctx, cancel := s.withAppendTimeout(ctx)
	defer cancel()
	p, err := parseAppend(a)
	if err == nil {
		err = s.sealEvents(ctx, p)
	}
	if errors.Is(err, ErrNotFound) { // a repetition may name a blob whose key this node no longer holds, or never held
		first, ok, lookupErr := s.FindCommand(ctx, a.Command, a.RequestBody)
		if lookupErr == nil && ok {
			return first, nil, nil
		}
		if lookupErr != nil {
			err = lookupErr
		}
	}
	if err != nil {
		return Result{}, nil, fmt.Errorf("append to %s: %w", a.Stream, err)
	}
	p.ctx = ctx
	p.setCommandID(s.keyring, a)
	if err := s.committer.enqueue(p); err != nil {
		return Result{}, nil, fmt.Errorf("append to %s: %w", a.Stream, err)
	}
	select {
	case answer := <-p.done:
		if answer.err != nil {
			return Result{}, nil, fmt.Errorf("append to %s: %w", a.Stream, answer.err)
		}
		s.pendingKeys.Remove(p.blobIDs())
		if answer.Repeated {
			return answer.Result, nil, nil
		}
		return answer.Result, p, nil
	case <-ctx.Done():
		return Result{}, nil, fmt.Errorf("append to %s: %w", a.Stream, context.Cause(ctx))
	}
}

// withAppendTimeout returns a context that ends after AppendTimeout. A caller that writes on a connection for appends waits so long: the
// connections themselves have no limit, because nobody may interrupt a commit.
func (s *Store) withAppendTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.cfg.AppendTimeout, ErrUnavailable)
}

// pendingAppend is a validated append with sealed parts and parsed ids. It waits for its commit.
type pendingAppend struct {
	ctx             context.Context
	done            chan answer // has room for one answer: sending it does not block
	stream          uuid.UUID
	kind            string
	subject         string
	expectedVersion int
	by              Actor
	act             uuid.UUID
	cause           int64
	command         uuid.UUID
	requestHash     []byte
	permanent       bool
	erase           bool
	notAfter        time.Time // zero: no limit
	readers         []string  // sorted
	events          []pendingEvent
	keys            []newKey
}

// pendingEvent is an event of an append that is not stored yet, with its parsed ids.
type pendingEvent struct {
	NewEvent
	keyID       uuid.NullUUID // key of the sealed part; not valid: no personal part
	blobIDs     []uuid.UUID
	sealed      []byte
	contentHash [32]byte
}

// newKey is a wrapped data key that the append stores.
type newKey struct {
	id      uuid.UUID
	wrapped []byte
}

// answer is an append's result or error.
type answer struct {
	Result
	err error
}

// outcome returns the outcome by which metrics count the append.
func (a answer) outcome() string {
	switch {
	case errors.Is(a.err, ErrConflict):
		return metrics.Conflict
	case errors.Is(a.err, ErrKeyReused):
		return metrics.KeyReused
	case errors.Is(a.err, ErrTooLate):
		return metrics.TooLate
	case a.Repeated:
		return metrics.Repeated
	default:
		return metrics.Stored
	}
}

// parseAppend parses the ids of an append and of its events.
func parseAppend(a Append) (*pendingAppend, error) {
	p := &pendingAppend{
		done: make(chan answer, 1), kind: a.Kind, subject: a.Subject, expectedVersion: a.ExpectedVersion, by: a.By,
		cause: a.Cause, erase: a.Erase, notAfter: a.NotAfter, permanent: a.Command.Permanent, events: make([]pendingEvent, len(a.Events)),
	}
	var err error
	if p.stream, err = parseID(a.Stream); err != nil {
		return nil, fmt.Errorf("stream id: %w", err)
	}
	if p.readers, err = readertags.Normalize(a.Readers); err != nil {
		return nil, err
	}
	if a.Act == "" {
		p.act = uuid.Must(uuid.NewV7())
	} else if p.act, err = parseID(a.Act); err != nil {
		return nil, fmt.Errorf("act id: %w", err)
	}
	if a.ExpectedVersion < 0 {
		return nil, fmt.Errorf("expected version %d is negative", a.ExpectedVersion)
	}
	if a.Erase && len(a.Events) == 0 {
		return nil, errors.New("an append that erases must have an event")
	}
	for i, e := range a.Events {
		if a.Erase && (e.Personal != nil || e.Blobs != nil) {
			return nil, errors.New("an append that erases must not have personal data or blobs")
		}
		if p.events[i], err = parseEvent(e, p.stream); err != nil {
			return nil, fmt.Errorf("event %d (%s): %w", i+1, e.Type, err)
		}
	}
	return p, nil
}

// parseEvent parses the ids of an event. Its personal part is sealed with the key of the stream if it names no other.
func parseEvent(e NewEvent, stream uuid.UUID) (parsed pendingEvent, err error) {
	if e.Readers, err = readertags.Normalize(e.Readers); err != nil {
		return parsed, err
	}
	if e.OnlyFor, err = readertags.Normalize(e.OnlyFor); err != nil {
		return parsed, err
	}
	parsed.NewEvent = e
	if e.Personal != nil {
		parsed.keyID = uuid.NullUUID{UUID: stream, Valid: true}
		if e.KeyID != "" {
			id, err := parseID(e.KeyID)
			if err != nil {
				return parsed, fmt.Errorf("key id: %w", err)
			}
			parsed.keyID.UUID = id
		}
	}
	for _, text := range e.Blobs {
		id, err := parseID(text)
		if err != nil {
			return parsed, fmt.Errorf("blob id: %w", err)
		}
		parsed.blobIDs = append(parsed.blobIDs, id)
	}
	return parsed, nil
}

// blobIDs returns the ids of the blobs of all events.
func (p *pendingAppend) blobIDs() (ids []uuid.UUID) {
	for _, e := range p.events {
		ids = append(ids, e.blobIDs...)
	}
	return ids
}

// size returns the approximate size of the append on the wire, in bytes.
func (p *pendingAppend) size() (n int) {
	for _, e := range p.events {
		n += 256 + len(e.Data) + len(e.sealed)
	}
	return n
}

// records returns the events as Read returns them.
func (p *pendingAppend) records(result Result) []Record {
	records := make([]Record, len(p.events))
	for i, e := range p.events {
		r := Record{
			Position: result.Position.N - int64(len(p.events)-i-1), Stream: p.stream.String(), Kind: p.kind,
			Version: p.expectedVersion + i + 1, Type: e.Type, At: result.At, By: p.by, Act: p.act.String(), Cause: p.cause,
			Data: e.Data, Personal: e.Personal, Blobs: formatIDs(e.blobIDs), Readers: e.Readers, OnlyFor: e.OnlyFor,
		}
		if e.keyID.Valid {
			r.KeyID = e.keyID.UUID.String()
		}
		r.Hash = proof.Record{Stream: p.stream, Version: r.Version, Type: r.Type, At: r.At, Content: e.contentHash}.Hash()
		records[i] = r
	}
	return records
}

// formatIDs returns the ids as texts; nil if there are none.
func formatIDs(ids []uuid.UUID) []string {
	if len(ids) == 0 {
		return nil
	}
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}
