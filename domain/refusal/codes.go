// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package refusal

// Codes for any field.
const (
	Required        Code = "required"
	TooLong         Code = "too-long"
	NotText         Code = "not-text"
	NotOneOf        Code = "not-one-of" // argument: the value, truncated
	NothingToUpdate Code = "nothing-to-update"
	NotEvidence     Code = "not-evidence" // argument: the check
	OperatorsOnly   Code = "operators-only"
	UnknownOperator Code = "unknown-operator"
	NotYesOrNo      Code = "not-yes-or-no"
	CheckNotAsked   Code = "check-not-asked" // argument: the check, truncated
	ReclassifyFirst Code = "reclassify-first"
)

// Codes for identifiers of a person (FAQ 2.2).
const (
	TaxCodeMissing        Code = "tax-code-missing"
	TaxCodeLength         Code = "tax-code-length"
	TaxCodeCharacter      Code = "tax-code-character" // argument: the character's position, from 1
	TaxCodeMonth          Code = "tax-code-month"
	TaxCodeDay            Code = "tax-code-day"
	TaxCodeCheckCharacter Code = "tax-code-check-character"
	TaxCodeDigits         Code = "tax-code-digits"
	TaxCodeCheckDigit     Code = "tax-code-check-digit"
	EmailMissing          Code = "email-missing"
	EmailLength           Code = "email-length"
	EmailShape            Code = "email-shape"
	EmailLocalPart        Code = "email-local-part"
	EmailDomain           Code = "email-domain"
	PhoneMissing          Code = "phone-missing"
	PhoneTooLong          Code = "phone-too-long"
	PhoneLength           Code = "phone-length"
	PhoneCharacter        Code = "phone-character"
	PhoneParenthesis      Code = "phone-parenthesis"
	PhoneCountryCode      Code = "phone-country-code"
	OperatorsFormOnly     Code = "operators-form-only"
)

// Codes for files (FAQ 2.2).
const (
	TooManyFiles    Code = "too-many-files"
	FileWithoutName Code = "file-without-name"
	FileNameLength  Code = "file-name-length"
	FileType        Code = "file-type"
	FileSize        Code = "file-size"
	FileEmpty       Code = "file-empty"
	FileContent     Code = "file-content"    // argument: the extension
	FileContentIs   Code = "file-content-is" // arguments: the extension, and that of the content
	FileHEIC        Code = "file-heic"

	FileWithoutExtension Code = "file-without-extension"

	ImageTooLarge     Code = "image-too-large"
	ImageDamaged      Code = "image-damaged"
	FileNameReversed  Code = "file-name-reversed"
	FileNameOfProgram Code = "file-name-of-program" // arguments: the extension of a program in the name, and the last one

	// Their argument is the file, or the entry after the archives that hold it: «a.zip › b.zip › c.exe».
	ArchiveUnreadable Code = "archive-unreadable"
	ArchiveTooLarge   Code = "archive-too-large"
	ArchiveNested     Code = "archive-nested"
	ArchiveUnknown    Code = "archive-unknown"
	ArchiveProgram    Code = "archive-program"
	FileEncrypted     Code = "file-encrypted"
	OfficeMacros      Code = "office-macros"
)

// Codes for the health authority of a ticket.
const (
	UnknownAuthority      Code = "unknown-authority"        // argument: its code, truncated
	AuthorityNotYetActive Code = "authority-not-yet-active" // argument: its name
	AuthorityCeased       Code = "authority-ceased"         // arguments: its name, its successor's code
)

// Codes for an update (FAQ 2.3 to 2.6).
const (
	AskNeedsNote         Code = "ask-needs-note"
	ResolveNeedsNote     Code = "resolve-needs-note"
	EscalateNeedsNote    Code = "escalate-needs-note"
	RedirectNeedsNote    Code = "redirect-needs-note"
	DuplicateNeedsNote   Code = "duplicate-needs-note"
	DuplicateWithMove    Code = "duplicate-with-move" // argument: the move
	NotSameCitizen       Code = "not-same-citizen"
	DuplicateLoop        Code = "duplicate-loop"
	UnknownTicket        Code = "unknown-ticket"
	DuplicateIsResolved  Code = "duplicate-is-resolved"
	RedirectedIsNew      Code = "redirected-is-new"
	RegionMeansHandover  Code = "region-means-handover"
	RegionalMessageAlone Code = "regional-message-alone"
	ReasonRequired       Code = "reason-required" // argument: the move
	ReasonNotRecorded    Code = "reason-not-recorded"
	ResolveReasonIsNote  Code = "resolve-reason-is-note"
	TakeNeedsAssignee    Code = "take-needs-assignee"
	ReceiverAssigns      Code = "receiver-assigns"
	NotOwnOperator       Code = "not-own-operator"
)

