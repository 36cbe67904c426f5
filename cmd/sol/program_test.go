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

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// programDir is where the tests' sol is.
var programDir string

func TestMain(m *testing.M) {
	var err error
	if programDir, err = os.MkdirTemp("", "sol-program-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	storetest.Run(m, func() error { return os.RemoveAll(programDir) })
}

// program builds sol once for all tests.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(programDir, "sol")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// waitTimeout bounds every wait of these tests: for what takes seconds, on a machine that is busy.
const waitTimeout = 3 * time.Minute

// installation is a data directory and how sol is set there.
type installation struct {
	t       *testing.T
	program string
	dir     string
	address string
	env     []string
}

// newInstallation makes an empty installation on a free port. It is stopped and removed when the test ends.
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
	i.env = append(i.env, env...)
	return i
}

// freeAddress is one where nobody listens. Its port is below those that the system gives to connections: no client of another test
// takes it before sol listens there, or while sol is down.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		on, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := on.Close(); err != nil {
			t.Fatal(err)
		}
		return on.Addr().String()
	}
}

// process is a sol that runs.
type process struct {
	*installation
	cmd    *exec.Cmd
	output *outputBuffer
	done   chan struct{} // closed when it has ended
}

// outputBuffer keeps what a process says; it is shown when a test fails.
type outputBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *outputBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *outputBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs sol and returns at once.
func (i *installation) start(args ...string) *process {
	i.t.Helper()
	s := &process{installation: i, cmd: exec.Command(i.program, args...), output: &outputBuffer{}, done: make(chan struct{})}
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = i.env, io.Discard, s.output
	if err := s.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // ProcessState tells
		close(s.done)
	}()
	i.t.Cleanup(func() {
		s.stop()
		if i.t.Failed() {
			i.t.Logf("sol %s said:\n%s", strings.Join(args, " "), s.output)
		}
	})
	return s
}

// serve runs sol and returns when it answers.
func (i *installation) serve() *process {
	i.t.Helper()
	s := i.start("serve")
	s.waitFor("it answers", func() bool { return s.isUp() })
	return s
}

func (s *process) isUp() bool {
	response, err := http.Get("http://" + s.address + "/status")
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK
}

// waitFor waits for a condition, as long as the server runs.
func (s *process) waitFor(what string, met func() bool) {
	s.t.Helper()
	deadline, tick := time.After(waitTimeout), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-s.done:
			s.t.Fatalf("waiting until %s: sol has ended: %s", what, s.cmd.ProcessState)
		case <-deadline:
			s.t.Fatalf("waiting until %s took too long", what)
		}
	}
}

// stop asks sol to end, and tells how it did.
func (s *process) stop() int { return s.end(syscall.SIGTERM) }

// kill gives it no time.
func (s *process) kill() { s.end(syscall.SIGKILL) }

func (s *process) end(signal syscall.Signal) int {
	s.t.Helper()
	_ = s.cmd.Process.Signal(signal) // it may have ended before
	select {
	case <-s.done:
	case <-time.After(waitTimeout):
		_ = s.cmd.Process.Kill()
		<-s.done
		s.t.Errorf("sol did not end after %s", signal)
	}
	return s.cmd.ProcessState.ExitCode()
}

// run runs a command beside whatever runs, and gives what it printed.
func (i *installation) run(args ...string) string {
	i.t.Helper()
	out, stderr, err := i.runMayFail(args...)
	if err != nil {
		i.t.Fatalf("sol %s: %v: %s", strings.Join(args, " "), err, stderr)
	}
	return out
}

// runMayFail is sol for a command that may fail.
func (i *installation) runMayFail(args ...string) (out, stderr string, err error) {
	cmd := exec.Command(i.program, args...)
	var onErr bytes.Buffer
	cmd.Env, cmd.Stderr = i.env, &onErr
	printed, err := cmd.Output()
	return string(printed), onErr.String(), err
}

// parseJSONLines decodes a JSON object a line.
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
