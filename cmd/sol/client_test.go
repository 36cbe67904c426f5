// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
)

// apiClient calls the API as one person.
type apiClient struct {
	t     *testing.T
	base  string
	token string // empty: not logged in
}

// apiResponse is a response of the API.
type apiResponse struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

// text returns a field of the body, "" if it is no text.
func (a apiResponse) text(field string) string {
	s, _ := a.body[field].(string)
	return s
}

// request sends a request. It returns an error if sol does not answer with JSON.
func (c apiClient) request(method, path string, body any, header ...string) (apiResponse, error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return apiResponse{}, err
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, sent)
	if err != nil {
		return apiResponse{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return apiResponse{}, err
	}
	defer func() { _ = response.Body.Close() }()
	a := apiResponse{status: response.StatusCode, header: response.Header}
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		return apiResponse{}, err
	}
	return a, json.Unmarshal(a.raw, &a.body)
}

// expect sends a request and fails the test if the response has another status.
func (c apiClient) expect(want int, method, path string, body any, header ...string) apiResponse {
	c.t.Helper()
	a, err := c.request(method, path, body, header...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if a.status != want {
		c.t.Fatalf("%s %s: got status %d, want %d: %s", method, path, a.status, want, a.raw)
	}
	return a
}

// login logs in and chooses the placement of an identity.
func (c apiClient) login(i demo.Identity) apiClient {
	c.t.Helper()
	a := c.expect(http.StatusCreated, http.MethodPost, "/api/v1/sessions",
		map[string]string{"username": i.Username, "password": i.Password, "pin": i.PIN})
	c.token = a.text("token")
	if a.body["placement"] == nil {
		a = c.expect(http.StatusOK, http.MethodPut, "/api/v1/sessions/current/placement", map[string]any{"role": i.Role, "entity": i.Entity})
		c.token = a.text("token")
	}
	return c
}

// newTicketBody returns the body that opens a citizen's ticket at an ASR.
func newTicketBody(description string) map[string]any {
	return map[string]any{
		"service": "ritiro-documenti", "problem": "referto-non-trovato", "entity": "010301", "description": description,
		"requester": map[string]string{
			"role": "cittadino", "given_name": "Dora", "family_name": "Esempio", "tax_code": "RSSMRA85T10A562S",
			"email": "dora.esempio@example.org", "phone": "011 5550000",
		},
	}
}

func publicNoteBody(status, text string) map[string]any {
	return map[string]any{"status": status, "note": map[string]string{"text": text, "visibility": "public"}}
}

func (c apiClient) update(id string, update map[string]any) apiResponse {
	c.t.Helper()
	return c.expect(http.StatusOK, http.MethodPost, "/api/v1/tickets/"+id+"/updates", update)
}

func (c apiClient) ticket(id string) apiResponse {
	c.t.Helper()
	return c.expect(http.StatusOK, http.MethodGet, "/api/v1/tickets/"+id, nil)
}

// open opens a ticket with an idempotency key of its own for each n.
func (c apiClient) open(n int) (apiResponse, error) {
	return c.request(http.MethodPost, "/api/v1/tickets", newTicketBody(fmt.Sprintf("Richiesta di prova numero %d.", n)), "Idempotency-Key",
		fmt.Sprintf("prova-%d", n))
}
