//go:build !unix

// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import "github.com/jackc/pgx/v5"

// isAlive cannot tell on this system.
func isAlive(*pgx.Conn) bool { return true }
