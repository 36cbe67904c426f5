// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/smallstep/pkcs7"
)

// carriedIn returns the mail that a certified mail (PEC) carries, however its envelope declares it: as a mail, encoded, or as a file. nil
// if there is none.
func carriedIn(p *enmime.Part, depth int) *Message {
	for ; p != nil; p = p.NextSibling {
		if p.FirstChild != nil {
			if m := carriedIn(p.FirstChild, depth); m != nil {
				return m
			}
			continue
		}
		kind, _ := parseMediaType(p.Header.Get("Content-Type"))
		if signed := signedTree(p, kind); signed != nil && depth < maxCarried {
			if m := carriedIn(signed, depth+1); m != nil {
				return m
			}
		}
		if kind != "message/rfc822" && !strings.HasSuffix(strings.ToLower(fileName(p)), ".eml") || depth >= maxCarried {
			continue
		}
		content, _ := decodeTransfer(p.Content, p.Header.Get("Content-Transfer-Encoding"))
		if m, err := readMessage(trimBlankLines(content), depth+1); err == nil {
			return m
		}
	}
	return nil
}

// readCarried returns the text of a mail within the mail, below a header that names it, and collects its files.
func (r *partReader) readCarried(name string, content []byte) []line {
	if r.depth >= maxCarried {
		r.leaveOut(name, "messaggio.eml", NestedDepth)
		return nil
	}
	inner, err := readMessage(trimBlankLines(content), r.depth+1)
	if err != nil {
		r.leaveOut(name, "messaggio.eml", Unreadable)
		return nil
	}
	r.message.Files = append(r.message.Files, inner.Files...)
	r.message.LeftOut = append(r.message.LeftOut, inner.LeftOut...)
	if len([]rune(inner.Visible())) > maxPartText {
		r.leaveOut(name, "messaggio.eml", TooLong)
		return nil
	}
	from := strings.TrimSpace(inner.SenderName + " <" + inner.SenderAddress + ">")
	head := []line{{text: "Messaggio allegato:"}}
	for _, f := range []struct{ label, value string }{
		{"Da", from}, {"Data", inner.header("Date")}, {"Oggetto", inner.Subject},
	} {
		if strings.Trim(f.value, "<> ") != "" {
			head = append(head, line{text: f.label + ": " + f.value})
		}
	}
	return verbatim(append(append(head, line{}), r.addSize(inner.lines, len(content))...), from)
}

// readSigned reads an opaque signature (S/MIME, .p7m): the signed content is a mail's part or a file. What cannot be opened is left out.
func (r *partReader) readSigned(name, kind string, content []byte) []line {
	signed, err := pkcs7.Parse(toDER(content))
	if err != nil || len(signed.Content) == 0 {
		r.leaveOut(name, "smime.p7m", Unreadable)
		r.message.Encrypted = r.message.Encrypted || strings.Contains(kind, "pkcs7-mime") && (name == "" || strings.HasPrefix(strings.ToLower(name), "smime."))
		return nil
	}
	if !isPart(signed.Content) { // a signed file, such as ricevuta.pdf.p7m
		inner := name
		if strings.HasSuffix(strings.ToLower(name), ".p7m") {
			inner = name[:len(name)-len(".p7m")]
		}
		r.message.Files = append(r.message.Files, File{Name: withExtension(inner, "", signed.Content), Content: signed.Content})
		return nil
	}
	_, root, err := readTree(signed.Content)
	if err != nil || r.depth >= maxCarried {
		r.leaveOut(name, "smime.p7m", Unreadable)
		return nil
	}
	r.depth++
	return r.read(root, 0)
}

// signedTree returns the parts inside an opaque signature; nil for another part.
func signedTree(p *enmime.Part, kind string) *enmime.Part {
	if kind != "application/pkcs7-mime" && kind != "application/x-pkcs7-mime" {
		return nil
	}
	content, _ := decodeTransfer(p.Content, p.Header.Get("Content-Transfer-Encoding"))
	signed, err := pkcs7.Parse(toDER(content))
	if err != nil || !isPart(signed.Content) {
		return nil
	}
	_, root, err := readTree(signed.Content)
	if err != nil {
		return nil
	}
	return root
}

// isPart reports whether signed content is a part of a mail, with its header, and not a file.
func isPart(content []byte) bool {
	return partStart.Match(content[:min(len(content), 2000)])
}

var partStart = regexp.MustCompile(`(?i)^\s*([a-z-]+:[^\n]*\n([ \t][^\n]*\n)*)*content-type:`)

// toDER returns the DER form of a signature that may be PEM or base64.
func toDER(content []byte) []byte {
	if len(content) > 0 && content[0] == 0x30 {
		return content
	}
	var body []string
	for l := range strings.Lines(string(content)) {
		if !strings.HasPrefix(l, "-----") {
			body = append(body, l)
		}
	}
	der, _ := decodeBase64([]byte(strings.Join(body, "")))
	return der
}

func trimBlankLines(content []byte) []byte {
	return []byte(strings.TrimLeft(string(content), "\r\n"))
}
