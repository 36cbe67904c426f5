// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/app/looks"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TicketView is a ticket with everything that its page shows, folded from one read of its history.
type TicketView struct {
	ticketview.Ticket
	PlaybookRun *ticketview.Playbook // nil: no checks are prescribed, or the caller may not read them
	State       ticket.State         // the current state, on which the rules decide
	SameCitizen []lists.Item         // other tickets of the same citizen, at most 5; set by ViewTicket for operators and auditors
}

// ViewTicket returns the ticket as the caller may see it now, with its checks and other tickets of its citizen. It records one access. Errors:
// those of Ticket.
func (s *Service) ViewTicket(ctx context.Context, by Caller, id ticket.ID) (TicketView, error) {
	w, err := s.buildView(ctx, by, id, nil)
	if err == nil && by.Actor.Role != person.Citizen {
		var others lists.Page
		others, err = s.Lists.ListTickets(ctx, by.Viewer(), lists.Filter{SameCitizenAs: id, Limit: 5})
		w.SameCitizen = others.Items
	}
	if err == nil {
		a := accesslog.Access{Kind: accesslog.Ticket, Ticket: id, Controller: w.State.Entity}
		if len(w.SameCitizen) > 0 {
			a.Shown = looks.TicketsOf(w.SameCitizen, func(i lists.Item) ticket.ID { return i.ID })
		}
		err = s.Looks.Record(ctx, by, a)
	}
	if err == nil {
		err = s.markOpened(ctx, by, id, w.State)
	}
	if err != nil {
		return TicketView{}, err
	}
	w.Ticket = s.withPosition(by, w.Ticket)
	return w, nil
}

// Ticket returns the ticket as the caller may see it, at a moment or now (nil). It folds the ticket from the log, so the result is never
// stale, and records the access. Errors: *ticket.NotVisibleError, eventstore.ErrNotFound.
func (s *Service) Ticket(ctx context.Context, by Caller, id ticket.ID, at *time.Time) (ticketview.Ticket, error) {
	w, err := s.buildView(ctx, by, id, at)
	if err == nil {
		err = s.Looks.Record(ctx, by, accesslog.Access{Kind: accesslog.Ticket, Ticket: id, Controller: w.State.Entity})
	}
	if err == nil && at == nil {
		err = s.markOpened(ctx, by, id, w.State)
	}
	if err != nil {
		return ticketview.Ticket{}, err
	}
	return s.withPosition(by, w.Ticket), nil
}

// Checks returns the playbook's run as the caller may see it, at a moment or now (nil), with the ticket's version, and records the access.
// It returns false if no checks are prescribed or the caller may not read them. Errors: those of Ticket.
func (s *Service) Checks(ctx context.Context, by Caller, id ticket.ID, at *time.Time) (_ ticketview.Playbook, version int, _ bool, _ error) {
	w, err := s.buildView(ctx, by, id, at)
	if err != nil || w.PlaybookRun == nil {
		return ticketview.Playbook{}, w.Version, false, err
	}
	if err := s.Looks.Record(ctx, by, accesslog.Access{Kind: accesslog.Checks, Ticket: id, Controller: w.State.Entity}); err != nil {
		return ticketview.Playbook{}, 0, false, err
	}
	return *w.PlaybookRun, w.Version, true, nil
}

// CheckVisible returns an error if the caller may not see the ticket. It records no access, since it returns no data. Errors: those of
// Ticket.
func (s *Service) CheckVisible(ctx context.Context, by Caller, id ticket.ID) error {
	_, err := s.buildView(ctx, by, id, nil)
	return err
}

// TicketNumber returns the ticket's number if the caller may see the ticket. It records no access, since it returns no other data.
// Errors: those of Ticket.
func (s *Service) TicketNumber(ctx context.Context, by Caller, id ticket.ID) (string, error) {
	w, err := s.buildView(ctx, by, id, nil)
	return w.Number, err
}

