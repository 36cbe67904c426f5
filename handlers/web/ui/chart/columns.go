// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chart

import (
	"fmt"
	"html/template"
)

// Columns draws one number for each of a few ordered categories, for example age groups.
type Columns struct {
	Labels
	Columns []Column
}

// Column is one category and its number.
type Column struct {
	Label string // a few letters
	Value int
}

// Draw returns the drawing for a width in pixels.
func (b Columns) Draw(width int) template.HTML {
	const height, edge, head, foot = 240.0, 8.0, 24.0, 26.0
	c := &canvas{}
	c.open(b.Labels, width, height)
	highest := 1
	for _, column := range b.Columns {
		highest = max(highest, column.Value)
	}
	baseline := height - foot
	each := (float64(width) - 2*edge) / float64(max(1, len(b.Columns)))
	for i, column := range b.Columns {
		columnHeight := (baseline - head) * float64(column.Value) / float64(highest)
		middle := edge + each*(float64(i)+.5)
		c.rect("sol-c-fill sol-c1", middle-each*.32, baseline-columnHeight, each*.64, columnHeight)
		c.text("sol-c-value", middle, baseline-columnHeight-6, "middle", fmt.Sprint(column.Value))
		c.text("sol-c-tick", middle, height-8, "middle", column.Label)
	}
	c.line("sol-c-axis", edge, baseline, float64(width)-edge, baseline)
	return c.close()
}

// Bar draws value as a share of total, as wide as its table cell. The cell must also show the number, because assistive technologies
// skip the bar.
func Bar(value, total int) template.HTML {
	barWidth := 0.0
	if total > 0 {
		barWidth = 100 * float64(value) / float64(total)
	}
	c := &canvas{}
	fmt.Fprint(c, `<svg class="sol-bar" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" aria-hidden="true">`)
	c.rect("sol-c-fill sol-c1", 0, 0, barWidth, 8)
	return c.close()
}
