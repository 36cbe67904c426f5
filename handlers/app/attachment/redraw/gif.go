// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package redraw

import (
	"encoding/binary"
	"errors"
)

var errGIF = errors.New("no GIF, or one that is cut")

// minFramePixels is the number of pixels for which a frame counts at least: decoding a smaller one takes as long.
const minFramePixels = 4096

// gifPixels returns the number of pixels of all frames of a GIF, without decoding them: a small file can hold thousands of frames.
func gifPixels(content []byte) (pixels int64, err error) {
	const headerSize = 13
	if len(content) < headerSize || string(content[:4]) != "GIF8" {
		return 0, errGIF
	}
	rest := content[headerSize:]
	skip := func(n int) bool {
		if n > len(rest) {
			return false
		}
		rest = rest[n:]
		return true
	}
	skipBlocks := func() bool { // up to a block of length zero
		for len(rest) > 0 && rest[0] != 0 {
			if !skip(1 + int(rest[0])) {
				return false
			}
		}
		return skip(1)
	}
	complete := skip(colours(content[10]))
	for complete && len(rest) > 0 {
		switch rest[0] {
		case 0x21: // an extension: its label, then blocks
			size := 2
			if len(rest) > 1 && rest[1] == 1 { // a plain text: the decoder takes the size of its first block for granted
				size += 13
			}
			complete = skip(size) && skipBlocks()
		case 0x2C: // a frame
			const frameSize = 10
			if len(rest) < frameSize {
				return 0, errGIF
			}
			pixels += max(minFramePixels, int64(binary.LittleEndian.Uint16(rest[5:]))*int64(binary.LittleEndian.Uint16(rest[7:])))
			if pixels > MaxPixels {
				return pixels, nil
			}
			complete = skip(frameSize+colours(rest[9])) && skip(1) && skipBlocks()
		default: // 0x3B: the end
			return pixels, nil
		}
	}
	return pixels, nil // the decoder says whether what is missing matters
}

// colours returns the size of a table of colours by the flags of its header.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
