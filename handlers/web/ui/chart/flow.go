// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chart

import (
	"fmt"
	"html/template"
)

// Flow draws what goes through one place: what comes to it on the left, what goes from it on the right, as wide as it is
// much.
type Flow struct {
	Labels
	Hub     string
	In, Out []Band // the largest first
}

// Band is what comes from, or goes to, one side.
type Band struct {
	Name  string
	Value int
}

// All bands of the larger side are so high together; a band's name needs so much.
const (
	bandsHeight = 200.0
	labelHeight = 19.0
)

// Draw makes the drawing.
func (f Flow) Draw(width int) template.HTML {
	labels, hub, letters := float64(width)*.3, 16.0, 24
	if width < Wide {
		labels, hub, letters = float64(width)*.36, 10, 12
	}
	in, out := sum(f.In), sum(f.Out)
	scale := bandsHeight / float64(max(1, in, out))
	height := max(stackHeight(f.In, scale), stackHeight(f.Out, scale), bandsHeight) + 40
	c := &canvas{}
	c.open(f.Labels, width, int(height))
	middle := float64(width) / 2
	c.text("sol-c-label", middle, 14, "middle", f.Hub)
	hubTop := 26 + (height-40-scale*float64(max(in, out)))/2
	c.rect("sol-c-hub", middle-hub/2, hubTop, hub, max(2, scale*float64(max(in, out))))
	f.drawSide(c, f.In, flowSide{x: labels, to: middle - hub/2, label: labels - 10, anchor: "end", letters: letters}, scale, hubTop, height)
	f.drawSide(c, f.Out, flowSide{x: float64(width) - labels, to: middle + hub/2, label: float64(width) - labels + 10, anchor: "start", letters: letters}, scale, hubTop, height)
	return c.close()
}

// flowSide is where the bands of one side are.
type flowSide struct {
	x, to, label float64
	anchor       string
	letters      int
}

func (f Flow) drawSide(c *canvas, all []Band, at flowSide, scale, hub, height float64) {
	y := 26 + (height-40-stackHeight(all, scale))/2
	bend := (at.x + at.to) / 2
	for _, b := range all {
		high := scale * float64(b.Value)
		slot := max(labelHeight, high+3)
		top := y + (slot-high)/2
		c.path("sol-c-ribbon sol-c1", fmt.Sprintf("M%[1]s %[3]sC%[5]s %[3]s %[5]s %[4]s %[2]s %[4]sv%[6]sC%[5]s %[8]s %[5]s %[7]s %[1]s %[7]sz",
			formatCoordinate(at.x), formatCoordinate(at.to), formatCoordinate(top), formatCoordinate(hub), formatCoordinate(bend), formatCoordinate(high), formatCoordinate(top+high), formatCoordinate(hub+high)))
		c.text("sol-c-tick", at.label, y+slot/2+4, at.anchor, fmt.Sprintf("%s · %d", truncate(b.Name, at.letters), b.Value))
		y, hub = y+slot, hub+high
	}
}

func sum(all []Band) (n int) {
	for _, b := range all {
		n += b.Value
	}
	return n
}

// stackHeight is how high the bands are with room for their names.
func stackHeight(all []Band, scale float64) (high float64) {
	for _, b := range all {
		high += max(labelHeight, scale*float64(b.Value)+3)
	}
	return high
}
