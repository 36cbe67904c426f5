// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

// note holds the text, the files and the quotation of a mail that a ticket keeps.
type note struct {
	text    string
	content receivedmail.MailContent
	files   []attachment.FileUpload
	cut     bool // something other than a signature was taken for a quotation
}

// read separates the text of a mail from quotations and chooses the files. history is that of the ticket, whose texts our mails contain.
func (s *Server) read(in received, history []ticket.Recorded) note {
	text, quoted, onlySignature := in.Split(mailtext.Sent{
		Name: s.SenderName, IsAddress: s.Addresses.IsOurs, Texts: append(s.textsOf(history), s.SentTexts...), Replies: repliesOf(history),
	})
	n := note{text: mailtext.Mask(text), cut: quoted != "" && !onlySignature}
	n.content.Quoted = cutText(mailtext.Mask(quoted), receivedmail.MaxQuotedLength)
	for _, l := range in.LeftOut {
		n.leaveOut(l.Name, map[mailtext.Reason]receivedmail.LeftOutReason{mailtext.TooLong: receivedmail.LeftOutLength, mailtext.WrongType: receivedmail.LeftOutType}[l.Why])
	}
	files := slices.Clone(in.Files)
	slices.SortStableFunc(files, func(a, b mailtext.File) int { return inlineRank(a) - inlineRank(b) })
	for _, f := range files {
		n.addFile(f)
	}
	return n
}

var (
	replyPrefix  = regexp.MustCompile(`(?i)^\s*(re|r|rif|i|fw|fwd|aw|wg|tr|rv|sv|antw|odp)\s*(\[\d+\])?\s*:`)
	namesSubject = regexp.MustCompile(`(?i)\b(oggetto|subject|betreff)\b`)
)

// maxNaming is the maximum length, in characters, of a text that refers to the subject, as «vedi oggetto» does.
const maxNaming = 100

// addSubject adds the subject to the text of a mail that has no other text or refers to it. A subject with the prefix of a reply is ours.
func (n *note) addSubject(in received) {
	if in.Subject == "" || replyPrefix.MatchString(in.Subject) {
		return
	}
	switch {
	case n.text == "":
		n.text = mailtext.Mask(in.Subject)
	case utf8.RuneCountInString(n.text) <= maxNaming && namesSubject.MatchString(n.text):
		n.text = "Oggetto: " + mailtext.Mask(in.Subject) + "\n\n" + n.text
	}
}

// inlineRank is lower for files that a person attached than for pictures in the text, which may be logos.
func inlineRank(f mailtext.File) int {
	if f.Inline {
		return 1
	}
	return 0
}

// textsOf returns the texts of our mails about a ticket beside the fixed sentences: its number, its entities and the notes to the citizen.
func (s *Server) textsOf(history []ticket.Recorded) (all []string) {
	for _, r := range history {
		if e, ok := r.Event.(ticket.EntityEvent); ok {
			entity, _ := s.App.Catalog.Entity(e.CompetentEntity())
			all = append(all, entity.Name)
		}
		if e, ok := r.Event.(ticket.Opened); ok {
			all = append(all, e.Number)
		}
		if e, ok := r.Event.(ticket.CitizenNote); ok && e.Personal != nil {
			all = append(all, e.Personal.Text)
		}
	}
	return all
}

// repliesOf returns the citizen's texts.
func repliesOf(history []ticket.Recorded) (all []string) {
	for _, r := range history {
		if e, ok := r.Event.(ticket.Opened); ok && e.Personal != nil {
			all = append(all, e.Personal.Description)
		}
		if e, ok := r.Event.(ticket.CitizenReplied); ok && e.Personal != nil {
			all = append(all, e.Personal.Text)
		}
	}
	return all
}

