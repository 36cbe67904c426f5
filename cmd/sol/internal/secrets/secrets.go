// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package secrets reads or generates the password and PIN of an account. They are never arguments of a command.
package secrets

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/sol-assistenza/sol/handlers/identity"
)

// Secrets are the password and PIN of an account.
type Secrets struct {
	Password, PIN string
	generated     bool // Print must show them
}

// Read reads password and PIN from the terminal, whose questions go to out, or from two lines of standard input, or generates them.
func Read(out io.Writer, generate bool) (s Secrets, err error) {
	if generate {
		s.generated = true
		s.Password, s.PIN, err = identity.GenerateSecrets()
		return s, err
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		ask := func(label string) string {
			fmt.Fprint(out, label+": ")
			typed, e := term.ReadPassword(int(os.Stdin.Fd()))
			fmt.Fprintln(out)
			err = errors.Join(err, e)
			return string(typed)
		}
		s.Password, s.PIN = ask("Password"), ask("PIN")
		return s, err
	}
	lines := bufio.NewScanner(os.Stdin)
	for _, field := range []*string{&s.Password, &s.PIN} {
		if !lines.Scan() {
			return s, errors.New("want two lines on standard input, password and PIN; or use --generate")
		}
		*field = lines.Text()
	}
	return s, nil
}

// Print prints generated secrets. Call it when they are stored.
func (s Secrets) Print(out io.Writer) {
	if s.generated {
		fmt.Fprintf(out, "password %s\nPIN      %s\n", s.Password, s.PIN)
	}
}
