// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/gabriel-vasile/mimetype"
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
func (r *partReader) read(p *part, depth int) []line {
	if r.count++; r.err != nil || r.count > maxParts || depth > maxDepth {
		if r.err == nil {
			r.err = ErrParts
		}
		return nil
	}
	switch {
	case p.children == nil:
		return r.readLeaf(p)
	case p.kind == "multipart/alternative":
		return appendText(r.readAlternative(p, depth), r.readPreamble(p))
	case p.kind == "multipart/encrypted":
		r.message.Encrypted = true
	}
	var all []line
	for _, child := range p.children {
		if p.kind == "multipart/appledouble" && child.kind == "application/applefile" {
			continue // what only its system needs of the file in the other part
		}
		all = appendText(all, r.read(child, depth+1))
	}
	return appendText(all, r.readPreamble(p))
}

// readLeaf reads a part that has no parts.
func (r *partReader) readLeaf(p *part) []line {
	name := fileName(p)
	disposition, _ := parseMediaType(p.header.Get("Content-Disposition"))
	attached := disposition == "attachment"
	content, rest := decodeTransfer(p.content, p.encoding())
	kind := leafKind(p.kind, content, name != "" || attached)
	lowerName := strings.ToLower(name)
	switch {
	case kind == "text/vnd.google.email-reaction+json":
		r.message.reaction = true
	case kind == "message/delivery-status", kind == "message/global-delivery-status":
		r.message.status = append(r.message.status, content...)
	case ignoredTypes[kind]:
	case kind == "message/rfc822", kind == "message/global", kind == "message/partial", strings.HasSuffix(lowerName, ".eml"):
		return r.readCarried(name, content)
	case isSignedType(kind), strings.HasSuffix(lowerName, ".p7m"):
		return r.readSigned(name, kind, content)
	case kind == "application/ms-tnef", lowerName == "winmail.dat":
		r.leaveOut(name, "winmail.dat", Unreadable)
	case kind == "text/html" && !attached:
		charset := p.params["charset"]
		if charset == "" {
			charset = declaredInHTML(content)
		}
		return appendText(r.readHTML(decodeText(content, charset)), r.restLines(rest))
	case isPlainText(kind, lowerName) && (!attached || name == ""):
		return appendText(r.addSize(plainLines(Mask(p.plainText(content))), len(content)), r.restLines(rest))
	case isPlainText(kind, lowerName) && strings.HasSuffix(lowerName, ".txt"):
		return r.readTextFile(name, p.plainText(content))
	case len(bytes.TrimSpace(content)) == 0 && name == "":
	default:
		inline := !attached && strings.HasPrefix(kind, "image/")
		r.message.Files = append(r.message.Files, File{withExtension(name, kind, content), content, inline})
	}
	return nil
}

// readHTML returns the text of an HTML part, and takes the pictures that stand in it as data.
func (r *partReader) readHTML(source string) []line {
	size := len(source)
	source = dataPicture.ReplaceAllStringFunc(source, func(found string) string {
		size -= len(found)
		attribute, data, _ := strings.Cut(found, ":")
		kind, data, _ := strings.Cut(data, ",")
		kind, _, _ = strings.Cut(kind, ";")
		content, _ := decodeBase64([]byte(strings.ReplaceAll(data, "%3D", "=")))
		r.message.Files = append(r.message.Files, File{withExtension("immagine", kind, content), content, true})
		return strings.TrimSuffix(strings.ToLower(attribute), "data")
	})
	return r.addSize(htmlLines(Mask(source)), size)
}

// dataPicture matches a picture that stands in HTML as base64.
var dataPicture = regexp.MustCompile(`(?i)\bsrc\s*=\s*["']?data:image/[a-z0-9.+-]{1,20};base64,[A-Za-z0-9+/=%\r\n]*`)

var htmlStart = regexp.MustCompile(`(?i)^\s*(<!doctype html|<html)\b`)

// leafKind returns the type of a part that has no parts. Some programs declare none, or another one than that of the content.
func leafKind(declared string, content []byte, isFile bool) string {
	switch {
	case declared == "html", declared == "application/xhtml+xml", (declared == "text/plain" || declared == "") && htmlStart.Match(content):
		return "text/html"
	case strings.HasPrefix(declared, "multipart/"): // without its parts
		return "text/plain"
	case strings.Contains(declared, "/") && (declared != "application/octet-stream" || isFile || !mimetype.Detect(content).Is("text/plain")):
		return declared
	case isFile:
		return "application/octet-stream"
	}
	return "text/plain"
}

// plainText returns the text of a part that is no HTML.
func (p *part) plainText(content []byte) string {
	text := decodeText(content, p.params["charset"])
	switch {
	case p.kind == "text/enriched":
		return plainOfEnriched(text)
	case strings.EqualFold(p.params["format"], "flowed"):
		return joinFlowed(text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	return text
}

// readPreamble returns what stands outside the parts. Mail programs do not show it, so it counts as quoted.
func (r *partReader) readPreamble(p *part) []line {
	if lines := r.restLines(p.preamble); !isStub(lines) {
		return lines
	}
	return nil
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
