// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestOnlyASignedReaderReads reads a stream on a connection of the login of the request pool: it gets events for a reader that the node
// signed, and nothing for one that the connection makes up.
func TestOnlyASignedReaderReads(t *testing.T) {
	db := storetest.New(t)
	stream := newID()
	mustAppend(t, db.Store, tagged(stream, 0, "entity/a"))
	a := eventstore.Reader{Role: "operatore_asr", Entity: "a", Tags: []string{"entity/a"}}
	var signed string
	err := db.Store.Pools().Request.InTx(t.Context(), a, "test", pgx.TxOptions{}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select current_setting('app.reader')`).Scan(&signed)
	})
	if err != nil {
		t.Fatal(err)
	}
	signature, fields := signed[:64], strings.Split(signed[64:], "\n")
	forged := func(change func(fields []string) []string) string {
		return signature + strings.Join(change(append([]string{}, fields...)), "\n")
	}
	var key []byte
	var now time.Time
	if err := storetest.Connect(t, db.URL).QueryRow(t.Context(), `select key, now() from access.reader_key`).Scan(&key, &now); err != nil {
		t.Fatal(err)
	}
	signedAt := func(at time.Time) string {
		text := strings.Join(append([]string{strconv.FormatInt(at.UnixMicro(), 10)}, fields[1:]...), "\n")
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return hex.EncodeToString(mac.Sum(nil)) + text
	}
	for name, c := range map[string]struct {
		setting string
		events  int
		refused bool
	}{
		"signed":                    {setting: signed, events: 1},
		"signed now":                {setting: signedAt(now), events: 1},
		"signed an hour ago":        {setting: signedAt(now.Add(-time.Hour)), refused: true},
		"signed for the next hour":  {setting: signedAt(now.Add(time.Hour)), refused: true},
		"none":                      {},
		"everything":                {setting: forged(func(f []string) []string { f[5] = "true"; return f }), refused: true},
		"another tag":               {setting: forged(func(f []string) []string { return append(f, "entity/b") }), refused: true},
		"another link":              {setting: forged(func(f []string) []string { f[4] = stream; return f }), refused: true},
		"without a signature":       {setting: strings.Join(fields, "\n"), refused: true},
		"a signature and no fields": {setting: signature, refused: true},
		"something else":            {setting: "auditor", refused: true},
	} {
		conn := storetest.ConnectAs(t, db.URL, "sol_viewer")
		if _, err := conn.Exec(t.Context(), `select set_config('app.reader', $1, false), set_config('app.role', 'auditor', false)`, c.setting); err != nil {
			t.Fatal(err)
		}
		var events int
		err := conn.QueryRow(t.Context(), `select count(*) from log.read_stream($1)`, stream).Scan(&events)
		if (err != nil) != c.refused || events != c.events {
			t.Errorf("%s: got %d events, %v, want %d, refused: %v", name, events, err, c.events, c.refused)
		}
	}
}

// TestTransactionHasTheReaderItWasBegunFor checks that a connection keeps nothing of the reader before.
func TestTransactionHasTheReaderItWasBegunFor(t *testing.T) {
	s := storetest.New(t).Store
	stream := newID()
	mustAppend(t, s, tagged(stream, 0, "entity/a"))
	for range 3 {
		for _, tag := range []string{"entity/a", "entity/b"} {
			_, err := s.ReadStreamFor(t.Context(), eventstore.Reader{Tags: []string{tag}}, stream)
			if (err == nil) != (tag == "entity/a") || err != nil && !errors.Is(err, eventstore.ErrNotFound) {
				t.Errorf("%s: got %v", tag, err)
			}
		}
	}
	if _, err := s.ReadStreamFor(t.Context(), eventstore.Reader{Tags: []string{"entity/a\nentity/b"}}, stream); err == nil || errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("a tag with a line break: got %v, want an error", err)
	}
}
