// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"testing"
)

// der returns an element of ASN.1.
func der(tag byte, content ...[]byte) []byte {
	all := slices.Concat(content...)
	return append(binary.BigEndian.AppendUint32([]byte{tag, 0x84}, uint32(len(all))), all...)
}

// signedFile returns a file as programs for signatures write it, with nothing that signs it.
func signedFile(content []byte) []byte {
	data := der(0x30, signedMark, der(0xA0, der(0x04, content)))
	return der(0x30, []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), der(0xA0, der(0x30, []byte{2, 1, 1}, der(0x31), data, der(0x31))))
}

// signedInParts returns a signed file without stated lengths, whose content is in parts.
func signedInParts(content []byte, size int) []byte {
	b := []byte("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xA0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80")
	b = append(append(b, signedMark...), 0xA0, 0x80, 0x24, 0x80)
	for part := range slices.Chunk(content, size) {
		b = append(b, der(0x04, part)...)
	}
	return append(b, make([]byte, 12)...)
}

// base64Of returns a content in base64, in lines.
func base64Of(content []byte) []byte {
	text := []byte(base64.StdEncoding.EncodeToString(content))
	var b []byte
	for line := range slices.Chunk(text, 64) {
		b = append(append(b, line...), '\r', '\n')
	}
	return b
}

func TestSignedContent(t *testing.T) {
	content := bytes.Repeat([]byte("referto "), 300)
	for name, signed := range map[string][]byte{
		"whole": signedFile(content), "in parts": signedInParts(content, 100), "in base64": base64Of(signedFile(content)),
		"with lines around it": slices.Concat([]byte("-----BEGIN PKCS7-----\n"), base64Of(signedFile(content)), []byte("-----END PKCS7-----\n")),
	} {
		if got := newInspection(1000).signedContent(signed); !bytes.Equal(got, content) {
			t.Errorf("%s: got %d bytes, want %d", name, len(got), len(content))
		}
	}
	if got := newInspection(1000).signedContent(signedFile(content)[:1000]); len(got) == 0 || !bytes.HasPrefix(content, got) {
		t.Errorf("cut: got %d bytes, want what is there", len(got))
	}
}