// addFile takes a file, or leaves it out with the reason.
func (n *note) addFile(f mailtext.File) {
	upload := attachment.FileUpload{Name: f.Name, Content: f.Content}
	if len(n.files) >= ticket.MaxAttachments {
		n.leaveOut(f.Name, receivedmail.LeftOutCount)
		return
	}
	_, err := attachment.Check("attachments", []attachment.FileUpload{upload})
	var invalid *ticket.InvalidError
	switch {
	case err == nil:
		n.files = append(n.files, upload)
	case errors.As(err, &invalid):
		reason, name := invalid.Fields[0].Reason, f.Name
		if namesEntry[reason.Code] {
			name = reason.Args[0]
		}
		n.leaveOut(name, leftOutReasons[reason.Code])
	default:
		n.leaveOut(f.Name, receivedmail.LeftOutContent)
	}
}

// leftOutReasons holds the reasons for refusals of files.
var leftOutReasons = map[refusal.Code]receivedmail.LeftOutReason{
	refusal.FileType: receivedmail.LeftOutType, refusal.FileWithoutExtension: receivedmail.LeftOutType, refusal.FileHEIC: receivedmail.LeftOutHEIC,
	refusal.FileNameLength: receivedmail.LeftOutName, refusal.FileNameReversed: receivedmail.LeftOutName, refusal.FileNameOfProgram: receivedmail.LeftOutName,
	refusal.FileEmpty: receivedmail.LeftOutEmpty, refusal.FileSize: receivedmail.LeftOutSize,
	refusal.FileContent: receivedmail.LeftOutContent, refusal.FileContentIs: receivedmail.LeftOutContent,
	refusal.ImageTooLarge: receivedmail.LeftOutImage, refusal.ImageDamaged: receivedmail.LeftOutImage,
	refusal.FileEncrypted: receivedmail.LeftOutEncrypted, refusal.OfficeMacros: receivedmail.LeftOutMacros, refusal.ArchiveProgram: receivedmail.LeftOutProgram,
	refusal.ArchiveNested: receivedmail.LeftOutArchive, refusal.ArchiveUnknown: receivedmail.LeftOutArchive, refusal.ArchiveTooLarge: receivedmail.LeftOutTooMuch,
	refusal.ArchiveUnreadable: receivedmail.LeftOutDamaged,
}

// namesEntry are the codes of refusals whose argument is the file, with the archives that hold it.
var namesEntry = map[refusal.Code]bool{
	refusal.FileEncrypted: true, refusal.OfficeMacros: true, refusal.ArchiveProgram: true, refusal.ArchiveNested: true, refusal.ArchiveUnknown: true,
	refusal.ArchiveTooLarge: true, refusal.ArchiveUnreadable: true,
}

// maxLeftOut is the maximum number of parts that are named as left out.
const maxLeftOut = 50

// leaveOut names a part that is not taken. A reason that is not known counts as unreadable.
func (n *note) leaveOut(name string, why receivedmail.LeftOutReason) {
	if why == "" {
		why = receivedmail.LeftOutUnreadable
	}
	if len(n.content.LeftOut) < maxLeftOut {
		n.content.LeftOut = append(n.content.LeftOut, receivedmail.LeftOutFile{Name: cutText(mailtext.Mask(name), attachment.MaxName), Why: why})
	}
}

// refusal returns the SMTP answer to a mail of which a ticket would keep nothing, or too long a text; nil if it can be kept.
func (n *note) refusal(in received) error {
	switch {
	case utf8.RuneCountInString(n.text) > ticket.MaxTextLength:
		return refuseText()
	case n.text != "" || len(n.files) > 0:
		return nil
	case in.Encrypted:
		return refuseEncrypted()
	case len(n.content.LeftOut) > 0:
		return refuseFiles(n.content.LeftOut)
	}
	return refuseEmpty() // without an error the citizen would believe that they have answered
}

// isCourtesy reports whether the mail holds only courtesies. It may be signed with the display name of the mail or the requester's name, and
// nothing must be cut: what was cut might say more.
func (n *note) isCourtesy(in received, history []ticket.Recorded) bool {
	names := in.SenderName
	if opened, ok := history[0].Event.(ticket.Opened); ok && opened.Personal != nil {
		names = fmt.Sprintf("%s %s %s", names, opened.Personal.GivenName, opened.Personal.FamilyName)
	}
	return !n.cut && isCourtesy(withoutDeviceSignature(n.text+"\n"+strings.TrimPrefix(n.content.Quoted, "--")), names)
}
