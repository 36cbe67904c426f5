// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package signedreader signs the reader of a transaction, so that the database can check it. The key is in a table that the request pool's role
// may not read: what a request's connection sets by itself opens nothing.
package signedreader

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Reader names the person for whom a transaction reads, and the streams that the person may read. The zero value may read nothing.
type Reader struct {
	Role, Entity string
	Account      string
	Tags         []string // reader tags of the streams that the reader may read
	Stream       string   // the one stream to which the reader has a link; empty without a link
	Everything   bool     // the reader may read all streams, for example an auditor
}

// Setting is the setting of a transaction that holds the signed reader.
const Setting = "app.reader"

// separator stands between the fields of a signed reader. No field may hold it.
const separator = "\n"

// sign returns the value of Setting: an HMAC-SHA-256 in hex and the fields, which are valid for transactions that begin within a minute of
// the time at. The function access.reader of the database checks it.
func (r Reader) sign(key []byte, at time.Time) (string, error) {
	fields := append([]string{
		strconv.FormatInt(at.UnixMicro(), 10), r.Role, r.Entity, r.Account, r.Stream, strconv.FormatBool(r.Everything),
	}, r.Tags...)
	for _, f := range fields {
		if strings.Contains(f, separator) {
			return "", fmt.Errorf("sign reader: %q holds a line break", f)
		}
	}
	text := strings.Join(fields, separator)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text)) // a hash never returns an error
	return hex.EncodeToString(mac.Sum(nil)) + text, nil
}
