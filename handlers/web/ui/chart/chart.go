// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package chart draws figures as SVG, on the server. A drawing is plain shapes and text: its colours are classes that begin
// with sol-c and belong to the style sheet, what differs by colour differs by dash or by place too, and it has a title and a
// description. The numbers themselves stand in a table beside it, which is the page's affair.
package chart

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Labels is what every drawing is called: ID is unique on the page, Title says what it shows, Description what it comes to.
type Labels struct {
	ID, Title, Description string
}

// Widths at which a drawing is made, in the pixels that it is shown at: text stays legible, so a narrow one is another
// drawing and not a smaller one.
const (
	Wide   = 560
	Narrow = 320
)

// Drawing is made for a width.
type Drawing interface {
	Draw(width int) template.HTML
}

// canvas collects shapes.
type canvas struct {
	strings.Builder
}

// open begins the drawing.
func (c *canvas) open(n Labels, width, height int) {
	id := fmt.Sprintf("%s-%d", n.ID, width)
	fmt.Fprintf(c, `<svg class="sol-chart sol-chart-%[1]d" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="%[3]s-t %[3]s-d">`+
		`<title id="%[3]s-t">%[4]s</title><desc id="%[3]s-d">%[5]s</desc>`, width, height, escape(id), escape(n.Title), escape(n.Description))
}

func (c *canvas) close() template.HTML {
	c.WriteString("</svg>")
	return template.HTML(c.String()) //nolint:gosec // G203: what was given from outside went through escape
}

func escape(s string) string { return template.HTMLEscapeString(s) }

// text writes a label; anchor is start, middle or end.
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

// formatCoordinate writes a coordinate, to a tenth of a pixel.
func formatCoordinate(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

// axisScale is the round number to which an axis goes, and the step of its lines: at most five of them.
func axisScale(most int) (top, step int) {
	if most < 4 {
		return 4, 1
	}
	magnitude := int(math.Pow10(int(math.Log10(float64(most) / 4))))
	for _, m := range []int{1, 2, 5, 10} {
		if step = m * magnitude; step*5 >= most {
			break
		}
	}
	return (most + step - 1) / step * step, step
}

// truncate cuts a label where it would run into the drawing.
func truncate(label string, letters int) string {
	if r := []rune(label); len(r) > letters {
		return strings.TrimSpace(string(r[:letters-1])) + "…"
	}
	return label
}
