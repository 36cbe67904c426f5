// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strconv"
	"strings"
)

// etag is a version as HTTP names it.
func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// parseIfMatch reads If-Match: the version that the client saw; 0 for none, or for any.
func parseIfMatch(header string) (int, error) {
	text := strings.TrimSpace(header)
	if text == "" || text == "*" {
		return 0, nil
	}
	v, err := strconv.Atoi(strings.Trim(strings.TrimPrefix(text, "W/"), `"`))
	if err != nil || v < 1 {
		return 0, invalidField("If-Match", "is not an ETag of a ticket", `the ETag that the ticket was read with, e.g. "7"`)
	}
	return v, nil
}
