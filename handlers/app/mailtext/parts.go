// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
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
func (r *partReader) read(p *mimepart.Part, depth int) []line {
	if r.count++; r.err != nil || r.count > maxParts || depth > maxDepth {
		if r.err == nil {
			r.err = ErrParts
		}
		return nil
	}
	switch {
	case p.Children == nil:
		return r.readLeaf(p)
	case p.Kind == "multipart/alternative":
		return appendText(r.readAlternative(p, depth), r.readPreamble(p))
	case p.Kind == "multipart/encrypted":
		r.message.Encrypted = true
	}
	var all []line
	for _, child := range p.Children {
		if p.Kind == "multipart/appledouble" && child.Kind == "application/applefile" {
			continue // what only its system needs of the file in the other part
		}
		all = appendText(all, r.read(child, depth+1))
	}
	return appendText(all, r.readPreamble(p))
}

// readLeaf reads a part that has no parts.
func (r *partReader) readLeaf(p *mimepart.Part) []line {
	name := fileName(p)
	disposition, _ := mimepart.ParseMediaType(p.Header.Get("Content-Disposition"))
	attached := disposition == "attachment"
	content, rest := p.Decoded()
	kind := leafKind(p.Kind, content, name != "" || attached)
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
		charset := p.Params["charset"]
		if charset == "" {
			charset = mimepart.DeclaredInHTML(content)
		}
		return appendText(r.readHTML(mimepart.DecodeText(content, charset)), r.restLines(rest))
	case isPlainText(kind, lowerName) && (!attached || name == ""):
		return appendText(r.addSize(plainLines(Mask(plainText(p, content))), len(content)), r.restLines(rest))
	case isPlainText(kind, lowerName) && strings.HasSuffix(lowerName, ".txt"):
		return r.readTextFile(name, plainText(p, content))
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
		content, _ := mimepart.DecodeBase64([]byte(strings.ReplaceAll(data, "%3D", "=")))
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
func plainText(p *mimepart.Part, content []byte) string {
	text := mimepart.DecodeText(content, p.Params["charset"])
	switch {
	case p.Kind == "text/enriched":
		return plainOfEnriched(text)
	case strings.EqualFold(p.Params["format"], "flowed"):
		return joinFlowed(text, strings.EqualFold(p.Params["delsp"], "yes"))
	}
	return text
}

// readPreamble returns what stands outside the parts. Mail programs do not show it, so it counts as quoted.
func (r *partReader) readPreamble(p *mimepart.Part) []line {
	if lines := r.restLines(p.Preamble); !isStub(lines) {
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
	lines := plainLines(mimepart.DecodeText(rest, ""))
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
