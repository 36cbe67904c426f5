// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/sol-assistenza/sol/cmd/sol/internal/demo"
	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
)

func (a *cli) simulateCommand() *cobra.Command {
	var (
		c    simulator.Config
		addr string
	)
	cmd := &cobra.Command{
		Use: "simulate", Args: cobra.NoArgs,
		Short: "Run simulated connected systems: reports, payments, FSE/ROL",
		Long: `Run simulated connected systems for SOL_CONNECTORS, e.g. {"*": {"url": "http://127.0.0.1:8091", "allow_http": true}}.

The data of a person are derived from the seed and the tax code. To set them:
  curl -X PUT http://127.0.0.1:8091/_people/RSSMRA85T10A562S -d '{"facts": {"found": true, "ours": true},
    "evidence": {"identifier": "REF-1", "produced_on": "2026-11-03"}, "delay": "2s"}'
Instead of facts, "status": 500 makes the request fail and "nonsense": "text" is a malformed answer.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for name, share := range map[string]float64{"errors": c.Errors, "nonsense": c.InvalidAnswers, "unknown": c.Unknown} {
				if share < 0 || share > 1 {
					return fmt.Errorf("--%s: want a share from 0 to 1", name)
				}
			}
			listener, err := net.Listen("tcp", addr)
			if err != nil {
				return fmt.Errorf("simulate: %w", err)
			}
			fmt.Fprintf(a.out, "connected systems listen at http://%s\n", listener.Addr())
			return demo.ServeUntil(cmd.Context(), listener, simulator.New(c))
		},
	}
	f := cmd.Flags()
	f.StringVar(&addr, "addr", "127.0.0.1:8091", "host:port to listen on")
	f.Uint64Var(&c.Seed, "seed", 1, "seed of the generated data")
	f.Float64Var(&c.Errors, "errors", 0.03, "share of people that get a 500 answer")
	f.Float64Var(&c.InvalidAnswers, "nonsense", 0.02, "share of people that get a malformed answer")
	f.Float64Var(&c.Unknown, "unknown", 0.05, "share of people without data")
	f.DurationVar(&c.Delay, "delay", 200*time.Millisecond, "delay of every answer")
	return cmd
}
