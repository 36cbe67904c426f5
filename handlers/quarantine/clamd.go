// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package quarantine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Clamd is the address of a clamd. The zero value is none.
type Clamd struct {
	network, address string

	Timeout time.Duration // of one scan, the connection included
	MaxSize int64         // bytes of the largest file that is sent; clamd's own limit (StreamMaxLength) may be lower
}

// Defaults of a Clamd. The size is that of clamd's StreamMaxLength on Debian.
const (
	DefaultTimeout = time.Minute
	DefaultMaxSize = 25 << 20
)

// ErrAddress refuses an address that is none of a clamd.
var ErrAddress = errors.New("want tcp://host:3310 or unix:///run/clamav/clamd.ctl")

// ParseClamd returns the clamd at tcp://host:port or unix:///path, with the defaults.
func ParseClamd(text string) (Clamd, error) {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Clamd{}, ErrAddress
	}
	c := Clamd{network: u.Scheme, Timeout: DefaultTimeout, MaxSize: DefaultMaxSize}
	switch {
	case u.Scheme == "unix" && u.Host == "" && filepath.IsAbs(u.Path):
		c.address = u.Path
	case u.Scheme == "tcp" && u.Hostname() != "" && u.Port() != "" && u.Path == "":
		c.address = u.Host
	default:
		return Clamd{}, ErrAddress
	}
	return c, nil
}

// IsSet reports whether there is a clamd.
func (c Clamd) IsSet() bool { return c.address != "" }

func (c Clamd) String() string { return c.network + "://" + c.address }

// Finding is the answer of clamd about one file.
type Finding struct {
	Verdict   Verdict
	Signature string // clamd's name of what it found; empty if the file is clean
}

// Verdict is what the scanner says of a file. It is a stored name.
type Verdict string

// The verdicts.
const (
	Clean       Verdict = "clean"
	Infected    Verdict = "infected"
	Unscannable Verdict = "unscannable" // clamd could not look into all of it: it is encrypted, or beyond clamd's limits
)

var (
	// errNoAnswer is the error of a clamd that does not answer.
	errNoAnswer = errors.New("clamd does not answer")
	// errTooLarge is the error of a file that clamd does not take.
	errTooLarge = errors.New("the file is larger than clamd takes: raise StreamMaxLength in clamd.conf, and SOL_CLAMD_MAX_SIZE")
)

const (
	chunkSize = 64 << 10 // bytes of a file that are sent with one length
	maxAnswer = 4 << 10  // bytes
)

// Ping returns an error if clamd does not answer.
func (c Clamd) Ping(ctx context.Context) error {
	answer, err := c.ask(ctx, "PING", nil)
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("%w as clamd does: %q", errNoAnswer, answer)
	}
	return err
}

// Scan sends a file to clamd. Errors: errNoAnswer, errTooLarge, and what clamd says. After an error nothing is known of the file.
func (c Clamd) Scan(ctx context.Context, content []byte) (Finding, error) {
	if int64(len(content)) > c.MaxSize {
		return Finding{}, errTooLarge
	}
	answer, err := c.ask(ctx, "INSTREAM", content)
	if err != nil {
		return Finding{}, err
	}
	return parseAnswer(answer)
}

// parseAnswer reads an answer to INSTREAM: «stream: OK», «stream: NAME FOUND» or «… ERROR».
func parseAnswer(answer string) (Finding, error) {
	result, ofStream := strings.CutPrefix(answer, "stream: ")
	name, found := strings.CutSuffix(result, " FOUND")
	switch {
	case ofStream && result == "OK":
		return Finding{Verdict: Clean}, nil
	case ofStream && found && name != "":
		f := Finding{Infected, cleanSignature(name)}
		if strings.HasPrefix(name, "Heuristics.Limits.Exceeded") || strings.HasPrefix(name, "Heuristics.Encrypted") {
			f.Verdict = Unscannable
		}
		return f, nil
	case strings.Contains(answer, "size limit exceeded"):
		return Finding{}, errTooLarge
	}
	return Finding{}, fmt.Errorf("clamd answered %q", answer)
}

// maxSignature is the maximum length of the name of a signature that is kept.
const maxSignature = 200

// cleanSignature returns the name of a signature without characters that a page or log should not show.
func cleanSignature(name string) string {
	name = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), maxSignature)]
}

// ask sends a command, with the content of a file if it is not nil, and returns the answer. Each command has a connection of its own, so that a
// clamd that was restarted is found again.
func (c Clamd) ask(ctx context.Context, command string, content []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // ends a read or write
	defer stop()
	_, sendErr := conn.Write([]byte("z" + command + "\x00"))
	if sendErr == nil && content != nil {
		sendErr = send(conn, content)
	}
	// A clamd that takes no more answers why and closes the connection, so that sending fails. Another answer is not about the whole file.
	answer, err := io.ReadAll(io.LimitReader(conn, maxAnswer))
	answer = bytes.TrimRight(answer, "\x00\n")
	if len(answer) == 0 || err != nil && sendErr == nil || sendErr != nil && !bytes.HasSuffix(answer, []byte("ERROR")) {
		return "", fmt.Errorf("%w: %w", errNoAnswer, errors.Join(sendErr, err, ctx.Err()))
	}
	return string(answer), nil
}

// send sends a file in chunks, each after its length, and a length of zero.
func send(w io.Writer, content []byte) error {
	for len(content) > 0 {
		chunk := content[:min(len(content), chunkSize)]
		content = content[len(chunk):]
		if _, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(chunk))), chunk...)); err != nil {
			return err
		}
	}
	_, err := w.Write(make([]byte, 4))
	return err
}
