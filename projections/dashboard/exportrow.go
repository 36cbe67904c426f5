// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"strconv"
	"time"
)

// ExportColumns are the names of the columns of ExportRow.
var ExportColumns = []string{
	"number", "id", "figure", "entity", "received_by", "service", "problem", "channel", "status", "operator", "detail", "opened_at", "at", "seconds",
	"answered_at", "resolved_at", "handovers", "reopenings",
}

// ExportRow returns the item of a figure as a row of the API's CSV, in the order of ExportColumns: times in RFC 3339 UTC.
func (i DrillDownItem) ExportRow(figure FigureID) []string {
	receiver := ""
	if i.Receiver != nil {
		receiver = string(i.Receiver.Code)
	}
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	return []string{
		i.Number, string(i.Ticket), string(figure), string(i.Entity.Code), receiver, i.Service.ID, i.Problem.ID, string(i.Channel), string(i.Status), i.Operator, i.Detail,
		moment(i.OpenedAt), moment(i.At), strconv.FormatInt(int64(i.Elapsed/time.Second), 10), moment(i.AnsweredAt), moment(i.ResolvedAt),
		strconv.Itoa(i.Handovers), strconv.Itoa(i.Reopenings),
	}
}
