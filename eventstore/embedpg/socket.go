// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is the maximum length of a socket's path in bytes: 107 on Linux, 103 on other systems.
const maxSocketPath = 103

// prepareSocketDir returns a directory for the socket that only the account and root can enter. It is DIR/run, or, if that path is
// too long for a socket, a directory with a short path under the temporary directory, to which DIR/run is then a link. The name of
// that directory is random and stored in the link only, so nobody else can have created it before.
func prepareSocketDir(dir string, a account) (string, error) {
	run := filepath.Join(dir, "run")
	if target, err := os.Readlink(run); err == nil {
		if isPrivate(target, a) {
			return target, nil
		}
		if err := os.Remove(run); err != nil {
			return "", err
		}
	}
	if fitsSocketPath(run) {
		if err := os.Mkdir(run, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return "", err
		}
		if err := a.chown(run); err != nil {
			return "", err
		}
		return run, os.Chmod(run, 0o700)
	}
	for _, base := range []string{os.TempDir(), "/tmp"} {
		short, err := os.MkdirTemp(base, "sol-pg-")
		if err != nil {
			continue
		}
		if !fitsSocketPath(short) {
			_ = os.Remove(short)
			continue
		}
		if err := a.chown(short); err != nil {
			return "", err
		}
		return short, os.Symlink(short, run)
	}
	return "", fmt.Errorf("no directory with a path short enough for a socket: %s is too deep, and neither %s nor /tmp can be used",
		dir, os.TempDir())
}

// fitsSocketPath reports whether the path of a socket in dir is short enough.
func fitsSocketPath(dir string) bool {
	return len(filepath.Join(dir, ".s.PGSQL."+port)) <= maxSocketPath
}

// isPrivate reports whether path is a directory, not a link, that belongs to the account and that others cannot enter.
func isPrivate(path string, a account) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		return false
	}
	owner, err := ownerOf(path)
	return err == nil && owner == a.uid
}

// removeSocketDir removes the socket's directory, if it is under the temporary directory, and the link to it.
func (s *Server) removeSocketDir() {
	run := filepath.Join(s.dir, "run")
	if s.socketDir == run {
		return
	}
	if err := errors.Join(os.RemoveAll(s.socketDir), os.Remove(run)); err != nil {
		s.log.Warn("own Postgres: could not remove the socket's directory", "error", err)
	}
}
