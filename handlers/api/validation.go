// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// huma is told once, for the process, what our errors look like and that lists are never null. It has no other way.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = humaError
}

// humaError is what huma itself refuses, before a handler is reached, as one of our problems. It repeats nothing of
// what was sent: that may be personal.
func humaError(status int, message string, errs ...error) huma.StatusError {
	switch status {
	case 0: // huma asks what errors look like, for the OpenAPI document
		return &Problem{}
	case http.StatusBadRequest:
		rule := message
		for _, err := range errs {
			var detail *huma.ErrorDetail
			if errors.As(err, &detail) {
				rule = detail.Message
			}
		}
		return malformed.detail("Send one JSON object as /openapi.json describes it: %s.", rule)
	case http.StatusRequestTimeout:
		return requestTimeout.detail("Send it again, or less at a time.")
	case http.StatusRequestEntityTooLarge:
		return bodyTooLarge.detail("Send less: at most five attachments of 1 MB each, and 64 kB of everything else; nothing was changed.")
	case http.StatusUnsupportedMediaType:
		return unsupportedMediaType.detail("Send the body as application/json.")
	case http.StatusUnprocessableEntity:
		p := invalidField("", "", "")
		p.Errors = nil
		for _, err := range errs {
			var detail *huma.ErrorDetail
			if errors.As(err, &detail) {
				p.Errors = append(p.Errors, fieldProblem(detail))
			}
		}
		return p
	default:
		return internalError.detail("It has been noted with the request's id (X-Request-ID). Try again; if it goes on, tell the assistance this id.")
	}
}

// fieldProblem says in our words what huma says in its own.
func fieldProblem(d *huma.ErrorDetail) FieldProblem {
	at := d.Location
	for _, place := range []string{"body", "query", "path", "header"} {
		if rest, ok := strings.CutPrefix(at, place+"."); ok {
			at = rest
		}
	}
	if name, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		name = strings.TrimSuffix(name, " to be present")
		if at == "body" {
			return FieldProblem{Field: name, Rule: "is required"}
		}
		return FieldProblem{Field: at + "." + name, Rule: "is required"}
	}
	switch {
	case d.Message == "unexpected property":
		return FieldProblem{Field: at, Rule: "is not a field of this call", Allowed: "the fields that /openapi.json names"}
	case d.Message == "unknown query parameter":
		return FieldProblem{Field: at, Rule: "is not a parameter of this call", Allowed: "the parameters that /openapi.json names"}
	case strings.HasPrefix(d.Message, "required "):
		return FieldProblem{Field: at, Rule: "is required"}
	}
	if allowed, ok := strings.CutPrefix(d.Message, "expected value to be "); ok {
		return FieldProblem{Field: at, Rule: "is not one of the values", Allowed: strings.ReplaceAll(allowed, `"`, "")} // huma puts the whole list between quotes
	}
	if d.Message == "expected string to be base64 encoded" { // huma's word for an empty one too
		return FieldProblem{Field: at, Rule: "is empty or not base64", Allowed: fmt.Sprintf("1 to %d bytes in base64", ticket.MaxAttachmentSize)}
	}
	if allowed, ok := strings.CutPrefix(d.Message, "expected "); ok {
		return FieldProblem{Field: at, Rule: "has the wrong type or form", Allowed: allowed}
	}
	return FieldProblem{Field: at, Rule: "is not valid", Allowed: d.Message}
}
