// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chart

import (
	"fmt"
	"html/template"
	"strings"
)

// Lines draws how numbers went from point to point.
type Lines struct {
	Labels
	Points []string // what the points are called, e.g. days
	Series []Series // up to three; the first is drawn full, the others with dashes
}

// Series is one line: a value a point.
type Series struct {
	Name   string
	Values []int
}

// maxMarkedPoints is up to how many points each has a mark of its own.
const maxMarkedPoints = 45

// Draw makes the drawing.
func (l Lines) Draw(width int) template.HTML {
	const height, left, right, head, foot = 240.0, 40.0, 14.0, 34.0, 26.0
	c := &canvas{}
	c.open(l.Labels, width, height)
	most := 0
	for _, s := range l.Series {
		for _, v := range s.Values {
			most = max(most, v)
		}
	}
	top, step := axisScale(most)
	wide := float64(width) - left - right
	x := func(i int) float64 {
		if len(l.Points) < 2 {
			return left + wide/2
		}
		return left + wide*float64(i)/float64(len(l.Points)-1)
	}
	y := func(v int) float64 { return head + (height-head-foot)*(1-float64(v)/float64(top)) }
	for v := 0; v <= top; v += step {
		c.line("sol-c-grid", left, y(v), float64(width)-right, y(v))
		c.text("sol-c-tick", left-6, y(v)+4, "end", fmt.Sprint(v))
	}
	l.drawDayLabels(c, x, height-8, int(wide)/90)
	for n, s := range l.Series {
		l.drawSeries(c, n+1, s, x, y)
	}
	at := left
	for n, s := range l.Series {
		c.line(fmt.Sprintf("sol-c-line sol-c%d", n+1), at, 12, at+26, 12)
		c.mark(n+1, at+13, 12)
		c.text("sol-c-label", at+32, 16, "start", s.Name)
		at += 50 + 7.5*float64(len([]rune(s.Name)))
	}
	return c.close()
}

// drawDayLabels names some of the points, the first and the last among them.
func (l Lines) drawDayLabels(c *canvas, x func(int) float64, y float64, most int) {
	last := len(l.Points) - 1
	parts := max(1, min(most, last))
	for n := 0; n <= parts && last >= 0; n++ {
		i, anchor := last*n/parts, "middle"
		switch {
		case last == 0:
		case i == 0:
			anchor = "start"
		case i == last:
			anchor = "end"
		}
		c.text("sol-c-tick", x(i), y, anchor, l.Points[i])
		if last == 0 {
			break
		}
	}
}

func (l Lines) drawSeries(c *canvas, n int, s Series, x func(int) float64, y func(int) float64) {
	var d strings.Builder
	for i, v := range s.Values {
		way := "L"
		if i == 0 {
			way = "M"
		}
		d.WriteString(way + formatCoordinate(x(i)) + " " + formatCoordinate(y(v)))
	}
	c.path(fmt.Sprintf("sol-c-line sol-c%d", n), d.String())
	if len(s.Values) > maxMarkedPoints {
		return
	}
	for i, v := range s.Values {
		c.mark(n, x(i), y(v))
	}
}

// mark draws the sign of the n-th series: a disc, a square, a diamond.
func (c *canvas) mark(n int, x, y float64) {
	class := fmt.Sprintf("sol-c-mark sol-c%d", n)
	switch n {
	case 1:
		fmt.Fprintf(c, `<circle class="%s" cx="%s" cy="%s" r="3"></circle>`, class, formatCoordinate(x), formatCoordinate(y))
	case 2:
		c.rect(class, x-3, y-3, 6, 6)
	default:
		c.path(class, fmt.Sprintf("M%s %sl4 4l-4 4l-4 -4z", formatCoordinate(x), formatCoordinate(y-4)))
	}
}
