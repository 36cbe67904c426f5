// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package accounts carries out changes of accounts: each is one event of the account stream of the log, and the tables of accounts and
// placements follow from it. What a second administrator must confirm waits as a request.
package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// StreamKind is the kind of the account stream, and StreamID its id: one stream holds the changes of all accounts. Both are stored.
const (
	StreamKind = "accounts"
	StreamID   = "acc00000-0000-7000-8000-000000000001"
)

// CommandLine is the actor of changes that the command line makes.
var CommandLine = person.Actor{ID: "sol-command-line", Role: person.System}

// Entry is an event of the account stream with its record.
type Entry = dispatch.Event[account.Event]

// Service changes accounts. It is safe for concurrent use.
type Service struct {
	Tokens *apitokens.Store

	store      *eventstore.Store
	identity   *identity.Identity
	dispatcher *dispatch.Dispatcher[account.State, account.Command, account.Event]
	stream     *dispatch.WholeStream[account.State, account.Command, account.Event]
	Mappings   *Mappings
}

// New returns a service on a log and the accounts that follow from it.
func New(store *eventstore.Store, identities *identity.Identity, periods account.Periods) *Service {
	d := dispatch.New(store, decider(periods))
	return &Service{
		Tokens: &apitokens.Store{Pools: store.Pools(), Now: store.Now, PlacementsNow: identities.Now}, store: store, identity: identities, dispatcher: d, stream: dispatch.NewWholeStream(d, StreamID), Mappings: newMappings(store, identities),
	}
}

// decider returns the rules of accounts in the form that dispatch.New takes.
func decider(periods account.Periods) dispatch.Decider[account.State, account.Command, account.Event] {
	return dispatch.Decider[account.State, account.Command, account.Event]{
		Kind: StreamKind,
		Decide: func(s account.State, c account.Command, by eventstore.Actor, now time.Time) ([]account.Event, error) {
			return account.Decide(s, c, ticketlog.DomainActor(by), now, periods)
		},
		Evolve: func(s account.State, e account.Event, r eventstore.Record) account.State {
			return account.Evolve(s, e, ticketlog.DomainActor(r.By), r.At)
		},
		Encode: func(e account.Event) (eventstore.NewEvent, error) {
			name, data, sealed, err := account.Encode(e)
			return eventstore.NewEvent{Type: name, Data: data, Personal: sealed}, err
		},
		Decode: func(r eventstore.Record) (account.Event, error) { return account.Decode(r.Type, r.Data, r.Personal) },
	}
}

// Secrets are a new password and PIN, or one of them. They are shown once.
type Secrets struct{ Password, PIN string }

// Request is a change to make.
type Request struct {
	Change    account.Change
	Reason    string
	Emergency bool // alone, for the reason
	// Chosen are secrets that the person chose; empty: new ones are generated, which the person must replace at the first login.
	Chosen Secrets
	// Permanent: generated secrets need not be replaced, because a program uses them.
	Permanent bool
}

// Result is the result of a change.
type Result struct {
	Account string
	Event   account.Event
	// Secrets are new secrets to show. Of a request that waits it is the password alone, and of its confirmation the PIN alone: neither
	// administrator can log in with them.
	Secrets *Secrets
}

// Waits reports whether the change waits for a second administrator.
func (r Result) Waits() bool { return r.Event.Kind == account.Requested }

// Create creates an account, with the role of r.Change if it names one. Errors: those of Change; *identity.InvalidError, identity.ErrTaken.
func (s *Service) Create(ctx context.Context, by person.Actor, n identity.NewAccount, r Request) (Result, error) {
	if r.Chosen != (Secrets{}) {
		if err := identity.CheckSecrets(n.Username, r.Chosen.Password, r.Chosen.PIN); err != nil {
			return Result{}, err
		}
	}
	id, err := newID()
	if err != nil {
		return Result{}, err
	}
	r.Change.Operation = account.Create
	if r.Change.Account, err = s.identity.ReserveAccount(ctx, id, n); err != nil {
		return Result{}, err
	}
	return s.change(ctx, by, id, r)
}

