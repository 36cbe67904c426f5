// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chart

import (
	"fmt"
	"html/template"
	"strings"
)

// Lines draws series of numbers over the same points, for example days.
type Lines struct {
	Labels
	Points []string // names of the points
	Series []Series // at most three; the first line is solid, the others are dashed
}

// Series is one line: Values holds a value for each point.
type Series struct {
	Name   string
	Values []int
}

// maxMarkedPoints is the number of points up to which each point of a line has a mark.
const maxMarkedPoints = 45

// Draw returns the drawing for a width in pixels.
func (l Lines) Draw(width int) template.HTML {
	const height, left, right, head, foot = 240.0, 40.0, 14.0, 34.0, 26.0
	c := &canvas{}
	c.open(l.Labels, width, height)
	highest := 0
	for _, s := range l.Series {
		for _, v := range s.Values {
			highest = max(highest, v)
		}
	}
	top, step := axisScale(highest)
	plotWidth := float64(width) - left - right
	x := func(i int) float64 {
		if len(l.Points) < 2 {
			return left + plotWidth/2
		}
		return left + plotWidth*float64(i)/float64(len(l.Points)-1)
	}
	y := func(v int) float64 { return head + (height-head-foot)*(1-float64(v)/float64(top)) }
	for v := 0; v <= top; v += step {
		c.line("sol-c-grid", left, y(v), float64(width)-right, y(v))
		c.text("sol-c-tick", left-6, y(v)+4, "end", fmt.Sprint(v))
	}
	l.drawDayLabels(c, x, height-8, int(plotWidth)/90)
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

// drawDayLabels writes the names of at most maxParts+1 points, always of the first and the last one.
func (l Lines) drawDayLabels(c *canvas, x func(int) float64, y float64, maxParts int) {
	last := len(l.Points) - 1
	parts := max(1, min(maxParts, last))
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

// drawSeries draws the n-th series, counted from 1: its line and the marks of its points.
func (l Lines) drawSeries(c *canvas, n int, s Series, x func(int) float64, y func(int) float64) {
	var d strings.Builder
	for i, v := range s.Values {
		command := "L"
		if i == 0 {
			command = "M"
		}
		d.WriteString(command + formatCoordinate(x(i)) + " " + formatCoordinate(y(v)))
	}
	c.path(fmt.Sprintf("sol-c-line sol-c%d", n), d.String())
	if len(s.Values) > maxMarkedPoints {
		return
	}
	for i, v := range s.Values {
		c.mark(n, x(i), y(v))
	}
}

// mark draws the mark of the n-th series: a disc, a square or a diamond.
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