// buildView returns the ticket as the caller may see it, at a moment or now (nil). It records no access: callers that return data of
// the ticket do.
func (s *Service) buildView(ctx context.Context, by Caller, id ticket.ID, at *time.Time) (TicketView, error) {
	history, names, err := s.openHistory(ctx, by.Viewer(), id, at)
	if err != nil {
		return TicketView{}, err
	}
	t, ok := history.Detail(by.Viewer(), names)
	if !ok {
		return TicketView{}, readRefusal(by.Viewer(), history.Today)
	}
	w := TicketView{Ticket: t, State: history.Today}
	if run, ok := history.PlaybookRun(by.Viewer(), names); ok {
		w.PlaybookRun = &run
	}
	return w, s.Files.Mark(ctx, by, &w.Ticket)
}

// readRefusal returns the error for a viewer who may not read a ticket. Only an operator may learn that the ticket exists.
func readRefusal(v ticketview.Viewer, s ticket.State) error {
	if v.Ticket != "" {
		return &ticket.NotVisibleError{}
	}
	return rules.ReadRefusal(s, v.Actor)
}

// openHistory reads and folds the history of a ticket for a viewer, at a moment or now (nil), and returns it with the names of all accounts in
// it. Errors: those of HistoryFor.
func (s *Service) openHistory(ctx context.Context, v ticketview.Viewer, id ticket.ID, at *time.Time) (ticketview.History, ticketview.Names, error) {
	settled, err := s.settleMoment(ctx, at)
	if err != nil {
		return ticketview.History{}, ticketview.Names{}, err
	}
	events, err := s.HistoryFor(ctx, v, id)
	if errors.Is(err, eventstore.ErrNotFound) {
		if state, _, stateErr := s.State(ctx, id); stateErr == nil {
			if refused := readRefusal(v, state); errors.As(refused, new(*ticket.ForbiddenError)) {
				err = refused
			}
		}
	}
	if err != nil {
		return ticketview.History{}, ticketview.Names{}, err
	}
	now := settled
	if at == nil {
		now = viewTime(settled, events)
	}
	history := ticketview.Open(events, now)
	history.Now = s.Store.Now()
	names, err := s.lookUpNames(ctx, v, history)
	return history, names, err
}

// settleMoment returns the moment of a view, or the settled time for now (nil), before its events are read: no event can get a time up to it
// any more, so that the view of a moment never changes. Errors: those of eventstore.Store.Settle.
func (s *Service) settleMoment(ctx context.Context, at *time.Time) (time.Time, error) {
	if at == nil {
		return s.Store.SettledTime(ctx), nil
	}
	return *at, s.Store.Settle(ctx, *at)
}

// viewTime returns the moment at which a current view shows a history: the time that was settled before the history was read, or the last
// event's time if that is later.
func viewTime(settled time.Time, history []ticket.Recorded) time.Time {
	if last := history[len(history)-1].At; last.After(settled) {
		return last
	}
	return settled
}

// lookUpNames returns the names of all actors and assignees of a history, with one query.
func (s *Service) lookUpNames(ctx context.Context, v ticketview.Viewer, history ticketview.History) (ticketview.Names, error) {
	names, err := ticketview.LookUpNames(ctx, s.Catalog, s.Identity.Names, v.Reader(), history.Accounts)
	if err != nil {
		return ticketview.Names{}, err
	}
	head, _, err := s.Store.Head(ctx)
	if err != nil {
		return ticketview.Names{}, err
	}
	names.Playbooks, names.Epoch = s.Playbooks, head.Epoch
	return names, nil
}

// ReadFile returns a file of a text that the caller may read, as files.Reader serves it, and records the access. Errors: *ticket.NotVisibleError,
// *files.ClosedError, eventstore.ErrErased, eventstore.ErrNotFound.
func (s *Service) ReadFile(ctx context.Context, by Caller, id, fileID ticket.ID) (ticketview.File, []byte, error) {
	t, f, err := s.lookAtFile(ctx, by, id, fileID, accesslog.Attachment)
	if err != nil {
		return f, nil, err
	}
	content, err := s.Files.Content(ctx, by, t, f, files.Original(by))
	return f, content, err
}

// LookAtFile records that the caller reads a file, and returns it without its content: ServeFile gives that. Errors: those of ReadFile.
func (s *Service) LookAtFile(ctx context.Context, by Caller, id, fileID ticket.ID) (ticketview.File, error) {
	_, f, err := s.lookAtFile(ctx, by, id, fileID, accesslog.Attachment)
	return f, err
}

