// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package providers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/handlers/app/health"
	"github.com/sol-assistenza/sol/handlers/identity/clientcert"
)

// listed is a provider whose certificates are looked up in revocation lists.
type listed struct {
	provider string
	*clientcert.Verifier
}

// warnBefore is the time before the end of a revocation list at which /status says that a new one is missing.
const warnBefore = 12 * time.Hour

// Observe lets /status and the metrics tell whether the revocation lists are valid.
func (s *Set) Observe(status *health.Checker, metrics prometheus.Registerer) {
	if len(s.listed) == 0 {
		return
	}
	status.RevocationLists = s.late
	for _, l := range s.listed {
		metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sol_revocation_lists_valid_seconds", Help: "Time for which every authority of the provider has a valid revocation list. 0: nobody logs in with its certificates.",
			ConstLabels: prometheus.Labels{"provider": l.provider},
		}, func() float64 { return s.valid(l).Seconds() }))
	}
}

// valid returns the time for which the revocation lists of a provider are valid; 0 if one is not.
func (s *Set) valid(l listed) time.Duration {
	until, err := l.ListsUntil()
	if err != nil {
		return 0
	}
	return max(0, until.Sub(s.accounts.Now()))
}

// late returns a sentence about the revocation lists that are not valid, or soon will not be; "": there is none.
func (s *Set) late(context.Context) (string, error) {
	var late []string
	for _, l := range s.listed {
		until, err := l.ListsUntil()
		switch {
		case err != nil:
			late = append(late, fmt.Sprintf("The certificates of the identity provider %s cannot be checked, so nobody logs in with them: %s. Replace the file "+
				"with a current list of the authority; it counts at once.", l.provider, err))
		case until.Sub(s.accounts.Now()) < warnBefore:
			late = append(late, fmt.Sprintf("A revocation list of the identity provider %s ends at %s: then nobody logs in with its certificates. Replace the file with "+
				"the next list of the authority.", l.provider, until.UTC().Format(time.RFC3339)))
		}
	}
	return strings.Join(late, " "), nil
}
