// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// Errors of the rules.
var (
	// ErrOutdated: other changes came after the facts. Read them again and decide again.
	ErrOutdated = errors.New("the facts about the account are outdated")
	// ErrUnchanged: the account has this role already, or does not have the one to end.
	ErrUnchanged = errors.New("the change would change nothing")
	// ErrDisabled: a disabled account gets neither roles nor credentials.
	ErrDisabled = errors.New("the account is disabled")
	// ErrNotFound: there is no such request or emergency access, or it has been answered.
	ErrNotFound = errors.New("there is no such request that waits")
)

// RefusedError refuses a change.
type RefusedError struct{ Reason refusal.Reason }

func (e *RefusedError) Error() string { return e.Reason.String() }

func refuse(code refusal.Code) error { return &RefusedError{code.With()} }

// Command is a command on the account stream.
type Command interface{ command() }

// The commands.
type (
	// Do makes a change, or requests it where a second administrator must confirm it.
	Do struct {
		ID          string // UUID
		Change      Change
		Credentials Credentials // after a change that sets them
		Token       *Token      // of IssueToken and RevokeToken
		Reason      string
		Identity    string // of BindIdentity
		Emergency   bool   // make the change alone, for the reason
		Facts       Facts
	}
	// Answer confirms, refuses, withdraws or expires a request.
	Answer struct {
		Request string
		Kind    Kind   // Confirmed, Refused, Withdrawn or Expired
		PIN     string // of Confirmed: id of the staged PIN; empty: none is staged
		Reason  string
		Facts   Facts
	}
	// Review ends an emergency access with a judgement. A role that was given without justification ends, and credentials are void.
	Review struct {
		ID        string
		Justified bool
		Reason    string
		Facts     Facts
	}
)

func (Do) command()     {}
func (Answer) command() {}
func (Review) command() {}

// maxReason is the largest length of a reason, in characters.
const maxReason = 1000

// NeedsSecond reports whether a second administrator must confirm a change that requester asks for. Secrets of an account with a tax code need one
// whatever its roles are now: the role of the citizen may be ended before and given after by one administrator.
func NeedsSecond(c Change, requester string, f Facts) bool {
	powerful := c.Role.Audits() || c.Role == person.Administrator
	switch c.Operation {
	case GiveRole:
		return powerful || c.Account == requester
	case Create:
		return powerful || c.Account == requester || c.Role == person.Citizen || f.HasTaxCode
	case RenewCredentials, ResetFactors, BindIdentity: // whoever has them can use the rights of the account
		return c.Account == requester || f.HasTaxCode || f.Rights.Has(person.Citizen, person.Auditor, person.DataProtectionOfficer, person.Administrator)
	case EndRole, Disable, ChangeCredentials, IssueToken, RevokeToken, AddFactor, RemoveFactor, UnbindIdentity:
	}
	return false
}

// Confirmers returns the administrators who may confirm what requester asked for about an account: the others of the requester's entity,
// or, where it has no other, those of the Region. Neither the requester nor the person concerned is one of them, nor anybody to whom an
// emergency access without a review gave a role or credentials, nor who gave them to the requester by one.
func (s State) Confirmers(all []Administrator, requester, about string) (may []Administrator) {
	var home []Administrator
	askers := s.speakersFor(requester)
	for _, a := range all {
		unreviewed := slices.ContainsFunc(s.Emergency, func(p Pending) bool { return p.Account == a.Account })
		if slices.Contains(askers, a.Account) || a.Account == about || unreviewed {
			continue
		}
		if slices.ContainsFunc(all, func(r Administrator) bool { return r.Account == requester && r.Entity == a.Entity }) {
			home = append(home, a)
		}
		if a.Entity == "" {
			may = append(may, a)
		}
	}
	if len(home) > 0 {
		return home
	}
	return may
}

// speakersFor returns a requester and everybody who may speak through the requester's account: who gave it a role or credentials by an emergency
// access that waits for its review, and so on.
func (s State) speakersFor(requester string) []string {
	all := []string{requester}
	for n := 0; n < len(all); n++ {
		for _, p := range s.Emergency {
			if p.Account == all[n] && !slices.Contains(all, p.By.ID) {
				all = append(all, p.By.ID)
			}
		}
	}
	return all
}

