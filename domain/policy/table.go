// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package policy

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/person"
)

// Action is an action of the table. The names are part of the API's refusals and never change.
type Action string

// The actions that routes name.
const (
	OpenTicket         Action = "ticket.open"
	ReadTicket         Action = "ticket.read"
	ListTickets        Action = "ticket.list"
	UpdateTicket       Action = "ticket.update"
	UndoAct            Action = "ticket.undo"
	ReplyToTicket      Action = "ticket.reply"
	OpenTicketPage     Action = "ticket.page"     // the page of a ticket for those who work on tickets or examine them
	SearchTickets      Action = "ticket.search"   // their lists and search; citizens have a list of their own
	KeepDraft          Action = "ticket.draft"    // of an update
	ShowPresence       Action = "ticket.presence" // that one has the ticket open
	ReadEvents         Action = "ticket.events"
	ReadAccesses       Action = "ticket.accesses"
	TakeDossier        Action = "ticket.dossier"
	SubscribeToChanges Action = "stream.follow"
	ListOperators      Action = "operators.list"
	ReadNotifications  Action = "notices.read"
	ReadFigures        Action = "figures.read"   // the supervisors' dashboard
	ExportTickets      Action = "tickets.export" // all tickets of a figure's drill-down
	ChoosePreferences  Action = "preferences.choose"
	ReadOwnAccesses    Action = "ticket.own-accesses" // who looked at one's own ticket
	SearchAccesses     Action = "accesses.search"     // access records of one's entity, or of all
	ReportAccesses     Action = "accesses.report"     // whose data were seen
	ReadUnusual        Action = "accesses.unusual"    // unusual reading
	ReadAccountChanges Action = "accounts.changes"    // who gave which role to whom, and the log-ins
	ReadKeys           Action = "keys.read"           // versions of the keys, and who used them; no key
	Administer         Action = "service.administer"  // accounts, placements, waiting and failed work, settings; no tickets
)

// The actions that views ask.
const (
	ReadRestricted   Action = "ticket.read-restricted" // a ticket with restricted access
	ReadTrace        Action = "ticket.trace"           // that the entity had the ticket, and when
	ReadInternalText Action = "text.internal"          // notes for an entity, and the reasons of its acts
	ReadRegionalText Action = "text.regional"          // notes between an ASR and the Region
	ReadCitizenText  Action = "text.citizen"           // notes to the citizen, and what the citizen wrote
	ReadHeldText     Action = "text.held"              // a note while it is held, and after it was withdrawn
	ReadChecks       Action = "checks.read"            // the run of a playbook
)

// MoveAction returns the action of a move of the lifecycle, which the rules ask.
func MoveAction(move string) Action { return Action("move." + move) }

// Groups of roles.
var (
	asr         = []person.Role{person.ASROperator, person.ASRSupervisor}
	regional    = []person.Role{person.RegionalOperator, person.RegionalSupervisor}
	operators   = slices.Concat(asr, regional)
	supervisors = []person.Role{person.ASRSupervisor, person.RegionalSupervisor}
	auditors    = []person.Role{person.Auditor, person.DataProtectionOfficer}
	system      = []person.Role{person.System}
	// integrations are other systems. With an API token of an entity they read what concerns it; they change nothing, because who acts on a ticket
	// is a person.
	integrations = []person.Role{person.Integration}
)

// The sets of relations with which a ticket is read.
const (
	reads    = Competent | Sender | Former // by operators
	examines = reads | Trace | Every       // by auditors and data protection officers
	anywhere = EntityWide | RegionWide
)

