// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that the server runs as: sol's own user, or an unprivileged user when sol runs as root, because Postgres
// refuses to run as root.
type account struct {
	name     string
	uid, gid int
	isOther  bool // not the user that sol runs as
}

// chooseAccount returns the account. If the directory data exists, it is the candidate that owns data.
// Error: ErrOtherOwner.
func chooseAccount(data string) (account, error) {
	candidates := []account{{name: userName(os.Geteuid()), uid: os.Geteuid(), gid: os.Getegid()}}
	if os.Geteuid() == 0 {
		candidates = unprivilegedAccounts()
	}
	if len(candidates) == 0 {
		return account{}, errors.New("started by root, and there is neither a user postgres nor a user nobody to run the server as")
	}
	owner, err := ownerOf(data)
	if errors.Is(err, os.ErrNotExist) {
		return candidates[0], nil
	}
	if err != nil {
		return account{}, err
	}
	for _, a := range candidates {
		if a.uid == owner {
			return a, nil
		}
	}
	return account{}, fmt.Errorf("%w: %s belongs to user %s, the server would run as %s; start sol as %s, "+
		"or set SOL_DATA_DIR to another directory", ErrOtherOwner, data, userName(owner), candidates[0].name, userName(owner))
}

// unprivilegedAccounts returns those of the users postgres and nobody that exist.
func unprivilegedAccounts() []account {
	var found []account
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if errUID == nil && errGID == nil {
			found = append(found, account{name: name, uid: uid, gid: gid, isOther: true})
		}
	}
	return found
}

// ownerOf returns the uid of the owner of a path. It does not follow a link.
func ownerOf(path string) (int, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, fmt.Errorf("%s: no owner", path)
	}
	return int(stat.Uid), nil
}

// userName returns the name of a user, or the uid when the user has no name.
func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// prepareCommand makes a command run as the account in dir. The command gets its own session, so that an interrupt at the terminal
// reaches only sol, and an environment without the variables that Postgres reads.
func (a account) prepareCommand(cmd *exec.Cmd, dir string) {
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.isOther {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// chown makes the account the owner of path.
func (a account) chown(path string) error {
	if !a.isOther {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// checkAccess runs a command in dir as the account, and returns ErrUnreachable when that fails.
func (a account) checkAccess(bin binaries, dir string) error {
	cmd := exec.Command(bin.path("postgres"), "--version")
	a.prepareCommand(cmd, dir)
	err := cmd.Run()
	if err == nil {
		return nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		if info, errStat := os.Stat(at); errStat == nil && info.Mode()&0o001 == 0 {
			return fmt.Errorf("%w: user %s, as which the server runs when sol is started by root, cannot pass through %s; "+
				"set SOL_DATA_DIR to a directory that it can reach, such as /var/lib/sol", ErrUnreachable, a.name, at)
		}
		if at == filepath.Dir(at) {
			return fmt.Errorf("%w: as user %s: %w", ErrUnreachable, a.name, err)
		}
	}
}
