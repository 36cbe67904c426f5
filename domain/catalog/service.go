// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import "slices"

// Service is an on-line service that people ask for help with.
type Service struct {
	ID       ServiceID
	Label    string // in Italian, as the portal calls it
	Problems []Problem
}

// Other is the problem that every service has: none of those listed.
const Other ProblemID = "altro"

// Problem is what can be wrong with a service.
type Problem struct {
	ID           ProblemID
	Label        string // in Italian, in the FAQ's words, for operators
	CitizenLabel string // in Italian, in a citizen's words; empty: operators alone may choose it
}

// ForCitizens tells whether a citizen may choose the problem in the form.
func (p Problem) ForCitizens() bool { return p.CitizenLabel != "" }

// Problem finds a problem of the service.
func (s Service) Problem(id ProblemID) (Problem, bool) {
	i := slices.IndexFunc(s.Problems, func(p Problem) bool { return p.ID == id })
	if i < 0 {
		return Problem{}, false
	}
	return s.Problems[i], true
}

func (s Service) clone() Service {
	s.Problems = slices.Clone(s.Problems)
	return s
}
