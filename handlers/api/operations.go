// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sol-assistenza/sol/handlers/app/health"
)

// statusBody is a health report as the interoperability rules ModI define it.
type statusBody struct {
	Status     int                `json:"status" example:"200"`
	Title      string             `json:"title" example:"OK" doc:"OK, or Degraded with conditions"`
	Conditions []health.Condition `json:"conditions,omitempty" doc:"What limits the service although it can read its log; absent if nothing does"`
}

// registerOperations adds the health report and the OpenAPI document, which is encoded once.
func (a *API) registerOperations(mux *http.ServeMux) error {
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "get-status", Method: http.MethodGet, Path: "/status", Summary: "Health", Tags: []string{"operations"},
		Description: "200 while the service can read its log, with conditions if something limits it; otherwise 503.",
		Security:    []map[string][]string{{}}, // none
		Responses: map[string]*huma.Response{
			"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/problem+json": {
				Schema: huma.SchemaFromType(a.huma.OpenAPI().Components.Schemas, reflect.TypeFor[statusBody]()),
			}}},
			"503": {Description: "Service Unavailable", Content: map[string]*huma.MediaType{"application/problem+json": {
				Schema: &huma.Schema{Ref: "#/components/schemas/Problem"},
			}}},
		},
	})
	mux.HandleFunc("GET /status", a.serveStatus)

	asJSON, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("api: OpenAPI document: %w", err)
	}
	asYAML, err := a.huma.OpenAPI().YAML()
	if err != nil {
		return fmt.Errorf("api: OpenAPI document: %w", err)
	}
	serve := func(mediaType string, document []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			_, _ = w.Write(document) // the client may have gone
		}
	}
	mux.Handle("GET /openapi.json", serve("application/openapi+json", asJSON))
	mux.Handle("GET /openapi.yaml", serve("application/openapi+yaml", asYAML))
	return nil
}

// ServeMetrics answers with the metrics. It is not a path of the API: the metrics tell outcomes by entity, so they have an address of their
// own.
func (a *API) ServeMetrics(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{ErrorLog: promLog{a}}).ServeHTTP(w, r)
}

func (a *API) serveStatus(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if _, _, err := a.App.Store.Head(ctx); err != nil {
		unavailable.detail("The database cannot be read right now. Try again in a few seconds.").withRetryAfter(5 * time.Second).write(w)
		return
	}
	body := statusBody{Status: http.StatusOK, Title: "OK", Conditions: a.App.Health.Conditions(r.Context())}
	if len(body.Conditions) > 0 {
		body.Title = "Degraded"
	}
	w.Header().Set("Content-Type", "application/problem+json")
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

// promLog writes errors of promhttp to the log.
type promLog struct{ a *API }

func (l promLog) Println(v ...any) {
	l.a.Log.Error("metrics could not be served", "error", fmt.Sprint(v...))
}