// Change makes a change, or requests it. Errors: those of account.Decide, as identity.ErrTaken for a role that the account has and
// identity.ErrNotFound for one that it does not have; *identity.InvalidError.
func (s *Service) Change(ctx context.Context, by person.Actor, r Request) (Result, error) {
	id, err := newID()
	if err != nil {
		return Result{}, err
	}
	return s.change(ctx, by, id, r)
}

// change makes the change with an id.
func (s *Service) change(ctx context.Context, by person.Actor, id string, r Request) (_ Result, err error) {
	c, fresh := r.Change, Secrets{}
	setsSecrets := c.Operation == account.Create || c.Operation == account.RenewCredentials || c.Operation == account.ChangeCredentials
	recorded := false // there may be an event, which makes staged secrets valid
	defer func() {
		if err != nil && setsSecrets && !recorded {
			err = errors.Join(err, s.identity.Unstage(context.WithoutCancel(ctx), id))
		}
	}()
	if c.Role != "" {
		if err := identity.CheckPlacement(c.Role, c.Entity); err != nil {
			return Result{}, err
		}
	}
	if c.Operation != account.EndRole {
		if err := s.checkNodes(ctx, c); err != nil {
			return Result{}, err
		}
	}
	if c.Role == person.Citizen && c.Operation != account.EndRole && !s.identity.CitizenPasswords {
		return Result{}, &identity.InvalidError{Field: "placement", Reason: refusal.CitizenPassword.With()}
	}
	do := account.Do{ID: id, Change: c, Reason: r.Reason, Emergency: r.Emergency}
	if setsSecrets {
		if fresh, do.Credentials, err = r.secrets(); err != nil {
			return Result{}, err
		}
		if err := s.identity.StageSecrets(ctx, id, c.Account, fresh.Password, fresh.PIN); err != nil {
			return Result{}, err
		}
	}
	done, err := s.decide(ctx, c.Account, by, func(f account.Facts) account.Command {
		do.Facts = f
		return do
	})
	if recorded = !isRefusal(err); err != nil {
		return Result{}, err
	}
	result := Result{Account: c.Account, Event: done}
	if fresh != (Secrets{}) && r.Chosen == (Secrets{}) {
		if result.Secrets = &fresh; result.Waits() {
			fresh.PIN = ""
		}
	}
	return result, nil
}

// checkNodes refuses what nodes of the release before, which still run, do not keep to: an auditor of one entity reads everything there, a
// second factor is not asked for, and a bound identity is not stored.
func (s *Service) checkNodes(ctx context.Context, c account.Change) error {
	partial := c.Role.Audits() && !policy.ReadsEverything(person.Actor{Role: c.Role, Entity: c.Entity})
	bindings := c.Operation == account.BindIdentity || c.Operation == account.UnbindIdentity
	if !partial && !bindings && c.Operation != account.AddFactor {
		return nil
	}
	earlier, err := s.store.Keyring().EarlierNodes(ctx)
	if err == nil && earlier > 0 {
		err = &identity.InvalidError{Field: "placement", Reason: refusal.EarlierNodesRun.With()}
	}
	return err
}

// isRefusal reports whether an error of decide says that the rules refused, so that there is no event.
func isRefusal(err error) bool {
	var refused *account.RefusedError
	return errors.As(err, &refused) || errors.Is(err, account.ErrUnchanged) || errors.Is(err, account.ErrDisabled) || errors.Is(err, account.ErrNotFound)
}

// secrets returns the secrets of a request and their state.
func (r Request) secrets() (Secrets, account.Credentials, error) {
	if r.Chosen != (Secrets{}) {
		return r.Chosen, account.Own, nil
	}
	password, pin, err := identity.GenerateSecrets()
	if r.Permanent {
		return Secrets{password, pin}, account.Own, err
	}
	return Secrets{password, pin}, account.Temporary, err
}

