// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mailsender says who sent a mail: the addresses that it names, in their normal form, and what trusted mail servers report about them.
// It stores nothing and decides nothing about tickets.
package mailsender

import (
	"html"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext"
)

// Origin holds the addresses that a mail names as its senders, in their normal form. Nothing in it is checked.
type Origin struct {
	From        []string     // of all fields From, each address once
	Sender      string       // of the field Sender; "" if there is none
	Certificate *Certificate // of a certified mail (PEC); nil for any other mail
}

// Certificate holds what the envelope of a certified mail (PEC) says about the mail that it carries.
type Certificate struct {
	Manager string // address of the field From of the envelope, at the domain of the manager of certified mail
	Sender  string // the sender in daticert.xml; "" if it names none
	Anomaly bool   // the mail in the envelope is not certified («ANOMALIA MESSAGGIO»)
}

// Field is a field of a header.
type Field struct{ Name, Value string }

// HeaderFields returns the fields of a mail's header, the first one first, each on one line. Lines that belong to no field are left out.
func HeaderFields(raw []byte) (fields []Field) {
	head, _, _ := strings.Cut(strings.TrimLeft(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n"), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		name, value, ok := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, " "), strings.HasPrefix(line, "\t"):
			if len(fields) > 0 {
				fields[len(fields)-1].Value += " " + strings.TrimSpace(line)
			}
		case ok && !strings.ContainsAny(strings.TrimSpace(name), " \t"):
			fields = append(fields, Field{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	return fields
}

// Read returns the origin of a mail. Of a certified mail it is that of the mail that the envelope carries.
func Read(m *mailtext.Message) Origin {
	var from, sender []string
	for _, f := range HeaderFields(m.Raw) {
		switch strings.ToLower(f.Name) {
		case "from":
			from = append(from, addresses(f.Value)...)
		case "sender":
			sender = append(sender, addresses(f.Value)...)
		}
	}
	if len(from) == 0 {
		from = addresses(m.Header.Get("From"))
	}
	o := Origin{From: uniqueAddresses(from)}
	if sender = uniqueAddresses(sender); len(sender) > 0 {
		o.Sender = sender[0]
	}
	if m.Envelope != nil {
		o.Certificate = readCertificate(m.Envelope)
	}
	return o
}

var certifiedSender = regexp.MustCompile(`(?is)<mittente>\s*([^<]{1,400}?)\s*</mittente>`)

// readCertificate returns what the envelope of a certified mail says.
func readCertificate(e *mailtext.Envelope) *Certificate {
	c := &Certificate{Anomaly: !strings.EqualFold(strings.TrimSpace(e.Header.Get("X-Trasporto")), "posta-certificata")}
	if manager := addresses(e.Header.Get("From")); len(manager) > 0 {
		c.Manager = manager[0]
	}
	if found := certifiedSender.FindSubmatch(e.Certificate); found != nil {
		c.Sender = NormalAddress(html.UnescapeString(string(found[1])))
	}
	return c
}

// addresses returns the addresses of a field in their normal form. Of a malformed field it returns all that look like addresses, also those
// in a name: such a field names no single sender.
func addresses(field string) (all []string) {
	parser := mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: func(_ string, in io.Reader) (io.Reader, error) { return in, nil }}} // names do not matter
	if parsed, err := parser.ParseList(field); err == nil {
		for _, a := range parsed {
			all = append(all, NormalAddress(a.Address))
		}
		return all
	}
	for _, a := range mailtext.FindAddresses(field) {
		all = append(all, NormalAddress(a))
	}
	return all
}

// uniqueAddresses returns each address once, in the order of their first places.
func uniqueAddresses(all []string) (unique []string) {
	for _, a := range all {
		if !slices.ContainsFunc(unique, func(u string) bool { return SameAddress(a, u) }) {
			unique = append(unique, a)
		}
	}
	return unique
}
