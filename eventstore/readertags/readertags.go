// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package readertags checks the tags of those who may read a stream, and brings them up to date for streams that an earlier release wrote.
package readertags

import (
	"fmt"
	"regexp"
	"slices"
)

// format is the format of a tag: a kind and one or two opaque ids, for example entity/010301. Such a text needs no quotes in a Postgres array.
var format = regexp.MustCompile(`^[a-z]+(/[A-Za-z0-9-]{1,64}){1,2}$`)

// Normalize returns the tags sorted and each once, as they are stored and hashed; nil for none. It returns an error for a text that is no
// tag.
func Normalize(tags []string) ([]string, error) {
	if len(tags) == 0 {
		return nil, nil
	}
	for _, tag := range tags {
		if !format.MatchString(tag) {
			return nil, fmt.Errorf("%q is not a reader tag", tag)
		}
	}
	sorted := slices.Clone(tags)
	slices.Sort(sorted)
	return slices.Compact(sorted), nil
}
