// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/dbproxy"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// Kind is a kind of fault.
type Kind string

// The kinds. A node fault hits one node while the others work; a database fault hits all.
const (
	KillNode            Kind = "kill-node"   // SIGKILL
	FreezeNode          Kind = "freeze-node" // SIGSTOP: the node holds all its connections
	StopNode            Kind = "stop-node"   // SIGTERM
	CutNode             Kind = "cut"         // the node's connections to the database break
	HalfOpen            Kind = "half-open"   // they stay open, and nothing passes
	Slow                Kind = "slow"        // everything passes 200 ms late, each way
	KillPrimary         Kind = "kill-primary"
	FreezePrimary       Kind = "freeze-primary"
	LoseStandby         Kind = "lose-standby"
	PromoteStandby      Kind = "promote"              // the primary dies, the standby is promoted
	LoseStandbyRestart  Kind = "lose-standby-restart" // the standby is lost, then the primary dies and is restarted
	LoseStandbyPromoted Kind = "lose-standby-promote" // the standby is lost, then the primary dies and the standby is promoted
	RotateKeys          Kind = "rotate-keys"          // no fault: new keys under load, and the rotation is killed on the way
)

// Kinds lists all kinds of faults.
func Kinds() []Kind {
	return []Kind{KillNode, FreezeNode, StopNode, CutNode, HalfOpen, Slow, KillPrimary, FreezePrimary, LoseStandby, PromoteStandby,
		LoseStandbyRestart, LoseStandbyPromoted, RotateKeys}
}

// The time for which nodes see the database frozen or without its standby.
const (
	outageDuration    = 8 * time.Second  // at least
	repeatDuration    = 3 * time.Second  // after the first refusal
	maxOutageDuration = 20 * time.Second // if nothing is refused
)

// fault is a fault in one round. inject returns the time from which the others can take over: that of the fault, or that at which the
// database can work again.
type fault struct {
	inject func(context.Context) (time.Time, error)
	heal   func(context.Context) error
	victim *node // nil: the database
}

// newFault returns a fault of a kind. Node faults hit victim.
func (in *installation) newFault(kind Kind, victim *node, r *roundResult) fault {
	switch kind {
	case KillNode:
		return endNode(victim, syscall.SIGKILL)
	case StopNode:
		return endNode(victim, syscall.SIGTERM)
	case FreezeNode:
		return fault{victim: victim,
			inject: func(context.Context) (time.Time, error) {
				victim.frozen.Store(true)
				return time.Now(), victim.signal(syscall.SIGSTOP)
			},
			heal: func(context.Context) error {
				victim.frozen.Store(false)
				return victim.signal(syscall.SIGCONT)
			}}
	case CutNode:
		return damageConnections(victim, dbproxy.Refusing)
	case HalfOpen:
		return damageConnections(victim, dbproxy.Silent)
	case Slow:
		return damageConnections(victim, dbproxy.Slow)
	case KillPrimary:
		return fault{heal: noHealing, inject: func(ctx context.Context) (time.Time, error) {
			since := time.Now()
			in.pair.Primary().Kill()
			return since, in.pair.Primary().Start(ctx)
		}}
	case FreezePrimary:
		return fault{heal: noHealing, inject: func(ctx context.Context) (time.Time, error) {
			in.pair.Primary().Pause()
			defer in.pair.Primary().Resume()
			err := in.expectRefusals(ctx, r)
			return time.Now(), err
		}}
	case LoseStandby:
		return fault{heal: noHealing, inject: func(ctx context.Context) (time.Time, error) {
			if err := in.loseStandby(ctx, r); err != nil {
				return time.Time{}, err
			}
			return time.Now(), in.pair.Standby().Start(ctx)
		}}
	case PromoteStandby:
		return fault{heal: noHealing, inject: func(ctx context.Context) (time.Time, error) {
			since := time.Now()
			if err := in.pair.Promote(ctx); err != nil {
				return time.Time{}, err
			}
			return since, in.rejoin(ctx)
		}}
	case LoseStandbyRestart:
		return fault{heal: noHealing, inject: func(ctx context.Context) (time.Time, error) {
			if err := in.loseStandby(ctx, r); err != nil {
				return time.Time{}, err
			}
			in.pair.Primary().Kill()
			if err := in.pair.Primary().Start(ctx); err != nil {
				return time.Time{}, err
			}
			if err := in.expectRefusals(ctx, r); err != nil {
				return time.Time{}, err
			}
			return time.Now(), in.pair.Standby().Start(ctx)
		}}
	case RotateKeys:
		return fault{heal: noHealing, inject: in.rotateKeys}
	case LoseStandbyPromoted:
		return fault{heal: noHealing, inject: func(ctx context.Context) (time.Time, error) {
			if err := in.loseStandby(ctx, r); err != nil {
				return time.Time{}, err
			}
			in.pair.Primary().Kill()
			if err := in.pair.Standby().Start(ctx); err != nil {
				return time.Time{}, err
			}
			if err := in.pair.Promote(ctx); err != nil {
				return time.Time{}, err
			}
			if err := in.startWithoutStandby(ctx, r); err != nil {
				return time.Time{}, err
			}
			return time.Now(), in.rejoin(ctx)
		}}
	}
	panic("no such kind: " + string(kind)) // validate checked it
}

