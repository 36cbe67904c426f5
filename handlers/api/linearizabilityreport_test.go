// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// checkHistory asks whether operations are a possible history of one ticket. If they are not, it explains how far they are.
func checkHistory(operations []porcupine.Operation) (result porcupine.CheckResult, explanation string) {
	result, info := porcupine.CheckOperationsVerbose(ticketModel, operations, time.Minute)
	if result == porcupine.Ok {
		return result, ""
	}
	var longest []porcupine.Operation
	for _, partial := range info.PartialLinearizationsOperations()[0] {
		if len(partial) > len(longest) {
			longest = partial
		}
	}
	return result, explain(operations, longest)
}

// explain describes the longest possible order of some of the operations, with the ticket after each, and the operations that fit nowhere.
func explain(operations, longest []porcupine.Operation) string {
	var text strings.Builder
	fmt.Fprintf(&text, "the longest possible order has %d of %d operations:\n", len(longest), len(operations))
	state := ticketModel.Init()
	for _, o := range longest {
		_, state = ticketModel.Step(state, o.Input, o.Output)
		describe(&text, o)
		fmt.Fprintf(&text, "    ticket: %+v\n", state)
	}
	text.WriteString("the others are, by the time of their answers:\n")
	others := slices.DeleteFunc(slices.Clone(operations), func(o porcupine.Operation) bool {
		return slices.ContainsFunc(longest, func(other porcupine.Operation) bool { return other.Call == o.Call && other.ClientId == o.ClientId })
	})
	slices.SortFunc(others, func(a, b porcupine.Operation) int { return cmp.Compare(a.Return, b.Return) })
	for _, o := range others {
		describe(&text, o)
	}
	return text.String()
}

// describe writes an operation and its outcome in words.
func describe(text *strings.Builder, o porcupine.Operation) {
	in, out := o.Input.(operation), o.Output.(outcome)
	until := time.Duration(o.Return).String()
	if o.Return == math.MaxInt64 {
		until = "…"
	}
	fmt.Fprintf(text, "  %s to %s, client %d: %s %s", time.Duration(o.Call), until, o.ClientId, in.kind, in.marker+in.to)
	if in.seen > 0 {
		fmt.Fprintf(text, " at version %d", in.seen)
	}
	switch {
	case out.unknown:
		text.WriteString(": no answer\n")
	case out.code != 200:
		fmt.Fprintf(text, ": refused with %d\n", out.code)
	default:
		fmt.Fprintf(text, ": version %d, %s", out.version, out.status)
		if in.kind == readTicket {
			fmt.Fprintf(text, ", assignee %s, notes %s", out.assignee, out.notes)
		}
		text.WriteString("\n")
	}
}
