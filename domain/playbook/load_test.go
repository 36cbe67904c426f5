// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package playbook_test

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// embeddedFiles returns a copy of the embedded files that a test can change.
func embeddedFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(playbook.Embedded(), "*.yaml")
	if err != nil || len(names) != 6 {
		t.Fatalf("got files %v, error %v, want 6 files", names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(playbook.Embedded(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

// loadFaults loads files that Load must refuse, and returns their faults.
func loadFaults(t *testing.T, files fs.FS) []playbook.Fault {
	t.Helper()
	_, err := playbook.Load(catalog.Default(), files)
	var invalid *playbook.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("got error %v, want an *InvalidError", err)
	}
	return invalid.Faults
}

const seventhPlaybook = `
id: ricetta-non-trovata
version: 1
title: Ricetta non trovata
source: prova
starts: [{service: ritiro-documenti, problem: altro}]
fields:
  nre: {type: text, label: Numero della ricetta}
checks:
  ricetta-trovata:
    question: La ricetta risulta?
    evidence: [nre]
    yes: {outcome: ricetta-presente}
    no: {playbook: referto-non-trovato}
outcomes:
  ricetta-presente: {title: Comunicare, act: resolve, status: risolto, note: "La ricetta {nre} è presente."}
`

// A new playbook needs one file and no other change.
func TestNewPlaybookNeedsOneFile(t *testing.T) {
	l, err := playbook.Load(catalog.Default(), playbook.Embedded(), fstest.MapFS{"ricetta-non-trovata.v1.yaml": {Data: []byte(seventhPlaybook)}})
	if err != nil {
		t.Fatal(err)
	}
	run, ok := l.Select("ritiro-documenti", "altro", false)
	if !ok || run.Playbook != "ricetta-non-trovata" || run.Reachable["referto-non-trovato"] != 1 || run.Reachable["invio-fallito"] != 1 {
		t.Fatalf("got run %+v, %t, want ricetta-non-trovata", run, ok)
	}
	w, _ := l.Walk(run, playbook.Answers{"ricetta-trovata": {Yes: true, Evidence: playbook.Evidence{"nre": "N-1"}}})
	if text, missing := w.Note(); text != "La ricetta N-1 è presente." || missing != nil {
		t.Errorf("got note %q, missing %v, want the note of ricetta-presente", text, missing)
	}
}

// A changed playbook is a new version. New runs use it; a run that has begun keeps its version.
func TestRunKeepsItsVersion(t *testing.T) {
	old := playbook.Default()
	run := pinned(t, old, "referto-non-trovato")
	files := embeddedFiles(t)
	text := string(files["invio-fallito.v1.yaml"].Data)
	text = strings.Replace(text, "version: 1", "version: 2", 1)
	text = strings.ReplaceAll(text, "invio-corretto", "invio-davvero-corretto")
	files["invio-fallito.v2.yaml"] = &fstest.MapFile{Data: []byte(text)}
	l, err := playbook.Load(catalog.Default(), files)
	if err != nil {
		t.Fatal(err)
	}
	answers := playbook.Answers{"referto-individuato": {Yes: true}, "referto-della-asr": {Yes: true}, "scarico-richiesto": {Yes: true}, "referto-inviato": {}}
	for name, c := range map[string]struct {
		run  playbook.PinnedVersions
		open playbook.CheckID
	}{"begun before": {run, "invio-corretto"}, "begun now": {pinned(t, l, "referto-non-trovato"), "invio-davvero-corretto"}} {
		if w, ok := l.Walk(c.run, answers); !ok || w.Open == nil || w.Open.ID != c.open {
			t.Errorf("%s: got %+v, want open check %s", name, w, c.open)
		}
	}
}

func TestLoadReportsEveryFault(t *testing.T) {
	for name, c := range map[string]struct{ file, old, changed, want string }{
		"missing branch":      {"referto-non-trovato", "    no: {check: referto-in-preparazione}\n", "", `referto-individuato has no branch for no`},
		"two targets":         {"referto-non-trovato", "yes: {check: referto-della-asr}", "yes: {check: referto-della-asr, outcome: inoltro-altra-asr}", "names 2 of check, outcome and playbook"},
		"repeated key":        {"referto-non-trovato", "    no: {check: referto-in-preparazione}\n", "    no: {check: referto-in-preparazione}\n    no: {check: referto-della-asr}\n", `"no"`},
		"an unknown key":      {"invio-fallito", "remind: true", "reminder: true", `has no "reminder"`},
		"an unknown field":    {"referto-non-trovato", "appartenere alla nostra Azienda.", "appartenere alla nostra Azienda {sede}.", `needs "sede"`},
		"an unknown outcome":  {"invio-fallito", "{outcome: invio-risolto}", "{outcome: invio-fatto}", `"invio-fatto", which is no outcome`},
		"an unknown check":    {"referto-non-trovato", "no: {check: referto-in-preparazione}", "no: {check: boh}", `"boh", which is no check`},
		"an unknown playbook": {"referto-non-trovato", "no: {playbook: invio-fallito}", "no: {playbook: boh}", `leads into "boh"`},
		"unknown entry check": {"mancato-pagamento", "at: pagamento-registrato}", "at: boh}", `at "boh"`},
		"an unknown act":      {"invio-fallito", "act: wait", "act: pray", `the act "pray"`},
		"status not allowed":  {"invio-fallito", "status: in_lavorazione", "status: chiuso", `not to "chiuso"`},
		"an unknown problem":  {"invio-fallito", "problem: invio-fallito", "problem: boh", `no problem "boh"`},
		"an unknown fact":     {"invio-fallito", "fact: positive", "fact: negative", `a fact "negative"`},
		"an unknown type":     {"referto-non-trovato", "type: date", "type: day", `type "day"`},
		"a loop":              {"referto-non-trovato", "yes: {outcome: referto-da-attendere}", "yes: {check: referto-individuato}", "comes back to"},
		"unreachable check":   {"referto-non-trovato", "no: {check: referto-in-preparazione}", "no: {outcome: chiedere-quale-referto}", "nothing leads to check referto-in-preparazione"},
		"missing evidence":    {"accesso-facilitato", "    evidence: [identifier]\n", "", "no check takes what the text of outcome inoltro-facilitato needs"},
		"shared check id":     {"invio-fallito", "invio-corretto", "referto-inviato", "is one of"},
		"different types":     {"accesso-facilitato", "type: identifier", "type: date", ""},
		"shared start":        {"invio-fallito", "problem: invio-fallito", "problem: referto-non-trovato", "already"},
		"version 0":           {"invio-fallito", "version: 1", "version: 0", `version is "0"`},
		"wrong file name":     {"invio-fallito", "id: invio-fallito", "id: invio", "want the name invio.v1.yaml"},
		"no text":             {"invio-fallito", "question: L’errore di invio è stato corretto e il referto risulta inviato a FSE/ROL con esito positivo?", "question:", "question is missing"},
		"unmatched brace":     {"accesso-facilitato", "Referto {identifier} inviato", "Referto {identifier inviato", "brace"},
		"no YAML":             {"invio-fallito", "checks:", "checks: [", "yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			files := embeddedFiles(t)
			file := files[c.file+".v1.yaml"]
			changed := strings.Replace(string(file.Data), c.old, c.changed, 1)
			if changed == string(file.Data) {
				t.Fatalf("%s does not hold %q", c.file, c.old)
			}
			files[c.file+".v1.yaml"] = &fstest.MapFile{Data: []byte(changed)}
			if name == "different types" { // no run reaches both playbooks, so the types may differ
				if _, err := playbook.Load(catalog.Default(), files); err != nil {
					t.Fatal(err)
				}
				return
			}
			got := loadFaults(t, files)
			if !strings.Contains(fmt.Sprint(got), c.want) || !regexp.MustCompile(`\.v1\.yaml:(\d+:)? `).MatchString(got[0].String()) {
				t.Errorf("got faults %v, want %s", got, c.want)
			}
		})
	}
	t.Run("the same version twice", func(t *testing.T) {
		_, err := playbook.Load(catalog.Default(), playbook.Embedded(), embeddedFiles(t))
		if err == nil || !strings.Contains(err.Error(), "stands in another file") {
			t.Errorf("got error %v, want it to name the other file", err)
		}
	})
}

// Load refuses two playbooks that lead to each other if connected systems answer all their checks: such a run would never end.
func TestEndlessRunOfConnectedSystemsIsRefused(t *testing.T) {
	const one = `
id: %[1]s
version: 1
title: Prova
source: prova
checks:
  %[1]s-inviato:
    question: È inviato?
    %[3]s
    yes: {outcome: bene}
    no: {playbook: %[2]s}
outcomes:
  bene: {title: Comunicare, act: resolve, status: risolto, note: "Bene."}
`
	const system = "system: {query: sending-result, fact: positive}"
	files := func(second string) fstest.MapFS {
		return fstest.MapFS{"uno.v1.yaml": {Data: fmt.Appendf(nil, one, "uno", "due", system)}, "due.v1.yaml": {Data: fmt.Appendf(nil, one, "due", "uno", second)}}
	}
	if got := fmt.Sprint(loadFaults(t, files(system))); !strings.Contains(got, "uno.v1.yaml") || !strings.Contains(got, "it would never end") {
		t.Errorf("got faults %s, want that it would never end", got)
	}
	if _, err := playbook.Load(catalog.Default(), files("help: Guardare.")); err != nil {
		t.Errorf("with a check that a person answers: got error %v, want none", err)
	}
}

// optionalKeys lists the keys that a file may leave out without a fault.
var optionalKeys = map[string]bool{"help": true, "ask": true, "system": true, "optional": true, "facilitated": true, "remind": true, "starts": true, "at": true, "again": true, "start": true, "options": true, "when": true, "evidence": true}

// The test removes, renames, repeats and empties each entry of the files and changes each reference, one at a time, except removals of
// optional keys. Load must refuse each mutant and name its file.
func TestMutatedFilesAreRefused(t *testing.T) {
	mutants, killed, files := 0, 0, embeddedFiles(t)
	load := playbook.LoadReplacing(catalog.Default(), files)
	for name, file := range files {
		if err := load(name, file.Data); err != nil {
			t.Fatal(err) // the unchanged file must load
		}
		var document yaml.Node
		if err := yaml.Unmarshal(file.Data, &document); err != nil {
			t.Fatal(err)
		}
		forEachMutation(&document, "", func(what string) {
			text, err := yaml.Marshal(&document)
			if err != nil {
				t.Fatal(err)
			}
			mutants++
			err = load(name, text)
			var invalid *playbook.InvalidError
			switch {
			case err == nil:
				t.Errorf("%s: %s: got no error, want faults", name, what)
			case !errors.As(err, &invalid) || !strings.Contains(err.Error(), ".yaml"):
				t.Errorf("%s: %s: got error %v, want an *InvalidError that names the file", name, what, err)
			default:
				killed++
			}
		})
	}
	t.Logf("%d of %d mutants refused", killed, mutants)
	if mutants < 400 {
		t.Errorf("got %d mutants, want at least 400", mutants)
	}
}

// references lists the keys whose value names something that must exist.
var references = map[string]bool{"id": true, "version": true, "check": true, "outcome": true, "playbook": true, "at": true, "again": true, "act": true,
	"status": true, "service": true, "problem": true, "query": true, "fact": true, "type": true, "facilitated": true, "remind": true, "optional": true}

// forEachMutation calls try with each mutant of a document in turn, and restores the document after each.
func forEachMutation(n *yaml.Node, path string, try func(what string)) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		here := path + "/" + key.Value
		if !optionalKeys[key.Value] {
			children := n.Content
			n.Content = append(append([]*yaml.Node{}, children[:i]...), children[i+2:]...)
			try("without " + here)
			n.Content = children
		}
		name := key.Value
		key.Value += "-x"
		if path != "/checks" || i > 0 { // no branch names the first check, so it may have any name
			try("renamed " + here)
		}
		key.Value = name
		if value.Kind == yaml.ScalarNode {
			was := value.Value
			if references[key.Value] {
				value.Value += "-x"
				try("changed " + here)
			}
			value.Value = ""
			try("emptied " + here)
			value.Value = was
		}
		n.Content = append(n.Content, key, value)
		try("twice " + here)
		n.Content = n.Content[:len(n.Content)-2]
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			below := path
			if n.Kind == yaml.MappingNode {
				below += "/" + n.Content[i-1].Value
			}
			forEachMutation(c, below, try)
		}
	}
}
