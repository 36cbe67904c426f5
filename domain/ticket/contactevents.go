// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import "github.com/sol-assistenza/sol/domain/ticket/receivedmail"

// CitizenReminded records a reminder to the citizen of a question.
type CitizenReminded struct {
	Question ID  `json:"asked"` // the note with the question
	N        int `json:"n"`     // number of the reminder of this question, from 1
}

// ContactFailed records that the citizen's e-mail address, as it was corrected last, accepts no mail («e-mail non consegnata»).
type ContactFailed struct {
	Message string          `json:"message"` // Message-ID of the mail that was not delivered
	Why     DeliveryFailure `json:"why"`
}

// MailKept records a mail to the ticket's address that changes nothing. Operators who see the ticket may read it; the citizen does not see it.
type MailKept struct {
	Mail       ID                      `json:"mail"`
	Why        receivedmail.MailEffect `json:"why"`
	Original   *Attachment             `json:"original,omitempty"`
	Unverified bool                    `json:"unverified,omitempty"` // the mail does not count as the citizen's
	Personal   *Text                   `json:"-"`
}

func (CitizenReminded) event() {}

// ContactsCorrected records that an operator corrected the citizen's e-mail address or telephone number. What is sent from then on goes to
// the new address; links and reply addresses that went to the former one end.
type ContactsCorrected struct {
	Address      int       `json:"address"` // number of the e-mail address; that of the form has 0, each corrected one the next
	EmailChanged bool      `json:"email_changed,omitempty"`
	PhoneChanged bool      `json:"phone_changed,omitempty"`
	NoEmail      bool      `json:"no_email,omitempty"`  // the citizen has no e-mail address
	ToInform     ID        `json:"to_inform,omitempty"` // without an address: the latest public note, if no mail had brought it
	Personal     *Contacts `json:"-"`
}

// Contacts holds corrected contacts, normalised by package person. A value that was not corrected is empty.
type Contacts struct {
	Email  string `json:"email,omitempty"`
	Phone  string `json:"phone,omitempty"`
	Reason string `json:"reason"`
}

// CitizenInformed records that an operator told a citizen without an e-mail address what the public notes say.
type CitizenInformed struct {
	Note ID        `json:"note"` // the latest public note that was told
	How  InformWay `json:"how"`
}

// ReplyForwarded records that a reply to a duplicate was added to the main ticket, which holds its text.
type ReplyForwarded struct {
	To      ID  `json:"to"`      // the ticket that holds the reply
	Version int `json:"version"` // of that ticket with the reply
}

func (ContactsCorrected) event() {}
func (CitizenInformed) event()   {}
func (ReplyForwarded) event()    {}

func (ContactsCorrected) contactEvent() {}
func (CitizenInformed) contactEvent()   {}
func (ReplyForwarded) contactEvent()    {}

func (ContactFailed) event() {}
func (MailKept) event()      {}

func (ContactFailed) contactEvent() {}
func (MailKept) contactEvent()      {}

// MailFor returns the content of a mail as a ticket in a state keeps it: on the ticket of a verified citizen every mail is unverified, because
// such a citizen proves who they are by logging in.
func MailFor(s State, m receivedmail.MailContent) receivedmail.MailContent {
	if s.Citizen == "" {
		return m
	}
	return m.WithReason(receivedmail.UnverifiedCitizen)
}
