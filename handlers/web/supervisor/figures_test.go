// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package supervisor

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/dashboard"
)

// A CSV file holds plain numbers, and times in minutes, whatever the format on the page.
func TestTotalsFileHoldsPlainNumbers(t *testing.T) {
	d := dashboard.Dashboard{Total: dashboard.Figures{Open: 1250, FirstAnswer: dashboard.Took{Count: 1, Median: 7200, P90: 90000}}}
	recorder := httptest.NewRecorder()
	out := middleware.NewCSVWriter(recorder, "totali.csv", ';')
	if err := totalsTable(figureScope{}, d).writeRows(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"Aperte;1250\n", "Risolte;0\n", "Prima risposta, mediana (minuti);120\n", "Prima risposta, 9 su 10 (minuti);1500\n"} {
		if !strings.Contains(strings.ReplaceAll(recorder.Body.String(), "\r", ""), row) {
			t.Errorf("got %s, want the row %q", recorder.Body, row)
		}
	}
}