// ChangeOwn replaces the password and PIN of a session's account by others that its person chose, ends its sessions, and starts a new one.
// from is where the request comes from. Errors: those of identity.CheckNewSecrets.
func (s *Service) ChangeOwn(ctx context.Context, session identity.Session, from identity.Source, current, chosen Secrets) (identity.Session, error) {
	err := s.identity.CheckNewSecrets(ctx, session.Account, from, current.Password, current.PIN, chosen.Password, chosen.PIN)
	if err != nil {
		return identity.Session{}, err
	}
	_, err = s.Change(ctx, Owner(session), Request{Change: account.Change{Operation: account.ChangeCredentials, Account: session.Account}, Chosen: chosen})
	if err != nil {
		return identity.Session{}, err
	}
	return s.identity.RestartSession(ctx, session)
}

// Owner returns the actor of a change that a person makes of their own account.
func Owner(session identity.Session) person.Actor {
	by := session.Actor
	if by.ID = session.Account; by.Role == "" {
		by.Role = person.Anonymous // no role is chosen yet
	}
	return by
}

// ChangeFactor records that a session's person adds or removes a second factor, which counts or is gone then.
func (s *Service) ChangeFactor(ctx context.Context, session identity.Session, operation account.Operation, f account.Factor) error {
	_, err := s.Change(ctx, Owner(session), Request{Change: account.Change{Operation: operation, Account: session.Account, Factor: f}})
	return err
}

