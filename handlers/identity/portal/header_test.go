// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package portal_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/identity/portal"
)

// shape is a recorded shape of the identity header, with invented people.
type shape struct {
	Name   string   `json:"name"`
	Values []string `json:"values"` // of the header; \xNN stands for a byte
	Error  string   `json:"error"`  // field of the MalformedError; empty: accepted

	TaxCode    string    `json:"tax_code"`
	GivenName  string    `json:"given_name"`
	FamilyName string    `json:"family_name"`
	IDP        string    `json:"idp"`
	At         time.Time `json:"at"`
	Level      int       `json:"level"`
}

func readShapes(t testing.TB) (shapes []shape) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "shapes.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &shapes); err != nil {
		t.Fatal(err)
	}
	for i, s := range shapes {
		for n, v := range s.Values {
			shapes[i].Values[n] = withBytes(v)
		}
	}
	return shapes
}

// withBytes replaces \xNN by the byte NN, which JSON cannot hold.
func withBytes(s string) string {
	var out []byte
	for len(s) > 0 {
		if rest, ok := strings.CutPrefix(s, `\x`); ok && len(rest) >= 2 {
			high, low := strings.IndexByte("0123456789abcdef", rest[0]), strings.IndexByte("0123456789abcdef", rest[1])
			out, s = append(out, byte(high<<4|low)), rest[2:]
			continue
		}
		out, s = append(out, s[0]), s[1:]
	}
	return string(out)
}

// TestParseReadsRecordedShapes: testdata/shapes.json holds the header as the portal writes it and what must not be taken for it.
func TestParseReadsRecordedShapes(t *testing.T) {
	for _, s := range readShapes(t) {
		t.Run(s.Name, func(t *testing.T) {
			got, err := portal.Parse(s.Values)
			if s.Error != "" {
				var malformed *portal.MalformedError
				if !errors.As(err, &malformed) || string(malformed.Field) != s.Error {
					t.Fatalf("got %+v, %v, want a malformed %s", got, err, s.Error)
				}
				if got != (portal.Identity{}) {
					t.Errorf("got %+v with an error, want nothing", got)
				}
				return
			}
			want := portal.Identity{TaxCode: s.TaxCode, GivenName: s.GivenName, FamilyName: s.FamilyName, IDP: s.IDP, At: s.At, Level: s.Level}
			if err != nil || got != want {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

// FuzzParse: whatever a header holds, Parse gives a whole identity or a malformed part, and its error never holds the value.
func FuzzParse(f *testing.F) {
	for _, s := range readShapes(f) {
		f.Add(strings.Join(s.Values, "\n"))
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, err := portal.Parse([]string{value})
		if err != nil {
			var malformed *portal.MalformedError
			if !errors.As(err, &malformed) || got != (portal.Identity{}) {
				t.Fatalf("got %+v, %v, want nothing and a malformed part", got, err)
			}
			return
		}
		code, err := person.ParseTaxCode(got.TaxCode)
		if err != nil || code.String() != got.TaxCode {
			t.Errorf("got the tax code %q, %v, want a normal form", got.TaxCode, err)
		}
		for _, name := range []string{got.GivenName, got.FamilyName, got.IDP} {
			if strings.TrimSpace(name) == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
				t.Errorf("got the name %q", name)
			}
		}
		if level := got.Level; level < 1 || level > 16 || level&(level-1) != 0 {
			t.Errorf("got level %d", got.Level)
		}
	})
}
