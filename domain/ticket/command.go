// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// Command is the intention of a person or of the system to change a ticket. The actor and the time are separate arguments of the rules.
//
//sumtype:decl
type Command interface{ command() }

// PersonCommand is a command that a person gives.
//
//sumtype:decl
type PersonCommand interface {
	Command
	personCommand()
}

// AdapterCommand is a command with which an adapter reports a fact from outside the ticket. Only the system gives it.
//
//sumtype:decl
type AdapterCommand interface {
	Command
	adapterCommand()
}

// SagaCommand is a command that a saga gives. Only the system gives it. A timer can store it.
//
//sumtype:decl
type SagaCommand interface {
	Command
	sagaCommand()
}

// Open opens a ticket from the citizen's form, from the operators' own form, or by an operator for a citizen (FAQ 2.2).
type Open struct {
	Number      string
	Service     catalog.ServiceID
	Problem     catalog.ProblemID
	Entity      catalog.EntityCode // the entity chosen in the form
	Channel     Channel
	Identity    Identity
	Citizen     string
	Subject     string // keyed hash of the tax code, while ticket.opened.v1 is written; otherwise empty
	Person      string // person id of the requester; empty without a tax code
	OtherPerson bool   // the tax code is not known to be that of the account Citizen
	Requester   RequesterRole
	Statement   int // version of the privacy statement that was shown; 0: none
	Facilitated bool
	LinkedTo    ID // the closed ticket to which the citizen replied; the application service copies its fields
	Form        Form
	Attachments []Attachment
	Original    *Attachment // the mail that opens the linked ticket
}

// Update is the command «Aggiorna»: all that an operator changes at once, as one act (FAQ 2.3–2.6). Zero fields change nothing.
type Update struct {
	UpdateFields
	Note        *NoteInput
	Assignee    *AssigneeInput // nil leaves the assignee as it is
	DuplicateOf *OriginalTicket
	Answers     []AnswerInput // to checks of the playbook, applied in this order
	OutcomeNote ID            // id, chosen by the caller, for the note that the outcome writes if Note is nil
}

// UpdateFields holds the fields of an update that are the same in the API, in the form of the pages and in the command, which embed it. Zero
// fields change nothing.
type UpdateFields struct {
	Status  Status             `json:"status,omitempty" example:"in_attesa_utente" doc:"Target of the move"`
	Entity  catalog.EntityCode `json:"entity,omitempty" doc:"The ASR that the Region sends the ticket to"`
	Reason  string             `json:"reason,omitempty" doc:"For resume, reopen, recall; spam, prova or duplicato for discard; non_della_mia_azienda or an override for a hand-over against the playbook's outcome"`
	Service catalog.ServiceID  `json:"service,omitempty" doc:"The new service, if the ticket is classified wrongly"` // with Problem
	Problem catalog.ProblemID  `json:"problem,omitempty"`
}

// AnswerInput is an operator's answer to a check. Evidence that it leaves out stays as it was, unless the answer changes.
type AnswerInput struct {
	Check    playbook.CheckID
	Yes      bool
	Evidence playbook.Evidence
}

// NoteInput is a note as typed. The application service chooses the ids.
type NoteInput struct {
	ID          ID
	Text        string
	Visibility  Visibility
	FileNames   []string
	Attachments []Attachment
}

// Visibility is the audience of a note that the operator chose with the padlock. The audience of Public depends on the act: the Region and
// one ASR if the act escalates or redirects (FAQ 2.6), else the citizen. Regional is a message between the Region and the ASR of the
// hand-over, outside such an act.
type Visibility string

// The positions of the padlock. A new note is Internal.
const (
	Internal Visibility = "internal"
	Public   Visibility = "public"
	Regional Visibility = "regional"
)

// AssigneeInput is a choice in the operator menu. The zero value removes the assignee.
type AssigneeInput struct {
	Operator    string             // the account's UUID
	Entity      catalog.EntityCode // where the operator works on tickets, found by the application service; empty if nowhere
	Supervisors bool
	Region      bool // «Regione Piemonte» in the menu: hands the ticket over (FAQ 2.3, 2.6)
}

