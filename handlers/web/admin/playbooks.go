// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// playbookRow is a playbook in the list, in its current version.
type playbookRow struct {
	*playbook.Playbook
	Versions []*playbook.Playbook
	Paths    int
	Starts   []string // the problems that start it
}

func (p *Pages) playbooksPage(r *ui.Request) error {
	var rows []playbookRow
	library := p.App.Playbooks
	for _, pb := range library.Current() {
		row := playbookRow{Playbook: pb, Versions: library.Versions(pb.ID), Starts: p.startTexts(pb)}
		for range library.Paths(library.Pin(pb)) {
			row.Paths++
		}
		rows = append(rows, row)
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "procedure", Title: "Procedure di verifica", Breadcrumb: adminTrail, Data: rows})
}

// startTexts returns the problems that start a playbook, in words.
func (p *Pages) startTexts(pb *playbook.Playbook) (texts []string) {
	for _, s := range pb.Starts {
		service, _ := p.App.Catalog.Service(s.Service)
		problem, _ := p.App.Catalog.Problem(s.Service, s.Problem)
		text := service.Label + ": " + problem.Label
		if s.Facilitated {
			text += ", con accesso facilitato"
		}
		texts = append(texts, text)
	}
	return texts
}

// playbookData holds one version of a playbook: its tree and every path through it.
type playbookData struct {
	*playbook.Playbook
	Versions []*playbook.Playbook
	Starts   []string
	Tree     *treeNode
	Paths    []treePath
	Unused   []playbook.OutcomeID // outcomes that no path reaches; runs of other playbooks can reach them
}

// treeNode is a check with the branches of its two answers.
type treeNode struct {
	*playbook.Check
	Needs   []string
	Yes, No treeBranch
}

// treeBranch leads from an answer to another check, to a check that is drawn already, to an outcome, or to another playbook.
type treeBranch struct {
	Node         *treeNode
	SeenQuestion string // the question of a check that is already drawn
	Outcome      *playbook.Outcome
	Playbook     playbook.ID
}

type treePath struct {
	Steps []treeStep
	End   string // the outcome, or a text that the path returns to an answered check
}

type treeStep struct {
	Question string
	Yes      bool
}

func (p *Pages) playbookPage(r *ui.Request) error {
	library := p.App.Playbooks
	versions := library.Versions(playbook.ID(r.PathValue("playbook")))
	if len(versions) == 0 {
		return identity.ErrNotFound
	}
	pb := versions[len(versions)-1]
	if n, err := strconv.Atoi(r.FormValue("versione")); err == nil {
		var ok bool
		if pb, ok = library.Find(pb.ID, n); !ok {
			return identity.ErrNotFound
		}
	}
	d := playbookData{Playbook: pb, Versions: versions, Starts: p.startTexts(pb)}
	d.Tree = newTree(pb, pb.Start, map[playbook.CheckID]bool{})
	reached := map[playbook.OutcomeID]bool{}
	for walk := range library.Paths(library.Pin(pb)) {
		path := treePath{End: "torna a una verifica già fatta"}
		if walk.Outcome != nil {
			path.End, reached[walk.Outcome.ID] = walk.Outcome.Title, true
		}
		for _, s := range walk.Steps {
			if s.Answer != nil {
				path.Steps = append(path.Steps, treeStep{s.Check.Question, s.Answer.Yes})
			}
		}
		d.Paths = append(d.Paths, path)
	}
	for _, o := range pb.Outcomes {
		if !reached[o.ID] {
			d.Unused = append(d.Unused, o.ID)
		}
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "procedura", Title: pb.Title, Breadcrumb: append(slices.Clone(adminTrail), ui.Crumb{Name: "Procedure di verifica", Path: "/amministrazione/procedure"}), Data: d})
}

// newTree returns the tree of a playbook below a check. A check that several branches lead to is drawn only once, where it comes first.
func newTree(pb *playbook.Playbook, id playbook.CheckID, drawn map[playbook.CheckID]bool) *treeNode {
	drawn[id] = true
	c := &pb.Checks[slices.IndexFunc(pb.Checks, func(c playbook.Check) bool { return c.ID == id })]
	n := &treeNode{Check: c}
	for _, e := range c.Evidence {
		f := pb.Fields[slices.IndexFunc(pb.Fields, func(f playbook.Field) bool { return f.ID == e.Field })]
		label := f.Label
		if !e.Required {
			label += " (facoltativo)"
		}
		n.Needs = append(n.Needs, label)
	}
	n.Yes, n.No = newTreeBranch(pb, c.Yes, drawn), newTreeBranch(pb, c.No, drawn)
	return n
}

func newTreeBranch(pb *playbook.Playbook, b playbook.Branch, drawn map[playbook.CheckID]bool) treeBranch {
	switch {
	case b.Check != "" && drawn[b.Check]:
		i := slices.IndexFunc(pb.Checks, func(c playbook.Check) bool { return c.ID == b.Check })
		return treeBranch{SeenQuestion: pb.Checks[i].Question}
	case b.Check != "":
		return treeBranch{Node: newTree(pb, b.Check, drawn)}
	case b.Playbook != "":
		return treeBranch{Playbook: b.Playbook}
	}
	i := slices.IndexFunc(pb.Outcomes, func(o playbook.Outcome) bool { return o.ID == b.Outcome })
	return treeBranch{Outcome: &pb.Outcomes[i]}
}
