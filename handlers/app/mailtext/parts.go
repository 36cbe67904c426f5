// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/jhillyerd/enmime/v2"
)

// partReader reads the parts of one mail. It collects files and what is left out in the message.
type partReader struct {
	message *Message
	depth   int // number of mails that carry this one
	count   int
	size    int // bytes of texts
	err     error
}

// ignoredTypes lists the types of parts that programs add by themselves and that contain nothing of a person.
var ignoredTypes = map[string]bool{
	"application/pkcs7-signature": true, "application/x-pkcs7-signature": true, "application/pgp-signature": true, "application/pgp-keys": true,
	"text/rfc822-headers": true, "message/rfc822-headers": true, "text/x-amp-html": true, "text/watch-html": true,
	"message/disposition-notification": true,
}

// read returns the text of a part and of those below it. It collects their files.
func (r *partReader) read(p *enmime.Part, depth int) []line {
	if r.count++; r.err != nil || r.count > maxParts || depth > maxDepth {
		if r.err == nil {
			r.err = ErrParts
		}
		return nil
	}
	switch {
	case p.FirstChild != nil && p.ContentType == "multipart/alternative":
		return r.readAlternative(p, depth)
	case p.FirstChild != nil:
		if p.ContentType == "multipart/encrypted" {
			r.message.Encrypted = true
		}
		var all []line
		for child := p.FirstChild; child != nil; child = child.NextSibling {
			all = appendText(all, r.read(child, depth+1))
		}
		return all
	}
	return r.readLeaf(p)
}

// readLeaf reads a part that has no parts.
func (r *partReader) readLeaf(p *enmime.Part) []line {
	kind, params := parseMediaType(p.Header.Get("Content-Type"))
	name := fileName(p)
	disposition, _ := parseMediaType(p.Header.Get("Content-Disposition"))
	attached := disposition == "attachment"
	if kind == "" || !strings.Contains(kind, "/") {
		if kind = "text/plain"; name != "" || attached {
			kind = "application/octet-stream"
		}
	}
	content, rest := decodeTransfer(p.Content, p.Header.Get("Content-Transfer-Encoding"))
	lowerName := strings.ToLower(name)
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return r.readWithoutBoundary(p)
	case kind == "text/vnd.google.email-reaction+json":
		r.message.Reaction = true
	case kind == "message/delivery-status", kind == "message/global-delivery-status":
		r.message.status = append(r.message.status, content...)
	case ignoredTypes[kind]:
	case kind == "message/rfc822", kind == "message/global", strings.HasSuffix(lowerName, ".eml"):
		return r.readCarried(name, content)
	case isSignedType(kind), strings.HasSuffix(lowerName, ".p7m"):
		return r.readSigned(name, kind, content)
	case kind == "application/ms-tnef", lowerName == "winmail.dat":
		r.leaveOut(name, "winmail.dat", Unreadable)
	case kind == "text/html" && !attached:
		charset := params["charset"]
		if charset == "" {
			charset = declaredInHTML(content)
		}
		return appendText(r.addSize(htmlLines(Mask(decodeText(content, charset))), len(content)), r.restLines(rest))
	case isPlainText(kind, lowerName) && !attached:
		return appendText(r.addSize(plainLines(Mask(decodeText(content, params["charset"]))), len(content)), r.restLines(rest))
	case isPlainText(kind, lowerName) && strings.HasSuffix(lowerName, ".txt"):
		return r.readTextFile(name, decodeText(content, params["charset"]))
	case len(bytes.TrimSpace(content)) == 0 && name == "":
	default:
		inline := !attached && strings.HasPrefix(kind, "image/")
		r.message.Files = append(r.message.Files, File{withExtension(name, kind, content), content, inline})
	}
	return nil
}

// readWithoutBoundary reads a multipart whose boundary is not declared: the first line that begins like one is it. Without such a line the
// content is one text.
func (r *partReader) readWithoutBoundary(p *enmime.Part) []line {
	for l := range bytes.Lines(p.Content) {
		if boundary, ok := bytes.CutPrefix(bytes.TrimSpace(l), []byte("--")); ok && len(boundary) > 0 && r.depth < maxCarried {
			_, root, err := readTree(fmt.Appendf(nil, "Content-Type: multipart/mixed; boundary=%q\r\n\r\n%s", boundary, p.Content))
			if err != nil || root.FirstChild == nil {
				break
			}
			r.depth++
			defer func() { r.depth-- }()
			return r.read(root, 0)
		}
	}
	return r.addSize(plainLines(Mask(decodeText(p.Content, ""))), len(p.Content))
}

// isPlainText reports whether a part is a text to be shown as it is. Names of other kinds of text, such as contacts, calendars and tables,
// make it a file.
func isPlainText(kind, lowerName string) bool {
	switch kind {
	case "text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown", "text":
		return !strings.Contains(lowerName, ".") || strings.HasSuffix(lowerName, ".txt")
	}
	return false
}

// addSize adds to the size of the texts of a mail, which is limited, as the visible text of each part is.
func (r *partReader) addSize(text []line, size int) []line {
	visible := 0
	for _, l := range text {
		visible += len(l.text)
	}
	if r.size += size; (r.size > maxText || visible > maxVisible) && r.err == nil {
		r.err = ErrText
	}
	return text
}

// restLines returns what follows the encoded text of a part: nobody wrote it in the mail program, so it counts as quoted.
func (r *partReader) restLines(rest []byte) []line {
	lines := plainLines(decodeText(rest, ""))
	for i := range lines {
		lines[i].marked = true
	}
	return lines
}

// readTextFile returns the text of an attached text file, with its name above; a file over the limit is left out.
func (r *partReader) readTextFile(name, text string) []line {
	if len([]rune(text)) > maxPartText {
		r.leaveOut(name, "testo.txt", TooLong)
		return nil
	}
	return verbatim(append([]line{{text: "Allegato «" + name + "»:"}}, r.addSize(plainLines(text), len(text))...), "")
}

func (r *partReader) leaveOut(name, otherwise string, why Reason) {
	if name == "" {
		name = otherwise
	}
	r.message.LeftOut = append(r.message.LeftOut, LeftOut{name, why})
}
