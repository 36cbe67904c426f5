// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"fmt"
	"slices"
	"strings"
)

// Conditions collects the conditions of a where clause and their arguments.
type Conditions struct {
	where []string
	Args  []any
}

// Add appends a condition. Each %s in it becomes the placeholder of the next argument; %[1]s names the first one again.
func (c *Conditions) Add(condition string, args ...any) {
	placeholders := make([]any, len(args))
	for i, a := range args {
		c.Args = append(c.Args, a)
		placeholders[i] = fmt.Sprintf("$%d", len(c.Args))
	}
	c.where = append(c.where, fmt.Sprintf(condition, placeholders...))
}

// SQL returns the conditions, joined by "and".
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

// QuoteList returns codes as SQL literals, separated by commas. The codes must not contain quotes. Postgres uses a partial index only for a
// query that contains the index's condition as literals.
func QuoteList[S ~string](values []S) string {
	return "'" + strings.ReplaceAll(JoinValues(values), ", ", "', '") + "'"
}
