// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"encoding/csv"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"
)

// flushTimeout is the time within which a client must receive the rows of one Flush. After it the client counts as gone.
const flushTimeout = 30 * time.Second

// CSVWriter sends a table row by row. The whole response has no time limit; each Flush has.
type CSVWriter struct {
	rc  *http.ResponseController
	csv *csv.Writer
}

// NewCSVWriter sets the headers of a CSV download with a file name and returns its writer. comma separates the cells, which are UTF-8.
func NewCSVWriter(w http.ResponseWriter, name string, comma rune) *CSVWriter {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Accel-Buffering", "no") // nginx must not buffer the response
	s := &CSVWriter{rc: http.NewResponseController(w), csv: csv.NewWriter(w)}
	s.csv.Comma = comma
	return s
}

// WriteRow writes a row to the buffer. It puts an apostrophe before a cell that a spreadsheet would evaluate as a formula.
func (s *CSVWriter) WriteRow(cells ...string) error {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
			cells[i] = "'" + c
		}
	}
	return s.csv.Write(cells)
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
