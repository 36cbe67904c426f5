// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

var argument = regexp.MustCompile(`%\[[1-9]\][sq]`)

// Every code has an Italian text, and the text only shows arguments that the English text shows too.
func TestEveryRefusalCodeHasAnItalianText(t *testing.T) {
	for _, c := range refusal.Codes() {
		italian, ok := refusalTexts[c]
		if !ok {
			t.Errorf("%s (%s) has no Italian text in refusals.go", c, refusal.English(c))
		}
		rest := argument.ReplaceAllStringFunc(italian, func(verb string) string {
			if !strings.Contains(refusal.English(c), verb[:len(verb)-1]) {
				t.Errorf("%s has no argument %s: %q", c, verb, italian)
			}
			return ""
		})
		if strings.ContainsAny(rest, "%'\"") {
			t.Errorf("%s: %q has a verb without a number, or straight quotes", c, italian)
		}
	}
	for c := range refusalTexts {
		if refusal.English(c) == "" {
			t.Errorf("there is no code %q", c)
		}
	}
}

// refusedField matches, in the source of the packages that refuse input, the API name of the refused field.
var refusedField = regexp.MustCompile(`(?:(?:add|addIdentifier|requireText|requireValidText|requireOneOf|checkAttachments|fieldError|[nN]ewInvalidField|invalidField|checkEntity|Check)\((?:&[\w.]+, )?|Field: +)"([a-z_.]+)"`)

func TestEveryRefusedFieldHasAName(t *testing.T) {
	fields := map[string]bool{}
	for _, dir := range []string{"domain/ticket/rules", "handlers/app", "handlers/identity"} {
		err := filepath.WalkDir(filepath.Join("../../..", dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			content, err := os.ReadFile(path)
			for _, found := range refusedField.FindAllSubmatch(content, -1) {
				fields[string(found[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(fields) < 25 {
		t.Fatalf("got %d refused fields, want at least 25: %v", len(fields), fields)
	}
	for field := range fields {
		if strings.HasPrefix(fieldReasonText(field, refusal.Required.With()), "Campo: ") {
			t.Errorf("field %q has no name in fieldtext.go", field)
		}
	}
}

func TestReasonText(t *testing.T) {
	for want, r := range map[string]refusal.Reason{
		"compili questo campo.": refusal.Required.With(),
		"il carattere numero 5 non può stare in quella posizione: lo confronti con la tessera sanitaria.": refusal.TaxCodeCharacter.With("5"),
		"il contenuto non è quello di un file .docx: lo salvi di nuovo nel formato giusto.":               refusal.FileContent.With("docx"),
		"ASL TO1 non esiste più: scelga l’Azienda che l’ha sostituita.":                                   refusal.AuthorityCeased.With("ASL TO1", "010301"),
		"scelga uno dei valori dell’elenco.":                                                              refusal.NotOneOf.With("a\nb"),
		"non è ammesso qui.":                                                                              {Code: "something-new"},
	} {
		if got := ReasonText(r); got != want {
			t.Errorf("%+v: got %q, want %q", r, got, want)
		}
	}
}

// The error message for a move that is not possible is an Italian sentence.
func TestMoveText(t *testing.T) {
	for name, c := range map[string]struct {
		e    ticket.NotAllowedError
		want string
	}{
		"by the table": {
			ticket.NotAllowedError{Move: ticket.MoveReopen, Status: ticket.StatusNew, Reason: refusal.PossibleFrom.With("risolto")},
			"«Riaprire» non è possibile su una richiesta nello stato «Nuovo». Lo è da: «Risolto».",
		},
		"without a reason": {
			ticket.NotAllowedError{Move: ticket.MoveReopen, Status: ticket.StatusNew},
			"«Riaprire» non è possibile su una richiesta nello stato «Nuovo».",
		},
		"closing": {
			ticket.NotAllowedError{Move: ticket.MoveClose, Status: ticket.StatusNew, Reason: refusal.NotClosedByHand.With()},
			"Lo stato «Chiuso» non si imposta a mano: dopo il tempo di attesa la richiesta risolta si chiude da sola (FAQ 2.5).",
		},
		"by a rule of its own": {
			ticket.NotAllowedError{Move: ticket.MoveUndo, Status: ticket.StatusWaiting, Reason: refusal.UndoTooLate.With()},
			"La nota è già stata inviata, e non si può più annullare: ne scriva un’altra.",
		},
	} {
		if got := moveText(&c.e); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestEveryRoleHasAName(t *testing.T) {
	for _, r := range []person.Role{
		person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator,
		person.Citizen, person.Integration,
	} {
		if RoleNames[r] == "" {
			t.Errorf("role %s has no name", r)
		}
	}
}
