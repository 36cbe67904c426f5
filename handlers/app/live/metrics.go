// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/sol-assistenza/sol/projections/lists"
)

// hubMetrics are the metrics of a hub. No metric or label names a person or a ticket.
type hubMetrics struct {
	streams prometheus.Gauge
	changes prometheus.Counter
	delay   prometheus.Histogram
}

func newMetrics(registry prometheus.Registerer) hubMetrics {
	metrics := promauto.With(registry)
	return hubMetrics{
		streams: metrics.NewGauge(prometheus.GaugeOpts{Name: "sol_live_streams", Help: "Open streams of live updates that the hub serves."}),
		changes: metrics.NewCounter(prometheus.CounterOpts{Name: "sol_live_changes_total", Help: "Changes given to streams, one for each stream."}),
		delay: metrics.NewHistogram(prometheus.HistogramOpts{
			Name: "sol_live_delay_seconds", Help: "Time from when a viewer may know of a change until their stream gets it.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2, 12),
		}),
	}
}

// observe records the changes that a stream gets at a time. Changes from before the stream began are counted, and say nothing about delay.
func (m hubMetrics) observe(changes []lists.Change, begun, now time.Time) {
	m.changes.Add(float64(len(changes)))
	for _, c := range changes {
		if c.VisibleFrom.After(begun) {
			m.delay.Observe(max(0, now.Sub(c.VisibleFrom)).Seconds())
		}
	}
}
