// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"testing"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

func TestErrorsOfAnswersMoveToTheirChecks(t *testing.T) {
	answers := make([]app.AnswerRequest, 12)
	answers[11].Check = "ultima"
	problem := &ui.Problem{Fields: []ui.FieldProblem{{Field: "answers[11].answer", Text: ""}, {Field: "answers[11].evidence.iuv", Text: "no"}, {Field: "answers", Text: "altro"}, {Field: "answers[12]", Text: "di nessuna"}}}
	moveToChecks(problem, answers)
	if problem.For("verifica-ultima") != "Verifiche: risponda sì o no, oppure tolga ciò che ha scritto. no" || problem.Fields[2].Field != "answers" || problem.Fields[3].Field != "answers[12]" {
		t.Errorf("got %+v", problem.Fields)
	}
}
