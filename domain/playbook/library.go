// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Library holds all loaded playbooks in all their versions. It does not change after Load. A nil Library holds no playbooks.
type Library struct {
	playbooks []*Playbook // by id, then by version
}

// Find returns one version of a playbook; false if it is not loaded.
func (l *Library) Find(id ID, version int) (*Playbook, bool) {
	if l == nil {
		return nil, false
	}
	i := slices.IndexFunc(l.playbooks, func(p *Playbook) bool { return p.ID == id && p.Version == version })
	if i < 0 {
		return nil, false
	}
	return l.playbooks[i], true
}

// Current returns the highest version of each playbook, sorted by id.
func (l *Library) Current() []*Playbook {
	if l == nil {
		return nil
	}
	var all []*Playbook
	for i, p := range l.playbooks {
		if i == len(l.playbooks)-1 || l.playbooks[i+1].ID != p.ID {
			all = append(all, p)
		}
	}
	return all
}

// Versions returns all versions of a playbook, the lowest first.
func (l *Library) Versions(id ID) (all []*Playbook) {
	if l == nil {
		return nil
	}
	for _, p := range l.playbooks {
		if p.ID == id {
			all = append(all, p)
		}
	}
	return all
}

// Select returns the playbook for a ticket's service and problem, with the current versions, which the ticket's run keeps. For a ticket
// with facilitated access, a start for facilitated access has precedence over a general one (FAQ 2.12). False: no playbook starts for it.
func (l *Library) Select(service catalog.ServiceID, problem catalog.ProblemID, facilitated bool) (PinnedVersions, bool) {
	current := l.Current()
	for _, onlyFacilitated := range []bool{true, false} {
		for _, p := range current {
			for _, s := range p.Starts {
				if s.Service == service && s.Problem == problem && s.Facilitated == onlyFacilitated && (facilitated || !onlyFacilitated) {
					return l.Pin(p), true
				}
			}
		}
	}
	return PinnedVersions{}, false
}

// Pin returns the playbook's version and the current versions of all playbooks that its branches lead to, directly or through others.
func (l *Library) Pin(p *Playbook) PinnedVersions {
	pinned := PinnedVersions{Playbook: p.ID, Version: p.Version, Reachable: map[ID]int{}}
	for queue := []*Playbook{p}; len(queue) > 0; {
		from := queue[0]
		queue = queue[1:]
		for _, c := range from.Checks {
			for _, b := range []Branch{c.Yes, c.No} {
				if b.Playbook == "" || b.Playbook == p.ID || pinned.Reachable[b.Playbook] != 0 {
					continue
				}
				for _, target := range l.Current() {
					if target.ID == b.Playbook {
						pinned.Reachable[target.ID], queue = target.Version, append(queue, target)
					}
				}
			}
		}
	}
	return pinned
}
