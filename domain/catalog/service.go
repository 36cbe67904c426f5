// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import "slices"

// Service is an on-line service for which citizens ask help.
type Service struct {
	ID       ServiceID
	Label    string // in Italian, the portal's name
	Problems []Problem
}

// Other is the problem that every service has, for problems that are not listed.
const Other ProblemID = "altro"

// Problem is a kind of problem with a service.
type Problem struct {
	ID           ProblemID
	Label        string // in Italian, in the FAQ's terms, for operators
	CitizenLabel string // in Italian, in plain terms for citizens; empty: only operators may choose the problem
}

// ForCitizens reports whether a citizen may choose the problem in the form.
func (p Problem) ForCitizens() bool { return p.CitizenLabel != "" }

// Problem returns a problem of the service; false if it has none with this id.
func (s Service) Problem(id ProblemID) (Problem, bool) {
	i := slices.IndexFunc(s.Problems, func(p Problem) bool { return p.ID == id })
	if i < 0 {
		return Problem{}, false
	}
	return s.Problems[i], true
}

// clone returns a copy that shares no slice with the service.
func (s Service) clone() Service {
	s.Problems = slices.Clone(s.Problems)
	return s
}
