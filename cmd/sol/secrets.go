// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"

	"golang.org/x/term"
)

// secrets are what somebody logs in with, beside the user name.
type secrets struct {
	password, pin string
	made          bool // nobody knows them yet
}

// secrets asks for a password and a PIN, never on the command line, or makes them up.
func (a *app) secrets(generate bool) (s secrets, err error) {
	if generate {
		bits := make([]byte, 15)
		rand.Read(bits)
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		return secrets{strings.ToLower(base32.StdEncoding.EncodeToString(bits)), fmt.Sprintf("%06d", n), true}, err
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		ask := func(what string) string {
			fmt.Fprint(a.err, what+": ")
			typed, e := term.ReadPassword(int(os.Stdin.Fd()))
			fmt.Fprintln(a.err)
			err = errors.Join(err, e)
			return string(typed)
		}
		s.password, s.pin = ask("Password"), ask("PIN")
		return s, err
	}
	lines := bufio.NewScanner(os.Stdin)
	for _, into := range []*string{&s.password, &s.pin} {
		if !lines.Scan() {
			return s, errors.New("want two lines on standard input, the password and the PIN; or --generate")
		}
		*into = lines.Text()
	}
	return s, nil
}

// tell prints what was made up, once it counts.
func (s secrets) tell(out io.Writer) {
	if s.made {
		fmt.Fprintf(out, "password %s\nPIN      %s\n", s.password, s.pin)
	}
}
