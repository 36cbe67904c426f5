// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// editedFiles returns the embedded data with one passage of one file replaced.
func editedFiles(t testing.TB, file, old, with string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"entities.json", "services.json", "calendars.json"} {
		content, err := fs.ReadFile(catalog.DataFiles(), name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		if name == file {
			if !strings.Contains(text, old) {
				t.Fatalf("%s does not contain %s", file, old)
			}
			text = strings.Replace(text, old, with, 1)
		}
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func TestParseRefusesInvalidData(t *testing.T) {
	const (
		to3    = `"code": "010203", `
		region = `"code": "regione", `
	)
	for _, c := range []struct{ name, file, old, with, want string }{
		{"no JSON", "entities.json", "{", "[", "entities.json: "},
		{"more after the end", "services.json", "{\n", "{} {\n", "services.json: there is more after the end"},
		{"unknown field", "entities.json", to3, to3 + `"colour": "red", `, `entities.json: json: unknown field "colour"`},
		{"wrong type", "calendars.json", `"from": 2026`, `"from": "2026"`, "calendars.json: json: cannot unmarshal string"},
		{"duplicate code", "entities.json", to3, `"code": "010301", `, `entities.json: entity "010301" stands there twice`},
		{"code", "entities.json", to3, `"code": "TO3", `, `entity "TO3": code; allowed: six digits, or regione`},
		{"no name", "entities.json", `"Azienda Sanitaria Locale TO3"`, `" "`, `entity "010203" has no name and short name`},
		{"unknown kind", "entities.json", `"ASL TO3", "kind": "asl"`, `"ASL TO3", "kind": "usl"`, `entity "010203": kind "usl"; allowed: asl, ao, aou, and regione for the Region`},
		{"a second region", "entities.json", `"ASL TO3", "kind": "asl"`, `"ASL TO3", "kind": "regione"`, `entity "010203": kind "regione"`},
		{"unknown town", "entities.json", `"Collegno", "valid`, `"Pinerolo", "valid`, `entity "010203": seat "Pinerolo" is no town of calendars.json`},
		{"no date", "entities.json", to3, to3 + `"valid_to": "2027-02-30", `, `entity "010203": validity: parsing time "2027-02-30"`},
		{"end before beginning", "entities.json", to3, to3 + `"valid_to": "2008-01-01", `, `entity "010203": valid_to 2008-01-01 is not after valid_from 2008-01-01`},
		{"dangling successor", "entities.json", to3, to3 + `"valid_to": "2027-01-01", "successor": "010999", `, `entity "010203": successor "010999" is no entity`},
		{"successor of itself", "entities.json", to3, to3 + `"valid_to": "2027-01-01", "successor": "010203", `, `entity "010203": successor "010203" does not exist on 2027-01-01`},
		{"successor without end", "entities.json", to3, to3 + `"successor": "010301", `, `entity "010203" has a successor and no valid_to`},
		{"a region that ceases", "entities.json", region, region + `"valid_to": "2027-01-01", `, "there must be regione, without beginning, end or successor"},
		{"no region", "entities.json", `{"code": "regione", "name": "Regione Piemonte", "short": "Regione Piemonte", "kind": "regione", "seat": "Torino"}`,
			`{"code": "010999", "name": "x", "short": "x", "kind": "ao", "seat": "Torino"}`, "there must be regione"},
		{"hour", "entities.json", `"hour": 9`, `"hour": 24`, "entities.json: auto_close: hour 24; allowed: 0 to 23"},
		{"days", "entities.json", to3, to3 + `"auto_close": {"after_days": -1}, `, `entity "010203": auto_close: after_days -1; allowed: 0 to 365`},
		{"unknown rule", "entities.json", to3, to3 + `"auto_close": {"after": "1h"}, `, `entity "010203": auto_close: json: unknown field "after"`},
		{"problem without label", "services.json", `"label": "Referto non trovato"`, `"label": ""`, `services.json: service "ritiro-documenti": problem "referto-non-trovato" has no label`},
		{"service without label", "services.json", `"label": "Servizio on line assistenza"`, `"label": ""`, `service "assistenza-online" has no label`},
		{"duplicate problem", "services.json", `"id": "invio-fallito"`, `"id": "mancato-pagamento"`, `problem "mancato-pagamento" stands there twice`},
		{"duplicate service", "services.json", `"id": "assistenza-online"`, `"id": "ritiro-documenti"`, `service "ritiro-documenti" stands there twice`},
		{"no other", "services.json", `"id": "altro"`, `"id": "varie"`, `service "ritiro-documenti" has no problem "altro"`},
		{"problem id", "services.json", `"id": "invio-fallito"`, `"id": "Invio fallito"`, `problem "Invio fallito": id; allowed: words in small letters`},
		{"holiday", "calendars.json", `"on": "06-24"`, `"on": "San Giovanni"`, `calendars.json: town Torino: holiday San Giovanni Battista: "san giovanni" says no day`},
		{"duplicate town", "calendars.json", `"name": "Chieri"`, `"name": "Torino"`, "calendars.json: town Torino stands there twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := catalog.Parse(editedFiles(t, c.file, c.old, c.with))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want %s", err, c.want)
			}
		})
	}
}

func TestParseReportsAllErrors(t *testing.T) {
	files := editedFiles(t, "entities.json", `"seat": "Collegno"`, `"seat": "Pinerolo"`).(fstest.MapFS)
	files["services.json"] = &fstest.MapFile{Data: []byte(`{"services": []}`)}
	_, err := catalog.Parse(files)
	if err == nil || !strings.Contains(err.Error(), "Pinerolo") || !strings.Contains(err.Error(), "there are no services") {
		t.Errorf("got error %v, want both errors", err)
	}
	delete(files, "calendars.json")
	if _, err := catalog.Parse(files); err == nil || !strings.Contains(err.Error(), "calendars.json") {
		t.Errorf("without calendars.json: got error %v, want one that names the file", err)
	}
}

func TestSuccessorAndValidity(t *testing.T) {
	c, err := catalog.Parse(editedFiles(t, "entities.json", `"code": "010203", `,
		`"code": "010203", "valid_to": "2027-01-01", "successor": "010301", `))
	if err != nil {
		t.Fatal(err)
	}
	e, ok := c.Entity("010203")
	if !ok || e.Successor != "010301" || c.Successor("010203") != "010301" || c.Successor("010301") != catalog.Region {
		t.Errorf("got %+v with successor %s, want 010301", e, c.Successor("010203"))
	}
	for text, want := range map[string]bool{
		"2007-12-31 23:59:59": false, "2008-01-01 00:00:00": true,
		"2026-12-31 23:59:59": true, "2027-01-01 00:00:00": false,
	} {
		at := rome(t, text)
		listed := false
		for _, e := range c.Entities(at) {
			listed = listed || e.Code == "010203"
		}
		if e.ValidAt(at) != want || e.ValidAt(at.UTC()) != want || listed != want {
			t.Errorf("%s: got valid %t, listed %t, want %t", text, e.ValidAt(at), listed, want)
		}
	}
}
