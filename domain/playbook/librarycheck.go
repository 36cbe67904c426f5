// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"fmt"
	"slices"
)

// checkLibrary checks all files together: each version exists once, each branch leads to a playbook and check that exist, no two
// playbooks start for the same tickets, a name means one thing in all playbooks of a run, and each path collects the evidence that the
// outcome's note needs. It returns the faults of the first of these steps that finds any.
func checkLibrary(all []*parsedFile) []Fault {
	s := &libraryCheck{files: all, library: newLibrary(all)}
	s.checkUnique()
	if s.faults == nil {
		s.checkBranches()
	}
	if s.faults == nil {
		s.checkStarts()
		for _, p := range all {
			s.checkSharedNames(p)
		}
	}
	if s.faults == nil {
		for _, p := range all {
			s.checkPaths(p)
		}
	}
	return s.faults
}

// libraryCheck collects the faults between the files of a library.
type libraryCheck struct {
	files   []*parsedFile
	library *Library
	faults  []Fault
}

// addFault adds a fault at a part of a file, for example "check/ID".
func (s *libraryCheck) addFault(p *parsedFile, part, format string, args ...any) {
	s.faults = append(s.faults, Fault{p.file, p.lines[part], fmt.Sprintf(format, args...)})
}

// checkUnique adds a fault for each version of a playbook that an earlier file has too.
func (s *libraryCheck) checkUnique() {
	for i, p := range s.files {
		for _, other := range s.files[:i] {
			if p.playbook.ID == other.playbook.ID && p.playbook.Version == other.playbook.Version {
				s.addFault(p, "", "%s version %d stands in another file too; a changed playbook needs a new version", p.playbook.ID, p.playbook.Version)
			}
		}
	}
}

// checkBranches adds a fault for each branch into a playbook or check that does not exist, or back into its own playbook.
func (s *libraryCheck) checkBranches() {
	for _, p := range s.files {
		for _, c := range p.playbook.Checks {
			for answer, branch := range map[string]Branch{"yes": c.Yes, "no": c.No} {
				if branch.Playbook == "" {
					continue
				}
				part := "check/" + string(c.ID) + "/" + answer
				target := s.current(branch.Playbook)
				if target == nil || branch.Playbook == p.playbook.ID {
					s.addFault(p, part, "%s=%s leads into %q, which is no other playbook", c.ID, answer, branch.Playbook)
					continue
				}
				for _, at := range []CheckID{branch.At, branch.ReturnTo} {
					if at != "" && target.find(at) == nil {
						s.addFault(p, part, "%s=%s leads into %s at %q, which is no check of it", c.ID, answer, branch.Playbook, at)
					}
				}
			}
		}
	}
}

// current returns the current version of a playbook, or nil.
func (s *libraryCheck) current(id ID) *Playbook {
	for _, p := range s.library.Current() {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// checkStarts adds a fault for each start that two current playbooks share.
func (s *libraryCheck) checkStarts() {
	byStart := map[Start]ID{}
	for _, b := range s.library.Current() {
		for _, start := range b.Starts {
			if other, taken := byStart[start]; taken {
				i := slices.IndexFunc(s.files, func(p *parsedFile) bool { return p.playbook == b })
				s.addFault(s.files[i], "starts/0", "%s starts for problem %q of %q already", other, start.Problem, start.Service)
			}
			byStart[start] = b.ID
		}
	}
}

// checkSharedNames compares a playbook with the playbooks that its runs can reach: two checks must not share an id, and a field must have
// the same type in both.
func (s *libraryCheck) checkSharedNames(p *parsedFile) {
	pinned := s.library.Pin(p.playbook)
	for id, version := range pinned.Reachable {
		other, _ := s.library.Find(id, version)
		for _, c := range p.playbook.Checks {
			if other.find(c.ID) != nil {
				s.addFault(p, "check/"+string(c.ID), "check %s is one of %s too, and one run can reach both", c.ID, id)
			}
		}
		for _, f := range p.playbook.Fields {
			if same := other.field(f.ID); same != nil && same.Type != f.Type {
				s.addFault(p, "field/"+string(f.ID), "field %s is a %s here and a %s in %s, and one run can reach both", f.ID, f.Type, same.Type, id)
			}
		}
	}
}

// checkPaths walks every path of the playbook's runs, through the other playbooks that they reach. It adds a fault if a path returns to a
// check and connected systems alone answer the repeated checks, and if a path does not collect the evidence that its outcome needs.
func (s *libraryCheck) checkPaths(p *parsedFile) {
	pinned, reported := s.library.Pin(p.playbook), map[string]bool{}
	for end := range s.library.Paths(pinned) {
		o := end.Outcome
		if o == nil {
			if at := string(end.ToForget[0]); !reported[at] && !slices.ContainsFunc(end.ToForget, func(c CheckID) bool { return s.needsPerson(pinned, c) }) {
				reported[at] = true
				s.addFault(p, "", "the checks %v lead back to %s, and connected systems answer all of them: it would never end", end.ToForget, at)
			}
			continue
		}
		collected := map[FieldID]bool{}
		for _, step := range end.Steps {
			for _, e := range step.Check.Evidence {
				collected[e.Field] = true
			}
		}
		lacks := func(fields []FieldID) bool {
			return slices.ContainsFunc(fields, func(f FieldID) bool { return !collected[f] })
		}
		canRender := slices.ContainsFunc(o.Note, func(v NoteVariant) bool { return !lacks(v.When) && !lacks(v.placeholders()) })
		if (!canRender || lacks(o.Evidence)) && !reported[string(o.ID)] {
			reported[string(o.ID)] = true
			s.addFault(p, "outcome/"+string(o.ID), "on the path %s no check takes what the text of outcome %s needs", end.PathText(), o.ID)
		}
	}
}

// needsPerson reports whether only a person can answer a check of the run, because no connected system is named for it.
func (s *libraryCheck) needsPerson(pinned PinnedVersions, id CheckID) bool {
	return slices.ContainsFunc(s.files, func(p *parsedFile) bool {
		c := p.playbook.find(id)
		return c != nil && c.System == nil && pinned.version(p.playbook.ID) == p.playbook.Version
	})
}
