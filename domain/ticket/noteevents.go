// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// CitizenNote records a public note. The citizen and every operator who sees the ticket may read it from VisibleFrom on, the author's
// entity at once. A note of another type cannot become a CitizenNote.
type CitizenNote struct {
	Note        ID           `json:"note"`
	VisibleFrom time.Time    `json:"visible_from"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Personal    *Text        `json:"-"`
}

// InternalNote records a note for the operators of Entity, the author's entity. Other operators and the citizen never read it.
type InternalNote struct {
	Note        ID                 `json:"note"`
	Entity      catalog.EntityCode `json:"entity"`
	Attachments []Attachment       `json:"attachments,omitempty"`
	Personal    *Text              `json:"-"`
}

// RegionalNote records a note that operators of the Region and of the ASR of one hand-over may read from VisibleFrom on, the author's
// entity at once. The citizen never reads it (FAQ 2.6).
type RegionalNote struct {
	Note        ID                 `json:"note"`
	Handover    int                `json:"handover"`
	ASR         catalog.EntityCode `json:"asr"`
	VisibleFrom time.Time          `json:"visible_from"`
	Attachments []Attachment       `json:"attachments,omitempty"`
	Personal    *Text              `json:"-"`
}

// Text holds free text and the names of the files that are attached to it.
type Text struct {
	Text      string   `json:"text"`
	FileNames []string `json:"file_names,omitempty"`
	receivedmail.MailContent
}

func (CitizenNote) event()  {}
func (InternalNote) event() {}
func (RegionalNote) event() {}

func (CitizenNote) noteEvent()  {}
func (InternalNote) noteEvent() {}
func (RegionalNote) noteEvent() {}

func (e CitizenNote) NoteID() ID  { return e.Note }
func (e InternalNote) NoteID() ID { return e.Note }
func (e RegionalNote) NoteID() ID { return e.Note }

func (e CitizenNote) HeldUntil() time.Time  { return e.VisibleFrom }
func (InternalNote) HeldUntil() time.Time   { return time.Time{} }
func (e RegionalNote) HeldUntil() time.Time { return e.VisibleFrom }
