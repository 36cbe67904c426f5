// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package clamdtest gives a test a real clamd whose signatures know EICAR, the file with which virus scanners are tested, and nothing else.
package clamdtest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/quarantine"
)

// Signature is the name under which the clamd finds EICAR: that of a signature that is not ClamAV's own.
const Signature = "Eicar-Test-Signature.UNOFFICIAL"

// MaxSize is the size in bytes of the largest file that the clamd takes.
const MaxSize = 2 << 20

// EICAR returns the content of the test file. It stands in two parts here, so that no scanner finds it in this repository.
func EICAR() []byte {
	return []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`)
}

// Server is a clamd that can be stopped and started again.
type Server struct {
	Clamd quarantine.Clamd
	t     *testing.T
	dir   string
	cmd   *exec.Cmd // nil: stopped
}

// New returns a clamd that is not started. It is stopped when the test ends.
func New(t *testing.T) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "clamd") // a short path, as a socket needs
	must(t, err)
	s := &Server{t: t, dir: dir}
	t.Cleanup(func() {
		s.Stop()
		if log, err := os.ReadFile(filepath.Join(dir, "log")); err == nil && t.Failed() {
			t.Logf("clamd: %s", log)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.Clamd, err = quarantine.ParseClamd("unix://" + dir + "/socket")
	must(t, err)
	must(t, os.Mkdir(dir+"/signatures", 0o750))
	must(t, os.WriteFile(dir+"/signatures/own.ndb", []byte("Eicar-Test-Signature:0:*:"+hex.EncodeToString(EICAR())+"\n"), 0o600))
	must(t, os.WriteFile(dir+"/clamd.conf", fmt.Appendf(nil, "Foreground yes\nLocalSocket %[1]s/socket\nDatabaseDirectory %[1]s/signatures\nLogFile %[1]s/log\n"+
		"StreamMaxLength %[2]d\nAlertExceedsMax yes\nMaxRecursion 3\nAlertEncrypted yes\nExitOnOOM yes\n", dir, MaxSize), 0o600))
	return s
}

// Start starts the clamd and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	program, err := exec.LookPath("clamd")
	if errors.Is(err, exec.ErrNotFound) {
		program, err = exec.LookPath("/usr/sbin/clamd") // a directory that PATH has for root only
	}
	if err != nil {
		s.t.Fatalf("%v; make setup installs it", err)
	}
	s.cmd = exec.Command(program, "--config-file="+s.dir+"/clamd.conf")
	must(s.t, s.cmd.Start())
	storetest.Eventually(s.t, "clamd answers", func() bool { return s.Clamd.Ping(s.t.Context()) == nil })
}

// Stop kills the clamd, as a crash would.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGKILL)
	_ = s.cmd.Wait() // its exit code says how it was ended
	s.cmd = nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
