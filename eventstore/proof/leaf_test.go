// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package proof_test

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore/proof"
)

// TestLeafStays compares a leaf with the one that the first release computed: a change of the layout makes every leaf that is
// stored wrong.
func TestLeafStays(t *testing.T) {
	stream, id := uuid.MustParse("01930000-0000-7000-8000-000000000001"), uuid.MustParse("01930000-0000-7000-8000-000000000002")
	content := proof.Content{
		Actor: "someone", Role: "operatore_asr", Entity: "010301", Act: id, Cause: 7, Key: id,
		Data: []byte("data"), Sealed: []byte("sealed"), Blobs: []uuid.UUID{id},
	}
	record := proof.Record{
		Stream: stream, Version: 2, Type: "ticket.opened.v1", At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Content: content.Hash(),
	}
	const want = "6063ec6a6b646befd7b3a65eadd716a29ef8ca5e59b6c12e94cbf039610bc530"
	if leaf := record.Hash(); hex.EncodeToString(leaf[:]) != want {
		t.Errorf("leaf %x, want %s", leaf, want)
	}
}
