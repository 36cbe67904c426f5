// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chart

import (
	"fmt"
	"html/template"
)

// Columns draws one number for each of a few things that have an order, e.g. ages.
type Columns struct {
	Labels
	Columns []Column
}

// Column is one of them.
type Column struct {
	Label string // a few letters
	Value int
}

// Draw makes the drawing.
func (b Columns) Draw(width int) template.HTML {
	const height, edge, head, foot = 240.0, 8.0, 24.0, 26.0
	c := &canvas{}
	c.open(b.Labels, width, height)
	most := 1
	for _, column := range b.Columns {
		most = max(most, column.Value)
	}
	ground := height - foot
	each := (float64(width) - 2*edge) / float64(max(1, len(b.Columns)))
	for i, column := range b.Columns {
		high := (ground - head) * float64(column.Value) / float64(most)
		middle := edge + each*(float64(i)+.5)
		c.rect("sol-c-fill sol-c1", middle-each*.32, ground-high, each*.64, high)
		c.text("sol-c-value", middle, ground-high-6, "middle", fmt.Sprint(column.Value))
		c.text("sol-c-tick", middle, height-8, "middle", column.Label)
	}
	c.line("sol-c-axis", edge, ground, float64(width)-edge, ground)
	return c.close()
}

// Bar draws a part of a whole, as wide as the table's cell that it stands in; the number stands beside it.
func Bar(value, total int) template.HTML {
	wide := 0.0
	if total > 0 {
		wide = 100 * float64(value) / float64(total)
	}
	c := &canvas{}
	fmt.Fprint(c, `<svg class="sol-bar" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" aria-hidden="true">`)
	c.rect("sol-c-fill sol-c1", 0, 0, wide, 8)
	return c.close()
}
