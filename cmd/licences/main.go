// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Command licences prints the licence notices of all Go modules of go.mod, direct and indirect, for whoever passes the program on. It fails for
// a module without a licence on the allowed list.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	modules, err := readModules(ctx, ".")
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	for _, m := range modules {
		if err := m.check(); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s %s (%s)\n", m.Path, m.Version, m.names())
		for _, l := range m.licences {
			fmt.Fprintf(out, "\n%s\n", l.text)
		}
		for _, text := range m.attributions {
			fmt.Fprintf(out, "\n%s\n", text)
		}
		fmt.Fprintf(out, "\n%s\n\n", "--------------------------------------------------------------------------------")
	}
	return out.Flush()
}
