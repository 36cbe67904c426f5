// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package masterkey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// maxOutput is the largest output of the command, in bytes. Two keys need 130.
const maxOutput = 4096

// readCommand returns the keys that the command prints, one a line. It runs the command once in commandInterval. When that fails later, it
// returns the error, and until the next run the keys of before: a service that is away for a while ends no node.
func (s *Source) readCommand() ([][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys != nil && time.Since(s.ran) < s.commandInterval {
		return s.keys, nil
	}
	keys, err := run(s.command, s.commandTimeout)
	s.ran = time.Now()
	if err != nil {
		return nil, err
	}
	s.keys = keys
	return keys, nil
}

// run runs a command by the shell and parses what it prints. After the timeout it kills the command with all that it has started.
func run(command string, timeout time.Duration) ([][]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	stdout, stderr := &limitedBuffer{}, &limitedBuffer{cut: true}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // a child that left the group may hold the pipes
	err := cmd.Run()
	switch {
	case stdout.refused:
		return nil, fmt.Errorf("master key: %s printed more than %d bytes; want one key of 64 hexadecimal digits a line", CommandVariable, maxOutput)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("master key: %s did not end within %s%s", CommandVariable, timeout, stderr.lastLine())
	case err != nil:
		return nil, fmt.Errorf("master key: %s failed: %w%s", CommandVariable, err, stderr.lastLine())
	}
	return parse(splitText(stdout.content.String()), "the output of "+CommandVariable)
}

var errTooLong = errors.New("the output is too long")

// limitedBuffer is a buffer of at most maxOutput bytes. With cut it drops what comes after them, otherwise it refuses that.
type limitedBuffer struct {
	content bytes.Buffer // not embedded: io.Copy would fill it without Write
	cut     bool
	refused bool // more was written
}

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if left := maxOutput - b.content.Len(); len(p) > left {
		b.content.Write(p[:left])
		if b.cut {
			return len(p), nil
		}
		b.refused = true
		return left, errTooLong
	}
	return b.content.Write(p)
}

// longHex matches what may be a key, or a part of one.
var longHex = regexp.MustCompile(`[0-9A-Fa-f]{16,}|[0-9A-Za-z+/=_-]{40,}`)

// lastLine returns the last line of the error output for a message, without what may be a key, and "" for none.
func (b *limitedBuffer) lastLine() string {
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(b.content.String(), "?")), "\n")
	line := longHex.ReplaceAllString(strings.TrimSpace(lines[len(lines)-1]), "…")
	if line == "" {
		return ""
	}
	return fmt.Sprintf(": %.200q", line)
}
