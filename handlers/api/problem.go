// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Problem is the body of every refusal (RFC 9457). Type is stable: clients can branch on it.
type Problem struct {
	Type      string          `json:"type" format:"uri" example:"urn:sol:problem:forbidden-move" doc:"The kind of problem, for programs. Stable."`
	Title     string          `json:"title" doc:"The kind of problem in words"`
	Status    int             `json:"status" doc:"The HTTP status"`
	Detail    string          `json:"detail" doc:"What happened, and what to do next"`
	Errors    []FieldProblem  `json:"errors,omitempty" doc:"All fields that are wrong"`
	Conflicts []FieldConflict `json:"conflicts,omitempty" doc:"With 412: what changed since the version that you read"`
	Current   int             `json:"current,omitempty" doc:"With 412: the current version of the ticket"`

	headers http.Header
}

// FieldProblem is the refusal of one field.
type FieldProblem struct {
	Field   string `json:"field" example:"requester.tax_code" doc:"Path of the field in the request"`
	Rule    string `json:"rule" doc:"What is wrong, or the rule that is broken"`
	Allowed string `json:"allowed,omitempty" doc:"What is accepted"`
}

// FieldConflict is a field that the client sets and that somebody else changed in the meantime, with both values.
type FieldConflict struct {
	Field  string    `json:"field" example:"status"`
	Yours  string    `json:"yours" doc:"The value that you sent"`
	Theirs string    `json:"theirs" doc:"The current value"`
	By     Who       `json:"by"`
	At     time.Time `json:"at"`
}

// Who is a person, by id and name.
type Who struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// roleNames holds the Italian names of actors without an account of the staff.
var roleNames = map[person.Role]string{person.Citizen: "il cittadino", person.System: "il sistema", person.Anonymous: "il cittadino"}

func (p *Problem) Error() string { return p.Type + ": " + p.Detail }

// GetStatus, GetHeaders and ContentType implement huma's interfaces for errors.
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) GetHeaders() http.Header   { return p.headers }
func (*Problem) ContentType(_ string) string { return "application/problem+json" }

// write sends the problem as a response, outside huma's handlers.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.headers {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may have closed the connection
}

// problemKind is a kind of problem with its status and title.
type problemKind struct {
	name   string // of the type, urn:sol:problem:NAME
	status int
	title  string
}

// The kinds of problem. Their names are a contract: they are never reused for something else.
var (
	malformed             = problemKind{"malformed-body", http.StatusBadRequest, "The body cannot be read"}
	unauthorized          = problemKind{"unauthorized", http.StatusUnauthorized, "You are not logged in"}
	wrongCredentials      = problemKind{"wrong-credentials", http.StatusUnauthorized, "User name, password or PIN are wrong"}
	loginRefused          = problemKind{"login-refused", http.StatusUnauthorized, "The login was refused"}
	forbidden             = problemKind{"forbidden", http.StatusForbidden, "This is not yours to do"}
	accessRestricted      = problemKind{"access-restricted", http.StatusForbidden, "The access to this ticket is restricted"}
	viewEnded             = problemKind{"view-ended", http.StatusForbidden, "Your entity sees the trace of this ticket alone"}
	placementRequired     = problemKind{"placement-required", http.StatusForbidden, "Choose role and placement first"}
	credentialsMustChange = problemKind{"credentials-must-change", http.StatusForbidden, "Replace your password and PIN first"}
	secondFactorRequired  = problemKind{"second-factor-required", http.StatusForbidden, "A second factor is needed first"}
	wrongSecondFactor     = problemKind{"wrong-second-factor", http.StatusUnauthorized, "The second factor is wrong"}
	notYourPlacement      = problemKind{"not-your-placement", http.StatusForbidden, "This role at this entity is not yours"}
	notFound              = problemKind{"not-found", http.StatusNotFound, "There is no such thing here"}
	methodNotAllowed      = problemKind{"method-not-allowed", http.StatusMethodNotAllowed, "This cannot be done here"}
	requestTimeout        = problemKind{"request-timeout", http.StatusRequestTimeout, "The request took too long to arrive"}
	forbiddenMove         = problemKind{"forbidden-move", http.StatusConflict, "The lifecycle does not allow this now"}
	fileWaiting           = problemKind{"file-not-scanned", http.StatusConflict, "The file is being scanned"}
	fileClosed            = problemKind{"file-closed", http.StatusForbidden, "The file may be harmful"}
	changeRefused         = problemKind{"account-change-refused", http.StatusConflict, "The account may not be changed so"}
	unchanged             = problemKind{"unchanged", http.StatusConflict, "It is so already"}
	erased                = problemKind{"erased", http.StatusGone, "The content was erased"}
	staleVersion          = problemKind{"stale-version", http.StatusPreconditionFailed, "The ticket changed since you saw it"}
	bodyTooLarge          = problemKind{"body-too-large", http.StatusRequestEntityTooLarge, "The body is too large"}
	unsupportedMediaType  = problemKind{"unsupported-media-type", http.StatusUnsupportedMediaType, "The body is of a type that is not read here"}
	invalid               = problemKind{"invalid", http.StatusUnprocessableEntity, "Something in the request is not valid"}
	keyReused             = problemKind{"idempotency-key-reused", http.StatusUnprocessableEntity, "The idempotency key was used for another request"}
	positionLost          = problemKind{"position-lost", http.StatusGone, "A restore of the service lost this position"}
	positionAhead         = problemKind{"position-ahead", http.StatusUnprocessableEntity, "The log has not reached this position"}
	usernameLocked        = problemKind{"login-locked", http.StatusTooManyRequests, "Too many failed logins"}
	rateLimited           = problemKind{"rate-limited", http.StatusTooManyRequests, "Too many requests"}
	internalError         = problemKind{"internal-error", http.StatusInternalServerError, "Something broke on our side"}
	unavailable           = problemKind{"unavailable", http.StatusServiceUnavailable, "The service is not available right now"}
)

