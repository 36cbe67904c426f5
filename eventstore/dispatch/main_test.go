// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

var operator = eventstore.Actor{ID: "0190a000-0000-7000-8000-000000000001", Role: "operatore_asr", Entity: "010301"}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
