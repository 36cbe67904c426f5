// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"fmt"
	"slices"
	"strings"
)

// conditions collects a where clause and its arguments.
type conditions struct {
	where []string
	args  []any
}

// add appends a condition; %s stands for its arguments, in order.
func (c *conditions) add(condition string, args ...any) {
	places := make([]any, len(args))
	for i, a := range args {
		c.args = append(c.args, a)
		places[i] = fmt.Sprintf("$%d", len(c.args))
	}
	c.where = append(c.where, fmt.Sprintf(condition, places...))
}

func (c *conditions) sql() string {
	return strings.Join(c.where, " and ")
}

// arg adds an argument and returns its placeholder, for example "$3".
func (c *conditions) arg(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", len(c.args))
}

// clone returns a copy to which more conditions can be added.
func (c *conditions) clone() *conditions {
	return &conditions{where: slices.Clone(c.where), args: slices.Clone(c.args)}
}

// quoteList is a list of codes as SQL literals, separated by commas. A query that names them can use an index with the same condition.
func quoteList[S ~string](values []S) string {
	return "'" + strings.ReplaceAll(joinValues(values), ", ", "', '") + "'"
}