// Confirm confirms a request. New credentials get their PIN now, which the result holds. Errors: those of account.Decide.
func (s *Service) Confirm(ctx context.Context, by person.Actor, request string) (Result, error) {
	r, err := s.request(ctx, request)
	if err != nil {
		return Result{}, err
	}
	if err := s.checkNodes(ctx, r.Change); err != nil {
		return Result{}, err
	}
	f, err := s.facts(ctx, r.Account)
	if err != nil {
		return Result{}, err
	}
	answer := account.Answer{Request: request, Kind: account.Confirmed, Facts: f}
	result := Result{Account: r.Account}
	state, _, err := s.stream.Read(ctx)
	if err != nil {
		return Result{}, err
	}
	if state.NeedsPIN(r, f.Rights) {
		if _, err := account.Decide(state, answer, by, s.store.Now(), account.Periods{}); err != nil && !errors.Is(err, account.ErrOutdated) {
			return Result{}, asIdentityError(err) // a PIN is staged for who may confirm only
		}
		_, pin, err := identity.GenerateSecrets()
		if err != nil {
			return Result{}, err
		}
		if answer.PIN, err = newID(); err != nil { // of its own: another administrator may confirm at the same moment
			return Result{}, err
		}
		if err := s.identity.StageSecrets(ctx, answer.PIN, r.Account, "", pin); err != nil {
			return Result{}, err
		}
		result.Secrets = &Secrets{PIN: pin}
	}
	result.Event, err = s.decide(ctx, r.Account, by, func(f account.Facts) account.Command {
		answer.Facts = f
		return answer
	})
	if isRefusal(err) && answer.PIN != "" {
		err = errors.Join(err, s.identity.Unstage(context.WithoutCancel(ctx), answer.PIN))
	}
	if err == nil {
		err = s.finishToken(ctx, result.Event)
	}
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// Answer refuses, withdraws or expires a request, with a reason. Errors: those of account.Decide.
func (s *Service) Answer(ctx context.Context, by person.Actor, request string, kind account.Kind, reason string) (account.Event, error) {
	r, err := s.request(ctx, request)
	if err != nil {
		return account.Event{}, err
	}
	e, err := s.decide(ctx, r.Account, by, func(f account.Facts) account.Command {
		return account.Answer{Request: request, Kind: kind, Reason: reason, Facts: f}
	})
	if err == nil {
		err = s.finishToken(ctx, e)
	}
	return e, err
}

// Review ends an emergency access with a judgement and its reason. A role that was not justified ends. Errors: those of account.Decide.
func (s *Service) Review(ctx context.Context, by person.Actor, id string, justified bool, reason string) (account.Event, error) {
	state, _, err := s.stream.Read(ctx)
	if err != nil {
		return account.Event{}, err
	}
	for _, e := range state.Emergency {
		if e.ID == id {
			return s.decide(ctx, e.Account, by, func(f account.Facts) account.Command {
				return account.Review{ID: id, Justified: justified, Reason: reason, Facts: f}
			})
		}
	}
	return account.Event{}, account.ErrNotFound
}

// request returns a request that waits. Error: account.ErrNotFound.
func (s *Service) request(ctx context.Context, id string) (account.Pending, error) {
	state, _, err := s.stream.Read(ctx)
	if err != nil {
		return account.Pending{}, err
	}
	for _, r := range state.Requests {
		if r.ID == id {
			return r, nil
		}
	}
	return account.Pending{}, account.ErrNotFound
}

// maxTries is the number of attempts to decide a change on current facts.
const maxTries = 16

// decide dispatches a command about an account on the facts of that account, and applies its event. If other changes came in between, it
// reads the facts again.
func (s *Service) decide(ctx context.Context, id string, by person.Actor, command func(account.Facts) account.Command) (e account.Event, err error) {
	for range maxTries {
		f, err := s.facts(ctx, id)
		if err != nil {
			return e, err
		}
		_, err = s.dispatcher.Dispatch(ctx, dispatch.Request[account.Command]{
			Stream: StreamID, Command: command(f), By: ticketlog.StoreActor(by),
		})
		if errors.Is(err, account.ErrOutdated) {
			continue
		}
		if err != nil {
			return e, asIdentityError(err)
		}
		return s.applyAndFind(ctx, f.Version+1)
	}
	return e, fmt.Errorf("change account: %w", eventstore.ErrConflict)
}

// applyAndFind applies all events and returns the one with a version.
func (s *Service) applyAndFind(ctx context.Context, version int) (account.Event, error) {
	if err := s.CatchUp(ctx); err != nil {
		return account.Event{}, err
	}
	_, entries, err := s.stream.Read(ctx)
	if err != nil || len(entries) < version {
		return account.Event{}, errors.Join(err, errors.New("the account stream ends before its version"))
	}
	return entries[version-1].Event, nil
}

// facts applies the events that are not applied yet, and returns what is known of an account.
func (s *Service) facts(ctx context.Context, id string) (account.Facts, error) {
	if err := s.CatchUp(ctx); err != nil {
		return account.Facts{}, err
	}
	return s.identity.Facts(ctx, id)
}

// CatchUp applies the events of the account stream that the tables do not hold yet, for example those of a node that died.
func (s *Service) CatchUp(ctx context.Context) error {
	state, entries, err := s.stream.Read(ctx)
	if err != nil {
		return err
	}
	applied, err := s.identity.AppliedVersion(ctx)
	if err != nil || applied >= state.Version {
		return err
	}
	var changes []identity.RecordedChange
	for _, e := range entries[applied:] {
		changes = append(changes, identity.RecordedChange{Event: e.Event, Version: e.Record.Version, At: e.Record.At})
	}
	return s.identity.ApplyChanges(ctx, changes)
}

// asIdentityError returns identity's error for an error of the rules that means the same.
func asIdentityError(err error) error {
	if errors.Is(err, account.ErrUnchanged) {
		return fmt.Errorf("%w: %w", err, identity.ErrTaken)
	}
	return err
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("change id: %w", err)
	}
	return id.String(), nil
}

// Placement returns the request that gives or ends a role of an account.
func Placement(operation account.Operation, id string, role person.Role, entity catalog.EntityCode) Request {
	return Request{Change: account.Change{Operation: operation, Account: id, Role: role, Entity: entity}}
}
