// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package portal

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/person"
)

// Header is the name of the request header in which the proxy of the portal (Shibboleth, IRIDE) tells who logged in.
const Header = "Shib-Iride-Identitadigitale" // in the canonical form of net/http, whatever the proxy writes

// The text of an identity is CF/name/surname/idp/yyyymmddHHMMSS/level/mac.
const (
	headerFields  = 7
	maxHeader     = 1024 // bytes
	maxName       = 100  // characters of a name; no account has more
	maxIDP        = 100  // characters
	maxMAC        = 64   // bytes
	timeLayout    = "20060102150405"
	issuedByItaly = "TINIT-" // prefix of a tax code that comes from SPID or CIE
)

// Identity is the content of an identity header. It is personal data.
type Identity struct {
	TaxCode    string // in normal form, without TINIT-
	GivenName  string
	FamilyName string
	IDP        string    // name of the identity provider at the portal, for example SPID
	At         time.Time // log-in at the portal
	Level      int       // level of IRIDE: 1, 2, 4, 8 or 16
}

// Field is a part of an identity header.
type Field string

// The parts that MalformedError names.
const (
	FieldCount   Field = "fields" // of the whole header: not seven fields, too long, or more than one header
	FieldText    Field = "text"   // bytes that are no text
	FieldTaxCode Field = "tax-code"
	FieldName    Field = "name"
	FieldIDP     Field = "idp"
	FieldTime    Field = "time"
	FieldLevel   Field = "level"
	FieldMAC     Field = "mac"
)

// MalformedError refuses an identity header. It tells the part that is wrong and never the value, which is personal data.
type MalformedError struct{ Field Field }

func (e *MalformedError) Error() string {
	return "the identity header of the portal is malformed: " + string(e.Field)
}

// Parse parses the values of the identity header of one request. The mac may hold slashes, so only the first six slashes separate fields. A
// proxy may send the value percent-encoded, and names in UTF-8 or Latin-1. Parse does not check the mac, whose key only the portal has: a
// caller believes a header because of the peer that sent it. Error: *MalformedError.
func Parse(values []string) (Identity, error) {
	if len(values) != 1 || len(values[0]) > maxHeader {
		return Identity{}, &MalformedError{FieldCount}
	}
	value := values[0]
	if !strings.Contains(value, "/") { // the slashes are encoded too
		decoded, err := url.PathUnescape(value)
		if err != nil {
			return Identity{}, &MalformedError{FieldText}
		}
		value = decoded
	}
	fields := strings.SplitN(value, "/", headerFields)
	if len(fields) != headerFields {
		return Identity{}, &MalformedError{FieldCount}
	}
	for i, f := range fields {
		text, ok := decodeText(f)
		if !ok {
			return Identity{}, &MalformedError{FieldText}
		}
		fields[i] = text
	}
	id := Identity{GivenName: fields[1], FamilyName: fields[2], IDP: fields[3]}
	var ok bool
	if id.TaxCode, ok = parseTaxCode(fields[0]); !ok {
		return Identity{}, &MalformedError{FieldTaxCode}
	}
	if !isName(id.GivenName, maxName) || !isName(id.FamilyName, maxName) {
		return Identity{}, &MalformedError{FieldName}
	}
	if !isName(id.IDP, maxIDP) {
		return Identity{}, &MalformedError{FieldIDP}
	}
	if id.At, ok = parseTime(fields[4]); !ok {
		return Identity{}, &MalformedError{FieldTime}
	}
	if id.Level, ok = parseLevel(fields[5]); !ok {
		return Identity{}, &MalformedError{FieldLevel}
	}
	if !isMAC(fields[6]) {
		return Identity{}, &MalformedError{FieldMAC}
	}
	return id, nil
}

// decodeText decodes percent-encoding and Latin-1, and reports whether the result is text: valid UTF-8 without control and invisible
// characters.
func decodeText(s string) (string, bool) {
	if strings.Contains(s, "%") {
		decoded, err := url.PathUnescape(s)
		if err != nil {
			return "", false
		}
		s = decoded
	}
	if !utf8.ValidString(s) {
		runes := make([]rune, len(s))
		for i := range len(s) {
			runes[i] = rune(s[i])
		}
		s = string(runes)
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) || r == utf8.RuneError {
			return "", false
		}
	}
	return s, true
}

// parseTaxCode returns the normal form of a tax code of a person. A portal writes it without blanks and dashes, so those make it malformed.
func parseTaxCode(s string) (string, bool) {
	if len(s) > len(issuedByItaly) && strings.EqualFold(s[:len(issuedByItaly)], issuedByItaly) {
		s = s[len(issuedByItaly):]
	}
	code, err := person.ParseTaxCode(s)
	return code.String(), err == nil && code.String() == strings.ToUpper(s)
}

// isName reports whether a text is a name: not blank, without blanks around it, with a letter, and not longer than the number of characters.
func isName(s string, longest int) bool {
	return strings.TrimSpace(s) == s && strings.IndexFunc(s, unicode.IsLetter) >= 0 && utf8.RuneCountInString(s) <= longest
}

// parseTime parses yyyymmddHHMMSS in the time zone of the portal, Europe/Rome.
func parseTime(s string) (time.Time, bool) {
	if len(s) != len(timeLayout) || strings.Trim(s, "0123456789") != "" {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(timeLayout, s, calendar.Rome())
	return t.UTC(), err == nil
}

// parseLevel parses a level of IRIDE, a power of two from 1 to 16, as the portal writes it: without sign, blanks and leading zeros.
func parseLevel(s string) (int, bool) {
	level, err := strconv.Atoi(s)
	if err != nil || !isLevel(level) || s != strconv.Itoa(level) {
		return 0, false
	}
	return level, true
}

func isLevel(level int) bool { return level >= 1 && level <= 16 && level&(level-1) == 0 }

// isMAC reports whether a text is base64, with or without padding, of at least one byte.
func isMAC(s string) bool {
	mac, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(s, "="))
	return err == nil && len(mac) > 0 && len(mac) <= maxMAC
}
