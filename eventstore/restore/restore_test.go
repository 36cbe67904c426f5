// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package restore_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/restore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// appendTo appends n events to a new stream, one by one, and returns the last result.
func appendTo(t *testing.T, s *eventstore.Store, n int) (last eventstore.Result) {
	t.Helper()
	stream := newID()
	for version := range n {
		var err error
		last, err = s.Append(t.Context(), eventstore.Append{
			Stream: stream, Kind: "ticket", ExpectedVersion: version, Events: []eventstore.NewEvent{{Type: "t.v1", Data: []byte(`{}`)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return last
}

// TestBeginKeepsTheLog: the event of the epoch follows the last one, positions stay dense, those of lost events are refused by name and
// the others go on, and numbers continue after those that may have been given out.
func TestBeginKeepsTheLog(t *testing.T) {
	db := storetest.New(t)
	appendTo(t, db.Store, 3)
	restoreBackup := storetest.Backup(t, db.URL, nil)
	lost := appendTo(t, db.Store, 2)
	for range 7 {
		if _, err := db.Store.NextNumber(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	db.Store.Close()
	restoreBackup()

	restored := db.OpenNode(t)
	until := time.Now().UTC().Truncate(time.Microsecond)
	var also int
	begun, result, err := restore.Begin(t.Context(), restored, db.URL, restore.Accepted{
		LastEpoch: 1, By: eventstore.Actor{ID: "somebody", Role: "amministratore"},
		Restored: restore.Restored{Known: lost.Position.String(), Checkpoint: "abcd", ActedUntil: until, Numbers: 1007},
		Also: func(_ context.Context, _ pgx.Tx, epoch int) error {
			also = epoch
			return nil
		},
	})
	if err != nil || also != 2 {
		t.Fatalf("got %v, epoch %d for Also; want epoch 2", err, also)
	}
	restored.Close()

	s := db.OpenNode(t)
	if want := (eventstore.Position{Epoch: 2, N: 4}); result.Position != want || begun.From != "1.3" || begun.Epoch != 2 {
		t.Errorf("got %s and %+v, want %s after 1.3", result.Position, begun, want)
	}
	records, err := s.Read(t.Context(), 3, 10)
	if err != nil || len(records) != 1 {
		t.Fatalf("got %d events, %v; want one", len(records), err)
	}
	r := records[0]
	var stored restore.Restored
	if err := json.Unmarshal(r.Data, &stored); err != nil || stored != begun || !stored.ActedUntil.Equal(until) {
		t.Errorf("got %+v, %v; want %+v", stored, err, begun)
	}
	if r.Kind != restore.StreamKind || r.Type != restore.RestoredName || r.By.ID != "somebody" || r.Version != 1 {
		t.Errorf("got %+v, want the event of the log", r)
	}
	for position, want := range map[eventstore.Position]error{
		{Epoch: 1, N: 0}: nil, {Epoch: 1, N: 3}: nil, {Epoch: 1, N: 4}: eventstore.ErrLostPosition, lost.Position: eventstore.ErrLostPosition,
		{Epoch: 2, N: 2}: nil, {Epoch: 2, N: 4}: nil, {Epoch: 2, N: 5}: eventstore.ErrBeyondHead, {Epoch: 3, N: 1}: eventstore.ErrBeyondHead,
	} {
		if err := s.CheckPosition(t.Context(), position); !errors.Is(err, want) {
			t.Errorf("position %s: got %v, want %v", position, err, want)
		}
	}
	if a, b := s.EpochOf(3), s.EpochOf(4); a != 1 || b != 2 {
		t.Errorf("got epochs %d and %d of the events 3 and 4, want 1 and 2", a, b)
	}
	if n, err := s.NextNumber(t.Context()); err != nil || n != 1008 {
		t.Errorf("got number %d, %v; want 1008", n, err)
	}
	if next := appendTo(t, s, 1); next.Position != (eventstore.Position{Epoch: 2, N: 5}) {
		t.Errorf("got %s for the next event, want 2.5", next.Position)
	}
}

// TestAnEpochIsNeverUsedTwice: a backup of before an earlier restore brings its epoch, and the next one is later than all that are known.
func TestAnEpochIsNeverUsedTwice(t *testing.T) {
	db := storetest.New(t)
	appendTo(t, db.Store, 3)
	if _, _, err := restore.Begin(t.Context(), db.Store, db.URL, restore.Accepted{LastEpoch: 4}); err != nil { // the file knows epoch 4
		t.Fatal(err)
	}
	s := db.OpenNode(t)
	_, result, err := restore.Begin(t.Context(), s, db.URL, restore.Accepted{})
	if err != nil || result.Position != (eventstore.Position{Epoch: 6, N: 5}) {
		t.Fatalf("got %s, %v; want 6.5", result.Position, err)
	}
	for position, want := range map[eventstore.Position]error{
		{Epoch: 1, N: 3}: nil, {Epoch: 1, N: 4}: eventstore.ErrLostPosition, {Epoch: 5, N: 4}: nil, {Epoch: 5, N: 5}: eventstore.ErrLostPosition,
		{Epoch: 4, N: 1}: eventstore.ErrLostPosition, // of the restore that is lost itself
	} {
		if err := s.CheckPosition(t.Context(), position); !errors.Is(err, want) {
			t.Errorf("position %s: got %v, want %v", position, err, want)
		}
	}
}

// TestBeginRefusesTablesOfAnotherBackup: a consumer that is ahead of the log would skip the events to come.
func TestBeginRefusesTablesOfAnotherBackup(t *testing.T) {
	db := storetest.New(t)
	appendTo(t, db.Store, 2)
	conn := storetest.Connect(t, db.URL)
	if _, err := conn.Exec(t.Context(), `insert into log.consumers (name, version, position) values ('lists', 1, 3)`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := restore.Begin(t.Context(), db.Store, db.URL, restore.Accepted{}); err == nil {
		t.Error("got an epoch, want an error")
	}
	if head, _, err := db.Store.Head(t.Context()); err != nil || head != (eventstore.Position{Epoch: 1, N: 2}) {
		t.Errorf("got head %s, %v; want 1.2", head, err)
	}
}

// TestARunningNodeRefusesAReplacedLog: a backup is restored under a node. It must not append to it: what it remembers is of lost events.
func TestARunningNodeRefusesAReplacedLog(t *testing.T) {
	for name, accept := range map[string]bool{"not accepted": false, "accepted": true} {
		t.Run(name, func(t *testing.T) {
			db := storetest.New(t)
			node := db.OpenNode(t, func(c *eventstore.Config) { c.AppendTimeout = 2 * time.Second })
			appendTo(t, node, 2)
			restoreBackup := storetest.Backup(t, db.URL, func(url string) {
				if !accept {
					return
				}
				other, err := eventstore.Open(t.Context(), eventstore.Config{URL: url, MasterKey: storetest.MasterKey()})
				if err != nil {
					t.Fatal(err)
				}
				defer other.Close()
				if _, _, err := restore.Begin(t.Context(), other, url, restore.Accepted{}); err != nil {
					t.Fatal(err)
				}
			})
			storetest.Eventually(t, "the node appends again after the backup", func() bool {
				_, err := node.Append(t.Context(), eventstore.Append{
					Stream: newID(), Kind: "ticket", Events: []eventstore.NewEvent{{Type: "t.v1", Data: []byte(`{}`)}},
				})
				return err == nil
			})
			restoreBackup()
			_, err := node.Append(t.Context(), eventstore.Append{
				Stream: newID(), Kind: "ticket", Events: []eventstore.NewEvent{{Type: "t.v1", Data: []byte(`{}`)}},
			})
			if !eventstore.IsUnavailable(err) {
				t.Errorf("got %v, want unavailable", err)
			}
			if head, _, err := db.OpenNode(t).Head(t.Context()); err != nil || head.N > 3 {
				t.Errorf("got head %s, %v; want no event of the node", head, err)
			}
		})
	}
}
