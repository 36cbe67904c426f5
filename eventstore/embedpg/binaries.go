// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// minVersion is the oldest major version of Postgres that sol supports.
const minVersion = 15

// binaries describes one installed server.
type binaries struct {
	dir   string // directory of its programs
	major int    // major version
}

// path returns the path of a program.
func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

// clientPath returns the path of a client program of the same version. The directory may hold links to the server's programs only; then
// the program is where the links lead to.
func (b binaries) clientPath(name string) string {
	if server, err := filepath.EvalSymlinks(b.path("postgres")); err == nil {
		return filepath.Join(filepath.Dir(server), name)
	}
	return b.path(name)
}

// findBinaries returns the newest installed server of minVersion or later, or the one with the major version if major is not 0.
// If SOL_PG_BIN is set, only that directory is searched. Errors: ErrNoServer, ErrOtherVersion.
func findBinaries(ctx context.Context, major int) (binaries, error) {
	var found []binaries
	for _, dir := range binaryDirs() {
		if b, ok := inspectBinaries(ctx, dir); ok {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b binaries) int { return b.major - a.major })
	for _, b := range found {
		if b.major == major || major == 0 && b.major >= minVersion {
			return b, nil
		}
	}
	if major != 0 {
		return binaries{}, fmt.Errorf("%w: they need PostgreSQL %d, installed is %s; install version %d, "+
			"or move the data (pg_dumpall with the old version, psql with the new one)", ErrOtherVersion, major, describeVersions(found), major)
	}
	return binaries{}, fmt.Errorf("%w (version %d or later; installed is %s): on Debian and Ubuntu run tools/setup.sh "+
		"or install the package postgresql, on Fedora postgresql-server, on macOS brew install postgresql; "+
		"or set SOL_PG_BIN to the directory of its programs, or SOL_DATABASE_URL to a running database",
		ErrNoServer, minVersion, describeVersions(found))
}

// binaryDirs returns the directories in which findBinaries searches.
func binaryDirs() []string {
	if dir := os.Getenv("SOL_PG_BIN"); dir != "" {
		return []string{dir}
	}
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
	} {
		matches, _ := filepath.Glob(pattern) // fails on a bad pattern only
		dirs = append(dirs, matches...)
	}
	return dirs
}

// inspectBinaries reads the version of the server in dir. It returns false when dir has no usable server.
func inspectBinaries(ctx context.Context, dir string) (binaries, bool) {
	b := binaries{dir: dir}
	if _, err := os.Stat(b.path("initdb")); err != nil {
		return b, false
	}
	out, err := exec.CommandContext(ctx, b.path("postgres"), "--version").Output()
	if err != nil {
		return b, false
	}
	_, version, _ := strings.Cut(string(out), "(PostgreSQL) ")
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 1 {
		return b, false
	}
	b.major, err = strconv.Atoi(version[:digits])
	return b, err == nil
}

// describeVersions lists the versions that were found, for an error message.
func describeVersions(found []binaries) string {
	if len(found) == 0 {
		return "none"
	}
	var names []string
	for _, b := range found {
		names = append(names, fmt.Sprintf("%d in %s", b.major, b.dir))
	}
	return strings.Join(names, ", ")
}
