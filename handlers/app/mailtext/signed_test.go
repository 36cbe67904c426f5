// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

const signedMail = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"

// indefinite returns an element without a declared length, as programs write it that sign while they send.
func indefinite(tag byte, content ...[]byte) []byte {
	return append(append([]byte{tag, 0x80}, bytes.Join(content, nil)...), 0, 0)
}

// element returns an element with fewer than 65,536 bytes.
func element(tag byte, content []byte) []byte {
	return append([]byte{tag, 0x82, byte(len(content) >> 8), byte(len(content))}, content...)
}

// oid returns the element of the object identifier 1.2.840.113549.1.7.n.
func oid(n byte) []byte {
	return []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, n}
}

func TestSignedContentInPieces(t *testing.T) {
	first, second := []byte("Content-Type: text/plain\r\n\r\nEra il 5 "), []byte("ottobre\r\n")
	version, none := []byte{0x02, 0x01, 0x01}, []byte{0x31, 0x00}
	signed := func(content []byte) []byte {
		return indefinite(0x30, oid(2), indefinite(0xa0, indefinite(0x30, version, none, indefinite(0x30, oid(1), indefinite(0xa0, content)), none)))
	}
	for name, content := range map[string][]byte{
		"one piece":       element(0x04, append(bytes.Clone(first), second...)),
		"two pieces":      indefinite(0x24, element(0x04, first), element(0x04, second)),
		"pieces in piece": element(0x24, append(element(0x04, first), indefinite(0x24, element(0x04, second))...)),
	} {
		m, err := mailtext.Read([]byte(signedMail + base64Lines(string(signed(content)))))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Visible(); got != "Era il 5 ottobre" {
			t.Errorf("%s: got %q, left out %v, want the whole text", name, got, m.LeftOut)
		}
	}
}

// A signature may claim to hold anything: reading it takes linear time and no stack.
func TestMalformedSignatures(t *testing.T) {
	for name, content := range map[string]string{
		"nested":            strings.Repeat("\x30\x80", 3<<20),
		"nested, with tags": strings.Repeat("\x30\x80"+string(oid(2))+"\xa0\x80", 400_000),
		"pieces in pieces":  "\x30\x80" + string(oid(2)) + "\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80" + string(oid(1)) + "\xa0\x80" + strings.Repeat("\x24\x80", 2<<20),
		"many elements":     "\x30\x80" + strings.Repeat("\x05\x00", 3<<20),
		"cut off":           "\x30\x82\xff\xff" + string(oid(2)),
		"long length":       "\x30\x84\x7f\xff\xff\xff",
		"longer length":     "\x30\x89\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"tag without end":   "\x3f" + strings.Repeat("\xff", 1000),
	} {
		m, err := mailtext.Read([]byte(signedMail + base64.StdEncoding.EncodeToString([]byte(content))))
		if err != nil || len(m.LeftOut) != 1 || m.LeftOut[0].Why != mailtext.Unreadable || !m.Encrypted {
			t.Errorf("%s: got %+v, %v, want it left out as unreadable", name, m.LeftOut, err)
		}
	}
}
