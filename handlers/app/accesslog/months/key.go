// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package months

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// keyName is the name of new keys in signatures.
const keyName = "sol-access-log"

// ReadKey reads the Ed25519 key in a file, which holds it in the form of note.GenerateKey. Beside it, FILE.pub holds the key that verifies
// signatures. Without the file it makes both, which only the user of the process can read and write; verifier is set then.
func ReadKey(file string) (signer note.Signer, verifier string, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text, verifier, err = makeKey(file)
	}
	if err != nil {
		return nil, "", fmt.Errorf("key of the access log: %w", err)
	}
	signer, err = note.NewSigner(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, "", fmt.Errorf("key of the access log in %s: %w", file, err)
	}
	return signer, verifier, nil
}

func makeKey(file string) (key []byte, verifier string, err error) {
	secret, verifier, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		return nil, "", err
	}
	if err := os.WriteFile(file+".pub", []byte(verifier+"\n"), 0o644); err != nil { //nolint:gosec // it is public
		return nil, "", err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, "", err
	}
	_, err = f.WriteString(secret + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, "", err
	}
	return []byte(secret), verifier, nil
}

// Verify returns the text of a month's note if the key signed it, whose public part is given.
func Verify(signed, verifier string) (text string, err error) {
	v, err := note.NewVerifier(strings.TrimSpace(verifier))
	if err != nil {
		return "", fmt.Errorf("public key of the access log: %w", err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return "", err
	}
	return n.Text, nil
}
