// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// counts are the metrics of a forwarder.
type counts struct {
	sent     *prometheus.CounterVec
	failures prometheus.Counter
	waiting  prometheus.Gauge
	late     prometheus.Gauge
	dropped  prometheus.Gauge
}

func newCounts(r prometheus.Registerer) counts {
	return counts{
		sent: promauto.With(r).NewCounterVec(prometheus.CounterOpts{
			Name: "sol_security_events_total", Help: "Security events that the receiver got from this node, by kind.",
		}, []string{"kind"}),
		waiting: promauto.With(r).NewGauge(prometheus.GaugeOpts{
			Name: "sol_security_events_waiting", Help: "Security events that the receiver lacks after a failure; 0 while all is well. All nodes together.",
		}),
		late: promauto.With(r).NewGauge(prometheus.GaugeOpts{
			Name: "sol_security_events_late_seconds", Help: "Time since the receiver had all security events. All nodes together.",
		}),
		dropped: promauto.With(r).NewGauge(prometheus.GaugeOpts{
			Name: "sol_security_events_dropped", Help: "Security events that were not stored because too many waited, and of which the receiver does not know yet.",
		}),
		failures: promauto.With(r).NewCounter(prometheus.CounterOpts{
			Name: "sol_security_events_failures_total", Help: "Failed attempts of this node to send security events.",
		}),
	}
}
