// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mailtext reads a mail as mail programs write it, malformed ones included: it chooses the text that a person wrote, separates it
// from quotations, and collects the files. It stores nothing and decides nothing about tickets.
package mailtext

import (
	"errors"
	"net/textproto"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

// Message is a mail that was read. Of a certified mail (PEC), which carries the citizen's mail as a part, it is the citizen's mail.
type Message struct {
	Header        textproto.MIMEHeader
	MessageID     string    // without angle brackets; "" if there is none
	Subject       string    // at most maxSubject characters
	SenderName    string    // display name of the field From
	SenderAddress string    // address of the field From, or "" if it cannot be read
	Raw           []byte    // with its header
	Envelope      *Envelope // of certified mail, which carried the mail; nil for any other mail
	Files         []File
	LeftOut       []LeftOut // parts that cannot be taken
	Encrypted     bool      // the text is encrypted, so nobody here can read it

	lines    []line
	status   []byte // the delivery-status part; nil if there is none
	kind     string // type of the whole mail
	reaction bool   // a part describes a reaction, such as 👍
}

// Envelope is the mail with which a manager of certified mail (PEC) carries the citizen's mail. Of several, it is the outermost one: the sender
// wrote what is in it.
type Envelope struct {
	Header      textproto.MIMEHeader
	Certificate []byte // the file daticert.xml; nil if there is none
}

// File is a file of a mail. Inline is true for a picture that stands in the text.
type File struct {
	Name    string
	Content []byte
	Inline  bool
}

// LeftOut is a part of a mail that cannot be taken, with the reason.
type LeftOut struct {
	Name string
	Why  Reason
}

// Reason is the reason why a part of a mail is not taken.
type Reason string

// The reasons.
const (
	WrongType   Reason = "type"       // a type of file that is not accepted
	TooLong     Reason = "length"     // a text over the limit
	Unreadable  Reason = "unreadable" // a container that cannot be opened, such as winmail.dat
	NestedDepth Reason = "depth"      // a mail within too many mails
)

// Limits for the content of a mail.
const (
	maxParts    = 200
	maxDepth    = 100     // of multiparts within each other
	maxCarried  = 5       // of mails within each other
	maxSubject  = 1000    // characters
	maxText     = 4 << 20 // bytes of all texts, markup included
	maxVisible  = 1 << 20 // bytes of the visible text, quotations included: the search for quotations in a longer text takes many seconds
	maxPartText = 20_000  // characters of a text beside the main text, such as an attached text file
)

// Errors of Read.
var (
	ErrParts  = mimepart.ErrParts
	ErrText   = errors.New("the text is too long")
	ErrHeader = mimepart.ErrHeader
)

// Read reads a mail. Errors: ErrParts, ErrText, ErrHeader.
func Read(raw []byte) (*Message, error) {
	return readMessage(raw, 0)
}

// Visible returns the whole text of the mail, quotations included.
func (m *Message) Visible() string { return joinLines(m.lines) }

// header returns a field without surrounding spaces.
func (m *Message) header(name string) string { return strings.TrimSpace(m.Header.Get(name)) }