// table is the whole table. Only auditors and data protection officers take a dossier: it holds the texts for all audiences that they may
// read, and a supervisor may not read the internal notes of another entity.
var table = slices.Concat([]Right{
	{OpenTicket, slices.Concat(operators, []person.Role{person.Citizen, person.Integration, person.Anonymous}), Own},
	{ReadTicket, operators, reads},
	{ReadTicket, auditors, examines},
	{ReadTicket, []person.Role{person.Citizen}, Citizen},
	{ReadTicket, integrations, reads},
	{ListTickets, operators, EntityWide},
	{ListTickets, auditors, anywhere},
	{ListTickets, []person.Role{person.Citizen}, Own},
	{ListTickets, integrations, EntityWide},
	{OpenTicketPage, operators, reads},
	{OpenTicketPage, auditors, examines},
	{SearchTickets, operators, EntityWide},
	{SearchTickets, auditors, anywhere},
	{KeepDraft, operators, reads},
	{ShowPresence, operators, reads},
	{UpdateTicket, operators, Competent | Sender},
	{UndoAct, operators, Author},
	{ReplyToTicket, []person.Role{person.Citizen}, Citizen},
	{ReadEvents, auditors, examines},
	{ReadAccesses, auditors, examines},
	{TakeDossier, auditors, examines},
	{SubscribeToChanges, operators, EntityWide},
	{SubscribeToChanges, auditors, anywhere},
	{SubscribeToChanges, []person.Role{person.Citizen}, Own},
	{ListOperators, operators, EntityWide},
	{ReadNotifications, slices.Concat(operators, []person.Role{person.Citizen}), Own},
	{ChoosePreferences, []person.Role{person.Citizen}, Own},
	{ReadFigures, []person.Role{person.ASRSupervisor}, EntityWide},
	{ReadFigures, []person.Role{person.RegionalSupervisor}, RegionWide},
	{ReadFigures, []person.Role{person.Auditor}, anywhere},
	{ReadFigures, integrations, anywhere},
	{ExportTickets, []person.Role{person.ASRSupervisor}, EntityWide},
	{ExportTickets, []person.Role{person.RegionalSupervisor}, RegionWide},
	{ExportTickets, []person.Role{person.Auditor}, anywhere},
	{ExportTickets, integrations, anywhere},
	{ReadOwnAccesses, []person.Role{person.Citizen}, Citizen},
	{SearchAccesses, auditors, anywhere},
	{ReportAccesses, auditors, anywhere},
	{ReadUnusual, []person.Role{person.DataProtectionOfficer}, anywhere},
	{ReadAccountChanges, auditors, RegionWide},
	{ReadKeys, auditors, RegionWide},
	{ReadKeys, []person.Role{person.Administrator}, RegionWide},
	{Administer, []person.Role{person.Administrator}, RegionWide},

	{ReadRestricted, operators, Assignee},
	{ReadRestricted, supervisors, reads | Trace},
	{ReadRestricted, auditors, examines},
	{ReadRestricted, []person.Role{person.Citizen}, Citizen},
	{ReadTrace, operators, Trace},
	{ReadInternalText, operators, Addressee},
	{ReadInternalText, auditors, Addressee | Every},
	{ReadRegionalText, operators, Addressee},
	{ReadRegionalText, auditors, Addressee | Every},
	{ReadCitizenText, slices.Concat(operators, auditors, integrations, []person.Role{person.Citizen}), Reader},
	{ReadHeldText, operators, Addressee},
	{ReadHeldText, auditors, Addressee | Every},
	{ReadChecks, operators, Addressee},
	{ReadChecks, auditors, Addressee | Every},
}, moveRights)

// moveRights is the part of the table for the moves of the lifecycle.
var moveRights = []Right{
	{"move.open", slices.Concat(operators, []person.Role{person.Citizen, person.Integration, person.Anonymous}), Own},
	{"move.take", operators, Competent},
	{"move.assign", operators, Competent},
	{"move.unassign", operators, Competent},
	{"move.note", operators, Competent},
	{"move.regional-message", regional, HandedTo},
	{"move.regional-message", asr, Sender},
	{"move.reclassify", operators, Competent},
	{"move.ask", operators, Competent},
	{"move.resume", operators, Competent},
	{"move.answer", []person.Role{person.Citizen}, Citizen},
	{"move.not-solved", []person.Role{person.Citizen}, Citizen},
	{"move.message", []person.Role{person.Citizen}, Citizen},
	{"move.escalate", asr, Competent},
	{"move.recall", asr, Sender},
	{"move.redirect", regional, Competent},
	{"move.resolve", operators, Competent},
	{"move.discard", supervisors, Competent},
	{"move.duplicate", operators, Competent},
	{"move.reopen", operators, Competent},
	{"move.undo", operators, Author},
	{"move.check", asr, Competent},
	{"move.revoke-links", operators, Competent},
	{"move.revoke-links", []person.Role{person.Administrator}, Every},
	{"move.correct-contacts", operators, Competent},
	{"move.inform-citizen", operators, Competent},
	{"move.check-representation", operators, Competent},
	{"move.restrict-access", operators, Assignee},
	{"move.restrict-access", supervisors, Competent},
	{"move.lift-restriction", supervisors, Competent},
	{"move.end-former-view", system, Every},
	{"move.erase", []person.Role{person.Administrator}, Every},
	{"move.close", system, Every},
	{"move.succession", system, Every},
	{"move.release", system, Every},
	{"move.begin-playbook", system, Every},
	{"move.learn", system, Every},
	{"move.remind", system, Every},
	{"move.warn", system, Every},
	{"move.breach", system, Every},
	{"move.notice-ping-pong", system, Every},
	{"move.remind-citizen", system, Every},
	{"move.expire", system, Every},
	{"move.report-contact", system, Every},
	{"move.keep-mail", system, Every},
	{"move.forward-reply", system, Every},
}