func noHealing(context.Context) error { return nil }

// endNode ends the process of a node by a signal; healing starts it again.
func endNode(victim *node, s syscall.Signal) fault {
	return fault{victim: victim,
		inject: func(context.Context) (time.Time, error) { return time.Now(), victim.signal(s) },
		heal: func(ctx context.Context) error {
			if err := victim.end(ctx, s); err != nil {
				return err
			}
			return victim.start()
		}}
}

// damageConnections sets the mode of a node's proxies; healing lets them forward again.
func damageConnections(victim *node, mode dbproxy.Mode) fault {
	return fault{victim: victim,
		inject: func(context.Context) (time.Time, error) {
			victim.setMode(mode)
			return time.Now(), nil
		},
		heal: func(context.Context) error {
			victim.setMode(dbproxy.Forwarding)
			return nil
		}}
}

// loseStandby kills the standby and checks what commands and reads get from then on.
func (in *installation) loseStandby(ctx context.Context, r *roundResult) error {
	in.pair.Standby().Kill()
	return in.expectReadsOnly(ctx, r)
}

// startWithoutStandby starts a node again while the primary has no standby: it starts, and commands get no other answer than before.
func (in *installation) startWithoutStandby(ctx context.Context, r *roundResult) error {
	n := in.nodes[len(in.nodes)-1]
	if err := n.end(ctx, syscall.SIGKILL); err != nil {
		return err
	}
	if err := n.start(); err != nil {
		return err
	}
	if err := in.waitUntilUp(ctx); err != nil {
		return err
	}
	return in.expectReadsOnly(ctx, r)
}

// expectReadsOnly checks that commands are refused, and that reads and log-ins are not.
func (in *installation) expectReadsOnly(ctx context.Context, r *roundResult) error {
	reading, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		in.read(reading, r)
	}()
	err := in.expectRefusals(ctx, r)
	stop()
	<-ended
	return err
}

// rejoin gives a promoted server a new standby, behind the proxies of the old primary.
func (in *installation) rejoin(ctx context.Context) error {
	if err := in.pair.Rejoin(ctx); err != nil {
		return err
	}
	slot := slices.IndexFunc(in.slots[:], func(s *embedpg.PairServer) bool { return s != in.pair.Primary() })
	in.slots[slot] = in.pair.Standby()
	for _, n := range in.nodes {
		n.proxies[slot].SetSocket(in.slots[slot].Socket())
	}
	return nil
}

// expectRefusals sends one command again and again to a database that cannot confirm it, for outageDuration and until it was repeated for
// a while after a refusal. An answer that it was carried out is a fault of the nodes: a failover now would lose it.
func (in *installation) expectRefusals(ctx context.Context, r *roundResult) error {
	c, command := newClient(in.nodes, 0, nil, &in.refusals), in.probe()
	start, refused := time.Now(), false
	for end := start.Add(maxOutageDuration); time.Now().Before(end); c.next++ {
		a, err := c.attempt(ctx, command)
		switch {
		case err == nil && a.accepted():
			r.problems = append(r.problems, fmt.Sprintf("%s was acknowledged %s after the loss of the standby or the primary: %s", command.key,
				time.Since(start).Round(time.Millisecond), a.raw))
			r.unconfirmed++
			return nil
		case err == nil:
			return fmt.Errorf("probe: %s", a.raw)
		case errors.Is(err, errRefused) && !refused:
			end, refused = start.Add(max(outageDuration, time.Since(start)+repeatDuration)), true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryDelay):
		}
	}
	return nil
}

// read logs in and reads the queues until ctx ends, and counts how often that fails.
func (in *installation) read(ctx context.Context, r *roundResult) {
	c := newClient(in.nodes, 0, &in.operators[len(in.operators)-1], &refusals{})
	for ; ctx.Err() == nil; c.next++ {
		err := c.logIn(ctx)
		if err == nil {
			_, err = c.attempt(ctx, request{method: "GET", path: "/api/v1/queues"})
		}
		if ctx.Err() != nil {
			return
		}
		r.reads++
		if err != nil {
			r.readsFailed++
		}
	}
}
