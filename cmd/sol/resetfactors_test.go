// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
)

// testResetFactors gives nuova.prova an application, and removes it at the command line: only as an emergency, because administrators can.
func (s demoRun) testResetFactors(t *testing.T) {
	given := strings.Fields(s.run("user", "password", "nuova.prova", "--generate", "--permanent")) // password X PIN Y
	nuova := demo.Identity{Username: "nuova.prova", Password: given[1], PIN: given[3], Role: "operatore_asr", Entity: "010203"}
	reset := []string{"user", "reset-factors", "nuova.prova"}
	if output := s.runRefused(reset...); !strings.Contains(output, "has no second factor") {
		t.Errorf("got %q, want that there is none", output)
	}
	session := apiClient{t: t, base: s.info.Address}.login(nuova)
	const factors = "/api/v1/sessions/current/factors/"
	setup := session.expect(http.StatusOK, http.MethodPost, factors+"totp", map[string]string{"password": nuova.Password, "pin": nuova.PIN, "name": "Telefono"})
	code, err := totp.GenerateCode(setup.text("secret"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	session.expect(http.StatusOK, http.MethodPost, factors+setup.text("id")+"/confirmation", map[string]string{"code": code})
	if output := s.runRefused(reset...); !strings.Contains(output, "another administrator can remove") {
		t.Errorf("got %q, want that an administrator does it", output)
	}
	if output := s.runRefused(append(reset, "--emergency")...); !strings.Contains(output, "reason") {
		t.Errorf("got %q, want a reason", output)
	}
	if output := s.run(append(reset, "--emergency", "--reason", "prova")...); !strings.Contains(output, "removed the second factors of nuova.prova (1)") || !strings.Contains(output, "must review until") {
		t.Errorf("got %q", output)
	}
	apiClient{t: t, base: s.info.Address}.login(nuova)
	if history := s.run("user", "history", "nuova.prova"); !strings.Contains(history, "emergency reset-factors of nuova.prova by sol-command-line") {
		t.Errorf("got history %q, want the emergency", history)
	}
}
