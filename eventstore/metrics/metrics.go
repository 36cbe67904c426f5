// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package metrics holds the Prometheus metrics of the log. No metric or label names a person or a ticket.
package metrics

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the metrics of one node's store.
type Metrics struct {
	registry      prometheus.Registerer
	head          func() int64
	pools         prometheus.Collector
	appends       *prometheus.CounterVec
	batchSize     prometheus.Histogram
	commitSeconds prometheus.Histogram
	retries       prometheus.Counter
	failures      *prometheus.CounterVec

	mu      sync.Mutex
	leading map[consumerKey]leadingState // of the consumers that this node leads
}

// leadingState is the state of a consumer that this node leads.
type leadingState struct {
	position int64 // checkpoint
	skipped  int   // number of skipped streams
}

// consumerKey identifies a version of a consumer.
type consumerKey struct {
	name    string
	version int
}

// New creates the metrics of a store, and registers them unless registry is nil. head returns the position of the last event that this
// node knows of; pools are the metrics of its connections.
func New(registry prometheus.Registerer, head func() int64, pools prometheus.Collector) (*Metrics, error) {
	m := &Metrics{
		registry: registry, head: head, pools: pools, leading: make(map[consumerKey]leadingState),
		appends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sol_log_appends_total", Help: "Appends by outcome: stored, repeated, conflict, key_reused, too_late.",
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
			m.Close()
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}

// collectors returns everything that is registered.
func (m *Metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.appends, m.batchSize, m.commitSeconds, m.retries, m.failures, m, m.pools}
}

// Close unregisters the metrics.
func (m *Metrics) Close() {
	if m.registry == nil {
		return
	}
	for _, c := range m.collectors() {
		m.registry.Unregister(c)
	}
}

// ObserveBatch records the size and duration of a commit.
func (m *Metrics) ObserveBatch(appends int, duration time.Duration) {
	m.batchSize.Observe(float64(appends))
	m.commitSeconds.Observe(duration.Seconds())
}

// The outcomes of an append.
const (
	Stored    = "stored"
	Repeated  = "repeated"
	Conflict  = "conflict"
	KeyReused = "key_reused"
	TooLate   = "too_late"
)

// CountAppend counts an append by its outcome.
func (m *Metrics) CountAppend(outcome string) { m.appends.WithLabelValues(outcome).Inc() }

// CountRetry counts a batch that is sent again because the database failed.
func (m *Metrics) CountRetry() { m.retries.Inc() }

// CountFailure counts a batch that a consumer could not handle.
func (m *Metrics) CountFailure(consumer string) { m.failures.WithLabelValues(consumer).Inc() }

// SetLeading records the checkpoint of a consumer that this node leads, and the number of streams that the consumer has skipped.
func (m *Metrics) SetLeading(consumer string, version int, position int64, skipped int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leading[consumerKey{consumer, version}] = leadingState{position, skipped}
}

// ClearLeading records that this node does not lead the consumer any more.
func (m *Metrics) ClearLeading(consumer string, version int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.leading, consumerKey{consumer, version})
}

var (
	headDesc = prometheus.NewDesc("sol_log_head_position", "Position of the last event this node knows of.", nil, nil)
	lagDesc  = prometheus.NewDesc("sol_consumer_lag_events", "Events behind the head, on the node that leads the consumer.",
		[]string{"consumer", "version"}, nil)
	skippedDesc = prometheus.NewDesc("sol_consumer_skipped_streams", "Streams that a consumer has left at an event of a newer release.",
		[]string{"consumer", "version"}, nil)
)

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	out <- headDesc
	out <- lagDesc
	out <- skippedDesc
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	head := m.head()
	out <- prometheus.MustNewConstMetric(headDesc, prometheus.GaugeValue, float64(head))
	m.mu.Lock()
	defer m.mu.Unlock()
	for c, state := range m.leading {
		version := strconv.Itoa(c.version)
		out <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, float64(max(0, head-state.position)), c.name, version)
		out <- prometheus.MustNewConstMetric(skippedDesc, prometheus.GaugeValue, float64(state.skipped), c.name, version)
	}
}
