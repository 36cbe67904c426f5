// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package redraw draws images anew: what people see stays, what the file holds beside it (EXIF with the place and the camera, colour
// profiles, comments, whatever follows the image) does not. It bounds the memory that an image may use.
package redraw

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/sync/semaphore"
)

// MaxPixels is the maximum number of pixels of an image, those of all frames together.
const MaxPixels = 50_000_000

// maxScanned is the maximum number of pixels that the scans of a JPEG cover together. A progressive one may have 20 scans of the largest image;
// without the limit a file of 1 MB has 18,000, which take minutes.
const maxScanned = 20 * MaxPixels

// maxMemory is the maximum number of bytes that decoding an image may use, and all images together that a process decodes at a time.
const maxMemory = 320 << 20

var (
	// ErrTooLarge refuses an image with too many pixels.
	ErrTooLarge = errors.New("the image has too many pixels")
	// ErrDamaged refuses an image that cannot be decoded.
	ErrDamaged = errors.New("the image is damaged")
)

var memory = semaphore.NewWeighted(maxMemory)

// jpegQuality is the quality of a JPEG that is drawn anew: a scanned text stays legible.
const jpegQuality = 90

// Knows reports whether images of a media type can be drawn.
func Knows(mediaType string) bool {
	return mediaType == "image/jpeg" || mediaType == "image/png" || mediaType == "image/gif"
}

// Check returns ErrTooLarge or ErrDamaged for an image that Image would refuse.
func Check(mediaType string, content []byte) error {
	return reserve(context.Background(), mediaType, content, func() error {
		var err error
		switch mediaType {
		case "image/gif":
			_, err = redrawGIF(content)
		case "image/png":
			_, err = png.Decode(bytes.NewReader(content))
		default:
			_, err = jpeg.Decode(bytes.NewReader(content))
		}
		return err
	})
}

// Image returns an image of the same type that looks the same, without anything else that the file holds. A photograph is turned as its camera says.
// Errors: ErrTooLarge, ErrDamaged, that of ctx.
func Image(ctx context.Context, mediaType string, content []byte) (drawn []byte, err error) {
	err = reserve(ctx, mediaType, content, func() error {
		var err error
		switch mediaType {
		case "image/gif":
			drawn, err = redrawGIF(content)
		case "image/png":
			drawn, err = redrawPNG(content)
		default:
			drawn, err = redrawJPEG(content)
		}
		return err
	})
	return drawn, err
}

// reserve calls work when the memory that the image needs is free.
func reserve(ctx context.Context, mediaType string, content []byte, work func() error) error {
	need, err := memoryOf(mediaType, content)
	if err != nil {
		return err
	}
	if err := memory.Acquire(ctx, need); err != nil {
		return fmt.Errorf("wait for memory for an image: %w", err)
	}
	defer memory.Release(need)
	if err := work(); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// memoryOf returns the number of bytes that decoding an image uses. Errors: ErrTooLarge, ErrDamaged.
func memoryOf(mediaType string, content []byte) (int64, error) {
	pixels, perPixel, scans, err := int64(0), int64(8), int64(1), error(nil) // a PNG has up to eight bytes a pixel
	switch mediaType {
	case "image/gif":
		pixels, err = gifPixels(content)
		perPixel = 2 // it is also written anew when it is checked
	default:
		var size image.Config
		size, _, err = image.DecodeConfig(bytes.NewReader(content))
		pixels = int64(size.Width) * int64(size.Height)
		if mediaType == "image/jpeg" {
			perPixel, scans = jpegBytesPerPixel(content), jpegScans(content)
		}
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	case pixels > MaxPixels, pixels*scans > maxScanned:
		return 0, ErrTooLarge
	case pixels*perPixel > maxMemory && mediaType != "image/png": // few PNGs have eight bytes a pixel, and one at a time may use more
		return 0, ErrTooLarge
	}
	if mediaType == "image/jpeg" && jpegOrientation(content) > 1 {
		perPixel += turnedBytesPerPixel
	}
	return max(1, min(maxMemory, pixels*perPixel)), nil
}

func redrawPNG(content []byte) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, decoded)
	return b.Bytes(), err
}

func redrawJPEG(content []byte) ([]byte, error) {
	decoded, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, turned(decoded, jpegOrientation(content)), &jpeg.Options{Quality: jpegQuality})
	return b.Bytes(), err
}

func redrawGIF(content []byte) ([]byte, error) {
	decoded, err := gif.DecodeAll(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = gif.EncodeAll(&b, decoded)
	return b.Bytes(), err
}
