// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import "github.com/sol-assistenza/sol/handlers/identity"

// Kind is the kind of a security event. Receivers have rules for the values, so no release changes one.
type Kind string

// The kinds.
const (
	LoginSucceeded Kind = "login.succeeded"
	LoginRefused   Kind = "login.refused"  // a wrong user name, password or PIN, or a reason at an identity provider or with a second factor
	LoginLocked    Kind = "login.locked"   // too many failures
	LoginUnlocked  Kind = "login.unlocked" // by an administrator, before the lock ended
	SessionEnded   Kind = identity.SessionEnded

	AccountChanged   Kind = "account.changed" // a role given or ended, credentials given, an account made or disabled, by one who may do it alone
	ChangeRequested  Kind = "account.change-requested"
	ChangeConfirmed  Kind = "account.change-confirmed"
	ChangeRefused    Kind = "account.change-refused"
	ChangeWithdrawn  Kind = "account.change-withdrawn"
	ChangeExpired    Kind = "account.change-expired"
	EmergencyUsed    Kind = "account.emergency-used"
	EmergencyReviews Kind = "account.emergency-reviewed"

	AgreementRecorded Kind = "agreement.recorded"
	AgreementEnded    Kind = "agreement.ended"
	MappingConfirmed  Kind = "mapping.confirmed" // of the claims of an identity provider to roles, by one administrator or the second

	LookExported Kind = "look.exported" // a list as a file
	LookDossier  Kind = "look.dossier"  // a dossier, or all events of a ticket
	LookRefused  Kind = "look.refused"  // a ticket, file, … that its reader may not see or that does not exist
	LookCommand  Kind = "look.command"  // at the command line

	TicketRestricted Kind = "ticket.restricted" // its access, to assignee and supervisors
	RestrictionEnded Kind = "ticket.restriction-ended"

	FileClosed Kind = "file.closed" // a file in which the virus scanner found something, or into which it cannot look

	KeyTicketDestroyed Kind = "key.ticket-destroyed" // the keys of a ticket's personal data
	KeyMasterUsed      Kind = "key.master-used"      // by a command, which opens the database with it
	KeyMasterMade      Kind = "key.master-made"
	KeyMasterRotated   Kind = "key.master-rotated"
	KeyHashRenewed     Kind = "key.hash-renewed"
	KeyHashEnded       Kind = "key.hash-ended" // a moment was set from which a version is not accepted
	KeyHashDestroyed   Kind = "key.hash-destroyed"

	NodeStarted    Kind = "node.started"
	SettingChanged Kind = "setting.changed" // of a node, since its last start
	DatabaseLogin  Kind = "database.login"  // a session that is not of a node
	Dropped        Kind = "events.dropped"  // that many events were not stored, because too many waited for the receiver
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		LoginSucceeded, LoginRefused, LoginLocked, LoginUnlocked, SessionEnded, AccountChanged, ChangeRequested, ChangeConfirmed, ChangeRefused, ChangeWithdrawn,
		ChangeExpired, EmergencyUsed, EmergencyReviews, AgreementRecorded, AgreementEnded, MappingConfirmed, LookExported, LookDossier, LookRefused, LookCommand,
		TicketRestricted, RestrictionEnded, FileClosed, KeyTicketDestroyed, KeyMasterUsed, KeyMasterMade, KeyMasterRotated, KeyHashRenewed, KeyHashEnded, KeyHashDestroyed, NodeStarted, SettingChanged, DatabaseLogin, Dropped,
	}
}

// severityOf returns the severity of a kind for syslog: what somebody should look at is a warning.
func severityOf(k Kind) severity {
	switch k {
	case LoginRefused, LoginLocked, EmergencyUsed, LookRefused, FileClosed, KeyTicketDestroyed, KeyHashDestroyed, DatabaseLogin, Dropped:
		return warning
	case LoginSucceeded, LoginUnlocked, SessionEnded, AccountChanged, ChangeRequested, ChangeConfirmed, ChangeRefused, ChangeWithdrawn, ChangeExpired, EmergencyReviews,
		AgreementRecorded, AgreementEnded, MappingConfirmed, LookExported, LookDossier, LookCommand, TicketRestricted, RestrictionEnded, KeyMasterUsed, KeyMasterMade, KeyMasterRotated, KeyHashRenewed, KeyHashEnded, NodeStarted, SettingChanged:
	}
	return normal
}
