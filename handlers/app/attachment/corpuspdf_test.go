// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// pdfCases are PDFs that do more than show pages, and such that unpack to much.
func pdfCases(t testing.TB) map[string]corpusCase {
	objects := func(dictionary, objects string) []byte {
		return pdfOf(deflated(t, "/Type/ObjStm/Filter/FlateDecode"+dictionary, objects))
	}
	zeros := strings.Repeat("\x00", 8<<20)
	scan := pdfOf("1 0 obj<</Type/Catalog/AcroForm<</Fields[]>>>>endobj 2 0 obj<</Type/XObject/Subtype/Image/Filter/DCTDecode>>\nstream\n" + string(imageOf(t, "jpeg")) + "\nendstream endobj")
	return map[string]corpusCase{
		"pdf: scan with a form":                    {"a.pdf", scan, "", "", ""},
		"pdf: signed":                              {"a.pdf", pdfOf("<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]>>"), "", "", ""},
		"pdf: form with its own language":          {"a.pdf", pdfOf("<</AcroForm<</XFA 3 0 R>>>>"), "", "", "javascript"},
		"pdf: multimedia with a script":            {"a.pdf", pdfOf("<</S/Rendition/JS(app.alert(1))>>"), "", "", "rich-media"},
		"pdf: invoice with its data":               {"a.pdf", pdfOf("<</AF[1 0 R]/Names<</EmbeddedFiles 2 0 R>>>>"), "", "", "embedded-files"},
		"pdf: objects that are transformed":        {"a.pdf", objects("/DecodeParms<</Predictor 12>>", "1 0 <<>>"), "", "", "unread"},
		"pdf: objects that are cut":                {"a.pdf", objects("", strings.Repeat("1 0 <</S/JavaScript>>", 99))[:85], "", "", "javascript unread"},
		"bombs: objects of a pdf":                  {"a.pdf", objects("", zeros), "", "", "unread"},
		"bombs: many streams of objects of a pdf":  {"a.pdf", pdfOf(strings.Repeat("/ObjStm stream\n", 3000)), "", "", "unread"},
		"bombs: pdf in a zip":                      {"a.zip", archiveOf(t, entry{"a.pdf", objects("", zeros)}), "", "", "unread"},
		"archives: pdf with objects before others": {"a.zip", archiveOf(t, entry{"a.pdf", objects("", "<</S/Launch>>")}), "", "", "launch"},
	}
}

// nameCases are names that hide what a file is.
func nameCases() map[string]corpusCase {
	page := pdfOf("1 0 obj<</Type/Catalog>>endobj")
	return map[string]corpusCase{
		"names: trailing dots and spaces":        {"referto.pdf. .\u2003.", page, "", "", ""},
		"names: program with trailing marks":     {"fattura.exe . .", page, refusal.FileType, "", ""},
		"names: zero byte":                       {"fattura.exe\x00.pdf", page, refusal.FileNameOfProgram, ".exe", ""},
		"names: of a device":                     {"aux.pdf", page, "", "", ""},
		"names: of a device with more":           {"CON .backup.pdf", page, "", "", ""},
		"names: stream of Windows":               {"fattura.exe::$DATA", page, refusal.FileType, "", ""},
		"names: program in a stream of Windows":  {"fattura.exe:b.pdf", page, refusal.FileNameOfProgram, ".exe", ""},
		"names: another dot":                     {"fattura\uff0epdf", page, refusal.FileWithoutExtension, "", ""},
		"names: program before another dot":      {"fattura\u2024exe.pdf", page, refusal.FileNameOfProgram, ".exe", ""},
		"names: program in wide letters":         {"fattura.\uff45\uff58\uff45.pdf", page, refusal.FileNameOfProgram, ".exe", ""},
		"names: isolated direction":              {"fattura\u2067fdp.exe\u2069", page, refusal.FileType, "", ""},
		"names: arabic marks":                    {"\u200fتقرير\u200f.pdf", page, "", "", ""},
		"names: way out":                         {"../../../etc/cron.d/a.pdf", page, "", "", ""},
		"names: too long":                        {strings.Repeat("à", 252) + ".pdf", page, refusal.FileNameLength, "", ""},
		"names: as long as may be":               {strings.Repeat("à", 251) + ".pdf", page, "", "", ""},
		"names: accents, apostrophe and the day": {"Referto dell’8 però (copia n. 2).PDF", page, "", "", ""},
		"extensions: signed document":            {"referto.pdf.p7m", page, refusal.FileType, "", ""},
		"extensions: mail":                       {"a.eml", page, refusal.FileType, "", ""},
		"extensions: medical image":              {"a.dcm", page, refusal.FileType, "", ""},
	}
}

// imageCases are images that use much when they are drawn, and such as telephones and scanners write.
func imageCases(t testing.TB) map[string]corpusCase {
	frames := &gif.GIF{}
	for range 40 {
		frames.Image = append(frames.Image, image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black, color.White}))
		frames.Delay = append(frames.Delay, 1)
	}
	var animated bytes.Buffer
	if err := gif.EncodeAll(&animated, frames); err != nil {
		t.Fatal(err)
	}
	large := []byte("\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x02")
	return map[string]corpusCase{
		"bombs: png":             {"a.png", append(pngHeader(60_000, 60_000), imageOf(t, "png")[33:]...), refusal.ImageTooLarge, "", ""},
		"bombs: jpeg":            {"a.jpg", large, refusal.ImageTooLarge, "", ""},
		"bombs: gif":             {"a.gif", []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00\x3b"), refusal.ImageTooLarge, "", ""},
		"images: animated":       {"a.gif", animated.Bytes(), "", "", ""},
		"images: HEIC as jpeg":   {"IMG_0001.jpg", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), refusal.FileHEIC, "", ""},
		"images: HEIC":           {"IMG_0001.HEIC", []byte("\x00\x00\x00\x18ftypheic"), refusal.FileHEIC, "", ""},
		"images: larger in name": {"a.png", imageOf(t, "gif"), refusal.FileContentIs, ".gif", ""},
	}
}
