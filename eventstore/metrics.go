// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics holds the Prometheus metrics of the log. No metric or label names a person or a ticket.
type metrics struct {
	store         *Store
	registry      prometheus.Registerer
	appends       *prometheus.CounterVec
	batchSize     prometheus.Histogram
	commitSeconds prometheus.Histogram
	retries       prometheus.Counter
	failures      *prometheus.CounterVec

	mu      sync.Mutex
	leading map[consumerKey]leadingState // of the consumers that this node leads
}

// leadingState is what this node knows of a consumer that it leads.
type leadingState struct {
	position int64 // checkpoint
	skipped  int   // number of skipped streams
}

// consumerKey identifies a version of a consumer.
type consumerKey struct {
	name    string
	version int
}

// newMetrics creates the metrics of a store and registers them, if there is a registry.
func newMetrics(s *Store, registry prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		store: s, registry: registry, leading: make(map[consumerKey]leadingState),
		appends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sol_log_appends_total", Help: "Appends by outcome: stored, repeated, conflict, key_reused.",
		}, []string{"outcome"}),
		batchSize: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sol_log_batch_appends", Help: "Appends in one commit.", Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		commitSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sol_log_commit_seconds", Help: "Duration of a batch, commit included.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15),
		}),
		retries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sol_log_retries_total", Help: "Batches sent again because the database failed.",
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sol_consumer_failures_total", Help: "Batches that a consumer could not handle.",
		}, []string{"consumer"}),
	}
	if registry == nil {
		return m, nil
	}
	for _, c := range m.collectors() {
		if err := registry.Register(c); err != nil {
			m.close()
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}

// collectors returns everything that is registered.
func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.appends, m.batchSize, m.commitSeconds, m.retries, m.failures, m, m.store.pools}
}

// close unregisters the metrics.
func (m *metrics) close() {
	if m.registry == nil {
		return
	}
	for _, c := range m.collectors() {
		m.registry.Unregister(c)
	}
}

// observeBatch records the size and duration of a commit.
func (m *metrics) observeBatch(appends int, duration time.Duration) {
	m.batchSize.Observe(float64(appends))
	m.commitSeconds.Observe(duration.Seconds())
}

// countAppend counts an append by its outcome.
func (m *metrics) countAppend(a answer) {
	outcome := "stored"
	switch {
	case errors.Is(a.err, ErrConflict):
		outcome = "conflict"
	case errors.Is(a.err, ErrKeyReused):
		outcome = "key_reused"
	case a.Repeated:
		outcome = "repeated"
	}
	m.appends.WithLabelValues(outcome).Inc()
}

// setLeading records the state of a consumer that this node leads.
func (m *metrics) setLeading(c Consumer, position int64, k skips) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leading[consumerKey{c.Name, c.Version}] = leadingState{position, len(k.streams)}
}

// clearLeading records that this node does not lead the consumer any more.
func (m *metrics) clearLeading(c Consumer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.leading, consumerKey{c.Name, c.Version})
}

var (
	headDesc = prometheus.NewDesc("sol_log_head_position", "Position of the last event this node knows of.", nil, nil)
	lagDesc  = prometheus.NewDesc("sol_consumer_lag_events", "Events behind the head, on the node that leads the consumer.",
		[]string{"consumer", "version"}, nil)
	skippedDesc = prometheus.NewDesc("sol_consumer_skipped_streams", "Streams that a consumer has left at an event of a newer release.",
		[]string{"consumer", "version"}, nil)
)

// Describe implements prometheus.Collector.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	out <- headDesc
	out <- lagDesc
	out <- skippedDesc
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	head := m.store.notifier.Head()
	out <- prometheus.MustNewConstMetric(headDesc, prometheus.GaugeValue, float64(head))
	m.mu.Lock()
	defer m.mu.Unlock()
	for c, state := range m.leading {
		version := strconv.Itoa(c.version)
		out <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, float64(max(0, head-state.position)), c.name, version)
		out <- prometheus.MustNewConstMetric(skippedDesc, prometheus.GaugeValue, float64(state.skipped), c.name, version)
	}
}
