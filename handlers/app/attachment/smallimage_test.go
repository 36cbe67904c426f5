// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// smallImage returns an image of a few pixels.
func smallImage(format string) ([]byte, error) {
	var b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 3, 2))
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	default:
		err = jpeg.Encode(&b, img, nil)
	}
	return b.Bytes(), err
}
