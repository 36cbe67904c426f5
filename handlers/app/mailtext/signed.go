// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

// readSigned reads an opaque signature (S/MIME, .p7m): the signed content is a mail's part or a file. What cannot be opened is left out.
func (r *partReader) readSigned(name, kind string, content []byte) []line {
	signed := signedContent(content)
	if len(signed) == 0 {
		r.leaveOut(name, "smime.p7m", Unreadable)
		r.message.Encrypted = r.message.Encrypted || isSignedType(kind) && (name == "" || strings.HasPrefix(strings.ToLower(name), "smime."))
		return nil
	}
	if !isPart(signed) { // a signed file, such as ricevuta.pdf.p7m
		inner := name
		if strings.HasSuffix(strings.ToLower(name), ".p7m") {
			inner = name[:len(name)-len(".p7m")]
		}
		r.message.Files = append(r.message.Files, File{Name: withExtension(inner, "", signed), Content: signed})
		return nil
	}
	_, root, err := readTree(signed)
	if err != nil || r.depth >= maxCarried {
		r.leaveOut(name, "smime.p7m", Unreadable)
		return nil
	}
	r.depth++
	defer func() { r.depth-- }()
	return r.read(root, 0)
}

// signedTree returns the parts inside an opaque signature; nil for another part.
func signedTree(p *mimepart.Part) *mimepart.Part {
	if !isSignedType(p.Kind) {
		return nil
	}
	content, _ := p.Decoded()
	signed := signedContent(content)
	if !isPart(signed) {
		return nil
	}
	_, root, err := readTree(signed)
	if err != nil {
		return nil
	}
	return root
}

// isSignedType reports whether a part of this type is an opaque signature or encrypted.
func isSignedType(kind string) bool {
	return kind == "application/pkcs7-mime" || kind == "application/x-pkcs7-mime"
}

// isPart reports whether signed content is a part of a mail, with its header, and not a file.
func isPart(content []byte) bool {
	return partStart.Match(content[:min(len(content), 2000)])
}

var partStart = regexp.MustCompile(`(?i)^\s*([a-z-]+:[^\n]*\n([ \t][^\n]*\n)*)*content-type:`)

// signedData is the object identifier of signed data (RFC 5652).
var signedData = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}

// signedContent returns the content of an opaque signature in BER, PEM or base64; nil if there is none. It does not verify the signature.
func signedContent(content []byte) []byte {
	kind, body, _ := nextElement(inside(toBER(content), sequence))
	if kind.tag != object || !bytes.Equal(kind.content, signedData) {
		return nil
	}
	data := inside(inside(body, explicit), sequence)
	for range 2 { // version and digest algorithms
		_, data, _ = nextElement(data)
	}
	_, wrapped, _ := nextElement(inside(data, sequence)) // after its type
	e, _, _ := nextElement(inside(wrapped, explicit))
	return joinOctets(e, 0)
}

// toBER returns the bytes of a signature that may be PEM or base64.
func toBER(content []byte) []byte {
	if len(content) > 0 && content[0] == sequence {
		return content
	}
	var body []string
	for l := range strings.Lines(string(content)) {
		if !strings.HasPrefix(l, "-----") {
			body = append(body, l)
		}
	}
	decoded, _ := mimepart.DecodeBase64([]byte(strings.Join(body, "")))
	return decoded
}
