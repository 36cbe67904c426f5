// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// programDir is the directory of the program that the tests run.
var programDir string

func TestMain(m *testing.M) {
	var err error
	if programDir, err = os.MkdirTemp("", "sol-program-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	storetest.Run(m, func() error { return os.RemoveAll(programDir) })
}

// program builds sol once for all tests and returns its path.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(programDir, "sol")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// waitTimeout is the longest wait of these tests. What they wait for takes seconds, but the machine may be busy.
const waitTimeout = 3 * time.Minute

// installation is a data directory with the environment of sol for it.
type installation struct {
	t       *testing.T
	program string
	dir     string
	address string
	env     []string
}

// newInstallation makes an empty installation on a free port. It is removed when the test ends.
func newInstallation(t *testing.T, env ...string) *installation {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "sol-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil { // Postgres runs as another user when we are root
		t.Fatal(err)
	}
	i := &installation{t: t, program: path, dir: dir, address: freeAddress(t)}
	i.env = append(os.Environ(), "SOL_DATA_DIR="+dir, "SOL_ADDR="+i.address, "SOL_LIMIT_FORM=1000000", "SOL_LIMIT_PUBLIC=1000000",
		"SOL_LIMIT_SESSION=1000000")
	for _, setting := range env {
		if url, ok := strings.CutPrefix(setting, "SOL_DATABASE_URL="); ok { // servers of tests ask nobody for a password
			i.env = append(i.env, config.TrustedVariables(url)...)
		} else {
			i.env = append(i.env, setting)
		}
	}
	return i
}

// freeAddress returns an address at which nobody listens. Its port is below the range for outgoing connections, so no client of another
// test gets it before sol listens, or while sol is down.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		return listener.Addr().String()
	}
}

// process is a running sol.
type process struct {
	*installation
	cmd    *exec.Cmd
	output *storetest.LogBuffer // the error output; a failed test logs it
	done   chan struct{}        // closed when the process has ended
}

// start starts sol and returns at once.
func (i *installation) start(args ...string) *process {
	i.t.Helper()
	s := &process{installation: i, cmd: exec.Command(i.program, args...), output: &storetest.LogBuffer{}, done: make(chan struct{})}
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = i.env, io.Discard, s.output
	if err := s.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // ProcessState has the result
		close(s.done)
	}()
	i.t.Cleanup(func() {
		s.stop()
		if i.t.Failed() {
			i.t.Logf("output of sol %s:\n%s", strings.Join(args, " "), s.output)
		}
	})
	return s
}

// serve starts the server and returns when it answers.
func (i *installation) serve() *process {
	i.t.Helper()
	s := i.start("serve")
	s.waitFor("the server answers", func() bool { return s.isUp() })
	return s
}

// isUp reports whether the server answers.
func (s *process) isUp() bool {
	response, err := http.Get("http://" + s.address + "/status")
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK
}

// waitFor waits until a condition holds. The test fails if the process ends before or after waitTimeout.
func (s *process) waitFor(what string, met func() bool) {
	s.t.Helper()
	deadline, tick := time.After(waitTimeout), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-s.done:
			s.t.Fatalf("got an end of sol (%s), want: %s", s.cmd.ProcessState, what)
		case <-deadline:
			s.t.Fatalf("got no change within %s, want: %s", waitTimeout, what)
		}
	}
}

// stop sends SIGTERM and returns the exit code.
func (s *process) stop() int { return s.end(syscall.SIGTERM) }

// kill sends SIGKILL.
func (s *process) kill() { s.end(syscall.SIGKILL) }

// end sends a signal, waits for the end and returns the exit code.
func (s *process) end(signal syscall.Signal) int {
	s.t.Helper()
	_ = s.cmd.Process.Signal(signal) // it may have ended before
	select {
	case <-s.done:
	case <-time.After(waitTimeout):
		_ = s.cmd.Process.Kill()
		<-s.done
		s.t.Errorf("got no end within %s after %s, want one", waitTimeout, signal)
	}
	return s.cmd.ProcessState.ExitCode()
}

// run runs a command, also beside a server, and returns its output. The test fails if the command fails.
func (i *installation) run(args ...string) string {
	i.t.Helper()
	out, stderr, err := i.runMayFail(args...)
	if err != nil {
		i.t.Fatalf("sol %s: %v: %s", strings.Join(args, " "), err, stderr)
	}
	return out
}

// runMayFail runs a command and returns its output, error output and error.
func (i *installation) runMayFail(args ...string) (out, stderr string, err error) {
	cmd := exec.Command(i.program, args...)
	var errOutput bytes.Buffer
	cmd.Env, cmd.Stderr = i.env, &errOutput
	output, err := cmd.Output()
	return string(output), errOutput.String(), err
}

// parseJSONLines decodes one JSON object from each line.
func parseJSONLines(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		var v map[string]any
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatalf("%q: %v", s.Text(), err)
		}
		all = append(all, v)
	}
	return all
}
