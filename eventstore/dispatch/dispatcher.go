// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package dispatch carries out commands on the streams of a log: it loads the stream, decides with rules that the domain
// provides, and appends the events.
package dispatch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/notify"
	"github.com/sol-assistenza/sol/eventstore/readertags"
)

// maxTries is the maximum number of attempts to decide and append a command. An attempt fails only because another append
// to the stream succeeded first, so the stream makes progress all the same, or because the log's time passed the limit of the
// decision, which the next one knows.
const maxTries = 32

// pauseBeforeRetry waits for a random time, whose limit grows by 2 ms with each attempt, so that commands that compete for
// a stream do not retry at the same time.
func pauseBeforeRetry(ctx context.Context, try int) error {
	return notify.Sleep(ctx, rand.N(time.Duration(try+1)*2*time.Millisecond))
}

// Dispatcher carries out the commands of one kind of stream: it loads the stream, decides and appends the events. Every
// command of that kind goes through it.
type Dispatcher[S, C, E any] struct {
	store   *eventstore.Store
	decider Decider[S, C, E]
	cache   *stateCache[S]
}

// cachedStates is the number of folded states that a dispatcher keeps.
const cachedStates = 4096

// New returns a dispatcher. All its callers share the cached states: neither Evolve nor a caller may change the data that a
// state points to.
func New[S, C, E any](s *eventstore.Store, d Decider[S, C, E]) *Dispatcher[S, C, E] {
	return newDispatcher(s, d, cachedStates)
}

// newDispatcher returns a dispatcher that keeps at most capacity states, at least one.
func newDispatcher[S, C, E any](s *eventstore.Store, d Decider[S, C, E], capacity int) *Dispatcher[S, C, E] {
	return &Dispatcher[S, C, E]{store: s, decider: d, cache: newStateCache[S](capacity)}
}

// Dispatch carries out a command and returns its result and the state after it. A command that was carried out before gets
// its first result and the state at that version, whatever happened since.
//
// Errors: those of Decide and Conflict, unchanged and based on the current version of the stream; those of Append;
// eventstore.ErrConflict, when SeenVersion does not exist yet or other appends came first in all maxTries attempts.
func (d *Dispatcher[S, C, E]) Dispatch(ctx context.Context, r Request[C]) (Result[S], error) {
	act, err := uuid.NewV7()
	if err != nil {
		return Result[S]{}, fmt.Errorf("act id: %w", err)
	}
	t := attempt{act: act.String()}
	for n := range maxTries {
		out, retry, err := d.try(ctx, r, &t)
		if retry {
			d.cache.remove(r.Stream)
			if err := pauseBeforeRetry(ctx, n); err != nil {
				return Result[S]{}, fmt.Errorf("dispatch to %s: %w", r.Stream, err)
			}
			continue
		}
		if err != nil {
			return d.FirstResultOr(ctx, r, err)
		}
		return out, nil
	}
	return d.FirstResultOr(ctx, r, fmt.Errorf("dispatch to %s: %w", r.Stream, eventstore.ErrConflict))
}

// Load reads the whole stream, without the cache, and returns its state, version and history. Error: eventstore.ErrNotFound.
func (d *Dispatcher[S, C, E]) Load(ctx context.Context, stream eventstore.StreamID) (S, int, []Event[E], error) {
	records, err := d.store.ReadStream(ctx, stream)
	return d.load(records, err)
}

// LoadFor does the same as Load for a reader, with eventstore.Store.ReadStreamFor. If the reader tags of the stream are missing or out of date,
// it writes them first.
func (d *Dispatcher[S, C, E]) LoadFor(ctx context.Context, r eventstore.Reader, stream eventstore.StreamID) (S, int, []Event[E], error) {
	records, err := d.store.ReadStreamFor(ctx, r, stream)
	if errors.Is(err, eventstore.ErrNotFound) && d.decider.Readers != nil && eventstore.IsID(stream) {
		outdated, refreshErr := readertags.RefreshOne(ctx, d.store.Pools().Read, stream, d.Readers)
		if refreshErr != nil {
			return d.load(nil, refreshErr)
		}
		if outdated {
			records, err = d.store.ReadStreamFor(ctx, r, stream)
		}
	}
	return d.load(records, err)
}

