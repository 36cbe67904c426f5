// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build !policyoff

package policy

// Off is true in a test build in which the application checks no right, so that a test sees what the database alone keeps back.
const Off = false