// NeedsPIN reports whether the confirmation of a request brings a new PIN, which who asked does not know. It does so for new credentials, and
// for a role of an account whose secrets were given by who asks, or have not been replaced by the person: who asked could use the role. r are
// the rights of the account.
func (s State) NeedsPIN(p Pending, r Rights) bool {
	switch p.Operation {
	case Create, RenewCredentials:
		return true
	case GiveRole:
		return r.Credentials == Temporary || s.GivenBy[p.Account] == p.By.ID
	case EndRole, Disable, ChangeCredentials, IssueToken, RevokeToken, AddFactor, RemoveFactor, ResetFactors, BindIdentity, UnbindIdentity:
	}
	return false
}

// Decide returns the event that a command causes; one command causes one event at most. The actor System is the command line.
//
// Errors: *RefusedError, ErrOutdated, ErrUnchanged, ErrDisabled, ErrNotFound.
func Decide(s State, c Command, by person.Actor, now time.Time, p Periods) ([]Event, error) {
	var e Event
	var err error
	switch c := c.(type) {
	case Do:
		e, err = decideDo(s, c, by, now, p)
	case Answer:
		e, err = decideAnswer(s, c, by, now)
	case Review:
		e, err = decideReview(s, c, by)
	}
	if err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

func decideDo(s State, c Do, by person.Actor, now time.Time, p Periods) (Event, error) {
	own := c.Change.Operation.isOwn() && by.ID == c.Change.Account
	switch {
	case by.Role != person.Administrator && by.Role != person.System && !own, c.Change.Operation.isOwn() && !own:
		return Event{}, refuse(refusal.AdministratorChanges)
	case strings.HasPrefix(by.ID, providerPrefix) && (c.Change.Role != "" && !isMappable(c.Change) || c.Facts.HasTaxCode):
		return Event{}, refuse(refusal.AdministratorChanges) // whatever the mapping says
	case c.Facts.Version != s.Version:
		return Event{}, ErrOutdated
	case by.ID == c.Change.Account && (c.Change.Operation == Disable || c.Change.Operation == EndRole && c.Change.Role == person.Administrator):
		return Event{}, refuse(refusal.OwnAdministration)
	case utf8.RuneCountInString(c.Reason) > maxReason:
		return Event{}, refuse(refusal.TooLong)
	}
	after, err := c.Facts.Rights.after(c.Change, c.Credentials)
	if err == nil && c.Change.Operation == IssueToken {
		err = c.Token.check(c.Facts.Rights, now)
	}
	if err == nil {
		err = c.Facts.checkBinding(c.Change)
	}
	if err != nil {
		return Event{}, err
	}
	e := Event{Kind: Changed, ID: c.ID, Change: c.Change, Before: c.Facts.Rights, After: after, Reason: strings.TrimSpace(c.Reason), Identity: c.Identity, Token: c.Token}
	needsSecond := NeedsSecond(c.Change, by.ID, c.Facts) || c.Change.Operation == IssueToken && c.Token.reads()
	if by.Role == person.System && len(c.Facts.Administrators) < 2 {
		needsSecond = false
	}
	if c.Change.Operation == ResetFactors && by.Role == person.System {
		// The command line is for the only administrator who lost theirs. Where another one can do it, whoever is at the machine does not.
		if needsSecond = hasOther(c.Facts.Administrators, c.Change.Account); needsSecond && !c.Emergency {
			return Event{}, refuse(refusal.AdministratorResets)
		}
	}
	if !needsSecond {
		return e, nil
	}
	if c.Emergency {
		if e.Reason == "" {
			return Event{}, refuse(refusal.EmergencyReason)
		}
		until := now.Add(cmp.Or(p.Review, 24*time.Hour))
		e.Kind, e.Until = Emergency, &until
		return e, nil
	}
	if err := s.checkLoneBinding(c.Change); err != nil {
		return Event{}, err
	}
	same := func(r Pending) bool { return r.Change == c.Change && now.Before(*r.Until) }
	switch {
	case slices.ContainsFunc(s.Requests, same):
		return Event{}, refuse(refusal.RequestWaits)
	case len(s.Confirmers(c.Facts.Administrators, by.ID, c.Change.Account)) == 0:
		return Event{}, refuse(refusal.NoSecondAdministrator)
	}
	until := now.Add(cmp.Or(p.Request, 7*24*time.Hour))
	e.Kind, e.Until, e.After = Requested, &until, after
	return e, nil
}

// hasOther reports whether there is an administrator beside an account.
func hasOther(all []Administrator, account string) bool {
	return slices.ContainsFunc(all, func(a Administrator) bool { return a.Account != account })
}

// isMappable reports whether an identity provider may cause a change: it gives and ends roles of operators and supervisors.
func isMappable(c Change) bool {
	return c.Role.Operates() && (c.Operation == GiveRole || c.Operation == EndRole)
}

// mayAnswer returns an error unless an actor may answer for a pending change: a current administrator who neither asked for it nor is
// concerned.
func (s State) mayAnswer(p Pending, by person.Actor, f Facts) error {
	may := s.Confirmers(f.Administrators, p.By.ID, p.Account)
	if by.Role != person.Administrator || !slices.ContainsFunc(may, func(a Administrator) bool { return a.Account == by.ID }) {
		return refuse(refusal.SecondAdministrator)
	}
	return nil
}

func decideAnswer(s State, c Answer, by person.Actor, now time.Time) (Event, error) {
	r, err := find(s.Requests, c.Request)
	if err != nil {
		return Event{}, err
	}
	e := Event{Kind: c.Kind, ID: r.ID, Change: r.Change, Before: c.Facts.Rights, After: c.Facts.Rights, Reason: strings.TrimSpace(c.Reason), Token: r.Token}
	expired := !now.Before(*r.Until)
	switch {
	case c.Facts.Version != s.Version:
		return Event{}, ErrOutdated
	case utf8.RuneCountInString(c.Reason) > maxReason:
		return Event{}, refuse(refusal.TooLong)
	case c.Kind == Expired && by.Role == person.System && expired:
		return e, nil
	case expired:
		return Event{}, refuse(refusal.RequestExpired)
	case c.Kind == Withdrawn && by.ID == r.By.ID:
		return e, nil
	case c.Kind != Confirmed && c.Kind != Refused:
		return Event{}, refuse(refusal.RequesterWithdraws)
	}
	if err := s.mayAnswer(r, by, c.Facts); err != nil {
		return Event{}, err
	}
	if c.Kind == Refused {
		if e.Reason == "" {
			return Event{}, refuse(refusal.RefusalReason)
		}
		return e, nil
	}
	e.Identity = r.Identity
	if err := errors.Join(c.Facts.checkBinding(r.Change), s.checkLoneBinding(r.Change)); err != nil {
		return Event{}, err
	}
	asks := func(a Administrator) bool { return a.Account == r.By.ID }
	needs := s.NeedsPIN(r, c.Facts.Rights)
	if needs {
		e.PIN = c.PIN
	}
	switch {
	case r.By.Role != person.System && !slices.ContainsFunc(c.Facts.Administrators, asks): // no longer
		return Event{}, refuse(refusal.AdministratorChanges)
	case needs && c.PIN == "": // the credentials were given in between
		return Event{}, ErrOutdated
	case needs && r.Operation == GiveRole:
		e.After, err = c.Facts.Rights.after(r.Change, "")
		e.After.Credentials = Temporary
		return e, err
	}
	e.After, err = c.Facts.Rights.after(r.Change, r.After.Credentials)
	if err == nil && r.Operation == IssueToken {
		err = r.Token.check(c.Facts.Rights, now) // the account may have lost the role, and the token may have expired
	}
	return e, err
}

func decideReview(s State, c Review, by person.Actor) (Event, error) {
	p, err := find(s.Emergency, c.ID)
	if err != nil {
		return Event{}, err
	}
	if err := s.mayAnswer(p, by, c.Facts); err != nil {
		return Event{}, err
	}
	e := Event{
		Kind: Reviewed, ID: p.ID, Change: p.Change, Before: c.Facts.Rights, After: c.Facts.Rights, Justified: &c.Justified, Reason: strings.TrimSpace(c.Reason),
	}
	switch {
	case c.Facts.Version != s.Version:
		return Event{}, ErrOutdated
	case e.Reason == "":
		return Event{}, refuse(refusal.ReviewReason)
	case utf8.RuneCountInString(c.Reason) > maxReason:
		return Event{}, refuse(refusal.TooLong)
	}
	if !c.Justified && p.Role != "" && (p.Operation == GiveRole || p.Operation == Create) {
		ended := Change{Operation: EndRole, Account: p.Account, Role: p.Role, Entity: p.Entity}
		if after, err := c.Facts.Rights.after(ended, ""); err == nil {
			e.Change, e.After = ended, after
		}
	}
	if !c.Justified && p.Operation == RenewCredentials {
		e.After.Credentials = None
	}
	if !c.Justified && p.Operation == BindIdentity {
		e.Operation = UnbindIdentity
	}
	return e, nil
}
