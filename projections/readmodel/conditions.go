// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"fmt"
	"slices"
	"strings"
)

// Conditions collects a where clause and its arguments.
type Conditions struct {
	where []string
	Args  []any
}

// Add appends a condition; %s stands for its arguments, in order.
func (c *Conditions) Add(condition string, args ...any) {
	places := make([]any, len(args))
	for i, a := range args {
		c.Args = append(c.Args, a)
		places[i] = fmt.Sprintf("$%d", len(c.Args))
	}
	c.where = append(c.where, fmt.Sprintf(condition, places...))
}

func (c *Conditions) SQL() string {
	return strings.Join(c.where, " and ")
}

// Arg adds an argument and returns its placeholder, for example "$3".
func (c *Conditions) Arg(value any) string {
	c.Args = append(c.Args, value)
	return fmt.Sprintf("$%d", len(c.Args))
}

// Clone returns a copy to which more conditions can be added.
func (c *Conditions) Clone() *Conditions {
	return &Conditions{where: slices.Clone(c.where), Args: slices.Clone(c.Args)}
}

// QuoteList is a list of codes as SQL literals, separated by commas. A query that names them can use an index with the same condition.
func QuoteList[S ~string](values []S) string {
	return "'" + strings.ReplaceAll(JoinValues(values), ", ", "', '") + "'"
}
