// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strconv"
	"strings"
)

// etag returns the ETag of a ticket's version.
func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// parseIfMatch reads the version that the client saw from the header If-Match. It returns 0 without a header and for "*", and a Problem of
// type invalid for a header that is not a ticket's ETag.
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