// load folds the records that were read of a whole stream.
func (d *Dispatcher[S, C, E]) load(records []eventstore.Record, err error) (S, int, []Event[E], error) {
	var state S
	if err != nil {
		return state, 0, nil, err
	}
	state, history, err := d.fold(state, records)
	return state, len(records), history, err
}

// attempt holds the state that the attempts to carry out one command share.
type attempt struct {
	act      string
	earliest time.Time // the log's time is not before it; zero: nothing is known
}

// now returns the time at which to decide.
func (t *attempt) now(clock time.Time) time.Time {
	if t.earliest.After(clock) {
		return t.earliest
	}
	return clock
}

// try loads, decides and appends once. retry is true when the stream has moved beyond the version that the decision used, or the
// log's time beyond the limit of the decision.
func (d *Dispatcher[S, C, E]) try(ctx context.Context, r Request[C], t *attempt) (out Result[S], retry bool, err error) {
	state, version, cached := d.cache.get(r.Stream)
	outdated := r.SeenVersion > 0 && r.SeenVersion != d.knownVersion(state, version, r.By)
	if !cached || outdated { // the conflict check needs the events after the seen version
		var history []Event[E]
		state, version, history, err = d.Load(ctx, r.Stream)
		if err != nil && !errors.Is(err, eventstore.ErrNotFound) {
			return out, false, err
		}
		cached = false
		if err := d.checkConflict(r, state, version, history); err != nil {
			return out, false, err
		}
	}
	now := t.now(d.store.Now())
	events, err := d.decider.Decide(state, r.Command, r.By, now)
	if err != nil {
		if cached {
			current, readErr := d.store.StreamVersion(ctx, r.Stream)
			if readErr != nil || current != version {
				return out, readErr == nil, readErr
			}
		}
		return out, false, err
	}
	if r.SeenVersion > 0 && r.SeenVersion > d.knownVersion(state, version, r.By) { // after Decide: an actor whom the rules refuse learns nothing about versions
		return out, false, fmt.Errorf("version %d of %s does not exist: %w", r.SeenVersion, r.Stream, eventstore.ErrConflict)
	}
	var notAfter time.Time
	if d.decider.NotAfter != nil {
		notAfter = d.decider.NotAfter(state, r.Command, now)
	}
	out, err = d.appendDecision(ctx, r, t.act, notAfter, state, version, events)
	switch {
	case errors.Is(err, eventstore.ErrTooLate):
		t.earliest = notAfter.Add(time.Microsecond)
		return out, true, nil
	case errors.Is(err, eventstore.ErrConflict):
		return out, true, nil
	}
	return out, false, err
}

// knownVersion returns the version of a stream for an actor; state is the state at version.
func (d *Dispatcher[S, C, E]) knownVersion(state S, version int, by eventstore.Actor) int {
	if d.decider.KnownVersion == nil {
		return version
	}
	return d.decider.KnownVersion(state, by, d.store.Now())
}

// checkConflict returns the error of Conflict for the events that the client may know of and has not seen; nil without a seen version.
func (d *Dispatcher[S, C, E]) checkConflict(r Request[C], state S, version int, history []Event[E]) error {
	if r.SeenVersion == 0 || d.decider.Conflict == nil || r.SeenVersion >= d.knownVersion(state, version, r.By) {
		return nil
	}
	known := history
	if d.decider.KnownEvents != nil {
		known = d.decider.KnownEvents(history, r.By, d.store.Now())
	}
	return d.decider.Conflict(state, r.Command, r.By, known[min(r.SeenVersion, len(known)):])
}

