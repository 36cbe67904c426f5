// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// init configures huma, whose configuration is in package variables: the type and texts of its errors, and that lists are never null.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaError(nil, status, message, errs...)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		if ctx == nil {
			return humaError(nil, status, message, errs...)
		}
		return humaError(ctx.Operation(), status, message, errs...)
	}
	for _, v := range validationTexts {
		*v.message = v.rule + separator + v.allowed
	}
}

// humaError converts a refusal of huma, before a handler is called, to a problem. It repeats no value of the request, which may be personal
// data. op is the operation that was called, if known.
func humaError(op *huma.Operation, status int, message string, errs ...error) huma.StatusError {
	switch status {
	case 0: // huma calls it so for the schema of errors in the OpenAPI document
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
				p.Errors = append(p.Errors, fieldProblem(op, detail))
			}
		}
		return p
	default:
		return internalError.detail("It has been noted with the request's id (X-Request-ID). Try again; if it goes on, tell the assistance this id.")
	}
}

// Rules that several messages share, and separators within a message. They are control characters, which no text contains.
const (
	isRequired = "is required"
	wrongForm  = "has the wrong type or form"
	separator  = "\x1f" // between rule and what is allowed
	ofProperty = "\x1e" // before the name of the property that is wrong, if it is not the location itself
)

// validationTexts replaces huma's messages, which are variables, so that fieldProblem parses texts of this package and not huma's. Huma
// fills in the formatting verbs.
var validationTexts = []struct {
	message       *string
	rule, allowed string
}{
	{&validation.MsgUnexpectedProperty, "is not a field of this call", "the fields that /openapi.json names"},
	{&validation.MsgExpectedRFC3339DateTime, wrongForm, "string to be RFC 3339 date-time"},
	{&validation.MsgExpectedRFC1123DateTime, wrongForm, "string to be RFC 1123 date-time"},
	{&validation.MsgExpectedRFC3339Date, wrongForm, "string to be RFC 3339 date"},
	{&validation.MsgExpectedRFC3339Time, wrongForm, "string to be RFC 3339 time"},
	{&validation.MsgExpectedRFC5322Email, wrongForm, "string to be RFC 5322 email: %v"},
	{&validation.MsgExpectedRFC5890Hostname, wrongForm, "string to be RFC 5890 hostname"},
	{&validation.MsgExpectedRFC2673IPv4, wrongForm, "string to be RFC 2673 ipv4"},
	{&validation.MsgExpectedRFC2373IPv6, wrongForm, "string to be RFC 2373 ipv6"},
	{&validation.MsgExpectedRFCIPAddr, wrongForm, "string to be either RFC 2673 ipv4 or RFC 2373 ipv6"},
	{&validation.MsgExpectedRFC3986URI, wrongForm, "string to be RFC 3986 uri: %v"},
	{&validation.MsgExpectedRFC4122UUID, wrongForm, "string to be RFC 4122 uuid: %v"},
	{&validation.MsgExpectedRFC6570URITemplate, wrongForm, "string to be RFC 6570 uri-template"},
	{&validation.MsgExpectedRFC6901JSONPointer, wrongForm, "string to be RFC 6901 json-pointer"},
	{&validation.MsgExpectedRFC6901RelativeJSONPointer, wrongForm, "string to be RFC 6901 relative-json-pointer"},
	{&validation.MsgExpectedRegexp, wrongForm, "string to be regex: %v"},
	{&validation.MsgExpectedMatchAtLeastOneSchema, wrongForm, "value to match at least one schema but matched none"},
	{&validation.MsgExpectedMatchExactlyOneSchema, wrongForm, "value to match exactly one schema but matched none"},
	{&validation.MsgExpectedNotMatchSchema, wrongForm, "value to not match schema"},
	{&validation.MsgExpectedPropertyNameInObject, wrongForm, "propertyName value to be present in object"},
	{&validation.MsgExpectedBoolean, wrongForm, "boolean"},
	{&validation.MsgExpectedDuration, wrongForm, "duration: %v"},
	{&validation.MsgExpectedNumber, wrongForm, "number"},
	{&validation.MsgExpectedInteger, wrongForm, "integer"},
	{&validation.MsgExpectedString, wrongForm, "string"},
	{&validation.MsgExpectedBase64String, "is empty or not base64", fmt.Sprintf("1 to %d bytes in base64", ticket.MaxAttachmentSize)},
	{&validation.MsgExpectedArray, wrongForm, "array"},
	{&validation.MsgExpectedObject, wrongForm, "object"},
	{&validation.MsgExpectedArrayItemsUnique, wrongForm, "array items to be unique"},
	{&validation.MsgExpectedOneOf, "is not one of the values", "one of %s"},
	{&validation.MsgExpectedMinimumNumber, wrongForm, "number >= %v"},
	{&validation.MsgExpectedExclusiveMinimumNumber, wrongForm, "number > %v"},
	{&validation.MsgExpectedMaximumNumber, wrongForm, "number <= %v"},
	{&validation.MsgExpectedExclusiveMaximumNumber, wrongForm, "number < %v"},
	{&validation.MsgExpectedNumberBeMultipleOf, wrongForm, "number to be a multiple of %v"},
	{&validation.MsgExpectedMinLength, wrongForm, "length >= %d"},
	{&validation.MsgExpectedMaxLength, wrongForm, "length <= %d"},
	{&validation.MsgExpectedBePattern, wrongForm, "string to be %s"},
	{&validation.MsgExpectedMatchPattern, wrongForm, "string to match pattern %s"},
	{&validation.MsgExpectedMinItems, wrongForm, "array length >= %d"},
	{&validation.MsgExpectedMaxItems, wrongForm, "array length <= %d"},
	{&validation.MsgExpectedMinProperties, wrongForm, "object with at least %d properties"},
	{&validation.MsgExpectedMaxProperties, wrongForm, "object with at most %d properties"},
	{&validation.MsgExpectedRequiredProperty, isRequired, ofProperty + "%s"},
	{&validation.MsgExpectedDependentRequiredProperty, wrongForm, "property %s to be present when %s is present"},
}

// fieldProblem converts an error of huma's validation of op's parameters and body.
func fieldProblem(op *huma.Operation, d *huma.ErrorDetail) FieldProblem {
	in, at, _ := strings.Cut(d.Location, ".")
	if at == "" || !slices.Contains([]string{"body", "query", "path", "header"}, in) {
		in, at = "body", d.Location
	}
	if rule, allowed, known := strings.Cut(d.Message, separator); known {
		if name, ok := strings.CutPrefix(allowed, ofProperty); ok {
			if at != "body" {
				name = at + "." + name
			}
			return FieldProblem{Field: name, Rule: rule}
		}
		return FieldProblem{Field: at, Rule: rule, Allowed: allowed}
	}
	if in != "body" && d.Value == "" && op != nil {
		if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == in && p.Name == at }) {
			return FieldProblem{Field: at, Rule: "is not a parameter of this call", Allowed: "the parameters that /openapi.json names"}
		}
		return FieldProblem{Field: at, Rule: isRequired}
	}
	return FieldProblem{Field: at, Rule: "is not valid", Allowed: d.Message}
}