// problemKinds returns all kinds of problem.
func problemKinds() []problemKind {
	return []problemKind{malformed, unauthorized, wrongCredentials, loginRefused, forbidden, accessRestricted, viewEnded, placementRequired, credentialsMustChange, secondFactorRequired, wrongSecondFactor, notYourPlacement, notFound, methodNotAllowed,
		requestTimeout, forbiddenMove, fileWaiting, fileClosed, changeRefused, unchanged, erased, staleVersion, bodyTooLarge, unsupportedMediaType, invalid, keyReused, positionAhead, positionLost, usernameLocked, rateLimited, internalError, unavailable}
}

// detail returns a problem of the kind with a formatted detail.
func (k problemKind) detail(format string, args ...any) *Problem {
	return &Problem{Type: "urn:sol:problem:" + k.name, Title: k.title, Status: k.status, Detail: fmt.Sprintf(format, args...)}
}

func (p *Problem) withHeader(header, value string) *Problem {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Set(header, value)
	return p
}

// withRetryAfter sets the header Retry-After, in whole seconds, rounded up, at least 1.
func (p *Problem) withRetryAfter(d time.Duration) *Problem {
	return p.withHeader("Retry-After", strconv.Itoa(max(1, int(math.Ceil(d.Seconds())))))
}

// invalidField returns a problem of type invalid about one field.
func invalidField(field, rule, allowed string) *Problem {
	p := invalid.detail("Correct the fields named in errors and send the request again; nothing was changed.")
	p.Errors = []FieldProblem{{field, rule, allowed}}
	return p
}

