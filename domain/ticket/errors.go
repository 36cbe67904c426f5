// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// NotAllowedError refuses a move that the lifecycle does not have from the ticket's status.
type NotAllowedError struct {
	Move   Move
	Status Status         // of the ticket
	Reason refusal.Reason // what would be allowed, and by which rule
}

func (e *NotAllowedError) Error() string {
	if e.Status == "" {
		return fmt.Sprintf("%s is not possible: %s", e.Move, e.Reason)
	}
	return fmt.Sprintf("%s is not possible on a ticket that is %s: %s", e.Move, e.Status, e.Reason)
}

// ForbiddenError refuses an actor who sees the ticket but may not do this with it.
type ForbiddenError struct {
	Reason refusal.Reason
}

func (e *ForbiddenError) Error() string { return e.Reason.String() }

// NotVisibleError refuses an actor to whom the ticket must look as if it were not there.
type NotVisibleError struct{}

func (*NotVisibleError) Error() string { return "there is no such ticket" }

// FieldError refuses the value of one field.
type FieldError struct {
	Field   string // its name in the API
	Reason  refusal.Reason
	Allowed string // what would be accepted, in English
}

// InvalidError refuses a command for what it holds. All wrong fields are named at once.
type InvalidError struct {
	Fields []FieldError
}

func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		texts[i] = f.Field + ": " + f.Reason.String()
	}
	return strings.Join(texts, "; ")
}

// FieldConflict is one field that a command sets and that somebody changed since the version the sender saw.
type FieldConflict struct {
	Field  string
	Yours  string
	Theirs string
	By     person.Actor
	At     time.Time
}

// ConflictError refuses a command that was made on an older version of the ticket.
type ConflictError struct {
	Fields []FieldConflict
}

func (e *ConflictError) Error() string {
	texts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		texts[i] = f.Field
	}
	return "changed since the version you saw: " + strings.Join(texts, ", ")
}

// IsRefusal reports whether err is, or wraps, a refusal of the rules: one of the error types of this file. Every other error is a
// failure, for example of the database.
func IsRefusal(err error) bool {
	var (
		notAllowed *NotAllowedError
		forbidden  *ForbiddenError
		notVisible *NotVisibleError
		invalid    *InvalidError
		conflict   *ConflictError
	)
	return errors.As(err, &notAllowed) || errors.As(err, &forbidden) || errors.As(err, &notVisible) ||
		errors.As(err, &invalid) || errors.As(err, &conflict)
}
