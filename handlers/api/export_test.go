// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import "github.com/danielgtaylor/huma/v2"

// Contract is the OpenAPI document, for tests that hold answers to it.
func (a *API) Contract() *huma.OpenAPI { return a.huma.OpenAPI() }
