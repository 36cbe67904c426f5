// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package catalog

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/calendar"
)

var (
	ministerialCode = regexp.MustCompile(`^\d{6}$`)
	kebab           = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

// dataErrors collects the errors in the data while its methods build the parts of the catalogue.
type dataErrors []error

// add adds an error to the list.
func (f *dataErrors) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

// buildCalendars builds the national holidays, and the patron's holiday of each town by the town's name.
func (f *dataErrors) buildCalendars(file calendarsFile) (national []calendar.Holiday, towns map[string]calendar.Holiday) {
	if len(file.National) == 0 {
		f.add("calendars.json: there are no national holidays")
	}
	for _, h := range file.National {
		national = append(national, f.buildHoliday("national", h))
	}
	towns = make(map[string]calendar.Holiday)
	for _, t := range file.Towns {
		if _, twice := towns[t.Name]; twice {
			f.add("calendars.json: town %s stands there twice", t.Name)
		}
		towns[t.Name] = f.buildHoliday("town "+t.Name, t.Patron)
	}
	return national, towns
}

// buildHoliday builds one holiday.
func (f *dataErrors) buildHoliday(where string, d holidayData) calendar.Holiday {
	h, err := calendar.NewHoliday(d.Name, d.On, d.From)
	if err != nil {
		f.add("calendars.json: %s: %w", where, err)
	}
	return h
}

// buildServices builds the services with their problems.
func (f *dataErrors) buildServices(file servicesFile) []Service {
	var all []Service
	seen := make(map[ServiceID]bool)
	for _, d := range file.Services {
		where := fmt.Sprintf("services.json: service %q", d.ID)
		f.checkLabel(where, string(d.ID), d.Label)
		if seen[d.ID] {
			f.add("%s stands there twice", where)
		}
		seen[d.ID] = true
		s := Service{ID: d.ID, Label: d.Label}
		for _, p := range d.Problems {
			where := fmt.Sprintf("%s: problem %q", where, p.ID)
			f.checkLabel(where, string(p.ID), p.Label)
			if _, twice := s.Problem(p.ID); twice {
				f.add("%s stands there twice", where)
			}
			s.Problems = append(s.Problems, Problem(p))
		}
		if _, ok := s.Problem(Other); !ok {
			f.add("%s has no problem %q, for what the others do not name", where, Other)
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		f.add("services.json: there are no services")
	}
	return all
}

// checkLabel checks the id and the label of a service or problem.
func (f *dataErrors) checkLabel(where, id, label string) {
	if !kebab.MatchString(id) {
		f.add("%s: id; allowed: words in small letters joined by hyphens", where)
	}
	if strings.TrimSpace(label) == "" {
		f.add("%s has no label", where)
	}
}

// checkAutoClose checks a rule of automatic closing and returns it.
func (f *dataErrors) checkAutoClose(where string, a AutoCloseRule) AutoCloseRule {
	if a.AfterDays < 0 || a.AfterDays > 365 {
		f.add("%s: auto_close: after_days %d; allowed: 0 to 365", where, a.AfterDays)
	}
	if a.Hour < 0 || a.Hour > 23 {
		f.add("%s: auto_close: hour %d; allowed: 0 to 23", where, a.Hour)
	}
	return a
}

// checkDeadlines checks the deadlines of hand-overs and of questions to the citizen.
func (f *dataErrors) checkDeadlines(where string, h HandoverRule, w WaitingRule) {
	if err := h.check(); err != nil {
		f.add("%s: handover: %w", where, err)
	}
	if err := w.check(); err != nil {
		f.add("%s: waiting: %w", where, err)
	}
}

// buildEntities builds the entities with their calendars and rules.
func (f *dataErrors) buildEntities(file entitiesFile, national []calendar.Holiday, towns map[string]calendar.Holiday) []entity {
	var all []entity
	for _, d := range file.Entities {
		where := fmt.Sprintf("entities.json: entity %q", d.Code)
		if slices.ContainsFunc(all, func(e entity) bool { return e.Code == d.Code }) {
			f.add("%s stands there twice", where)
		}
		e := entity{Entity: f.buildEntity(where, d), autoClose: file.AutoClose}
		patron, known := towns[d.Seat]
		if !known {
			f.add("%s: seat %q is no town of calendars.json", where, d.Seat)
		}
		e.calendar = calendar.New(strings.TrimPrefix(string(d.Code)+" "+d.Short, string(Region)+" "),
			slices.Concat(national, []calendar.Holiday{patron})...)
		if len(d.AutoClose) > 0 {
			if err := decode(d.AutoClose, &e.autoClose); err != nil {
				f.add("%s: auto_close: %w", where, err)
			}
			f.checkAutoClose(where, e.autoClose)
		}
		e.handover, e.waiting, e.checks = file.Handover, file.Waiting, file.Checks
		e.waiting.RemindAfterDays = slices.Clone(e.waiting.RemindAfterDays) // decoding would write into the shared slice
		for setting, raw := range map[any]json.RawMessage{&e.handover: d.Handover, &e.waiting: d.Waiting, &e.checks: d.Checks} {
			if len(raw) > 0 {
				if err := decode(raw, setting); err != nil {
					f.add("%s: handover, waiting or checks: %w", where, err)
				}
			}
		}
		f.checkDeadlines(where, e.handover, e.waiting)
		all = append(all, e)
	}
	f.checkSuccessors(all)
	return all
}

// buildEntity builds one entity without calendar and rules.
func (f *dataErrors) buildEntity(where string, d entityData) Entity {
	e := Entity{Code: d.Code, Name: d.Name, Short: d.Short, Kind: d.Kind, Seat: d.Seat, Successor: d.Successor}
	if !ministerialCode.MatchString(string(d.Code)) && d.Code != Region {
		f.add("%s: code; allowed: six digits, or %s", where, Region)
	}
	if strings.TrimSpace(d.Name) == "" || strings.TrimSpace(d.Short) == "" {
		f.add("%s has no name and short name", where)
	}
	if !slices.Contains([]Kind{ASL, AO, AOU, RegionalBody}, d.Kind) || (d.Kind == RegionalBody) != (d.Code == Region) {
		f.add("%s: kind %q; allowed: %s, %s, %s, and %s for the Region", where, d.Kind, ASL, AO, AOU, RegionalBody)
	}
	var errFrom, errTo error
	e.ValidFrom, errFrom = parseDay(d.ValidFrom)
	e.ValidTo, errTo = parseDay(d.ValidTo)
	if err := cmp.Or(errFrom, errTo); err != nil {
		f.add("%s: validity: %w", where, err)
	}
	if !e.ValidTo.IsZero() && !e.ValidFrom.Before(e.ValidTo) {
		f.add("%s: valid_to %s is not after valid_from %s", where, d.ValidTo, d.ValidFrom)
	}
	return e
}

// checkSuccessors checks that the Region exists without end, and that each successor is an entity that exists on the day on which its
// predecessor ceases. So each chain of successors ends.
func (f *dataErrors) checkSuccessors(all []entity) {
	byCode := make(map[EntityCode]Entity)
	for _, e := range all {
		byCode[e.Code] = e.Entity
	}
	if r, ok := byCode[Region]; !ok || !r.ValidFrom.IsZero() || !r.ValidTo.IsZero() || r.Successor != "" {
		f.add("entities.json: there must be %s, without beginning, end or successor", Region)
	}
	for _, e := range all {
		if e.Successor == "" {
			continue
		}
		next, ok := byCode[e.Successor]
		switch {
		case !ok:
			f.add("entities.json: entity %q: successor %q is no entity", e.Code, e.Successor)
		case e.ValidTo.IsZero():
			f.add("entities.json: entity %q has a successor and no valid_to", e.Code)
		case !next.ValidAt(e.ValidTo):
			f.add("entities.json: entity %q: successor %q does not exist on %s", e.Code, e.Successor, e.ValidTo.Format("2006-01-02"))
		}
	}
}
