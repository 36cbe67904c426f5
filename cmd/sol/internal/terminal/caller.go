// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package terminal identifies the person at the command line.
package terminal

import (
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// Caller returns who looks at the terminal, for access records: the user of the operating system, with the one who became it by sudo, the
// machine, and the address of an ssh client. The user can set the two variables of the environment, and not the id.
func Caller(env func(string) string, cmd *cobra.Command) app.Caller {
	name := strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil { // without an entry in the user database the number stays
		name = u.Username
	}
	if before := env("SUDO_USER"); before != "" {
		name += " (sudo: " + before + ")"
	}
	host, _ := os.Hostname() // "" if the system does not tell it
	address, _, _ := strings.Cut(env("SSH_CLIENT"), " ")
	return app.Caller{
		Actor:  person.Actor{ID: "os:" + name, Role: person.Administrator},
		Client: accesslog.Client{CommandLine: true, Purpose: cmd.CommandPath(), Workstation: host, Address: address},
	}
}
