// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package receivedmail says what a mail to a ticket held beside the text of its sender, what of it was left out, and who sent it.
package receivedmail

// MailContent holds what a mail contained beside the text that its sender wrote and the files that were taken. It is empty for a text that
// did not come by mail.
type MailContent struct {
	Quoted  string        `json:"quoted,omitempty"` // what the mail quoted; shown folded
	LeftOut []LeftOutFile `json:"left_out,omitempty"`
	Sender  *MailSender   `json:"sender,omitempty"` // nil for a mail that was stored before senders were kept
}

// LeftOutFile is a part of a mail that was not taken.
type LeftOutFile struct {
	Name string        `json:"name"`
	Why  LeftOutReason `json:"why"`
}

// LeftOutReason is the reason why a part of a mail was not taken.
type LeftOutReason string

// The reasons why a part of a mail was not taken.
const (
	LeftOutType       LeftOutReason = "type"       // a type of file that is not accepted
	LeftOutHEIC       LeftOutReason = "heic"       // a photograph of a kind that is not accepted
	LeftOutName       LeftOutReason = "name"       // a name that hides what the file is, or is too long
	LeftOutSize       LeftOutReason = "size"       // over MaxAttachmentSize; of earlier releases also empty
	LeftOutEmpty      LeftOutReason = "empty"      //
	LeftOutContent    LeftOutReason = "content"    // the content does not fit the extension
	LeftOutImage      LeftOutReason = "image"      // an image that is damaged or has too many pixels
	LeftOutDamaged    LeftOutReason = "damaged"    // an archive or document that cannot be read
	LeftOutCount      LeftOutReason = "count"      // more files than MaxAttachments
	LeftOutLength     LeftOutReason = "length"     // a text over MaxTextLength
	LeftOutUnreadable LeftOutReason = "unreadable" // a container that cannot be opened, such as winmail.dat
	LeftOutEncrypted  LeftOutReason = "encrypted"  // it needs a password
	LeftOutMacros     LeftOutReason = "macros"     // an Office file with macros
	LeftOutProgram    LeftOutReason = "program"    // a program in an archive or document
	LeftOutArchive    LeftOutReason = "archive"    // an archive that holds too many others, or of a kind that cannot be checked
	LeftOutTooMuch    LeftOutReason = "too-much"   // an archive or document that holds too much
)

// MailEffect is the reason why a mail has no effect on the ticket.
type MailEffect string

// The reasons why a mail has no effect on the ticket.
const (
	AutomaticMail MailEffect = "automatic" // a machine wrote it, for example an out-of-office program
	CourtesyMail  MailEffect = "courtesy"  // thanks or a reaction about a closed ticket
)

// MaxQuotedLength is the maximum length, in characters, of the quoted part of a mail that is kept beside the text. The original mail holds
// all of it.
const MaxQuotedLength = 100_000

// MaxKeptMails is the maximum number of mails without effect that a ticket keeps.
const MaxKeptMails = 50

// OriginalMediaType is the media type of the original mail of a text. No other attachment has it.
const OriginalMediaType = "message/rfc822"
