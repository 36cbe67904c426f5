// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// contract checks every response that a test gets against the OpenAPI document.
type contract struct {
	document *huma.OpenAPI
	routes   *http.ServeMux // finds the document's path for a request
}

func newContract(document *huma.OpenAPI) *contract {
	c := &contract{document, http.NewServeMux()}
	for path := range document.Paths {
		c.routes.Handle(path, http.NotFoundHandler())
	}
	return c
}

// violation returns how a response violates the OpenAPI document, "" if it does not.
func (c *contract) violation(r *http.Request, a apiResponse) string {
	_, path := c.routes.Handler(r)
	item, ok := c.document.Paths[path]
	if !ok {
		return "" // an unknown address, or one that the document does not describe
	}
	operation := map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete,
	}[r.Method]
	if operation == nil {
		return "" // status 405
	}
	response, ok := operation.Responses[strconv.Itoa(a.status)]
	if !ok {
		return "does not name the status " + strconv.Itoa(a.status)
	}
	if len(a.raw) == 0 && len(response.Content) == 0 {
		return ""
	}
	mediaType, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	if strings.HasSuffix(path, "/{attachment}") && a.status == http.StatusOK {
		mediaType = "application/octet-stream" // an attachment has one of the accepted types
	}
	content, ok := response.Content[mediaType]
	if !ok {
		return "does not name the type " + mediaType
	}
	var value any
	if mediaType == "application/octet-stream" || mediaType == "text/csv" {
		return ""
	}
	if err := json.Unmarshal(a.raw, &value); err != nil {
		return err.Error()
	}
	found := &huma.ValidateResult{}
	huma.Validate(c.document.Components.Schemas, content.Schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, value, found)
	var violations []string
	for _, err := range found.Errors {
		violations = append(violations, err.Error())
	}
	return strings.Join(violations, "; ")
}
