// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are the Prometheus metrics of a runner.
type metrics struct {
	due         *prometheus.GaugeVec
	lateSeconds *prometheus.GaugeVec
	outcomes    *prometheus.CounterVec
}

// newMetrics creates and registers the metrics.
func newMetrics(registerer prometheus.Registerer) metrics {
	f := promauto.With(registerer)
	return metrics{
		due: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sol_saga_timers_due", Help: "Timers that are due and not yet processed.",
		}, []string{"saga"}),
		lateSeconds: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "sol_saga_timers_late_seconds", Help: "Age of the oldest due timer in seconds.",
		}, []string{"saga"}),
		outcomes: f.NewCounterVec(prometheus.CounterOpts{
			Name: "sol_saga_timers_sent_total", Help: "Timers processed, by outcome: done, refused or failed.",
		}, []string{"saga", "outcome"}),
	}
}

// updateGauges sets the gauges from the timers that are due, including failed ones that wait for a retry. Its cost depends on the number
// of these, not of all pending timers.
func (r *Runner) updateGauges(ctx context.Context) error {
	now := r.Store.Now()
	for _, d := range r.Sagas {
		var (
			n        int
			earliest *time.Time
		)
		err := r.Store.Pools().Consumer.QueryRow(ctx, `
			select count(*), min(due_at) from saga.timers
			where saga = $1 and version = $2 and (next_at <= $3 or attempts > 0)`,
			d.ID().Name, d.ID().Version, now).Scan(&n, &earliest)
		if err != nil {
			return err
		}
		late := 0.0
		if earliest != nil {
			late = now.Sub(*earliest).Seconds()
		}
		r.metrics.due.WithLabelValues(d.ID().Name).Set(float64(n))
		r.metrics.lateSeconds.WithLabelValues(d.ID().Name).Set(late)
	}
	return nil
}
