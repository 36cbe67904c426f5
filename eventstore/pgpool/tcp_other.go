//go:build !linux

// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import "syscall"

// setUserTimeout does nothing: this system has keepalive alone.
func setUserTimeout(string, string, syscall.RawConn) error { return nil }
