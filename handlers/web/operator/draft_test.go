// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// Drafts outlive a release: the names in their JSON are stored names.
func TestStoredDraftIsReadIntoTheForm(t *testing.T) {
	const stored = `{"Text":"Scriva il numero.","Visibility":"public","Status":"in_attesa_utente","Assignee":"anna","Entity":"010301","Reason":"sbagliato",
		"Ground":"urgenza","Discard":"prova","Main":"26-000001","Problem":"ritiro-documenti/altro",
		"Answers":[{"Check":"referto-individuato","Answer":"yes","Evidence":{"numero":"12"}}],"Undone":"citizen/risolto"}`
	assignee := "anna"
	want := updateForm{
		UpdateRequest: app.UpdateRequest{
			UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting, Entity: "010301", Reason: "sbagliato"},
			Assignee:     &assignee,
			Answers:      []app.AnswerRequest{{Check: "referto-individuato", Answer: "yes", Evidence: playbook.Evidence{"numero": "12"}}},
		},
		Text: "Scriva il numero.", Visibility: "public", Ground: "urgenza", Discard: "prova", Main: "26-000001", Problem: "ritiro-documenti/altro", Undone: "citizen/risolto",
	}
	var got updateForm
	if err := json.Unmarshal([]byte(stored), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("draft of an earlier release: got %+v, %v, want %+v", got, err, want)
	}
	again, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got = (updateForm{}); json.Unmarshal(again, &got) != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("draft %s: got %+v, want %+v", again, got, want)
	}
}
