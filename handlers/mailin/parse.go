// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mails in older character sets are read too
	"github.com/emersion/go-message/mail"

	"github.com/sol-assistenza/sol/handlers/attachment"
)

// letter is a mail as far as it concerns us.
type letter struct {
	messageID string
	text      string // what the sender wrote, quotations and signature taken off
	files     []attachment.File
	machine   string // why it is taken for a machine's; "" for a person's
	failed    bool   // it is a report that a mail could not be delivered
}

// maxParts bounds the parts of a mail.
const maxParts = 50

// logoSize is up to which size, bytes, a picture that the text shows is taken for a logo in a signature.
const logoSize = 20 << 10

var (
	errParts   = errors.New("the message has too many parts")
	autoReply  = regexp.MustCompile(`(?i)(risposta automatica|fuori (sede|ufficio)|sono assente|out of (the )?office|automatic reply|auto-?reply|autorisposta|assenza dall.ufficio)`)
	failedLine = regexp.MustCompile(`(?im)^action:\s*failed\s*$`)
)

// parse reads a mail. A part that cannot be decoded is left out; a mail that has no readable part has no text.
func parse(raw []byte, from string) (letter, error) {
	var l letter
	entity, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: 256 << 10})
	if entity == nil {
		return l, fmt.Errorf("the message cannot be read: %w", err)
	}
	head := mail.Header{Header: entity.Header}
	l.messageID, _ = head.MessageID()
	l.machine = machine(head, from)
	var plain, rich strings.Builder
	parts := 0
	err = entity.Walk(func(path []int, part *message.Entity, err error) error {
		if parts++; parts > maxParts || len(path) > 20 {
			return errParts
		}
		if part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return nil
		}
		kind, params, _ := part.Header.ContentType()
		if strings.HasPrefix(kind, "multipart/") {
			return nil
		}
		content, err := io.ReadAll(part.Body)
		if err != nil && len(content) == 0 {
			return nil // half a part
		}
		disposition, named, _ := part.Header.ContentDisposition()
		name := named["filename"]
		if name == "" {
			name = params["name"]
		}
		switch {
		case kind == "message/delivery-status":
			l.failed = l.failed || failedLine.Match(content)
		case disposition != "attachment" && name == "" && kind == "text/plain":
			plain.Write(content)
			plain.WriteByte('\n')
		case disposition != "attachment" && name == "" && kind == "text/html":
			rich.WriteString(fromHTML(string(content)))
		case strings.HasPrefix(kind, "image/") && part.Header.Get("Content-Id") != "" && len(content) <= logoSize:
		case kind == "message/rfc822" && name == "", kind == "text/rfc822-headers":
		case name != "":
			l.files = append(l.files, attachment.File{Name: name, Content: content})
		case disposition == "attachment" || !strings.HasPrefix(kind, "text/"):
			l.files = append(l.files, attachment.File{Name: "allegato", Content: content}) // without a name it has no extension either
		}
		return nil
	})
	if err != nil {
		return l, err
	}
	l.text = written(plain.String())
	if strings.TrimSpace(plain.String()) == "" {
		l.text = written(rich.String())
	}
	l.text = strings.ToValidUTF8(strings.ReplaceAll(l.text, "\x00", ""), "")
	return l, nil
}

// machine tells why a mail is taken for one that no person wrote (RFC 3834, and what programs do instead).
func machine(h mail.Header, from string) string {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	precedence := strings.ToLower(strings.TrimSpace(h.Get("Precedence")))
	sender := strings.ToLower(from)
	subject, _ := h.Subject()
	switch {
	case from == "":
		return "empty sender"
	case strings.HasPrefix(sender, "mailer-daemon@"), strings.HasPrefix(sender, "postmaster@"), strings.HasPrefix(sender, "noreply@"), strings.HasPrefix(sender, "no-reply@"):
		return "a machine's address"
	case auto != "" && auto != "no":
		return "Auto-Submitted"
	case precedence == "bulk", precedence == "junk", precedence == "list", precedence == "auto_reply":
		return "Precedence"
	case h.Get("X-Autoreply") != "", h.Get("X-Autorespond") != "", h.Get("X-Autoresponder") != "", h.Get("List-Id") != "":
		return "an automatic header"
	case autoReply.MatchString(subject):
		return "an automatic subject"
	}
	return ""
}