// OriginalTicket is the ticket that a duplicate repeats, as the application service found it.
type OriginalTicket struct {
	Ticket ID
	Person string // person id of its requester
	// NamesAnother means that its form names another person than the requester.
	NamesAnother bool
	Mains        []ID // if it is a duplicate itself: its main ticket, that ticket's, and so on
}

// Reply is a reply of the citizen (FAQ 2.4, 2.5). It reopens a resolved ticket, unless Solved is true («Solo un messaggio») or it is a
// courtesy.
type Reply struct {
	ID          ID
	Text        string
	FileNames   []string
	Attachments []Attachment
	Solved      *bool // nil if the citizen did not answer whether the problem is solved
	Courtesy    bool  // the reply contains only thanks: it does not reopen a resolved ticket
	Mail        receivedmail.MailContent
	Original    *Attachment // the mail that holds the reply
	Duplicate   ID          // the duplicate of the ticket to which the citizen replied
}

// KeepMail records a mail that changes nothing. A ticket keeps at most receivedmail.MaxKeptMails of them. Only the system gives it.
type KeepMail struct {
	ID       ID
	Why      receivedmail.MailEffect
	Text     string
	Mail     receivedmail.MailContent
	Original *Attachment
}

// CorrectContacts corrects the citizen's e-mail address or telephone number. A nil value stays; an empty e-mail address means that the citizen
// has none.
type CorrectContacts struct {
	Email  *string
	Phone  *string
	Reason string
}

// InformCitizen records that the operator told a citizen without an e-mail address what is to be told.
type InformCitizen struct{ How InformWay }

// ForwardReply records, at a duplicate, that a reply to it was added to another ticket. Only the system gives it.
type ForwardReply struct {
	To      ID
	Version int
}

// Undo withdraws the actor's last act, whole, while its note is held.
type Undo struct{}

// Close closes a ticket after the waiting time of a resolution. It is refused if the ticket was reopened or resolved again since. Only the
// system gives it.
type Close struct {
	Resolution int `json:"resolution"`
}

// TransferToSuccessor moves a ticket from a ceased entity to its successor. Only the system gives it.
type TransferToSuccessor struct {
	From catalog.EntityCode `json:"from"`
	To   catalog.EntityCode `json:"to"`
}

// Release removes an assignee whose placement ended. Only the system gives it.
type Release struct {
	Operator string `json:"operator"`
}

// Erase destroys the keys of the ticket's personal data. Only an administrator gives it.
type Erase struct{}

// BeginPlaybook starts the run that is prescribed for the ticket, unless it is the present run. Only the system gives it.
type BeginPlaybook struct{}

// RecordQueryResult records the answer of a connected system to a check, or that it gave none. It does not replace a person's answer,
// except where the run waits for this answer to change. It does nothing for another run than the present one. Only the system gives it.
type RecordQueryResult struct {
	Run      int
	Query    playbook.Query
	Check    playbook.CheckID
	Answer   *bool // nil if the system gave none; then Why is set
	Why      QueryFailure
	Evidence playbook.Evidence
}

// RemindPlaybook reminds the operators that the run still waits for a correction. It is refused if the run does not wait any more. Only the
// system gives it.
type RemindPlaybook struct {
	Run int `json:"run"`
	N   int `json:"n"`
}

// WarnHandover records that the deadline of a hand-over is near, BreachHandover that it has passed. They are refused once the receiver has
// taken the ticket. Only the system gives them.
type (
	WarnHandover struct {
		Handover int       `json:"handover"`
		Due      time.Time `json:"due"`
	}
	BreachHandover struct {
		Handover int       `json:"handover"`
		Due      time.Time `json:"due"`
	}
)

// NoticePingPong records that a ticket was handed over too often. Only the system gives it.
type NoticePingPong struct {
	Handover int `json:"handover"`
}

// RemindCitizen reminds the citizen of a question. It is refused if the question was answered or followed by another one. Only the system
// gives it.
type RemindCitizen struct {
	Question ID  `json:"asked"`
	N        int `json:"n"`
}

