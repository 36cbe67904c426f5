// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Library is every playbook that is loaded, in all its versions. It cannot be altered.
type Library struct {
	playbooks []*Playbook // by id, then by version
}

// Find gives one version of a playbook.
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

// Current gives the highest version of every playbook, by id.
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

// Versions gives every version of a playbook, the lowest first.
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

// Select finds the playbook that a request calls for today, with the versions that its run will keep. An entry for
// facilitated access goes before one that is for all.
func (l *Library) Select(service catalog.ServiceID, problem catalog.ProblemID, facilitated bool) (PinnedVersions, bool) {
	current := l.Current()
	for _, wanted := range []bool{true, false} {
		for _, p := range current {
			for _, s := range p.Starts {
				if s.Service == service && s.Problem == problem && s.Facilitated == wanted && (facilitated || !wanted) {
					return l.Pin(p), true
				}
			}
		}
	}
	return PinnedVersions{}, false
}

// Pin notes the versions of today of all that a playbook can lead into.
func (l *Library) Pin(p *Playbook) PinnedVersions {
	pinned := PinnedVersions{Playbook: p.ID, Version: p.Version, Reachable: map[ID]int{}}
	for open := []*Playbook{p}; len(open) > 0; {
		from := open[0]
		open = open[1:]
		for _, c := range from.Checks {
			for _, b := range []Branch{c.Yes, c.No} {
				if b.Playbook == "" || b.Playbook == p.ID || pinned.Reachable[b.Playbook] != 0 {
					continue
				}
				for _, into := range l.Current() {
					if into.ID == b.Playbook {
						pinned.Reachable[into.ID], open = into.Version, append(open, into)
					}
				}
			}
		}
	}
	return pinned
}
