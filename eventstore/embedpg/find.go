// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import "path/filepath"

// Find returns the connection string of a database on the server that another sol runs in dir, and false when no server runs
// there. The server may still be starting.
func Find(dir, database string) (url string, running bool) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", false
	}
	pid, socket := findPostmaster(filepath.Join(abs, "data"))
	if pid == 0 || socket == "" {
		return "", false
	}
	return (&Server{socketDir: socket}).URL(database), true
}
