// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"encoding/csv"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// flushTimeout is the time within which a client must receive the rows of one Flush. After it the client counts as gone.
const flushTimeout = 30 * time.Second

// byteOrderMark tells Excel that a file is UTF-8.
const byteOrderMark = "\ufeff"

// CSVWriter sends a table row by row. The whole response has no time limit; each Flush has.
type CSVWriter struct {
	rc  *http.ResponseController
	out io.Writer
	csv *csv.Writer

	mark bool // the byte order mark is still to be written
}

// NewCSVWriter sets the headers of a CSV download with a file name and returns its writer. comma separates the cells, which are UTF-8. A
// semicolon is for spreadsheets of people in Italy: the file then begins with a byte order mark. A comma is for programs (RFC 4180).
func NewCSVWriter(w http.ResponseWriter, name string, comma rune) *CSVWriter {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Accel-Buffering", "no") // nginx must not buffer the response
	s := &CSVWriter{rc: http.NewResponseController(w), out: w, csv: csv.NewWriter(w)}
	s.csv.Comma = comma
	s.mark = comma == ';'
	return s
}

// WriteRow writes a row to the buffer, without formulas.
func (s *CSVWriter) WriteRow(cells ...string) error {
	if s.mark {
		s.mark = false
		if _, err := io.WriteString(s.out, byteOrderMark); err != nil {
			return err
		}
	}
	return s.csv.Write(WithoutFormulas(cells...))
}

// WithoutFormulas returns cells with an apostrophe before each one that a spreadsheet could evaluate as a formula.
func WithoutFormulas(cells ...string) []string {
	for i, c := range cells {
		if isFormula(c) {
			cells[i] = "'" + c
		}
	}
	return cells
}

// isFormula reports whether a spreadsheet could evaluate a cell: it begins with one of = + - @, also in full width, or with a tab or an end of
// line. Blanks, invisible characters and quotation marks before these do not count, because some programs remove them.
func isFormula(cell string) bool {
	rest := strings.TrimLeftFunc(cell, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("\"'“”‘’«»`", r)
	})
	first, _ := utf8.DecodeRuneInString(rest)
	return strings.ContainsAny(cell[:min(1, len(cell))], "\t\r\n") || rest != "" && strings.ContainsRune("=+-@＝＋－＠", first)
}

// Flush sends the buffered rows.
func (s *CSVWriter) Flush() error {
	if err := s.rc.SetWriteDeadline(time.Now().Add(flushTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	s.csv.Flush()
	if err := s.csv.Error(); err != nil {
		return err
	}
	return s.rc.Flush()
}
