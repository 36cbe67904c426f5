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
	made          bool // nobody knows them yet
}

// secrets asks for a password and a PIN, never on the command line, or makes them up.
func (a *app) secrets(generate bool) (s secrets, err error) {
	if generate {
		s.made = true
		s.password, s.pin, err = identity.MakeSecrets()
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
