// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package redraw

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// cmyk returns a JPEG of 8 by 8 pixels with four components, as programs for print write it: each component has one value.
func cmyk(t *testing.T) []byte {
	t.Helper()
	var gray bytes.Buffer
	if err := jpeg.Encode(&gray, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	tables := []byte{0xFF, 0xD8}
	tables = append(tables, segment(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	eachSegment(gray.Bytes(), func(marker byte, content []byte) bool {
		if marker == 0xDB || marker == 0xC4 { // tables of quantization and of Huffman
			tables = append(tables, segment(marker, string(content))...)
		}
		return true
	})
	frame := segment(0xC0, "\x08\x00\x08\x00\x08\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00")
	scan := segment(0xDA, "\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3f\x00")
	return slices.Concat(tables, frame, scan, []byte{0x28, 0xA2, 0x8A, 0xFF, 0xD9}) // four blocks: no difference, end
}

// What telephones, scanners and programs for print write looks the same when it is drawn anew.
func TestImagesOfAllKindsLookTheSame(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 2, 1))
	deep.SetNRGBA64(0, 0, color.NRGBA64{R: 0x1234, G: 0x5678, B: 0x9ABC, A: 0xFFFF})
	deep.SetNRGBA64(1, 0, color.NRGBA64{R: 0xFFFF, A: 0x8000})
	var b bytes.Buffer
	if err := png.Encode(&b, deep); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind      string
		content   []byte
		tolerance int64 // of a sample of 16 bits
	}{"CMYK": {"image/jpeg", cmyk(t), 0x0800}, "16 bits and half transparent": {"image/png", b.Bytes(), 0}} {
		before, _, err := image.Decode(bytes.NewReader(c.content))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		drawn, err := Image(t.Context(), c.kind, c.content)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		after, _, err := image.Decode(bytes.NewReader(drawn))
		if err != nil || after.Bounds() != before.Bounds() {
			t.Fatalf("%s: got %v, %v", name, after, err)
		}
		for x := range before.Bounds().Dx() {
			r1, g1, b1, a1 := before.At(x, 0).RGBA()
			r2, g2, b2, a2 := after.At(x, 0).RGBA()
			for i, sample := range []uint32{r1, g1, b1, a1} {
				if d := int64(sample) - int64([]uint32{r2, g2, b2, a2}[i]); d > c.tolerance || d < -c.tolerance {
					t.Errorf("%s: pixel %d: got %v, want %v", name, x, after.At(x, 0), before.At(x, 0))
				}
			}
		}
	}
}

func TestAnimationStays(t *testing.T) {
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{corner(), corner(), corner()}, Delay: []int{10, 20, 30}, LoopCount: 4}); err != nil {
		t.Fatal(err)
	}
	drawn, err := Image(t.Context(), "image/gif", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, err := gif.DecodeAll(bytes.NewReader(drawn))
	if err != nil || len(got.Image) != 3 || !slices.Equal(got.Delay, []int{10, 20, 30}) || got.LoopCount != 4 {
		t.Errorf("got %+v, %v, want the same frames", got, err)
	}
}