// Codes for the checks of a playbook (FAQ 2.7 to 2.12).
const (
	NoChecks              Code = "no-checks"
	PlaybookNotLoaded     Code = "playbook-not-loaded" // arguments: the version, the playbook
	EvidenceMissing       Code = "evidence-missing"
	HandoverAgainstChecks Code = "handover-against-checks" // argument: the playbook
	UnknownGround         Code = "unknown-ground"          // argument: the reason, truncated
)

// Codes for the check whether a requester may act for another person, and for privacy statements.
const (
	RepresentationUnverified Code = "representation-unverified"
	RepresentationRefused    Code = "representation-refused"
	RepresentationNoFiles    Code = "representation-no-files"
	RepresentationNoData     Code = "representation-no-data" // argument: the value, truncated
	NobodyRepresented        Code = "nobody-represented"
	NotTicketFile            Code = "not-ticket-file"
	EvidenceRequired         Code = "evidence-required"
	StatementChanged         Code = "statement-changed" // argument: the version in force
	StatementNotShown        Code = "statement-not-shown"
	StatementUnchanged       Code = "statement-unchanged"
	AdministratorPublishes   Code = "administrator-publishes"
)

// Codes for actors who may not make a move (FAQ 2.6).
const (
	CitizenMayReply     Code = "citizen-may-reply"
	SystemOnly          Code = "system-only"
	TraceMayRecall      Code = "trace-may-recall" // argument: the status to which it can be recalled
	TraceMayWrite       Code = "trace-may-write"
	TraceOnly           Code = "trace-only"
	RegionHasTicket     Code = "region-has-ticket" // argument: the move
	RegionRedirects     Code = "region-redirects"
	AlreadyAtRegion     Code = "already-at-region"
	NoRegionalMessage   Code = "no-regional-message"
	SupervisorDiscards  Code = "supervisor-discards"
	CitizenReplies      Code = "citizen-replies"
	RoleOpensNone       Code = "role-opens-none"
	ASRAnswersChecks    Code = "asr-answers-checks"
	AdministratorErases Code = "administrator-erases"
	SystemCloses        Code = "system-closes"
	SystemTransfers     Code = "system-transfers"
	SystemReleases      Code = "system-releases"
	AssigneeRestricts   Code = "assignee-restricts"
	SupervisorLifts     Code = "supervisor-lifts"
	AccessRestricted    Code = "access-restricted"
	ViewEnded           Code = "view-ended"
	EarlierNodesRun     Code = "earlier-nodes-run"
)

// Codes for moves that are not possible in the ticket's present state.
const (
	PossibleFrom    Code = "possible-from" // arguments: the possible statuses, any number
	UndoNotLast     Code = "undo-not-last"
	UndoTooLate     Code = "undo-too-late"
	TakenAlready    Code = "taken-already"
	NotClosedByHand Code = "not-closed-by-hand"
	ClosedIsFinal   Code = "closed-is-final"
	DataErased      Code = "data-erased"
	TicketMissing   Code = "ticket-missing"
	TicketExists    Code = "ticket-exists"
)

// Codes for commands of timers that no longer apply, because the ticket has changed.
const (
	StaleClose            Code = "stale-close"
	StaleHandoverAlert    Code = "stale-handover-alert"
	StalePingPong         Code = "stale-ping-pong"
	StalePlaybookReminder Code = "stale-playbook-reminder"
	StaleCitizenReminder  Code = "stale-citizen-reminder"
	StaleQuestion         Code = "stale-question"
	StaleViewEnd          Code = "stale-view-end"
)

// Codes for accounts and placements.
const (
	UsernameShape    Code = "username-shape"
	PersonName       Code = "person-name"
	PasswordLength   Code = "password-length"
	PINShape         Code = "pin-shape"
	RoleNotHeld      Code = "role-not-held" // arguments: the role, the entity's code
	UnknownPlacement Code = "unknown-placement"
)

// Codes for lists, figures and their filters.
const (
	UnknownQueue          Code = "unknown-queue"
	UnknownStatus         Code = "unknown-status"
	UnknownSort           Code = "unknown-sort"
	TooManyByName         Code = "too-many-by-name"
	OutOfRange            Code = "out-of-range"
	NoAssigneeFilter      Code = "no-assignee-filter"
	UnknownAssignee       Code = "unknown-assignee"
	SearchTooLong         Code = "search-too-long"
	FilterNotText         Code = "filter-not-text"
	ListCursor            Code = "list-cursor"
	DrillDownCursor       Code = "drill-down-cursor"
	NotificationCursor    Code = "notification-cursor"
	QueueHasNoPast        Code = "queue-has-no-past"
	UnknownFigure         Code = "unknown-figure"
	UnknownAge            Code = "unknown-age"
	NotForTickets         Code = "not-for-tickets"
	NotForActivities      Code = "not-for-activities"
	NotADay               Code = "not-a-day"
	FutureDay             Code = "future-day"
	EndNotRecorded        Code = "end-not-recorded"
	EndOutOfRange         Code = "end-out-of-range"
	PeriodReversed        Code = "period-reversed"
	PeriodTooLong         Code = "period-too-long"
	ProblemWithoutService Code = "problem-without-service"
	UnknownEntity         Code = "unknown-entity"
	ForeignEntity         Code = "foreign-entity"
)

