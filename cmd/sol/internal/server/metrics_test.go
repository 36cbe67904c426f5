// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package server

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
)

// TestMetricsHaveAnAddressOfTheirOwn: two nodes with the default address both serve metrics, off serves none, and the public address has none.
func TestMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	listen := func(metricsAddr string) *Server {
		t.Helper()
		s, err := Listen("127.0.0.1:0", metricsAddr, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}
	status := func(url string) int {
		t.Helper()
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode
	}
	one, other := listen(config.DefaultMetricsAddr), listen(config.DefaultMetricsAddr)
	for _, s := range []*Server{one, other, listen("127.0.0.1:0")} {
		if !strings.HasPrefix(s.MetricsURL(), "http://127.0.0.1:") || !strings.HasSuffix(s.MetricsURL(), "/metrics") {
			t.Errorf("got metrics at %s, want them at a loopback address", s.MetricsURL())
		}
		if got := status(s.MetricsURL()); got != http.StatusServiceUnavailable {
			t.Errorf("metrics of a node that starts: got status %d, want 503", got)
		}
		if got := status(strings.TrimSuffix(s.MetricsURL(), "/metrics") + "/status"); got != http.StatusNotFound {
			t.Errorf("another page at the address of the metrics: got status %d, want 404", got)
		}
	}
	if one.MetricsURL() == other.MetricsURL() {
		t.Errorf("got the address %s twice", one.MetricsURL())
	}
	if off := listen(""); off.MetricsURL() != "" {
		t.Errorf("got metrics at %s, want none", off.MetricsURL())
	}
	if _, err := Listen("127.0.0.1:0", strings.TrimPrefix(one.URL(), "http://"), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("got no error for an address that is set and in use, want one")
	}
}
