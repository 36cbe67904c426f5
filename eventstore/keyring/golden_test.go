// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"bytes"
	"crypto/cipher"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write golden files that do not exist yet; those that exist are never changed")

// sealed holds the values of a log with a known master key: values that are derived from the key, and ciphertexts.
type sealed struct {
	Check, Hash, Command, Request         []byte
	KeyContext, EventContext, BlobContext []byte
	BesideContext                         []byte
	Wrapped                               []byte // the data key that sealed the other values
	SealedEvent, SealedBlob, SealedBeside []byte
}

// TestSealedValuesOfFirstRelease compares derived keys, associated data and hashes with those of the first release, and opens
// its ciphertexts: a change of any of them makes every stored ciphertext unreadable.
func TestSealedValuesOfFirstRelease(t *testing.T) {
	var (
		stream = uuid.MustParse("01930000-0000-7000-8000-000000000001")
		keyID  = uuid.MustParse("01930000-0000-7000-8000-000000000002")
		text   = []byte("Testo di prova")
	)
	k, err := newKeyring(uuid.MustParse("01930000-0000-7000-8000-000000000003"), bytes.Repeat([]byte{7}, MasterKeySize))
	if err != nil {
		t.Fatal(err)
	}
	command := k.CommandID("someone", "once")
	got := sealed{
		Check: k.keys.Load().masters[0].derive("sol/1/check"), Hash: k.Hash("subject", text), Command: command[:], Request: k.RequestHash(text),
		KeyContext: k.keyAAD(keyID, stream), EventContext: k.EventAAD(stream, 2, "ticket.opened.v1", keyID),
		BlobContext: k.BlobAAD(stream, keyID), BesideContext: k.LabelAAD(stream, keyID, "draft/someone"),
	}
	file := filepath.Join("testdata", "sealed.golden")
	if _, err := os.Stat(file); os.IsNotExist(err) && *update {
		data, wrapped, err := k.NewDataKey(keyID, stream)
		if err != nil {
			t.Fatal(err)
		}
		got.Wrapped, got.SealedEvent = wrapped, data.Seal(nil, nil, text, got.EventContext)
		got.SealedBlob, got.SealedBeside = data.Seal(nil, nil, text, got.BlobContext), data.Seal(nil, nil, text, got.BesideContext)
		content, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(content, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want sealed
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2][]byte{
		"check of the master key": {got.Check, want.Check}, "keyed hash": {got.Hash, want.Hash},
		"command id": {got.Command, want.Command}, "request hash": {got.Request, want.Request},
		"AAD of a key": {got.KeyContext, want.KeyContext}, "AAD of an event": {got.EventContext, want.EventContext},
		"AAD of a blob": {got.BlobContext, want.BlobContext}, "AAD of a label": {got.BesideContext, want.BesideContext},
	} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Errorf("%s: got %x, want %x", name, pair[0], pair[1])
		}
	}
	data, err := k.Unwrap(keyID, stream, want.Wrapped)
	if err != nil {
		t.Fatal(err)
	}
	checkOpens(t, data, want.SealedEvent, got.EventContext, text)
	checkOpens(t, data, want.SealedBlob, got.BlobContext, text)
	checkOpens(t, data, want.SealedBeside, got.BesideContext, text)
}

func checkOpens(t *testing.T, data cipher.AEAD, ciphertext, context, want []byte) {
	t.Helper()
	if got, err := data.Open(nil, nil, ciphertext, context); err != nil || !bytes.Equal(got, want) {
		t.Errorf("AAD %q: opened %q, %v, want %q", context, got, err, want)
	}
}
