// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package chaos damages an installation on purpose, fault by fault, while clients work on it, and then checks that nothing acknowledged
// was lost or stored twice. The installation is real: a primary Postgres with a synchronous standby, several processes of sol serve, each
// behind proxies to both servers, and a mail server.
package chaos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Config configures a run. Program and Dir are required.
type Config struct {
	Program string // path of sol
	Dir     string // an empty directory that the unprivileged user of Postgres can pass through; nothing is removed
	Rounds  int    // number of faults; 0: 1
	Kinds   []Kind // kinds of faults, in turn; nil: all
	Nodes   int    // 0: 3
	Clients int    // clients that work at the same time; 0: 4
	// IdleTimeout is the time that the installation gets at the end to finish what is pending. 0: seven minutes, which is longer than a
	// node that died in the middle of a mail can keep it reserved.
	IdleTimeout time.Duration
	// Progress is called after each round. nil: no call.
	Progress func(done, total int)
}

// Hold and waiting time for closing of the nodes. They are short, so that each round sees their timers.
const (
	hold           = 2 * time.Second
	autoCloseAfter = 3 * time.Second
)

// validate checks the configuration and sets the defaults.
func (c *Config) validate() error {
	c.Rounds, c.Nodes, c.Clients = cmp.Or(c.Rounds, 1), cmp.Or(c.Nodes, 3), cmp.Or(c.Clients, 4)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 7*time.Minute)
	if c.Kinds == nil {
		c.Kinds = Kinds()
	}
	if c.Progress == nil {
		c.Progress = func(int, int) {}
	}
	for _, k := range c.Kinds {
		if !slices.Contains(Kinds(), k) {
			return fmt.Errorf("unknown kind of fault %q; there are %q", k, Kinds())
		}
	}
	if c.Rounds < 1 || c.Clients < 1 || c.Nodes < 2 {
		return errors.New("at least one round, one client and two nodes are needed")
	}
	return nil
}

// Run starts the installation, damages it in each round, waits until nothing is pending, and checks what is stored. The report names what
// was lost or doubled; that is no error of Run.
func Run(ctx context.Context, c Config) (_ Report, err error) {
	if err := c.validate(); err != nil {
		return Report{}, err
	}
	in, err := start(ctx, c)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, in.stop()) }()
	r := Report{Problems: []string{}}
	workload, err := in.startWorkload(ctx)
	if err != nil {
		return Report{}, err
	}
	for n := range c.Rounds {
		kind := c.Kinds[n%len(c.Kinds)]
		workload.setRound(kind)
		begun := time.Now()
		result, err := in.playRound(ctx, kind)
		if err == nil {
			err = in.logRound(kind, begun, result)
		}
		if err != nil {
			return Report{}, errors.Join(fmt.Errorf("round %d, %s: %w", n+1, kind, err), workload.stop())
		}
		r.addRound(kind, result)
		c.Progress(n+1, c.Rounds)
	}
	if err := workload.stop(); err != nil {
		return Report{}, err
	}
	return r, in.check(ctx, workload, &r)
}
