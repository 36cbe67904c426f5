// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package redraw

import (
	"image"
	"image/draw"
)

// turnedBytesPerPixel is the number of bytes that a pixel of a turned image uses.
const turnedBytesPerPixel = 4

// turned returns an image as an orientation of EXIF says that it is to be seen. It copies one row at a time.
func turned(from image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return from
	}
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	row := image.NewRGBA(image.Rect(0, 0, w, 1))
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 { // width and height change places
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewRGBA(size)
	for y := range h {
		draw.Draw(row, row.Bounds(), from, from.Bounds().Min.Add(image.Pt(0, y)), draw.Src)
		for x := range w {
			toX, toY := x, y
			switch orientation {
			case 2:
				toX = w - 1 - x
			case 3:
				toX, toY = w-1-x, h-1-y
			case 4:
				toY = h - 1 - y
			case 5:
				toX, toY = y, x
			case 6:
				toX, toY = h-1-y, x
			case 7:
				toX, toY = h-1-y, w-1-x
			case 8:
				toX, toY = y, w-1-x
			}
			copy(to.Pix[to.PixOffset(toX, toY):][:4], row.Pix[row.PixOffset(x, 0):][:4])
		}
	}
	return to
}
