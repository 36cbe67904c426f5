// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package chart draws figures as SVG on the server. A drawing has a title and a description and consists of shapes and text without
// inline styles; its colours are classes of the style sheet that begin with sol-c. Series that differ in colour also differ in dashes
// and marks. A page that shows a drawing must also show the numbers in a table.
package chart

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Labels names a drawing for readers who cannot see it. ID must be unique on the page; Title is the subject, Description the result.
type Labels struct {
	ID, Title, Description string
}

// Widths of a drawing, in pixels as shown. A narrow drawing has another layout instead of a smaller scale, so that text stays legible.
const (
	Wide   = 560
	Narrow = 320
)

// Drawing is a figure that can be drawn at a width in pixels.
type Drawing interface {
	Draw(width int) template.HTML
}

// canvas collects the shapes of one drawing.
type canvas struct {
	strings.Builder
}

// open writes the start of the drawing, with title and description.
func (c *canvas) open(n Labels, width, height int) {
	id := fmt.Sprintf("%s-%d", n.ID, width)
	fmt.Fprintf(c, `<svg class="sol-chart sol-chart-%[1]d" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="%[3]s-t %[3]s-d">`+
		`<title id="%[3]s-t">%[4]s</title><desc id="%[3]s-d">%[5]s</desc>`, width, height, escape(id), escape(n.Title), escape(n.Description))
}

// close writes the end of the drawing and returns it.
func (c *canvas) close() template.HTML {
	c.WriteString("</svg>")
	return template.HTML(c.String()) //nolint:gosec // G203: every label is escaped
}

func escape(s string) string { return template.HTMLEscapeString(s) }

// text writes a label at x, y; anchor is start, middle or end.
func (c *canvas) text(class string, x, y float64, anchor, label string) {
	fmt.Fprintf(c, `<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`, class, formatCoordinate(x), formatCoordinate(y), anchor, escape(label))
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"></line>`, class, formatCoordinate(x1), formatCoordinate(y1), formatCoordinate(x2), formatCoordinate(y2))
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(c, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"></rect>`, class, formatCoordinate(x), formatCoordinate(y), formatCoordinate(w), formatCoordinate(h))
}

func (c *canvas) path(class, d string) { fmt.Fprintf(c, `<path class="%s" d="%s"></path>`, class, d) }

// formatCoordinate returns a coordinate rounded to a tenth of a pixel.
func formatCoordinate(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

// axisScale returns, for values up to highest, a round number as the end of the axis and the step between its lines, of which there
// are at most five above zero.
func axisScale(highest int) (top, step int) {
	if highest < 4 {
		return 4, 1
	}
	magnitude := int(math.Pow10(int(math.Log10(float64(highest) / 4))))
	for _, m := range []int{1, 2, 5, 10} {
		if step = m * magnitude; step*5 >= highest {
			break
		}
	}
	return (highest + step - 1) / step * step, step
}

// truncate shortens a label to a number of letters, so that it does not overlap the drawing.
func truncate(label string, letters int) string {
	if r := []rune(label); len(r) > letters {
		return strings.TrimSpace(string(r[:letters-1])) + "…"
	}
	return label
}
