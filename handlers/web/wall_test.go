// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build policyoff

package web_test

import (
	"log/slog"
	"testing"

	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/routestest"
	"github.com/sol-assistenza/sol/handlers/web"
)

// TestDatabaseAloneKeepsBackWhatEveryPageReads opens every page as everybody, in a build in which the application checks no right.
func TestDatabaseAloneKeepsBackWhatEveryPageReads(t *testing.T) {
	system := handlertest.New(t, handlertest.Options{})
	many := middleware.Rate{PerMinute: 1 << 30, Burst: 1 << 30}
	pages, err := web.New(web.Config{
		App: system.App, PublicURL: "http://localhost", MinFillTime: -1, Log: slog.New(slog.DiscardHandler),
		Middleware: middleware.New(middleware.Config{Log: slog.New(slog.DiscardHandler), Limits: middleware.Limits{Form: many, Login: many, Session: many, Public: many}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	s := routestest.New(t, system)
	t.Logf("requests about foreign tickets: %d", s.CheckWall(handlertest.Serve(t, pages, pages.EndStreams), routestest.Pages()))
}
