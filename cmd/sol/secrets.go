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

// secrets are the password and PIN of an account.
type secrets struct {
	password, pin string
	generated     bool // print must show them
}

// readSecrets reads password and PIN from the terminal or from two lines of standard input, or generates them. They are never
// arguments.
func (a *cli) readSecrets(generate bool) (s secrets, err error) {
	if generate {
		s.generated = true
		s.password, s.pin, err = identity.GenerateSecrets()
		return s, err
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		ask := func(label string) string {
			fmt.Fprint(a.err, label+": ")
			typed, e := term.ReadPassword(int(os.Stdin.Fd()))
			fmt.Fprintln(a.err)
			err = errors.Join(err, e)
			return string(typed)
		}
		s.password, s.pin = ask("Password"), ask("PIN")
		return s, err
	}
	lines := bufio.NewScanner(os.Stdin)
	for _, field := range []*string{&s.password, &s.pin} {
		if !lines.Scan() {
			return s, errors.New("want two lines on standard input, password and PIN; or use --generate")
		}
		*field = lines.Text()
	}
	return s, nil
}

// print prints generated secrets. Call it when they are stored.
func (s secrets) print(out io.Writer) {
	if s.generated {
		fmt.Fprintf(out, "password %s\nPIN      %s\n", s.password, s.pin)
	}
}
