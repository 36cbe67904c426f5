// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/routestest"
	"github.com/sol-assistenza/sol/handlers/web"
)

func TestMain(m *testing.M) { storetest.Run(m) }

var log = storetest.Log()

// unlimited returns rate limits that no test reaches.
func unlimited() *middleware.Stack {
	many := middleware.Rate{PerMinute: 1 << 30, Burst: 1 << 30}
	return middleware.New(middleware.Config{Log: log, Limits: middleware.Limits{Form: many, Login: many, Session: many, Public: many}})
}

// serveAPI starts a system with the API.
func serveAPI(t testing.TB) (*handlertest.Server, *routestest.System) {
	t.Helper()
	system := handlertest.New(t, handlertest.Options{})
	metrics := prometheus.NewRegistry()
	storetest.ExpectMetricsWithoutPersonalData(t, metrics)
	handler, err := api.New(api.Config{App: system.App, Log: log, Middleware: unlimited(), Metrics: metrics})
	if err != nil {
		t.Fatal(err)
	}
	return handlertest.Serve(t, handler, handler.EndStreams), routestest.New(t, system)
}

// servePages starts a system with the pages. Its patterns are those of their router.
func servePages(t testing.TB) (server *handlertest.Server, system *routestest.System, patterns []string) {
	t.Helper()
	base := handlertest.New(t, handlertest.Options{})
	pages, err := web.New(web.Config{App: base.App, PublicURL: "http://localhost", MinFillTime: -1, Log: log, Middleware: unlimited()})
	if err != nil {
		t.Fatal(err)
	}
	return handlertest.Serve(t, pages, pages.EndStreams), routestest.New(t, base), pages.Patterns()
}

// operations returns the patterns of all operations of the OpenAPI document that a server of the API serves.
func operations(t testing.TB, server *handlertest.Server) (patterns []string) {
	t.Helper()
	answer, err := http.Get(server.Address + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var document struct{ Paths map[string]map[string]any }
	if err := json.NewDecoder(answer.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	for path, item := range document.Paths {
		for key := range item {
			if method := strings.ToUpper(key); method != "PARAMETERS" {
				patterns = append(patterns, method+" "+path)
			}
		}
	}
	return patterns
}

// expectListed fails the test if a pattern has no route in the list, or a route no pattern.
func expectListed(t testing.TB, patterns []string, routes []routestest.Route) {
	t.Helper()
	if untested, unknown := routestest.Missing(patterns, routes); len(untested)+len(unknown) > 0 {
		t.Fatalf("got %v without an expectation, and expectations without a route %v", untested, unknown)
	}
}

// TestEveryOperationAnswersByTheTableOfRights sends every operation as everybody about tickets on each path. An operation of the API that is
// not in routestest fails it.
func TestEveryOperationAnswersByTheTableOfRights(t *testing.T) {
	t.Parallel()
	server, s := serveAPI(t)
	expectListed(t, operations(t, server), routestest.API())
	t.Logf("requests: %d", s.CheckRights(server, routestest.API()))
}

// TestEveryPageAnswersByTheTableOfRights opens every page and sends every form as everybody, about tickets on each path. A route of the router
// that is not in routestest fails it.
func TestEveryPageAnswersByTheTableOfRights(t *testing.T) {
	t.Parallel()
	server, s, patterns := servePages(t)
	expectListed(t, patterns, routestest.Pages())
	t.Logf("requests: %d", s.CheckRights(server, routestest.Pages()))
}
