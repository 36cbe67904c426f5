// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// MailParts holds what the mail of a text contained beside the text and its files. It is empty for a text that did not come by mail.
type MailParts struct {
	Quoted   string    `json:"quoted,omitempty" doc:"what the mail of this text quoted; pages show it folded"`
	LeftOut  []LeftOut `json:"left_out,omitempty" doc:"parts of the mail that were not taken"`
	Sender   *Sender   `json:"sender,omitempty" doc:"of the mail of this text"`
	Original *File     `json:"original,omitempty" doc:"the mail as plain text; read like an attachment"`
}

// LeftOut is a part of a mail that was not taken.
type LeftOut struct {
	Name   string                     `json:"name"`
	Reason receivedmail.LeftOutReason `json:"reason" enum:"type,heic,name,size,empty,content,image,damaged,count,length,unreadable,encrypted,macros,program,archive,too-much"`
	Text   string                     `json:"text" doc:"an Italian sentence"`
}

// leftOutReasons holds the Italian reasons why a part of a mail was not taken, and what its sender can do.
var leftOutReasons = map[receivedmail.LeftOutReason]string{
	receivedmail.LeftOutType:       "perché questo tipo di file non è ammesso: lo invii come PDF o immagine, oppure in un archivio zip",
	receivedmail.LeftOutHEIC:       "perché è una fotografia HEIC: la apra e la salvi o la condivida come JPEG",
	receivedmail.LeftOutName:       "perché il nome è troppo lungo o somiglia a quello di un programma: rinomini il file",
	receivedmail.LeftOutSize:       "perché supera 1 MB: lo riduca, o lo divida in più file",
	receivedmail.LeftOutEmpty:      "perché è vuoto: controlli che si apra e lo invii di nuovo",
	receivedmail.LeftOutContent:    "perché il contenuto non corrisponde al tipo di file: lo salvi di nuovo nel formato giusto",
	receivedmail.LeftOutImage:      "perché l’immagine è danneggiata o ha troppi pixel: la scatti di nuovo o la riduca",
	receivedmail.LeftOutDamaged:    "perché non si può leggere: lo crei o lo salvi di nuovo",
	receivedmail.LeftOutCount:      "perché i file erano più di cinque: invii gli altri con un altro messaggio",
	receivedmail.LeftOutLength:     "perché il testo è troppo lungo: lo invii come PDF",
	receivedmail.LeftOutUnreadable: "perché non si può aprire: lo invii come allegato semplice, senza firma o formattazione del programma di posta",
	receivedmail.LeftOutEncrypted:  "perché è protetto da password: lo invii senza",
	receivedmail.LeftOutMacros:     "perché contiene macro: lo salvi senza macro, oppure come PDF",
	receivedmail.LeftOutProgram:    "perché è un programma: lo tolga dall’archivio o dal documento",
	receivedmail.LeftOutArchive:    "perché non si può controllare: alleghi solo i file che contiene, non l’archivio",
	receivedmail.LeftOutTooMuch:    "perché contiene troppo: ne invii solo una parte",
}

// LeftOutText returns the Italian sentence about a part of a mail that was not taken: its name, why, and what to do.
func LeftOutText(l receivedmail.LeftOutFile) string {
	why := leftOutReasons[l.Why]
	if why == "" { // of a newer release
		why = "perché non è ammesso: lo invii in un altro formato"
	}
	return "Allegato non accettato: " + l.Name + ", " + why + "."
}

// newMailParts returns the parts of a mail. The name of the original mail is empty once it was erased.
func newMailParts(m receivedmail.MailContent, original *ticket.Attachment, unverified, erased bool) MailParts {
	p := MailParts{Quoted: m.Quoted, Sender: newSender(m.Sender, unverified)}
	for _, l := range m.LeftOut {
		p.LeftOut = append(p.LeftOut, LeftOut{l.Name, l.Why, LeftOutText(l)})
	}
	if original != nil {
		p.Original = &File{ID: original.ID, MediaType: "text/plain; charset=utf-8", Size: original.Size}
		if !erased {
			p.Original.Name = "messaggio originale.txt"
		}
	}
	return p
}

// IsOriginal reports whether a file is the original mail of a text of the ticket.
func (t Ticket) IsOriginal(file ticket.ID) bool {
	if t.Mail.Original != nil && t.Mail.Original.ID == file {
		return true
	}
	for _, n := range t.Notes {
		if n.Original != nil && n.Original.ID == file {
			return true
		}
	}
	return false
}
