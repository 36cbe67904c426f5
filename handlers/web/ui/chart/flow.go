// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chart

import (
	"fmt"
	"html/template"
)

// Flow draws numbers that arrive at one hub, on the left, and leave it, on the right. The height of a band is proportional to its number.
type Flow struct {
	Labels
	Hub     string
	In, Out []Band // the largest first
}

// Band is the number that arrives from, or goes to, one named place.
type Band struct {
	Name  string
	Value int
}

const (
	bandsHeight = 200.0 // height of all bands of the larger side, in pixels
	labelHeight = 19.0  // minimum height for a band's name, in pixels
)

// Draw returns the drawing for a width in pixels.
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

// flowSide is the geometry of the bands on one side: bands go from x to the hub at x = to, names are at x = label.
type flowSide struct {
	x, to, label float64
	anchor       string
	letters      int
}

// drawSide draws the bands of one side and their names.
func (f Flow) drawSide(c *canvas, bands []Band, side flowSide, scale, hub, height float64) {
	y := 26 + (height-40-stackHeight(bands, scale))/2
	bend := (side.x + side.to) / 2
	for _, b := range bands {
		bandHeight := scale * float64(b.Value)
		slot := max(labelHeight, bandHeight+3)
		top := y + (slot-bandHeight)/2
		c.path("sol-c-ribbon sol-c1", fmt.Sprintf("M%[1]s %[3]sC%[5]s %[3]s %[5]s %[4]s %[2]s %[4]sv%[6]sC%[5]s %[8]s %[5]s %[7]s %[1]s %[7]sz",
			formatCoordinate(side.x), formatCoordinate(side.to), formatCoordinate(top), formatCoordinate(hub), formatCoordinate(bend),
			formatCoordinate(bandHeight), formatCoordinate(top+bandHeight), formatCoordinate(hub+bandHeight)))
		c.text("sol-c-tick", side.label, y+slot/2+4, side.anchor, fmt.Sprintf("%s · %d", truncate(b.Name, side.letters), b.Value))
		y, hub = y+slot, hub+bandHeight
	}
}

func sum(bands []Band) (n int) {
	for _, b := range bands {
		n += b.Value
	}
	return n
}

// stackHeight returns the height of the bands of one side, with space for their names.
func stackHeight(bands []Band, scale float64) (height float64) {
	for _, b := range bands {
		height += max(labelHeight, scale*float64(b.Value)+3)
	}
	return height
}
