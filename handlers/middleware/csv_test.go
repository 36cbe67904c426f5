// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package middleware

import (
	"net/http/httptest"
	"testing"
)

func TestCSVContainsNoFormula(t *testing.T) {
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
	if got, want := w.Body.String(), "Ente;Aperte\n'=1+1;'-2\n\"Ma; \"\"chi\"\"\";\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if w.Header().Get("Content-Disposition") != "attachment; filename=prova.csv" || !w.Flushed {
		t.Errorf("got headers %v, flushed %v, want a download that was flushed", w.Header(), w.Flushed)
	}
}
