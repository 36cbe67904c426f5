// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import "github.com/danielgtaylor/huma/v2"

// Contract returns the OpenAPI document, for tests that check responses against it.
func (a *API) Contract() *huma.OpenAPI { return a.huma.OpenAPI() }
