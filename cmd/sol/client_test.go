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
)

// client calls the API as one person.
type client struct {
	t     *testing.T
	base  string
	token string // empty: nobody
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

func (a answer) text(field string) string {
	s, _ := a.body[field].(string)
	return s
}

// try makes a call; it fails when sol is not there.
func (c client) try(method, path string, body any, header ...string) (answer, error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, sent)
	if err != nil {
		return answer{}, err
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
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{status: response.StatusCode, header: response.Header}
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		return answer{}, err
	}
	return a, json.Unmarshal(a.raw, &a.body)
}

// call makes a call that must be answered so.
func (c client) call(want int, method, path string, body any, header ...string) answer {
	c.t.Helper()
	a, err := c.try(method, path, body, header...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if a.status != want {
		c.t.Fatalf("%s %s: %d, want %d: %s", method, path, a.status, want, a.raw)
	}
	return a
}

// login is as demo.json says.
func (c client) login(i demoIdentity) client {
	c.t.Helper()
	a := c.call(http.StatusCreated, http.MethodPost, "/api/v1/sessions", map[string]string{"username": i.Username, "password": i.Password, "pin": i.PIN})
	c.token = a.text("token")
	if a.body["placement"] == nil {
		a = c.call(http.StatusOK, http.MethodPut, "/api/v1/sessions/current/placement", map[string]any{"role": i.Role, "entity": i.Entity})
		c.token = a.text("token")
	}
	return c
}

// form is a citizen's request to an ASR.
func form(description string) map[string]any {
	return map[string]any{
		"service": "ritiro-documenti", "problem": "referto-non-trovato", "entity": "010301", "description": description,
		"requester": map[string]string{
			"role": "cittadino", "given_name": "Dora", "family_name": "Esempio", "tax_code": "RSSMRA85T10A562S",
			"email": "dora.esempio@example.org", "phone": "011 5550000",
		},
	}
}

func public(status, text string) map[string]any {
	return map[string]any{"status": status, "note": map[string]string{"text": text, "visibility": "public"}}
}

func (c client) update(id string, update map[string]any) answer {
	c.t.Helper()
	return c.call(http.StatusOK, http.MethodPost, "/api/v1/tickets/"+id+"/updates", update)
}

func (c client) ticket(id string) answer {
	c.t.Helper()
	return c.call(http.StatusOK, http.MethodGet, "/api/v1/tickets/"+id, nil)
}

// open sends the form under a key.
func (c client) open(n int) (answer, error) {
	return c.try(http.MethodPost, "/api/v1/tickets", form(fmt.Sprintf("Richiesta di prova numero %d.", n)), "Idempotency-Key", fmt.Sprintf("prova-%d", n))
}
