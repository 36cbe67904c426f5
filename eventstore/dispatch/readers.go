// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch

import (
	"context"
	"slices"

	"github.com/sol-assistenza/sol/eventstore"
)

// setReaders sets the reader tags of an append of decided events, from the states before and after each of them. Every append of a
// dispatcher has them, so no caller can forget them.
func (d *Dispatcher[S, C, E]) setReaders(a *eventstore.Append, state S, events []E) {
	if d.decider.Readers == nil {
		return
	}
	if a.ExpectedVersion > 0 {
		a.Readers = d.decider.Readers(state)
	}
	for i, e := range events {
		n := &a.Events[i]
		state = d.decider.Evolve(state, e, eventstore.Record{
			Stream: a.Stream, Kind: a.Kind, Version: a.ExpectedVersion + i + 1, Type: n.Type, By: a.By, Act: a.Act, Cause: a.Cause,
		})
		if tags := d.decider.Readers(state); !slices.Equal(tags, a.Readers) {
			n.Readers, a.Readers = tags, tags
		}
		if d.decider.OnlyFor != nil {
			n.OnlyFor = d.decider.OnlyFor(state, e)
		}
	}
}

// Readers returns the reader tags of a stream and the version at which it has them. Errors: those of Load.
func (d *Dispatcher[S, C, E]) Readers(ctx context.Context, stream eventstore.StreamID) (tags []string, version int, err error) {
	state, version, _, err := d.Load(ctx, stream)
	if err != nil {
		return nil, 0, err
	}
	return d.decider.Readers(state), version, nil
}
