// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package document holds what the API describes without a read of the log: the head of its OpenAPI document, and the catalogue.
package document

import "github.com/danielgtaylor/huma/v2"

// contractVersion is the version of the contract, as in the paths. The version of the build is nobody's business who only calls the API: it would say
// which faults to try.
const contractVersion = "1"

// Head returns the head of the OpenAPI document for a server at publicURL.
func Head(publicURL string) huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "SOL Assistenza", Version: contractVersion,
				Description: "Requests for help with the on-line health services of Regione Piemonte: open, work on, hand over and resolve tickets. " +
					"Every refusal is an application/problem+json with a stable type. A POST can be repeated safely with the same Idempotency-Key. " +
					"To read your own writes, pass the position of an earlier response as ?after=.",
				License: &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"},
			},
			Servers: []*huma.Server{{URL: publicURL}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{"session": {
					Type: "http", Scheme: "bearer",
					Description: "The token of POST /api/v1/sessions, an API token of an integration, or the token of a citizen's personal link.",
				}},
			},
			Tags: []*huma.Tag{
				{Name: "sessions", Description: "Log in; choose role and placement"},
				{Name: "tickets", Description: "Open, read and change tickets"},
				{Name: "work", Description: "Queues, lists, figures, notifications, live updates"},
				{Name: "catalogue", Description: "Data for forms and menus"},
				{Name: "audit", Description: "For auditors and data protection officers: who looked at what"},
				{Name: "service", Description: "For administrators"},
				{Name: "operations", Description: "Health"},
			},
		},
		Formats:          map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:    "application/json",
		NoFormatFallback: false,
	}
}
