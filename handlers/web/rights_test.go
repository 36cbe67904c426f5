// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"log/slog"
	"testing"

	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/routestest"
	"github.com/sol-assistenza/sol/handlers/web"
)

// serveEveryPage starts a system whose pages have no rate limits that a test reaches.
func serveEveryPage(t *testing.T) (*web.Web, *handlertest.Server, *routestest.System) {
	t.Helper()
	system := handlertest.New(t, handlertest.Options{})
	many := middleware.Rate{PerMinute: 1 << 30, Burst: 1 << 30}
	pages, err := web.New(web.Config{
		App: system.App, PublicURL: "http://localhost", MinFillTime: -1, Log: slog.New(slog.DiscardHandler),
		Middleware: middleware.New(middleware.Config{Log: slog.New(slog.DiscardHandler), Limits: middleware.Limits{Form: many, Login: many, Session: many, Public: many}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages, handlertest.Serve(t, pages, pages.EndStreams), routestest.New(t, system)
}

// TestEveryPageAnswersByTheTableOfRights opens every page and sends every form as everybody, about tickets on each path and in each status. A
// route of the router that is not in routestest fails it.
func TestEveryPageAnswersByTheTableOfRights(t *testing.T) {
	pages, server, s := serveEveryPage(t)
	untested, unknown := routestest.Missing(pages.Patterns(), routestest.Pages())
	if len(untested)+len(unknown) > 0 {
		t.Fatalf("got routes without an expectation %v, and expectations without a route %v", untested, unknown)
	}
	t.Logf("requests: %d", s.CheckRights(server, routestest.Pages()))
}