// Codes of warnings about evidence in an unexpected format. Such evidence is kept as given; nothing is refused.
const (
	OddDate         Code = "odd-date"
	OddFutureDate   Code = "odd-future-date"
	OddOldDate      Code = "odd-old-date"
	OddTicketNumber Code = "odd-ticket-number"
	OddIdentifier   Code = "odd-identifier"
	OddChoice       Code = "odd-choice" // arguments: the choices, any number
	OddFlag         Code = "odd-flag"
	OddNoticeCheck  Code = "odd-notice-check"
	OddOldNotice    Code = "odd-old-notice"
	OddIUV          Code = "odd-iuv"
)

// Codes for changes of accounts.
const (
	AdministratorAgrees   Code = "administrator-agrees"
	AdministratorChanges  Code = "administrator-changes"
	OwnAdministration     Code = "own-administration"
	EmergencyReason       Code = "emergency-reason"
	RequestWaits          Code = "request-waits"
	NoSecondAdministrator Code = "no-second-administrator"
	AdministratorResets   Code = "administrator-resets"
	SecondAdministrator   Code = "second-administrator"
	RequestExpired        Code = "request-expired"
	RequesterWithdraws    Code = "requester-withdraws"
	RefusalReason         Code = "refusal-reason"
	ReviewReason          Code = "review-reason"
	PasswordSame          Code = "password-same"
	PasswordCommon        Code = "password-common"
	PINSame               Code = "pin-same"
	PINCommon             Code = "pin-common"
	SecretsWrong          Code = "secrets-wrong"
	TokenNeedsIntegration Code = "token-needs-integration"
	TokenNeedsScope       Code = "token-needs-scope"
	UnknownScope          Code = "unknown-scope" // argument: the scope, truncated
	TokenExpiry           Code = "token-expiry"
	TokenName             Code = "token-name"
	TokenEntity           Code = "token-entity"
	BindingProvider       Code = "binding-provider"
	BindingIdentity       Code = "binding-identity"
	BindingCitizen        Code = "binding-citizen"
	BindingPending        Code = "binding-pending"
	BindingTaken          Code = "binding-taken" // argument: user name of the account to which the identity leads
	BindingAlone          Code = "binding-alone"
	TokenReadsEntity      Code = "token-reads-entity"
)

// Codes for logins through the portal and with client certificates (FAQ 2.1, 2.2). They are stored in login records.
const (
	LoginHeaderMissing   Code = "login-header-missing"
	LoginHeaderUntrusted Code = "login-header-untrusted"
	LoginHeaderMalformed Code = "login-header-malformed"
	LoginHeaderOld       Code = "login-header-old"
	LoginHeaderFuture    Code = "login-header-future"
	LoginHeaderProvider  Code = "login-header-provider"

	LoginCertificateMissing Code = "login-certificate-missing"
	LoginCertificateIssuer  Code = "login-certificate-issuer"
	LoginCertificateExpired Code = "login-certificate-expired"
	LoginCertificateUse     Code = "login-certificate-use"
	LoginCertificateRevoked Code = "login-certificate-revoked"
	LoginCertificateUnknown Code = "login-certificate-unknown" // there is no valid revocation list of the issuer
	LoginCertificateTaxCode Code = "login-certificate-tax-code"
)

// Codes for logins through identity providers (FAQ 2.1, 2.2). They are stored in login records.
const (
	LoginNotEnabled Code = "login-not-enabled"
	LoginDisabled   Code = "login-disabled"
	LoginLevel      Code = "login-level" // argument: the level that is needed
	LoginTaxCode    Code = "login-tax-code"
	LoginNames      Code = "login-names"
	LoginSubject    Code = "login-subject"

	LoginState               Code = "login-state"
	LoginTooLate             Code = "login-too-late"
	LoginCancelled           Code = "login-cancelled"
	LoginProviderRefused     Code = "login-provider-refused"
	LoginProviderUnavailable Code = "login-provider-unavailable"
	LoginSignature           Code = "login-signature"
	LoginIssuer              Code = "login-issuer"
	LoginAudience            Code = "login-audience"
	LoginExpired             Code = "login-expired"
	LoginNonce               Code = "login-nonce"
	LoginToken               Code = "login-token"

	MappingSecond   Code = "mapping-second" // of a change of the mapping of a provider
	CitizenPassword Code = "citizen-password"
	FactorName      Code = "factor-name"
	FactorLimit     Code = "factor-limit"
	FactorCode      Code = "factor-code"

	SecurityKeyAddress   Code = "security-key-address"
	SecurityKeyNew       Code = "security-key-new"
	SecurityKeyWrong     Code = "security-key-wrong"
	SecurityKeyUnknown   Code = "security-key-unknown"
	SecurityKeyChallenge Code = "security-key-challenge"
	SecurityKeyOrigin    Code = "security-key-origin"
	SecurityKeyCounter   Code = "security-key-counter"
)
