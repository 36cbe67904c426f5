// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

var (
	connectionsDesc = prometheus.NewDesc("sol_database_connections", "Connections of a pool, by state: used or idle.", []string{"pool", "state"}, nil)
	maximumDesc     = prometheus.NewDesc("sol_database_connections_max", "Largest number of connections of a pool.", []string{"pool"}, nil)
	givenUpDesc     = prometheus.NewDesc("sol_database_waits_given_up_total", "Callers that gave up waiting for a connection of a pool.", []string{"pool"}, nil)
)

// Describe implements prometheus.Collector.
func (p *Pools) Describe(out chan<- *prometheus.Desc) {
	out <- connectionsDesc
	out <- maximumDesc
	out <- givenUpDesc
}

// Collect implements prometheus.Collector.
func (p *Pools) Collect(out chan<- prometheus.Metric) {
	for _, s := range Specs() {
		if s.Name != Listen {
			collectPool(out, string(s.Name), p.stat(s.Name))
		}
	}
}

func (p *Pools) stat(name Name) *pgxpool.Stat {
	if name == Request {
		return p.Request.pool.Stat()
	}
	return (*p.pool(name)).Stat()
}

func collectPool(out chan<- prometheus.Metric, name string, s *pgxpool.Stat) {
	gauge := func(d *prometheus.Desc, n int32, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), append([]string{name}, labels...)...)
	}
	gauge(connectionsDesc, s.AcquiredConns(), "used")
	gauge(connectionsDesc, s.IdleConns(), "idle")
	gauge(maximumDesc, s.MaxConns())
	out <- prometheus.MustNewConstMetric(givenUpDesc, prometheus.CounterValue, float64(s.CanceledAcquireCount()), name)
}
