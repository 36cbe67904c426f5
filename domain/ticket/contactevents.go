// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

// CitizenReminded records a reminder to the citizen of a question.
type CitizenReminded struct {
	Question ID  `json:"asked"` // the note with the question
	N        int `json:"n"`     // number of the reminder of this question, from 1
}

// ContactFailed records that the e-mail address in the form accepts no mail («e-mail non consegnata»).
type ContactFailed struct {
	Message string          `json:"message"` // Message-ID of the mail that was not delivered
	Why     DeliveryFailure `json:"why"`
}

// MailKept records a mail to the ticket's address that changes nothing. Operators who see the ticket may read it; the citizen does not see it.
type MailKept struct {
	Mail       ID          `json:"mail"`
	Why        MailEffect  `json:"why"`
	Original   *Attachment `json:"original,omitempty"`
	Unverified bool        `json:"unverified,omitempty"` // the mail does not count as the citizen's
	Personal   *Text       `json:"-"`
}

func (CitizenReminded) event() {}
func (ContactFailed) event()   {}
func (MailKept) event()        {}

func (ContactFailed) contactEvent() {}
func (MailKept) contactEvent()      {}
