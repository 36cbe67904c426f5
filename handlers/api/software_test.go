// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/routestest"
)

// TestRefusalsNameNoSoftware sends what no route expects, also what is no HTTP: no answer names a part of the program. The answers of routes are
// checked with their rights.
func TestRefusalsNameNoSoftware(t *testing.T) {
	w := newFixture(t)
	address := strings.TrimPrefix(w.server.Address, "http://")
	for name, text := range map[string]string{
		"no HTTP":           "CIAO\r\n\r\n",
		"no host":           "GET /status HTTP/1.1\r\n\r\n",
		"bad header":        "GET /status HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n",
		"bad encoding":      "POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: strano\r\n\r\n",
		"large header":      "GET /status HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("x", 2<<20) + "\r\n\r\n",
		"unknown path":      "GET /api/v9/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"wrong method":      "PATCH /api/v1/tickets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"malformed JSON":    "POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"entity\"",
		"wrong types":       "POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"entity\":[1]}",
		"other media type":  "POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>",
		"forged token":      "GET /api/v1/tickets HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer sol_x\r\n\r\n",
		"unknown parameter": "GET /api/v1/catalog?debug=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", address)
		w.must(err)
		go func() { _, _ = io.WriteString(conn, text) }() // the server may answer before it has read all
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: got %v, want an answer", name, err)
			continue
		}
		body, _ := io.ReadAll(answer.Body) // what came until the server closed the connection
		w.must(answer.Body.Close())
		w.must(conn.Close())
		if named := routestest.NamedSoftware(answer.Header, string(body)); named != "" || answer.StatusCode < 400 {
			t.Errorf("%s: got %d and %q in %s, want a refusal that names no software", name, answer.StatusCode, named, body)
		}
	}
}
