// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package redraw

import (
	"bytes"
	"encoding/binary"
)

// Markers of a JPEG (ISO/IEC 10918-1, table B.1).
const (
	markerSOF0 = 0xC0 // baseline frame
	markerSOF2 = 0xC2 // progressive frame
	markerSOS  = 0xDA // start of the image data
	markerEOI  = 0xD9
	markerAPP1 = 0xE1
)

// eachSegment calls do with marker and content of each segment before the image data, until do returns false.
func eachSegment(content []byte, do func(marker byte, segment []byte) bool) {
	for rest := content[min(2, len(content)):]; len(rest) >= 4; {
		if rest[0] != 0xFF {
			rest = rest[1:] // programs skip what is between segments
			continue
		}
		marker := rest[1]
		switch {
		case marker == 0xFF, marker == 0:
			rest = rest[1:]
			continue
		case marker >= 0xD0 && marker <= 0xD8 || marker == 1: // has no length
			rest = rest[2:]
			continue
		case marker == markerSOS, marker == markerEOI:
			return
		}
		length := int(binary.BigEndian.Uint16(rest[2:]))
		if length < 2 || 2+length > len(rest) || !do(marker, rest[4:2+length]) {
			return
		}
		rest = rest[2+length:]
	}
}

// jpegBytesPerPixel returns how many bytes a pixel uses while a JPEG is decoded, rounded up: one for each sample, and four more in a progressive one.
func jpegBytesPerPixel(content []byte) int64 {
	perPixel := int64(4) // of four components without subsampling
	eachSegment(content, func(marker byte, s []byte) bool {
		if marker < markerSOF0 || marker > markerSOF2 {
			return true
		}
		if len(s) < 6 || len(s) < 6+3*int(s[5]) {
			return false
		}
		largest, samples := 1, 0
		for i := range int(s[5]) {
			area := int(s[7+3*i]>>4) * int(s[7+3*i]&15)
			largest, samples = max(largest, area), samples+area
		}
		bytesPerSample := 1
		if marker == markerSOF2 {
			bytesPerSample = 5
		}
		perPixel = int64((samples*bytesPerSample + largest - 1) / largest)
		return false
	})
	return max(1, perPixel)
}

// jpegScans returns the number of scans of a JPEG, or more if it holds other images: the data of a scan have no marker.
func jpegScans(content []byte) int64 { return int64(bytes.Count(content, []byte{0xFF, markerSOS})) }

// jpegOrientation returns the orientation of a photograph by its EXIF data (1 to 8; 1: as it is stored).
func jpegOrientation(content []byte) int {
	orientation := 1
	eachSegment(content, func(marker byte, s []byte) bool {
		tiff, isExif := bytes.CutPrefix(s, []byte("Exif\x00\x00"))
		if marker != markerAPP1 || !isExif {
			return true
		}
		if o := tiffOrientation(tiff); o >= 1 && o <= 8 {
			orientation = o
		}
		return false
	})
	return orientation
}

// orientationTag is the tag of the orientation in the first directory of a TIFF file, which EXIF data are.
const orientationTag = 0x0112

func tiffOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(tiff) < 8 {
		return 0
	}
	offset := int64(order.Uint32(tiff[4:]))
	if offset+2 > int64(len(tiff)) {
		return 0
	}
	directory := tiff[offset:]
	entries := directory[2:]
	for range order.Uint16(directory) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == orientationTag {
			return int(order.Uint16(entries[8:]))
		}
		entries = entries[12:]
	}
	return 0
}
