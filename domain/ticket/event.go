// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// Event is a recorded fact about a ticket. The set is closed: a switch over Event names every event or its family.
//
// Names, tax codes, contacts, evidence and free text are in a field named Personal only. Personal is stored sealed and is nil once its key
// was destroyed. All other fields are stored in the clear and may be kept for ever.
//
//sumtype:decl
type Event interface{ event() }

// Recorded is an event with its ticket, version, position, time, actor and act.
type Recorded struct {
	Event    Event
	Ticket   ID
	Version  int   // number of the event in the ticket, from 1
	Position int64 // number of the event in the log, from 1; 0 until it is appended
	At       time.Time
	By       person.Actor
	Act      ID // shared by all events of one command, which are consecutive
}

// Opened records a new ticket (FAQ 2.2).
type Opened struct {
	Number       string             `json:"number"` // e.g. 2026-0001234
	Service      catalog.ServiceID  `json:"service"`
	Problem      catalog.ProblemID  `json:"problem"`
	Entity       catalog.EntityCode `json:"entity"` // the competent entity
	ChosenEntity catalog.EntityCode `json:"chosen"` // the entity chosen in the form; not Entity if Service is OperatorsForm
	Channel      Channel            `json:"channel"`
	Identity     Identity           `json:"identity"`
	Citizen      string             `json:"citizen,omitempty"`      // account of the verified citizen whose ticket it is
	Subject      string             `json:"subject,omitempty"`      // keyed hash of the requester's tax code; only in ticket.opened.v1
	Person       string             `json:"person,omitempty"`       // person id of the requester; empty without a tax code
	OtherPerson  bool               `json:"other_person,omitempty"` // the tax code is not known to be that of the verified citizen
	Requester    RequesterRole      `json:"requester"`
	Represented  bool               `json:"represented,omitempty"` // the form names another person than the requester
	Statement    int                `json:"statement,omitempty"`   // version of the privacy statement of ChosenEntity that was shown; 0: none
	Facilitated  bool               `json:"facilitated,omitempty"` // facilitated access was used (FAQ 2.12)
	LinkedTo     ID                 `json:"continues,omitempty"`   // the closed ticket to which the citizen replied
	NoEmail      bool               `json:"no_email,omitempty"`    // the citizen has no e-mail address
	Attachments  []Attachment       `json:"attachments,omitempty"`
	Original     *Attachment        `json:"original,omitempty"`   // the mail that opened the linked ticket
	Unverified   bool               `json:"unverified,omitempty"` // that mail does not count as the citizen's
	Status       Status             `json:"status"`
	Personal     *Form              `json:"-"`
}

// Form holds the personal data of a request. In Opened the tax code, the e-mail address and the telephone number are normalised by package
// person.
type Form struct {
	GivenName   string `json:"given_name"`
	FamilyName  string `json:"family_name"`
	TaxCode     string `json:"tax_code"`
	Email       string `json:"email"`
	Phone       string `json:"phone"`
	Description string `json:"description"`
	// OnBehalfOf names the person concerned if it is not the requester: a minor or a person who delegated.
	OnBehalfOf string   `json:"concerns,omitempty"`
	IUV        string   `json:"iuv,omitempty"`
	FileNames  []string `json:"file_names,omitempty"` // in the order of the attachments
	receivedmail.MailContent
}

// PersonalDataErased records that the keys of the ticket were destroyed together with this event. No Personal field of the ticket can be
// read any more.
type PersonalDataErased struct{}

func (Opened) event()             {}
func (PersonalDataErased) event() {}

func (e Opened) CompetentEntity() catalog.EntityCode { return e.Entity }
