// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/sol-assistenza/sol/handlers/identity"
)

// secrets are what somebody logs in with, beside the user name.
type secrets struct {
	password, pin string
	generated     bool // nobody knows them yet
}

// readSecrets asks for a password and a PIN, never on the command line, or makes them up.
func (a *cli) readSecrets(generate bool) (s secrets, err error) {
	if generate {
		s.generated = true
		s.password, s.pin, err = identity.GenerateSecrets()
		return s, err
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
			return s, errors.New("want two lines on standard input, password and PIN; or use --generate")
		}
		*into = lines.Text()
	}
	return s, nil
}

// print prints what was made up, once it counts.
func (s secrets) print(out io.Writer) {
	if s.generated {
		fmt.Fprintf(out, "password %s\nPIN      %s\n", s.password, s.pin)
	}
}
