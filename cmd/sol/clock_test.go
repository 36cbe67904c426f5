// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// nodeClockUses are the files of handlers and sagas that read the clock of the node, with the reason why they may. What nodes share is
// compared with the log's clock (eventstore.Store.Now) or with the clock of the database.
var nodeClockUses = map[string]string{
	"handlers/api/api.go":                           "rate limits: each node counts for itself",
	"handlers/web/ui/ui.go":                         "rate limits: each node counts for itself",
	"handlers/web/bench/pages.go":                   "measures durations",
	"handlers/middleware/wrap.go":                   "measures the duration of a request",
	"handlers/middleware/csv.go":                    "deadline of a connection",
	"handlers/inbound/server.go":                    "deadline of a connection",
	"handlers/inbound/limits.go":                    "rate limits: each node counts for itself; deadline of a connection",
	"handlers/sse/wire.go":                          "deadline of a connection",
	"handlers/sse/bench/bench.go":                   "measures durations",
	"handlers/sse/bench/listeners.go":               "measures durations",
	"handlers/sse/bench/operators.go":               "finds the entities of today for a benchmark",
	"handlers/sse/bench/writes.go":                  "measures durations",
	"handlers/app/health/health.go":                 "age of the last check",
	"handlers/app/live/answers.go":                  "intervals of one reader",
	"handlers/app/live/reader.go":                   "intervals of one reader",
	"handlers/app/live/stream.go":                   "intervals of one stream",
	"handlers/identity/oidc/simulator/simulator.go": "the simulated provider is a system of its own, with its own clock",
	"handlers/identity/oidc/simulator/storage.go":   "the simulated provider is a system of its own, with its own clock",
	"handlers/outbox/connector/connector.go":        "measures the duration of a request",
	"handlers/quarantine/quarantine.go":             "how long this node has had no answer of clamd",
	"handlers/securityevents/syslog.go":             "deadline of a connection, age of what it may have lost",
	"handlers/securityevents/taken_linux.go":        "deadline of a connection",
	"handlers/outbox/mail/mail.go":                  "duration of a reservation",
	"handlers/outbox/subscriber.go":                 "duration of a claim",
	"sagas/runtime/poll.go":                         "interval between two updates of the gauges, duration of a claim",
	"sagas/runtime/benchmark.go":                    "measures durations",
}

func TestHandlersAndSagasUseTheLogsClock(t *testing.T) {
	nodeClock := regexp.MustCompile(`\btime\.(Now|Since|Until)\b`)
	for _, top := range []string{"handlers", "sagas"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				isTestPackage(filepath.Dir(path)) {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			file = filepath.ToSlash(file)
			switch uses := nodeClock.Match(content); {
			case uses && nodeClockUses[file] == "":
				t.Errorf("%s reads the clock of the node: use the log's clock, or give a reason in nodeClockUses", file)
			case !uses && nodeClockUses[file] != "":
				t.Errorf("%s does not read the clock of the node: remove it from nodeClockUses", file)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
