// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readDrawing parses a drawing as XML and returns all its attributes and texts.
func readDrawing(t interface{ Fatal(...any) }, drawing string) (attributes map[string][]string, texts []string) {
	attributes = map[string][]string{}
	for d := xml.NewDecoder(strings.NewReader(drawing)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return attributes, texts
		}
		if err != nil {
			t.Fatal(err, drawing)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				attributes[a.Name.Local] = append(attributes[a.Name.Local], a.Value)
			}
		case xml.CharData:
			texts = append(texts, string(token))
		}
	}
}

var coordinate = regexp.MustCompile(`-?\d+(\.\d)?`)

// For all numbers and names a drawing is well-formed, has a title and a description, has no inline style, and has no negative or
// undefined coordinates.
func TestDrawingsAreWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Labels{ID: "g", Title: "T" + rapid.String().Draw(t, "title"), Description: "<b>&"}
		values := rapid.SliceOfN(rapid.IntRange(0, 5000), 0, 60).Draw(t, "values")
		var bands []Band
		var columns []Column
		points := make([]string, len(values))
		for _, v := range values {
			name := rapid.StringMatching(`[A-Za-z"<>&' ]{0,40}`).Draw(t, "name")
			bands, columns = append(bands, Band{name, v}), append(columns, Column{"x", v})
		}
		for _, d := range []Drawing{
			Lines{n, points, []Series{{"Una", values}, {"Altra", values}}}, Columns{n, columns}, Flow{n, "Regione", bands, bands[:len(bands)/2]},
		} {
			for _, width := range []int{Wide, Narrow} {
				drawing := string(d.Draw(width))
				attributes, texts := readDrawing(t, replaceInvalidCharacters(drawing))
				if attributes["style"] != nil || attributes["role"][0] != "img" || !strings.HasPrefix(texts[0], "T") || texts[1] != n.Description {
					t.Fatal("got style, role, title or description not as wanted:", drawing)
				}
				for _, x := range append(append(attributes["x"], attributes["x1"]...), attributes["cx"]...) {
					if !coordinate.MatchString(x) || strings.HasPrefix(x, "-") {
						t.Fatal("got coordinate", x, drawing)
					}
				}
				for _, h := range append(attributes["height"], attributes["width"]...) {
					if strings.HasPrefix(h, "-") || h == "NaN" {
						t.Fatal("got size", h, drawing)
					}
				}
				for name, values := range attributes { // texts may contain these words, attributes may not
					if all := strings.Join(values, " "); strings.Contains(all, "NaN") || strings.Contains(all, "Inf") {
						t.Fatal("got an undefined number in", name, drawing)
					}
				}
			}
		}
	})
}

// replaceInvalidCharacters replaces the characters that XML does not allow; browsers ignore them.
func replaceInvalidCharacters(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xfffd || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, s)
}

func TestAxesEndAtRoundNumbers(t *testing.T) {
	for highest, want := range map[int][2]int{0: {4, 1}, 3: {4, 1}, 4: {4, 1}, 7: {8, 2}, 13: {15, 5}, 99: {100, 20}, 101: {150, 50}, 12345: {15000, 5000}} {
		if top, step := axisScale(highest); top != want[0] || step != want[1] {
			t.Errorf("axisScale(%d): got %d, %d, want %v", highest, top, step, want)
		}
	}
}

func TestBarWidthIsAPercentage(t *testing.T) {
	for _, c := range []struct {
		value, total int
		want         string
	}{{5, 10, `width="50"`}, {0, 0, `width="0"`}, {10, 10, `width="100" height="8"></rect>`}} {
		if bar := string(Bar(c.value, c.total)); !strings.Contains(bar, c.want) {
			t.Errorf("Bar(%d, %d): got %s, want %s in it", c.value, c.total, bar, c.want)
		}
	}
}
