// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"

	"golang.org/x/term"
)

// secrets asks for a password and a PIN, never on the command line.
func (a *app) secrets(generate bool) (password, pin string, err error) {
	if generate {
		bits := make([]byte, 15)
		rand.Read(bits)
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return "", "", err
		}
		password, pin = strings.ToLower(base32.StdEncoding.EncodeToString(bits)), fmt.Sprintf("%06d", n)
		fmt.Fprintf(a.out, "password %s\nPIN      %s\n", password, pin)
		return password, pin, nil
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		ask := func(what string) string {
			fmt.Fprint(a.err, what+": ")
			typed, e := term.ReadPassword(int(os.Stdin.Fd()))
			fmt.Fprintln(a.err)
			err = errors.Join(err, e)
			return string(typed)
		}
		return ask("Password"), ask("PIN"), err
	}
	lines := bufio.NewScanner(os.Stdin)
	for _, into := range []*string{&password, &pin} {
		if !lines.Scan() {
			return "", "", errors.New("want two lines on standard input, the password and the PIN; or --generate")
		}
		*into = lines.Text()
	}
	return password, pin, nil
}
