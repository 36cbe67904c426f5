// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"

	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// randomAttachment returns a PDF receipt or a PNG screenshot.
func randomAttachment(r *rand.Rand) attachment.FileUpload {
	if chance(r, 60) {
		return attachment.FileUpload{Name: fmt.Sprintf("ricevuta-%04d.pdf", r.IntN(10000)),
			Content: pdfPage(fmt.Sprintf("Ricevuta di prova n. %06d", r.IntN(1_000_000)))}
	}
	return attachment.FileUpload{Name: fmt.Sprintf("schermata %02d.png", r.IntN(100)), Content: pngPicture(r)}
}

// pdfPage returns a PDF with one page and one line of text.
func pdfPage(text string) []byte {
	var b bytes.Buffer
	var offsets []int
	b.WriteString("%PDF-1.4\n")
	line := fmt.Sprintf("BT /F1 16 Tf 60 760 Td (%s) Tj ET", text)
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(line), line),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

// pngPicture returns a PNG of a window with a title bar in random colours.
func pngPicture(r *rand.Rand) []byte {
	const width, height, bar = 120, 80, 14
	tints := color.Palette{color.White, color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), 200, 255}}
	window := image.NewPaletted(image.Rect(0, 0, width, height), tints)
	for i := range width * bar {
		window.Pix[i] = 1
	}
	var b bytes.Buffer
	if err := png.Encode(&b, window); err != nil {
		panic(err) // cannot happen: writing to a buffer never fails
	}
	return b.Bytes()
}