// ExpireQuestion resolves a ticket whose question was not answered, with a note to the citizen. Only the system gives it.
type ExpireQuestion struct {
	Question ID `json:"asked"`
	Note     ID `json:"note"` // id for the note to the citizen
}

// ReportContact records that a message to the citizen could not be delivered. Only the system gives it.
type ReportContact struct {
	Message string          `json:"message"`
	Why     DeliveryFailure `json:"why"`
	Address int             `json:"-"` // number of the address to which the message went
}

// Move is the name of a move of the lifecycle. Several rows of its table may have the same move.
type Move string

// The moves. The FAQ does not name all of them; the table of the lifecycle in package rules is complete.
const (
	MoveOpen                Move = "open"
	MoveTake                Move = "take"
	MoveAssign              Move = "assign"
	MoveUnassign            Move = "unassign"
	MoveNote                Move = "note"
	MoveRegionalMessage     Move = "regional-message"
	MoveReclassify          Move = "reclassify"
	MoveAsk                 Move = "ask"
	MoveResume              Move = "resume"
	MoveAnswer              Move = "answer"
	MoveNotSolved           Move = "not-solved"
	MoveCitizenMessage      Move = "message"
	MoveEscalate            Move = "escalate"
	MoveRecall              Move = "recall"
	MoveRedirect            Move = "redirect"
	MoveResolve             Move = "resolve"
	MoveDiscard             Move = "discard"
	MoveDuplicate           Move = "duplicate"
	MoveReopen              Move = "reopen"
	MoveUndo                Move = "undo"
	MoveClose               Move = "close"
	MoveTransferToSuccessor Move = "succession"
	MoveRelease             Move = "release"
	MoveErase               Move = "erase"

	MoveAnswerCheck       Move = "check" // an answer to a check of the playbook
	MoveBeginPlaybook     Move = "begin-playbook"
	MoveRecordQueryResult Move = "learn"
	MoveRemindPlaybook    Move = "remind"
	MoveWarnHandover      Move = "warn"
	MoveBreachHandover    Move = "breach"
	MoveNoticePingPong    Move = "notice-ping-pong"
	MoveRemindCitizen     Move = "remind-citizen"
	MoveExpireQuestion    Move = "expire"
	MoveReportContact     Move = "report-contact"
	MoveKeepMail          Move = "keep-mail"
	MoveCorrectContacts   Move = "correct-contacts"
	MoveInformCitizen     Move = "inform-citizen"
	MoveForwardReply      Move = "forward-reply"
)

func (Open) command()                {}
func (Update) command()              {}
func (Reply) command()               {}
func (Undo) command()                {}
func (Erase) command()               {}
func (CorrectContacts) command()     {}
func (InformCitizen) command()       {}
func (ForwardReply) command()        {}
func (Release) command()             {}
func (RecordQueryResult) command()   {}
func (ReportContact) command()       {}
func (KeepMail) command()            {}
func (Close) command()               {}
func (TransferToSuccessor) command() {}
func (BeginPlaybook) command()       {}
func (RemindPlaybook) command()      {}
func (WarnHandover) command()        {}
func (BreachHandover) command()      {}
func (NoticePingPong) command()      {}
func (RemindCitizen) command()       {}
func (ExpireQuestion) command()      {}

func (Open) personCommand()   {}
func (Update) personCommand() {}
func (Reply) personCommand()  {}
func (Undo) personCommand()   {}
func (Erase) personCommand()  {}

func (CorrectContacts) personCommand() {}
func (InformCitizen) personCommand()   {}

func (ForwardReply) adapterCommand() {}

func (Release) adapterCommand()           {}
func (RecordQueryResult) adapterCommand() {}
func (ReportContact) adapterCommand()     {}
func (KeepMail) adapterCommand()          {}

func (Close) sagaCommand()               {}
func (TransferToSuccessor) sagaCommand() {}
func (BeginPlaybook) sagaCommand()       {}
func (RemindPlaybook) sagaCommand()      {}
func (WarnHandover) sagaCommand()        {}
func (BreachHandover) sagaCommand()      {}
func (NoticePingPong) sagaCommand()      {}
func (RemindCitizen) sagaCommand()       {}
func (ExpireQuestion) sagaCommand()      {}
