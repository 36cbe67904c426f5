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

// flushTimeout is how long a client may take for a page of a sheet, or it is taken for gone.
const flushTimeout = 30 * time.Second

// CSVWriter is a table that is sent row by row, for as long as it takes: the client is in a hurry, not the table.
type CSVWriter struct {
	rc  *http.ResponseController
	csv *csv.Writer
}

// NewCSVWriter begins an answer with a file of a name. Cells are UTF-8, parted by comma or another sign.
func NewCSVWriter(w http.ResponseWriter, name string, parted rune) *CSVWriter {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Accel-Buffering", "no") // a proxy must not wait for more
	s := &CSVWriter{rc: http.NewResponseController(w), csv: csv.NewWriter(w)}
	s.csv.Comma = parted
	return s
}

// WriteRow adds a row. A cell that a spreadsheet would take for a formula is made text.
func (s *CSVWriter) WriteRow(cells ...string) error {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
			cells[i] = "'" + c
		}
	}
	return s.csv.Write(cells)
}

// Flush sends what was added since.
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
