// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"net/http"
	"regexp"
	"strings"
)

// software matches what an answer must not hold: names of parts of the program, which tell an attacker which faults to try, and traces of errors.
// The names of the design system and of htmx stand in the addresses of public files.
var software = regexp.MustCompile(`(?i)\b(huma|pgx|postgres|postgresql|sqlstate|watermill|goose|prometheus|net/http|golang|go1\.\d+|go-[a-z]+client|danielgtaylor|github\.com|goroutine \d+|panic:)\b|\.go:\d+`)

// NamedSoftware returns what an answer tells of the software that made it; "" if nothing.
func NamedSoftware(header http.Header, body string) string {
	for _, name := range []string{"Server", "X-Powered-By", "Via", "X-Generator", "X-Runtime", "X-Version", "X-Aspnet-Version"} {
		if value, ok := header[http.CanonicalHeaderKey(name)]; ok {
			return name + ": " + strings.Join(value, ", ")
		}
	}
	for name, values := range header {
		if found := software.FindString(name + ": " + strings.Join(values, ", ")); found != "" {
			return name + ": " + found
		}
	}
	if strings.Contains(body, `name="generator"`) {
		return "generator"
	}
	return software.FindString(body)
}
