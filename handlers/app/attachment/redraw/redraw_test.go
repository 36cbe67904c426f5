// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package redraw

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
)

// secret stands for what a camera writes beside the image.
const secret = "GPS 45.0703 N 7.6869 E"

// corner returns a black image whose upper right corner is white.
func corner() *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, 64, 32), color.Palette{color.Black, color.White})
	for y := range 16 {
		for x := 32; x < 64; x++ {
			img.SetColorIndex(x, y, 1)
		}
	}
	return img
}

// jpegWith returns a JPEG with EXIF data that say the orientation and hold the secret, a comment, and something after the image.
func jpegWith(t *testing.T, orientation uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corner(), nil); err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), byte(orientation>>8), byte(orientation), 0, 0, 0, 0, 0, 0)
	return slices.Concat(b.Bytes()[:2], segment(0xE1, "Exif\x00\x00"+string(tiff)+secret), segment(0xE2, "ICC_PROFILE\x00"+secret), segment(0xFE, secret), b.Bytes()[2:], []byte("PK\x03\x04"+secret))
}

func segment(marker byte, content string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(content)+2)), content...)
}

func pngWith(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, corner()); err != nil {
		t.Fatal(err)
	}
	text := append(binary.BigEndian.AppendUint32(nil, uint32(len(secret))), "eXIf"+secret...)
	text = binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(text[4:]))
	end := b.Len() - 12
	return slices.Concat(b.Bytes()[:end], text, b.Bytes()[end:], []byte(secret))
}

func gifWith(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{corner(), corner()}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	end := b.Len() - 1
	return slices.Concat(b.Bytes()[:end], []byte("\x21\xfe"), []byte{byte(len(secret))}, []byte(secret), []byte{0}, b.Bytes()[end:], []byte(secret))
}

func TestImageHasNothingBesideWhatPeopleSee(t *testing.T) {
	for kind, content := range map[string][]byte{"image/jpeg": jpegWith(t, 1), "image/png": pngWith(t), "image/gif": gifWith(t)} {
		if !bytes.Contains(content, []byte(secret)) {
			t.Fatalf("%s: the example holds no secret", kind)
		}
		drawn, err := Image(t.Context(), kind, content)
		if err != nil || bytes.Contains(drawn, []byte("GPS")) || bytes.Contains(drawn, []byte("Exif")) || bytes.Contains(drawn, []byte("ICC_PROFILE")) {
			t.Errorf("%s: got %q, %v", kind, drawn, err)
		}
		img, found, err := image.Decode(bytes.NewReader(drawn))
		if err != nil || "image/"+found != kind || img.Bounds() != corner().Bounds() {
			t.Fatalf("%s: got %s %v, %v", kind, found, img, err)
		}
		if left, right := gray(img, 4, 4), gray(img, 60, 4); left > 60 || right < 200 {
			t.Errorf("%s: got %d and %d, want black and white", kind, left, right)
		}
	}
}

func gray(img image.Image, x, y int) uint8 {
	return color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y
}

// A photograph is turned as its EXIF data say, since those that are drawn anew have none.
func TestPhotographIsTurned(t *testing.T) {
	for orientation, white := range map[uint16]image.Point{1: {60, 4}, 2: {4, 4}, 3: {4, 28}, 4: {60, 28}, 5: {4, 60}, 6: {28, 60}, 7: {28, 4}, 8: {4, 4}} {
		drawn, err := Image(t.Context(), "image/jpeg", jpegWith(t, orientation))
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(drawn))
		if err != nil {
			t.Fatal(err)
		}
		right, bottom := img.Bounds().Dx()-4, img.Bounds().Dy()-4
		if upright := orientation < 5; (img.Bounds().Dx() == 64) != upright {
			t.Errorf("orientation %d: got %v", orientation, img.Bounds())
		}
		for _, at := range []image.Point{{4, 4}, {right, 4}, {4, bottom}, {right, bottom}} {
			if got := gray(img, at.X, at.Y); (got > 128) != (at == white) {
				t.Errorf("orientation %d: got %d at %v, want white at %v alone", orientation, got, at, white)
			}
		}
	}
}

func TestImagesThatUseTooMuchAreRefused(t *testing.T) {
	frame := "\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00"
	for name, c := range map[string]struct {
		kind, content string
		want          error
	}{
		"many frames":       {"image/gif", "GIF89a\xff\xff\xff\xff\x00\x00\x00" + frame + frame, ErrTooLarge},
		"frames after text": {"image/gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00\x21\x01\x20123456789012\x00" + frame, ErrTooLarge},
		"progressive":       {"image/jpeg", "\xff\xd8\xff\xc2\x00\x11\x08\x1b\x58\x1b\x58\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00\xff\xda\x00\x02", ErrTooLarge},
		"many scans":        {"image/jpeg", "\xff\xd8\xff\xc2\x00\x0b\x08\x17\x70\x17\x70\x01\x01\x11\x00" + strings.Repeat("\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00", 30), ErrTooLarge},
		"many small frames": {"image/gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00" + strings.Repeat("\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00", 13_000), ErrTooLarge},
		"no image":          {"image/png", "<html>", ErrDamaged},
		"empty":             {"image/jpeg", "", ErrDamaged},
	} {
		if err := Check(c.kind, []byte(c.content)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// FuzzImage draws any content. What it draws can be drawn again.
func FuzzImage(f *testing.F) {
	f.Add("image/gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))
	f.Add("image/jpeg", []byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, kind string, content []byte) {
		if !Knows(kind) || len(content) > 1<<16 {
			return
		}
		jpegOrientation(content)
		drawn, err := Image(t.Context(), kind, content)
		if err != nil {
			return
		}
		if _, err := Image(t.Context(), kind, drawn); err != nil {
			t.Errorf("drawn again: %v", err)
		}
	})
}
