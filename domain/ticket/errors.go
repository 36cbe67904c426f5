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

// NotAllowedError refuses a move that is not possible in the ticket's status or state.
type NotAllowedError struct {
	Move   Move
	Status Status         // of the ticket
	Reason refusal.Reason // the rule, and what it allows
}

func (e *NotAllowedError) Error() string {
	if e.Status == "" {
		return fmt.Sprintf("%s is not possible: %s", e.Move, e.Reason)
	}
	return fmt.Sprintf("%s is not possible on a ticket that is %s: %s", e.Move, e.Status, e.Reason)
}

// ForbiddenError refuses a command of an actor who sees the ticket but may not give this command.
type ForbiddenError struct {
	Reason refusal.Reason
}

func (e *ForbiddenError) Error() string { return e.Reason.String() }

// NotVisibleError refuses an actor who must not learn that the ticket exists.
type NotVisibleError struct{}

func (*NotVisibleError) Error() string { return "there is no such ticket" }

// FieldError refuses the value of one field.
type FieldError struct {
	Field   string // its name in the API
	Reason  refusal.Reason
	Allowed string // the accepted values, in English
}

// InvalidError refuses a command with wrong fields. It names all of them at once.
type InvalidError struct {
	Fields []FieldError
}

// NewInvalidField returns the refusal of one field.
func NewInvalidField(field string, reason refusal.Reason, allowed string) *InvalidError {
	return &InvalidError{Fields: []FieldError{{Field: field, Reason: reason, Allowed: allowed}}}
}

func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		texts[i] = f.Field + ": " + f.Reason.String()
	}
	return strings.Join(texts, "; ")
}

// FieldConflict is a field that a command sets and that By changed, at At, since the version that the sender of the command saw.
type FieldConflict struct {
	Field  string
	Yours  string
	Theirs string
	By     person.Actor
	At     time.Time
}

// ConflictError refuses a command that was given on an older version of the ticket and sets fields that changed since.
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
