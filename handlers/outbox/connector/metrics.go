// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package connector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/sony/gobreaker"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/sagas"
)

type metrics struct {
	outcomes    *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	breakerOpen *prometheus.GaugeVec
}

func newMetrics(to prometheus.Registerer) metrics {
	f := promauto.With(to)
	return metrics{
		outcomes: f.NewCounterVec(prometheus.CounterOpts{
			Name: "sol_connector_requests_total", Help: "Requests to connected systems, by entity, query and result.",
		}, []string{"entity", "query", "outcome"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sol_connector_request_duration_seconds", Help: "Duration of a request to a connected system, retries included.",
		}, []string{"query"}),
		breakerOpen: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sol_connector_breaker_open", Help: "Circuit breaker of an entity's systems: 1 open, 0.5 half-open, 0 closed.",
		}, []string{"entity"}),
	}
}

func (m metrics) observe(q sagas.ConnectorQuestion, outcome string, took time.Duration) {
	m.outcomes.WithLabelValues(string(q.Entity), string(q.Query), outcome).Inc()
	m.seconds.WithLabelValues(string(q.Query)).Observe(took.Seconds())
}

func (m metrics) setBreaker(entity catalog.EntityCode, to gobreaker.State) {
	m.breakerOpen.WithLabelValues(string(entity)).Set(map[gobreaker.State]float64{gobreaker.StateOpen: 1, gobreaker.StateHalfOpen: 0.5}[to])
}
