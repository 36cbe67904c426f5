// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset" // also registers decoders of older character sets
	"github.com/emersion/go-message/mail"

	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// inboundMail holds the parts of a mail that this package uses.
type inboundMail struct {
	messageID       string
	name            string // display name of the sender, from the From field
	text            string // without quotations and signature
	files           []attachment.FileUpload
	automaticReason string // why the mail counts as automatic; "" for a person's mail
	deliveryFailed  bool   // it reports that a mail could not be delivered
	undecodable     bool   // a part cannot be decoded, so the mail is incomplete
}

// Limits for the content of a mail.
const (
	maxParts  = 50
	maxDepth  = 20
	maxHeader = 256 << 10 // bytes
	maxText   = 512 << 10 // bytes, quotations included; the search for quotations in a longer text takes many seconds
)

// logoSize is the maximum size, in bytes, of an embedded picture that counts as a logo in a signature.
const logoSize = 20 << 10

var (
	errParts = errors.New("it has too many parts")
	errText  = errors.New("its text is over 512 kB")
	// autoReplySubject matches some words only at the beginning, because a person may write them elsewhere in a subject.
	autoReplySubject = regexp.MustCompile(`(?i)(risposta automatica|out of (the )?office|automatic reply|auto-?reply|autorisposta)|` +
		`^\s*((re|r|rif|i|fwd?)\s*:\s*)*(fuori (sede|ufficio)|sono assente|assenza dall.ufficio)`)
	failedLine = regexp.MustCompile(`(?im)^action:\s*failed\s*$`)
)

// ignoredTypes lists the types of parts that mail programs add automatically and that contain no message.
var ignoredTypes = map[string]bool{
	"application/pkcs7-signature": true, "application/x-pkcs7-signature": true, "application/pgp-signature": true, "application/pgp-keys": true,
	"text/vcard": true, "text/x-vcard": true, "text/rfc822-headers": true,
}

// parse parses a mail. from is the sender's address in the SMTP envelope. Of a certified mail (PEC), which carries the citizen's mail as a
// part, parse returns the citizen's mail. It returns an error for a mail over the limits and for an unreadable header.
func parse(raw []byte, from string) (inboundMail, error) {
	l, carried, err := parseMessage(raw, from)
	if err == nil && carried != nil {
		l, _, err = parseMessage(carried, from)
	}
	return l, err
}

// parseMessage parses one mail. carried is the mail inside a certified mail; nil for other mails.
func parseMessage(raw []byte, from string) (l inboundMail, carried []byte, err error) {
	entity, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if entity == nil {
		return l, nil, err
	}
	head := mail.Header{Header: entity.Header}
	l.messageID, _ = head.MessageID()
	if senders, err := head.AddressList("From"); err == nil && len(senders) > 0 {
		l.name = senders[0].Name
	}
	l.automaticReason = detectAutomatic(head, from)
	certified := head.Get("X-Trasporto") != ""
	var plain, rich strings.Builder
	parts := 0
	err = entity.Walk(func(path []int, part *message.Entity, err error) error {
		if parts++; parts > maxParts || len(path) > maxDepth {
			return errParts
		}
		if part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			l.undecodable = true
			return nil
		}
		kind, params, _ := part.Header.ContentType()
		if strings.HasPrefix(kind, "multipart/") {
			return nil
		}
		content, failure := io.ReadAll(part.Body)
		l.undecodable = l.undecodable || failure != nil || message.IsUnknownEncoding(err)
		disposition, named, _ := part.Header.ContentDisposition()
		name := named["filename"]
		if name == "" {
			name = params["name"]
		}
		shown := disposition != "attachment" && name == ""
		switch {
		case kind == "message/delivery-status", kind == "message/global-delivery-status":
			l.deliveryFailed = l.deliveryFailed || failedLine.Match(content)
		case certified && kind == "message/rfc822":
			carried = content
		case ignoredTypes[kind], kind == "message/rfc822" && name == "":
		case shown && kind == "text/plain":
			plain.WriteString(decodeText(content) + "\n")
		case shown && kind == "text/html":
			rich.WriteString(htmlToText(decodeText(content)))
		case strings.HasPrefix(kind, "image/") && disposition != "attachment" && part.Header.Get("Content-Id") != "" && len(content) <= logoSize:
		case name != "":
			l.files = append(l.files, attachment.FileUpload{Name: name, Content: content})
		case disposition == "attachment" || !strings.HasPrefix(kind, "text/"):
			l.files = append(l.files, attachment.FileUpload{Name: "allegato", Content: content}) // has no extension, so the check of file types refuses it
		}
		return nil
	})
	if errors.Is(err, errParts) {
		return l, nil, err
	}
	l.undecodable = l.undecodable || err != nil
	text := plain.String()
	if strings.TrimSpace(text) == "" {
		text = rich.String()
	}
	if len(text) > maxText {
		return l, nil, errText
	}
	l.text = stripQuotes(text)
	return l, carried, nil
}

// decodeText returns content as valid UTF-8 without NUL. Content that is not UTF-8 is decoded as Windows-1252, which is the most likely
// character set.
func decodeText(content []byte) string {
	if !utf8.Valid(content) {
		if r, err := charset.Reader("windows-1252", bytes.NewReader(content)); err == nil {
			if older, err := io.ReadAll(r); err == nil {
				content = older
			}
		}
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(content), "\uFFFD"), "\x00", "")
}

// detectAutomatic returns the reason why a mail counts as automatic, or "" for a person's mail. It checks the fields of RFC 3834 and
// those that programs use instead.
func detectAutomatic(h mail.Header, from string) string {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	precedence := strings.ToLower(strings.TrimSpace(h.Get("Precedence")))
	sender := strings.ToLower(from)
	suppress := strings.ToLower(strings.TrimSpace(h.Get("X-Auto-Response-Suppress")))
	subject, _ := h.Subject()
	kind, _, _ := h.ContentType()
	switch {
	case from == "":
		return "empty sender"
	case strings.HasPrefix(sender, "mailer-daemon@"), strings.HasPrefix(sender, "postmaster@"), strings.HasPrefix(sender, "noreply@"), strings.HasPrefix(sender, "no-reply@"):
		return "a machine's address"
	case auto != "" && auto != "no":
		return "Auto-Submitted"
	case precedence == "bulk", precedence == "junk", precedence == "list", precedence == "auto_reply":
		return "Precedence"
	case kind == "multipart/report": // delivery status, read receipt and the like (RFC 6522)
		return "a report"
	case suppress != "" && suppress != "none", h.Get("X-Ricevuta") != "", h.Get("X-Autoreply") != "", h.Get("X-Autorespond") != "", h.Get("X-Autoresponder") != "", h.Get("List-Id") != "":
		return "an automatic header"
	case autoReplySubject.MatchString(subject):
		return "an automatic subject"
	}
	return ""
}
