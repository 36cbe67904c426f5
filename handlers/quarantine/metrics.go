// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package quarantine

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// counts are the metrics of a Scanner.
type counts struct {
	scans    *prometheus.CounterVec
	failures prometheus.Counter
	waiting  prometheus.Gauge
	age      prometheus.Gauge
}

func newCounts(r prometheus.Registerer) counts {
	f := promauto.With(r)
	return counts{
		scans: f.NewCounterVec(prometheus.CounterOpts{
			Name: "sol_file_scans_total", Help: "Files that clamd scanned on this node, by verdict: clean, infected, unscannable; erased: before their scan.",
		}, []string{"verdict"}),
		failures: f.NewCounter(prometheus.CounterOpts{
			Name: "sol_file_scan_failures_total", Help: "Scans on this node that ended without a verdict; the file is scanned again.",
		}),
		waiting: f.NewGauge(prometheus.GaugeOpts{Name: "sol_files_in_quarantine", Help: "Files that wait for their scan. All nodes together."}),
		age:     f.NewGauge(prometheus.GaugeOpts{Name: "sol_files_in_quarantine_seconds", Help: "Age of the file that has waited longest for its scan; 0: none waits. All nodes together."}),
	}
}
