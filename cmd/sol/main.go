// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Command sol is SOL Assistenza: the server, its demo, and the commands of those who run it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go stopOnSignal(signals, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// secondSignalDelay is how long after the first signal another one means it. Sooner it is the same one: timeout, make and
// terminals send theirs to the group as well as to the process.
const secondSignalDelay = 2 * time.Second

// stopOnSignal stops the program in order at the first signal, and at once when somebody insists.
func stopOnSignal(signals <-chan os.Signal, stop func()) {
	<-signals
	stop()
	for first := time.Now(); ; {
		<-signals
		if time.Since(first) > secondSignalDelay {
			os.Exit(exitFailed)
		}
	}
}
