// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCSVForSpreadsheets(t *testing.T) {
	w := httptest.NewRecorder()
	s := NewCSVWriter(w, "prova.csv", ';')
	for _, cells := range [][]string{{"Ente", "Aperte"}, {"=1+1", "-2"}, {"Ma; \"chi\"", ""}} {
		if err := s.WriteRow(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, want := w.Body.String(), "\xef\xbb\xbfEnte;Aperte\n'=1+1;'-2\n\"Ma; \"\"chi\"\"\";\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if w.Header().Get("Content-Disposition") != "attachment; filename=prova.csv" || !w.Flushed {
		t.Errorf("got headers %v, flushed %v, want a download that was flushed", w.Header(), w.Flushed)
	}
}

func TestCSVForProgramsHasNoByteOrderMark(t *testing.T) {
	w := httptest.NewRecorder()
	s := NewCSVWriter(w, "prova.csv", ',')
	if err := s.WriteRow("number", "@id"); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(); err != nil || w.Body.String() != "number,'@id\n" {
		t.Errorf("got %q, %v", w.Body.String(), err)
	}
}

func TestCSVContainsNoFormula(t *testing.T) {
	for cell, guarded := range map[string]bool{
		"=1+1": true, "+39": true, "-2": true, "@SUM(A1)": true, "\tTesto": true, "\rTesto": true, "\n=1": true, "  =1": true, "\u00a0=1": true,
		"\ufeff=1": true, "\u200b\u202a@x": true, "\"=1\"": true, "'=1": true, "“=1": true, "＝1": true, "＋1": true, "－1": true, "＠x": true,
		" \ufeff\" -1": true, "\x00=1": true, "\x1f+1": true,
		"": false, "Testo": false, "1=1": false, "a@b.it": false, "«Testo»": false, "2026-03-02": false, " Testo": false, "\xff": false, "…": false,
	} {
		w := httptest.NewRecorder()
		s := NewCSVWriter(w, "prova.csv", ',')
		if err := s.WriteRow("a", cell); err != nil {
			t.Fatal(err)
		}
		if err := s.Flush(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.HasPrefix(rows[0][1], "'") && rows[0][1] != cell; got != guarded {
			t.Errorf("%q: got %q, want guarded: %v", cell, rows[0][1], guarded)
		}
	}
}
