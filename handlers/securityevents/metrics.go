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
}

func newCounts(r prometheus.Registerer) counts {
	return counts{
		sent: promauto.With(r).NewCounterVec(prometheus.CounterOpts{
			Name: "sol_security_events_total", Help: "Security events that the receiver got from this node, by kind.",
		}, []string{"kind"}),
		failures: promauto.With(r).NewCounter(prometheus.CounterOpts{
			Name: "sol_security_events_failures_total", Help: "Failed attempts of this node to send security events.",
		}),
	}
}
