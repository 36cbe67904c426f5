// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Command sol is SOL Assistenza: the server, its demo and the commands for administrators. It wires the packages and holds no rules.
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

// secondSignalDelay is the time after the first signal from which another signal ends the process at once. An earlier one may be a copy
// of the first: timeout, make and terminals send a signal to the process group as well as to the process.
const secondSignalDelay = 2 * time.Second

// stopOnSignal calls stop at the first signal, for an ordered shutdown, and exits at a later second signal.
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
