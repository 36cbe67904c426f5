// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package faults makes a node of several fail, for tests and benchmarks of the takeover by the others, and tells which of the work that was
// open then is not done yet.
package faults

import (
	"os"
	"syscall"

	"github.com/sol-assistenza/sol/cmd/sol/internal/dbproxy"
)

// Fault is a way in which a node fails.
type Fault string

// The faults.
const (
	Kill     Fault = "kill"      // the process ends at once (SIGKILL)
	Stop     Fault = "stop"      // the process ends in order (SIGTERM)
	Freeze   Fault = "freeze"    // the process stands still and keeps its connections (SIGSTOP)
	HalfOpen Fault = "half-open" // the network between node and database loses everything; no connection is closed
	Slow     Fault = "slow"      // the network between node and database takes dbproxy.SlowDelay longer, each way
)

// All returns all faults.
func All() []Fault { return []Fault{Kill, Stop, Freeze, HalfOpen, Slow} }

// Kinds returns all faults as text.
func Kinds() (kinds []string) {
	for _, f := range All() {
		kinds = append(kinds, string(f))
	}
	return kinds
}

// Apply makes the node fail that is the process and that reaches its database by the proxy.
func (f Fault) Apply(node *os.Process, p *dbproxy.Proxy) error {
	switch f {
	case Kill:
		return node.Signal(syscall.SIGKILL)
	case Stop:
		return node.Signal(syscall.SIGTERM)
	case Freeze:
		return node.Signal(syscall.SIGSTOP)
	case HalfOpen:
		p.SetMode(dbproxy.Stalled)
	case Slow:
		p.SetMode(dbproxy.Slow)
	}
	return nil
}

// Undo ends a fault after which the node still runs.
func (f Fault) Undo(node *os.Process, p *dbproxy.Proxy) error {
	p.SetMode(dbproxy.Forwarding)
	if f == Freeze {
		return node.Signal(syscall.SIGCONT)
	}
	return nil
}

// EndsNode reports whether the process of the node ends by the fault.
func (f Fault) EndsNode() bool { return f == Kill || f == Stop }
