// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// identifiers match the tax codes and telephone numbers of tests. contactData match their family name and addresses too, but for those of the
// service itself.
var (
	identifiers = regexp.MustCompile(`\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b|\b(?:STP|ENI)\d{13}\b|\+39 ?011[ \d]{6,}`)
	contactData = regexp.MustCompile(identifiers.String() + `|(?i:fittizi[ao])|\b(?:prova|anna|mario|rossi)[\w.+-]*@[\w.-]+`)
)

// disclosures collects what was found in all tests of the process.
var disclosures struct {
	sync.Mutex
	found []string
}

// ExpectNoPersonalData notes personal data of tests in what a program or the code under test wrote: a log, or the labels of metrics. Run fails then.
func ExpectNoPersonalData(what, text string) { noteDisclosure(what, text, contactData) }

// ExpectNoIdentifiers does the same for tax codes and telephone numbers alone, for a mail, which may address a person by name.
func ExpectNoIdentifiers(what, text string) { noteDisclosure(what, text, identifiers) }

func noteDisclosure(what, text string, data *regexp.Regexp) {
	at := data.FindStringIndex(text)
	if at == nil {
		return
	}
	disclosures.Lock()
	defer disclosures.Unlock()
	disclosures.found = append(disclosures.found, fmt.Sprintf("%s holds personal data: %.300q", what, text[max(0, at[0]-150):min(len(text), at[1]+20)]))
}

// checkDisclosures returns an error that names up to ten disclosures.
func checkDisclosures() error {
	disclosures.Lock()
	defer disclosures.Unlock()
	var all []error
	for _, d := range disclosures.found[:min(10, len(disclosures.found))] {
		all = append(all, errors.New(d))
	}
	return errors.Join(all...)
}

// Log returns a logger that keeps nothing: each line is only searched for personal data.
func Log() *slog.Logger {
	return slog.New(slog.NewJSONHandler(searched{}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type searched struct{}

func (searched) Write(line []byte) (int, error) {
	ExpectNoPersonalData("a log", string(line))
	return len(line), nil
}

// ExpectMetricsWithoutPersonalData searches the labels of all metrics when the test ends.
func ExpectMetricsWithoutPersonalData(t testing.TB, metrics prometheus.Gatherer) {
	t.Cleanup(func() {
		families, err := metrics.Gather()
		if err != nil {
			t.Error(err)
		}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				for _, label := range m.GetLabel() {
					ExpectNoPersonalData("the metric "+f.GetName(), label.GetValue())
				}
			}
		}
	})
}