// problemFor converts an error of any package to a problem. An unknown error is internal-error.
func problemFor(err error) *Problem {
	var (
		problem     *Problem
		invalidErr  *ticket.InvalidError
		filter      *readmodel.FilterError
		conflict    *ticket.ConflictError
		notAllowed  *ticket.NotAllowedError
		refused     *ticket.ForbiddenError
		notYours    *ticket.NotVisibleError
		loginLocked *identity.LockedError

		refusedLogin *identity.RefusedLoginError
		field        *identity.InvalidError
		change       *account.RefusedError
		newer        *codec.UnknownEventError
		exceeded     *formlimit.ExceededError
		disagreed    *agreement.RefusedError
		closed       *files.ClosedError
		refusedKey   *secondfactor.KeyRefusedError
	)
	switch {
	case errors.As(err, &closed) && closed.State == ticketview.FileWaiting:
		return fileWaiting.detail("Try again in a few seconds: %s.", closed).withRetryAfter(10 * time.Second)
	case errors.As(err, &closed):
		return fileClosed.detail("Ask for another copy: %s.", closed)
	case errors.As(err, &exceeded):
		return rateLimited.detail("Too many tickets were opened with this e-mail address or this tax code. Try again after %s; nothing was stored.",
			exceeded.Until.Format(time.RFC3339)).withRetryAfter(exceeded.Remaining)
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &invalidErr):
		p := invalidField("", "", "")
		p.Errors = nil
		for _, f := range invalidErr.Fields {
			p.Errors = append(p.Errors, FieldProblem{f.Field, f.Reason.String(), f.Allowed})
		}
		return p
	case errors.As(err, &field):
		return invalidField(cmp.Or(secretFields[field.Field], field.Field), field.Reason.String(), field.Allowed)
	case errors.As(err, &change):
		return changeRefused.detail("Nothing was changed: %s.", change.Reason)
	case errors.Is(err, account.ErrDisabled), errors.Is(err, identity.ErrTaken):
		return changeRefused.detail("Nothing was changed: %s.", err)
	case errors.As(err, &disagreed):
		return invalidField(disagreed.Field, disagreed.Reason.String(), "")
	case errors.Is(err, agreement.ErrUnchanged), errors.Is(err, unusual.ErrExamined):
		return unchanged.detail("Nothing was changed: %s.", err)
	case errors.As(err, &filter):
		return invalidField(filter.Field, filter.Reason.String(), filter.Allowed)
	case errors.As(err, &conflict):
		p := staleVersion.detail("Read the ticket again, compare both sides in conflicts, and send your update with the new version; nothing of yours was changed or lost.")
		for _, f := range conflict.Fields {
			p.Conflicts = append(p.Conflicts, FieldConflict{Field: f.Field, Yours: f.Yours, Theirs: f.Theirs, By: Who{ID: f.By.ID, Name: roleNames[f.By.Role]}, At: f.At})
		}
		return p
	case errors.Is(err, eventstore.ErrConflict):
		return staleVersion.detail("The version you named is not the ticket's, or others were faster many times in a row. Read the ticket again and send your update anew.")
	case errors.As(err, &notAllowed):
		return forbiddenMove.detail("%s.", notAllowed.Error())
	case errors.As(err, &refused):
		kind, own := forbiddenKinds[refused.Reason.Code]
		if !own {
			kind = forbidden
		}
		return kind.detail("%s.", refused.Reason)
	case errors.As(err, &notYours), errors.Is(err, eventstore.ErrNotFound), errors.Is(err, identity.ErrNotFound):
		return notFound.detail("There is no such ticket or attachment, or it is not yours to see.")
	case errors.Is(err, eventstore.ErrErased):
		return erased.detail("The personal data of this ticket was erased on request; it cannot be read any more.")
	case errors.Is(err, eventstore.ErrKeyReused):
		return keyReused.detail("Send a new Idempotency-Key with a new request; repeat a key only with the very same body.")
	case errors.Is(err, eventstore.ErrLostPosition):
		return positionLost.detail("The service was restored from a backup, and what this position, cursor or event id stands for is lost. Read the list or ticket again without it.")
	case errors.Is(err, eventstore.ErrBeyondHead):
		return positionAhead.detail("Pass a position that an answer of this service gave you.")
	case errors.Is(err, identity.ErrCredentials):
		return wrongCredentials.detail("Check them and try again; if it goes on, close all windows of the browser and retry, then use the assistance form (FAQ 2.2).").
			withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case errors.As(err, &refusedLogin):
		return loginRefused.detail("%s. If it goes on, use the assistance form (FAQ 2.2).", refusedLogin.Reason).withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case errors.As(err, &refusedKey):
		return wrongSecondFactor.detail("%s.", refusedKey.Reason)
	case errors.Is(err, identity.ErrFactor):
		return wrongSecondFactor.detail("The code is wrong or was used already: wait for the next one, or use a recovery code.")
	case errors.Is(err, identity.ErrFactorDue):
		return secondFactorRequired.detail("Give your second factor, or set one up, first.")
	case errors.As(err, &loginLocked):
		return usernameLocked.detail("Too many log-ins failed: try again after %s, or use the assistance form (FAQ 2.2).", loginLocked.Until.UTC().Format(time.RFC3339)).
			withRetryAfter(loginLocked.Remaining)
	case errors.Is(err, apitokens.ErrRefused):
		return unauthorized.detail("%s. An administrator makes another one.", err).withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case errors.Is(err, identity.ErrNoSession):
		return unauthorized.detail("The session has ended or never was: log in with POST /api/v1/sessions.").withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case errors.Is(err, ticket.ErrLinkRevoked):
		return unauthorized.detail("This personal link was revoked: use the one in the latest mail about the ticket.").withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case errors.Is(err, ticket.ErrLinkExpired):
		return unauthorized.detail("This personal link has expired: use the one in the latest mail about the ticket.").withHeader("WWW-Authenticate", `Bearer realm="sol"`)
	case errors.Is(err, identity.ErrNotPlaced):
		return notYourPlacement.detail("Choose one of the placements that the login listed.")
	case errors.As(err, &newer): // during a rolling upgrade; a node of the newer release answers
		return unavailable.detail("A newer release of the service has written to this ticket. Try again in a few seconds; nothing was changed.").
			withRetryAfter(5 * time.Second)
	case eventstore.IsUnavailable(err):
		return unavailable.detail("Try again in a few seconds; nothing was changed unless a repetition with the same Idempotency-Key says so.").
			withRetryAfter(5 * time.Second)
	default:
		return internalError.detail("It has been noted with the request's id (X-Request-ID). Try again; if it goes on, tell the assistance this id.")
	}
}

// forbiddenKinds holds the refusals of an actor that are a kind of problem of their own: what the caller can do is different.
var forbiddenKinds = map[refusal.Code]problemKind{refusal.AccessRestricted: accessRestricted, refusal.ViewEnded: viewEnded}

// secretFields maps fields of an account to those of the request that replaces password and PIN.
var secretFields = map[string]string{"current": "password", "password": "new_password", "pin": "new_pin", "code": "code", "factor_name": "name", "security_key": "security_key"}
