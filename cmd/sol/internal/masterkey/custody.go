// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package masterkey

import (
	"os"
	"path/filepath"
	"strings"
)

// Faults returns what is wrong with how the key is kept, in sentences, for an installation with this data directory. It is empty for keys that the
// environment or a command gives, and for a file that is not there yet.
func (s *Source) Faults(dataDir string) (faults []string) {
	info, err := os.Stat(s.file)
	if s.file == "" || err != nil {
		return nil
	}
	if isInside(s.file, dataDir) {
		faults = append(faults, "the master key lies in the data directory: whoever gets a copy of the directory, or its backup, gets the key with it. Keep it elsewhere and name it in "+
			FileVariable+", or have a command give it (docs/operating.md, Custody of the master key)")
	}
	if info.Mode().Perm()&0o077 != 0 {
		faults = append(faults, "others than its owner may read or write the file of the master key: set its mode to 0600")
	}
	return faults
}

// isInside reports whether a file is in a directory, or below it, whatever symbolic links lead there.
func isInside(file, dir string) bool {
	rel, err := filepath.Rel(resolve(dir), resolve(file))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// resolve returns an absolute path without symbolic links, as far as they can be followed.
func resolve(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if followed, err := filepath.EvalSymlinks(path); err == nil {
		return followed
	}
	return path
}
