// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"
)

// TestServerAnswers503BeforeStart: it listens at once and answers 503 with Retry-After.
func TestServerAnswers503BeforeStart(t *testing.T) {
	f, err := Listen("127.0.0.1:0", "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(f.URL() + "/api/v1/queues")
	if err != nil {
		t.Fatal(err)
	}
	var problem struct {
		Type   string
		Status int
	}
	if err := json.NewDecoder(response.Body).Decode(&problem); err != nil {
		t.Error(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != 503 || response.Header.Get("Content-Type") != "application/problem+json" ||
		response.Header.Get("Retry-After") == "" ||
		problem.Type != "urn:sol:problem:unavailable" || problem.Status != 503 {
		t.Errorf("got %s, %v, %+v", response.Status, response.Header, problem)
	}
	if _, err := Listen(f.addr.String(), "", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("second Listen on the address: got no error, want one")
	}
	if err := f.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
