// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build policyoff

package web_test

import (
	"testing"

	"github.com/sol-assistenza/sol/handlers/routestest"
)

// TestDatabaseAloneKeepsBackWhatEveryPageReads opens every page as everybody, in a build in which the application checks no right.
func TestDatabaseAloneKeepsBackWhatEveryPageReads(t *testing.T) {
	_, server, s := serveEveryPage(t)
	t.Logf("requests about foreign tickets: %d", s.CheckWall(server, routestest.Pages()))
}
