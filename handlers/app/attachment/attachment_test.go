// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
)

func picture(t *testing.T, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	img := image.NewGray(image.Rect(0, 0, 3, 2))
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngHeader returns the beginning of a PNG with the given size in its header.
func pngHeader(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	header = append(binary.BigEndian.AppendUint32(header, height), 8, 0, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(b, header...), crc32.ChecksumIEEE(header))
}

func zipFile(t *testing.T, names []string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCheckAcceptsListedTypesWithMatchingContent(t *testing.T) {
	pdf := []byte("%PDF-1.4\n%%EOF\n")
	ole := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...)
	docx := zipFile(t, []string{"[Content_Types].xml", "word/document.xml"}, []byte("<x/>"))
	xlsx := zipFile(t, []string{"[Content_Types].xml", "xl/workbook.xml"}, []byte("<x/>"))
	plain := zipFile(t, []string{"a.txt"}, []byte("ciao"))
	many := make([]string, maxEntries+1)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	damaged := bytes.Clone(plain)
	copy(damaged[len(damaged)-22:], "XXXX") // overwrites the mark of the end of the directory

	for name, c := range map[string]struct {
		file     FileUpload
		field    string // "": accepted
		contains string // part of the refusal; for accepted files the media type
	}{
		"pdf":                      {FileUpload{Name: "a.pdf", Content: pdf}, "", "application/pdf"},
		"capitals":                 {FileUpload{Name: "A.PDF", Content: pdf}, "", "application/pdf"},
		"doc":                      {FileUpload{Name: "a.doc", Content: ole}, "", "application/msword"},
		"xls":                      {FileUpload{Name: "a.xls", Content: ole}, "", "application/vnd.ms-excel"},
		"docx":                     {FileUpload{Name: "a.docx", Content: docx}, "", mediaTypes["docx"]},
		"xlsx":                     {FileUpload{Name: "a.xlsx", Content: xlsx}, "", mediaTypes["xlsx"]},
		"zip":                      {FileUpload{Name: "a.zip", Content: plain}, "", "application/zip"},
		"png":                      {FileUpload{Name: "a.png", Content: picture(t, "png")}, "", "image/png"},
		"gif":                      {FileUpload{Name: "a.gif", Content: picture(t, "gif")}, "", "image/gif"},
		"jpeg":                     {FileUpload{Name: "a.jpeg", Content: picture(t, "jpeg")}, "", "image/jpeg"},
		"jpg is jpeg":              {FileUpload{Name: "a.jpg", Content: picture(t, "jpeg")}, "", "image/jpeg"},
		"a program":                {FileUpload{Name: "a.exe", Content: pdf}, "files[0].name", "pdf, doc"},
		"no extension":             {FileUpload{Name: "pdf", Content: pdf}, "files[0].name", "pdf, doc"},
		"no name":                  {FileUpload{Name: "\x00/", Content: pdf}, "files[0].name", "1 to 255"},
		"long name":                {FileUpload{Name: strings.Repeat("a", 252) + ".pdf", Content: pdf}, "files[0].name", "1 to 255"},
		"empty":                    {FileUpload{Name: "a.pdf"}, "files[0].content_base64", "1 to 1048576 bytes"},
		"a byte over 1 MB":         {FileUpload{Name: "a.pdf", Content: append(bytes.Clone(pdf), make([]byte, 1<<20+1-len(pdf))...)}, "files[0].content_base64", "1 to 1048576"},
		"1 MB":                     {FileUpload{Name: "a.pdf", Content: append(bytes.Clone(pdf), make([]byte, 1<<20-len(pdf))...)}, "", "application/pdf"},
		"a picture as pdf":         {FileUpload{Name: "a.pdf", Content: picture(t, "png")}, "files[0].content_base64", "application/pdf"},
		"a pdf as a picture":       {FileUpload{Name: "a.png", Content: pdf}, "files[0].content_base64", "image/png"},
		"half a picture":           {FileUpload{Name: "a.png", Content: picture(t, "png")[:20]}, "files[0].content_base64", "image/png"},
		"a picture that is a bomb": {FileUpload{Name: "a.png", Content: pngHeader(60_000, 60_000)}, "files[0].content_base64", "pixels"},
		"docx as xlsx":             {FileUpload{Name: "a.xlsx", Content: docx}, "files[0].content_base64", "spreadsheetml"},
		"docx as zip":              {FileUpload{Name: "a.zip", Content: docx}, "files[0].content_base64", "application/zip"},
		"zip as docx":              {FileUpload{Name: "a.docx", Content: plain}, "files[0].content_base64", "wordprocessingml"},
		"a zip bomb":               {FileUpload{Name: "a.zip", Content: zipFile(t, []string{"0", "1"}, make([]byte, 4<<20))}, "files[0].content_base64", "unpacks to too much"},
		"too many entries":         {FileUpload{Name: "a.zip", Content: zipFile(t, many, nil)}, "files[0].content_base64", "entries"},
		"a broken zip":             {FileUpload{Name: "a.zip", Content: damaged}, "files[0].content_base64", "cannot be read"},
		"text as doc":              {FileUpload{Name: "a.doc", Content: []byte("hello")}, "files[0].content_base64", "application/msword"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Check("files", []FileUpload{c.file})
			if c.field == "" {
				if err != nil || got[0].MediaType != c.contains {
					t.Fatalf("got %v, %v, want media type %s", got, err, c.contains)
				}
				return
			}
			var invalid *ticket.InvalidError
			if !errors.As(err, &invalid) {
				t.Fatalf("got %v, want a refusal", err)
			}
			if f := invalid.Fields[0]; f.Field != c.field || !strings.Contains(f.Reason.String()+" "+f.Allowed, c.contains) {
				t.Fatalf("got %+v, want field %s with %q", f, c.field, c.contains)
			}
		})
	}
}

func TestCheckNamesAllInvalidFiles(t *testing.T) {
	six := make([]FileUpload, 6)
	for i := range six {
		six[i] = FileUpload{Name: "a.pdf", Content: []byte("%PDF-1.4")}
	}
	six[2].Content, six[4].Name = nil, "a.exe"
	_, err := Check("attachments", six)
	var invalid *ticket.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 3 {
		t.Fatalf("got %v, want three fields", err)
	}
	for i, want := range []string{"attachments", "attachments[2].content_base64", "attachments[4].name"} {
		if invalid.Fields[i].Field != want {
			t.Errorf("got field %s at %d, want %s", invalid.Fields[i].Field, i, want)
		}
	}
}

func TestCleanNameRemovesDirectoriesAndInvisibleCharacters(t *testing.T) {
	for name, want := range map[string]string{
		"referto.pdf":                     "referto.pdf",
		"../../etc/referto.pdf":           "referto.pdf",
		`C:\Documenti\referto di Pia.pdf`: "referto di Pia.pdf",
		"ref\u202Efdp.exe":                "reffdp.exe",
		"a\x00b\r\n.pdf":                  "ab.pdf",
		"referto.pdf\u202c":               "referto.pdf",
		"referto.pdf. ":                   "referto.pdf",
		"  ":                              "",
	} {
		if got := cleanName(name); got != want {
			t.Errorf("cleanName(%q): got %q, want %q", name, got, want)
		}
	}
}
