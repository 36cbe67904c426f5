// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
)

//go:embed data/*.json
var embedded embed.FS

// DataFiles returns the embedded data files, which Default reads. Callers can replace some of them and call Parse.
func DataFiles() fs.FS {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		panic(err) // cannot happen: "data" is a valid path
	}
	return sub
}

// Default returns the catalogue of the embedded data files. It parses them once.
func Default() *Catalog { return embeddedCatalog() }

var embeddedCatalog = sync.OnceValue(func() *Catalog {
	c, err := Parse(DataFiles())
	if err != nil {
		panic(err) // cannot happen: the data is embedded, and tests parse it
	}
	return c
})

// Structure of the data files. About is a comment for people who edit a file; the program ignores it.
type (
	entitiesFile struct {
		About     string        `json:"about"`
		AutoClose AutoCloseRule `json:"auto_close"`
		Handover  HandoverRule  `json:"handover"`
		Waiting   WaitingRule   `json:"waiting"`
		Checks    ChecksRule    `json:"checks"`
		Entities  []entityData  `json:"entities"`
	}
	entityData struct {
		Code      EntityCode      `json:"code"`
		Name      string          `json:"name"`
		Short     string          `json:"short"`
		Kind      Kind            `json:"kind"`
		Seat      string          `json:"seat"`
		ValidFrom string          `json:"valid_from"` // 2006-01-02, the first day; absent: no limit
		ValidTo   string          `json:"valid_to"`   // the first day after the last; absent: no limit
		Successor EntityCode      `json:"successor"`
		AutoClose json.RawMessage `json:"auto_close"` // overrides of the general rule, key by key; so are the next three
		Handover  json.RawMessage `json:"handover"`
		Waiting   json.RawMessage `json:"waiting"`
		Checks    json.RawMessage `json:"checks"`
	}
	servicesFile struct {
		About    string        `json:"about"`
		Services []serviceData `json:"services"`
	}
	serviceData struct {
		ID       ServiceID     `json:"id"`
		Label    string        `json:"label"`
		Problems []problemData `json:"problems"`
	}
	problemData struct {
		ID           ProblemID `json:"id"`
		Label        string    `json:"label"`
		CitizenLabel string    `json:"citizen_label"`
	}
	calendarsFile struct {
		About    string        `json:"about"`
		National []holidayData `json:"national"`
		Towns    []townData    `json:"towns"`
	}
	townData struct {
		Name   string      `json:"name"`
		Patron holidayData `json:"patron"`
		About  string      `json:"about"`
	}
	holidayData struct {
		Name string `json:"name"`
		On   string `json:"on"`   // see calendar.NewHoliday
		From int    `json:"from"` // first year; absent: always
	}
)

// Parse reads a catalogue from entities.json, services.json and calendars.json and checks that the data are consistent. If not, it returns
// all errors joined, each with its file and entry.
func Parse(files fs.FS) (*Catalog, error) {
	var (
		e entitiesFile
		s servicesFile
		h calendarsFile
	)
	err := errors.Join(
		read(files, "entities.json", &e),
		read(files, "services.json", &s),
		read(files, "calendars.json", &h),
	)
	if err != nil {
		return nil, err
	}
	var f dataErrors
	c := &Catalog{services: f.buildServices(s), autoClose: f.checkAutoClose("entities.json", e.AutoClose), handover: e.Handover, waiting: e.Waiting, checks: e.Checks}
	f.checkDeadlines("entities.json", e.Handover, e.Waiting)
	national, towns := f.buildCalendars(h)
	c.national = calendar.New("the whole country", national...)
	c.entities = f.buildEntities(e, national, towns)
	if err := errors.Join(f...); err != nil {
		return nil, err
	}
	return c, nil
}

// read decodes a JSON file.
func read(files fs.FS, name string, into any) error {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if err := decode(content, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// decode decodes one JSON value. Unknown fields and a second value are errors.
func decode(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the end of the value")
	}
	return nil
}

// parseDay returns the start of a day in Rome, or the zero time for an empty text.
func parseDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, text, calendar.Rome())
}
