// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/representation"
)

// decideCheckRepresentation records whether the requester may act for the person whom the form names. It needs evidence: attachments of the
// ticket, or what was seen with the act and its date. A refusal needs its reason instead, and may have evidence.
func decideCheckRepresentation(s ticket.State, c ticket.CheckRepresentation, by person.Actor, now time.Time) ([]ticket.Event, error) {
	if competent(s, by) && !namesAnother(s) {
		if err := checkNotErased(s, ticket.MoveCheckRepresentation); err != nil {
			return nil, err
		}
		return nil, &ticket.NotAllowedError{Move: ticket.MoveCheckRepresentation, Status: s.Status, Reason: refusal.NobodyRepresented.With()}
	}
	if err := checkMove(s, ticket.MoveCheckRepresentation, by); err != nil {
		return nil, err
	}
	e := ticket.RepresentationEvidence{
		Seen: strings.TrimSpace(c.Evidence.Seen), Act: strings.TrimSpace(c.Evidence.Act), Date: strings.TrimSpace(c.Evidence.Date),
		Until: strings.TrimSpace(c.Evidence.Until), Reason: strings.TrimSpace(c.Evidence.Reason),
	}
	var wrong fieldErrors
	wrong.requireOneOf("kind", string(c.Kind), wireNames(representation.Kinds())...)
	for i, f := range c.Files {
		if !slices.Contains(c.TicketFiles, f) {
			wrong.add("attachments["+strconv.Itoa(i)+"]", refusal.NotTicketFile.With(), "the id of an attachment of this ticket")
		}
	}
	checkRepresentationEvidence(&wrong, e, c.Refuse, len(c.Files) > 0, now)
	checkRepresentationEnd(&wrong, c, e.Until, now)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if c.Refuse {
		return []ticket.Event{ticket.RepresentationRefused{Kind: c.Kind, Files: c.Files, Personal: &e}}, nil
	}
	return []ticket.Event{ticket.RepresentationVerified{Kind: c.Kind, Files: c.Files, Personal: &e}}, nil
}

// checkRepresentationEvidence checks the texts of the evidence.
func checkRepresentationEvidence(wrong *fieldErrors, e ticket.RepresentationEvidence, refuse, hasFiles bool, now time.Time) {
	required := func(field, text string, needed bool, maxLength int) {
		if text != "" || needed {
			wrong.requireText(field, text, maxLength)
		}
	}
	described := e.Seen != "" || e.Act != "" || e.Date != ""
	switch {
	case refuse:
		wrong.requireText("reason", e.Reason, ticket.MaxTextLength)
	case e.Reason != "":
		wrong.add("reason", refusal.ReasonNotRecorded.With(), "only with a refusal")
	case !hasFiles && !described:
		wrong.add("attachments", refusal.EvidenceRequired.With(), "attachments of the ticket, or seen, act and act_date")
	}
	needed := !refuse && !hasFiles && described
	required("seen", e.Seen, needed, ticket.MaxTextLength)
	required("act", e.Act, needed, maxActLength)
	if e.Date == "" && !needed {
		return
	}
	switch day, err := time.ParseInLocation(time.DateOnly, e.Date, calendar.Rome()); {
	case err != nil:
		wrong.add("act_date", refusal.NotADay.With(), "a day, for example 2026-03-03")
	case day.After(now):
		wrong.add("act_date", refusal.FutureDay.With(), "a day that is not in the future")
	}
}

// maxRepresentation is the longest time for which a check holds, in years: that of a minor, who comes of age with 18.
const maxRepresentation = 18

// checkRepresentationEnd checks the last day for which a verification holds. That of a minor has one: the day before the minor comes of age.
func checkRepresentationEnd(wrong *fieldErrors, c ticket.CheckRepresentation, until string, now time.Time) {
	day, err := time.ParseInLocation(time.DateOnly, until, calendar.Rome())
	switch {
	case until == "" && !c.Refuse && c.Kind == ticket.OfMinor:
		wrong.add("until", refusal.Required.With(), "the last day before the minor comes of age")
	case until == "":
	case c.Refuse:
		wrong.add("until", refusal.EndNotRecorded.With(), "only with a verification")
	case err != nil:
		wrong.add("until", refusal.NotADay.With(), "a day, for example 2027-03-03")
	case until < representation.Today(now), day.After(now.AddDate(maxRepresentation, 0, 0)):
		wrong.add("until", refusal.EndOutOfRange.With(), "a day from today on, within 18 years")
	}
}

// maxActLength is the maximum length, in characters, of the name of an act.
const maxActLength = 300

// checkRepresentation refuses an update that would tell the requester of the person whom the form names, while nobody has verified that the
// requester may act for that person. Until the check a public note may ask, or mark the ticket as a duplicate; after a refusal it may also resolve.
// It has no files then, and names no value that the checks found.
func (a *updateDecision) checkRepresentation(m ticket.Move) error {
	n := a.update.Note
	if !representation.IsOpen(a.state, a.now) || !a.hasPublicNote() || m == ticket.MoveEscalate || m == ticket.MoveRedirect {
		return nil
	}
	rejected := a.state.Representation == ticket.Rejected
	switch {
	case m == ticket.MoveAsk, m == ticket.MoveResolve && rejected:
	case m == ticket.MoveDuplicate && a.update.DuplicateOf.NamesAnother: // otherwise the answers leave from the main ticket, which waits for no check
	case rejected:
		return &ticket.NotAllowedError{Move: m, Status: a.state.Status, Reason: refusal.RepresentationRefused.With()}
	default:
		return &ticket.NotAllowedError{Move: m, Status: a.state.Status, Reason: refusal.RepresentationUnverified.With()}
	}
	if len(n.Attachments) > 0 {
		a.errors.add("note.attachments", refusal.RepresentationNoFiles.With(), "no files until the representation is verified")
	}
	if value := a.foundValueIn(n.Text); value != "" {
		a.errors.add("note.text", refusal.RepresentationNoData.With(cutInput(value)), "a text without what the checks found")
	}
	return nil
}

// foundValueIn returns a value of the evidence of the run that a text contains; "" if it contains none. Spaces, punctuation and case do not matter,
// and a date counts in both orders.
func (a *updateDecision) foundValueIn(text string) string {
	answers := slices.Collect(maps.Values(a.state.Run.Answers)) // also at the Region, which answers no checks
	if a.run != nil {
		answers = slices.AppendSeq(answers, maps.Values(a.run.Answers))
	}
	text = lettersAndDigits(text)
	for _, given := range answers {
		for _, value := range given.Evidence {
			forms := []string{value}
			if day, err := time.Parse(time.DateOnly, strings.TrimSpace(value)); err == nil {
				forms = append(forms, day.Format("02/01/2006"), day.Format("2/1/2006"))
			}
			for _, form := range forms {
				if form = lettersAndDigits(form); utf8.RuneCountInString(form) >= minFoundValue && strings.Contains(text, form) {
					return value
				}
			}
		}
	}
	return ""
}

// minFoundValue is the length, in letters and digits, from which on a value is looked for in a text: «true» of a flag is none.
const minFoundValue = 5

// lettersAndDigits returns the letters and digits of a text in lower case.
func lettersAndDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}
