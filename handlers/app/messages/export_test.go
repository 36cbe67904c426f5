// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package messages

// Queries for the tests of package messages_test.
const (
	ListMailsQuery  = listMailsQuery
	CountMailsQuery = countMailsQuery
)
