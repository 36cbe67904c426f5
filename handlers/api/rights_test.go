// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/routestest"
)

// operationsOf returns the patterns of all operations of an OpenAPI document.
func operationsOf(document *huma.OpenAPI) (patterns []string) {
	for path, item := range document.Paths {
		for method, operation := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete, http.MethodPatch: item.Patch,
		} {
			if operation != nil {
				patterns = append(patterns, method+" "+path)
			}
		}
	}
	return patterns
}

// unlimited sets rate limits that no test reaches.
func unlimited(c *api.Config) {
	many := middleware.Rate{PerMinute: 1 << 30, Burst: 1 << 30}
	c.Middleware = middleware.New(middleware.Config{Log: c.Log, Limits: middleware.Limits{Form: many, Login: many, Session: many, Public: many}})
}

// TestEveryOperationAnswersByTheTableOfRights sends every operation as everybody about tickets on each path and in each status. An operation
// that is not in routestest fails it.
func TestEveryOperationAnswersByTheTableOfRights(t *testing.T) {
	w := newFixture(t, unlimited)
	untested, unknown := routestest.Missing(operationsOf(w.contract.document), routestest.API())
	if len(untested)+len(unknown) > 0 {
		t.Fatalf("got operations without an expectation %v, and expectations without an operation %v", untested, unknown)
	}
	s := routestest.New(t, w.system)
	t.Logf("requests: %d", s.CheckRights(w.server, routestest.API()))
}