// ServeFile returns a file after LookAtFile has recorded the look, to an auditor as it was sent if original. Errors: those of ReadFile.
func (s *Service) ServeFile(ctx context.Context, by Caller, id, fileID ticket.ID, original bool) (ticketview.File, []byte, error) {
	t, err := s.buildView(ctx, by, id, nil)
	if err != nil {
		return ticketview.File{}, nil, err
	}
	f, err := files.Find(t.Ticket, fileID)
	if err != nil {
		return f, nil, err
	}
	content, err := s.Files.Content(ctx, by, t.Ticket, f, original && files.Original(by))
	return f, content, err
}

// PreviewFile returns an attachment of a text that the caller may read without its content, with its ticket, and records the look. Errors: those
// of ReadFile.
func (s *Service) PreviewFile(ctx context.Context, by Caller, id, fileID ticket.ID) (ticketview.Ticket, ticketview.File, error) {
	return s.lookAtFile(ctx, by, id, fileID, accesslog.Preview)
}

func (s *Service) lookAtFile(ctx context.Context, by Caller, id, fileID ticket.ID, kind accesslog.Kind) (ticketview.Ticket, ticketview.File, error) {
	t, err := s.buildView(ctx, by, id, nil)
	if err != nil {
		return ticketview.Ticket{}, ticketview.File{}, err
	}
	f, err := files.Find(t.Ticket, fileID)
	if err == nil {
		err = s.Looks.Record(ctx, by, accesslog.Access{Kind: kind, Ticket: id, Controller: t.State.Entity, Detail: string(fileID)})
	}
	return t.Ticket, f, err
}

// ListTickets returns one page of a list as the caller may see it, and records the look at its tickets. The filter's assignee may be a
// user name. Error: *readmodel.FilterError.
func (s *Service) ListTickets(ctx context.Context, by Caller, f lists.Filter) (lists.Page, error) {
	return s.listTickets(ctx, by, f, false)
}

// ListTicketsWhileTyping is ListTickets for a search that the caller may still be typing: the search is recorded once.
func (s *Service) ListTicketsWhileTyping(ctx context.Context, by Caller, f lists.Filter) (lists.Page, error) {
	return s.listTickets(ctx, by, f, true)
}

func (s *Service) listTickets(ctx context.Context, by Caller, f lists.Filter, typing bool) (lists.Page, error) {
	if f.Assignee != "" && f.Assignee != ticket.Supervisors && f.Assignee != lists.NoAssignee && !eventstore.IsID(f.Assignee) {
		o, err := s.Identity.FindOperator(ctx, f.Assignee, by.Actor.Entity)
		if errors.Is(err, identity.ErrNotFound) {
			return lists.Page{}, &readmodel.FilterError{Field: "assignee", Reason: refusal.UnknownAssignee.With(), Allowed: "user name or id of an operator, supervisori, nessuno"}
		}
		if err != nil {
			return lists.Page{}, err
		}
		f.Assignee = o.ID
	}
	page, err := s.Lists.ListTickets(ctx, by.Viewer(), f)
	if err != nil {
		return lists.Page{}, err
	}
	if err := s.Looks.RecordList(ctx, by, f, page.Items, typing); err != nil {
		return lists.Page{}, err
	}
	return page, nil
}

// markOpened stores that the operator of a ticket has opened it with a reply that waits for them: lists show «il cittadino ha risposto» no more.
// On a ticket without an operator the mark stays until somebody takes it or answers.
func (s *Service) markOpened(ctx context.Context, by Caller, id ticket.ID, state ticket.State) error {
	if state.Answered == 0 || by.Link != "" || !by.Actor.Operates(state.Entity) || state.Assignee.Operator != by.Actor.ID {
		return nil
	}
	release, err := s.Store.Pools().ShareSession(ctx, "opened")
	if err != nil {
		return fmt.Errorf("mark ticket %s as opened: %w", id, err)
	}
	defer release()
	_, err = s.Store.Pools().Session.Exec(ctx, `
		insert into notice.opened as o (ticket, account, version) values ($1::text::uuid, $2, $3)
		on conflict (ticket, account) do update set version = excluded.version where o.version < excluded.version`,
		string(id), by.Actor.ID, state.Answered)
	if err != nil {
		return fmt.Errorf("mark ticket %s as opened: %w", id, err)
	}
	return nil
}
