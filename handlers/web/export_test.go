// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

// Patterns returns the patterns of all routes of pages.
func (w *Web) Patterns() []string { return w.patterns }
