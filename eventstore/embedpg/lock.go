// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ensureDir creates the directory if it does not exist, and returns its absolute path without links. For root the directory lets
// other users pass, because the server's user owns directories in it.
func ensureDir(dir string) (string, error) {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return "", err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// acquireLockFile acquires an advisory lock on a file and writes the pid of this process into it. The kernel releases the lock when
// the process ends in any way. Children do not inherit it (close-on-exec), so a server that outlives its sol does not keep it.
func acquireLockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		if errors.Is(err, os.ErrPermission) {
			return nil, fmt.Errorf("%w: %w; start sol as the user who started it before, or set SOL_DATA_DIR to a directory of your own",
				ErrOtherOwner, err)
		}
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		_ = f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return nil, fmt.Errorf("%w by another sol (process %s): stop it, or set SOL_DATA_DIR to another directory",
			ErrInUse, strings.TrimSpace(string(holder)))
	}
	if err := f.Truncate(0); err != nil {
		return f, err
	}
	_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return f, err
}