// appendDecision appends the decided events. Without events it checks the version and stores the command. Errors: those of Append.
func (d *Dispatcher[S, C, E]) appendDecision(ctx context.Context, r Request[C], act string, notAfter time.Time, state S, version int,
	events []E,
) (out Result[S], err error) {
	a := eventstore.Append{
		Stream: r.Stream, Kind: d.decider.Kind, ExpectedVersion: version, By: r.By, Act: act, NotAfter: notAfter,
		Command: r.ID, RequestBody: r.Body, Cause: r.Cause, Events: make([]eventstore.NewEvent, len(events)),
	}
	for i, e := range events {
		if a.Events[i], err = d.decider.Encode(e); err != nil {
			return out, fmt.Errorf("encode event of %s: %w", r.Stream, err)
		}
		a.Erase = a.Erase || d.decider.Erases != nil && d.decider.Erases(e)
	}
	if version == 0 && len(events) > 0 && d.decider.Subject != nil {
		a.Subject = d.decider.Subject(events[0])
	}
	d.setReaders(&a, state, events)
	result, stored, err := d.store.AppendRecords(ctx, a)
	switch {
	case err != nil:
		return out, err
	case result.Repeated:
		return d.firstResult(ctx, result)
	}
	// The stored events are folded, not the decided ones, because encoding may round values.
	if state, _, err = d.fold(state, stored); err != nil {
		return out, err
	}
	if result.Version > 0 {
		d.cache.put(r.Stream, state, result.Version)
	}
	return Result[S]{result, state}, nil
}

// FirstResultOr returns the first result of the command if it was carried out before, and the refusal otherwise. The refusal
// comes from the rules, or from a caller that refuses before Dispatch. It does not prove that the command is new: a
// repetition is decided on a stream that the command itself has changed. eventstore.ErrKeyReused and a refusal because the
// log is not available are returned as they are. Any other answer is durable. After the end of ctx there is none but its error.
func (d *Dispatcher[S, C, E]) FirstResultOr(ctx context.Context, r Request[C], refusal error) (Result[S], error) {
	if errors.Is(refusal, eventstore.ErrKeyReused) {
		return Result[S]{}, refusal
	}
	if ctx.Err() != nil {
		return Result[S]{}, fmt.Errorf("dispatch to %s: %w", r.Stream, context.Cause(ctx))
	}
	if eventstore.IsUnavailable(refusal) {
		return Result[S]{}, refusal // it is not known whether the command was carried out
	}
	result, ok, err := d.store.FindCommand(ctx, r.ID, r.Body)
	if err != nil {
		return Result[S]{}, fmt.Errorf("dispatch to %s: %w", r.Stream, err)
	}
	if !ok {
		return Result[S]{}, refusal
	}
	return d.firstResult(ctx, result)
}

// firstResult returns the result of a repeated command with the state at its version.
func (d *Dispatcher[S, C, E]) firstResult(ctx context.Context, result eventstore.Result) (Result[S], error) {
	out := Result[S]{Result: result}
	if result.Version == 0 {
		return out, nil
	}
	records, err := d.store.ReadStream(ctx, result.Stream)
	if err != nil {
		return Result[S]{}, err
	}
	out.State, _, err = d.fold(out.State, records[:min(result.Version, len(records))])
	return out, err
}

// fold decodes the records and applies them to the state. It returns the new state and the decoded events.
func (d *Dispatcher[S, C, E]) fold(state S, records []eventstore.Record) (S, []Event[E], error) {
	history := make([]Event[E], len(records))
	for i, r := range records {
		e, err := d.decider.Decode(r)
		if err != nil {
			return state, nil, fmt.Errorf("decode event %d of %s: %w", r.Version, r.Stream, err)
		}
		state = d.decider.Evolve(state, e, r)
		history[i] = Event[E]{e, r}
	}
	return state, history, nil
}
