// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailaddress_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

func hash(keys ...string) func(purpose, value string) []string {
	return func(purpose, value string) (all []string) {
		for _, key := range keys {
			sum := sha256.Sum256([]byte(key + "\n" + purpose + "\n" + value))
			all = append(all, hex.EncodeToString(sum[:]))
		}
		return all
	}
}

const id = "01930000-0000-7000-8000-000000000001"

func TestParseReturnsWhatWasBuilt(t *testing.T) {
	a := mailaddress.New(hash("ours"), "Assistenza.example.it")
	issue := ticket.LinkIssue{N: 3, Day: 20_786}
	issued := a.WithIssue(issue)
	for address, want := range map[string]mailaddress.Address{
		issued.Reply(id): {Kind: mailaddress.Reply, ID: id, Issue: issue}, issued.Bounce(id): {Kind: mailaddress.Bounce, ID: id, Issue: issue},
		a.Reply(id): {Kind: mailaddress.Reply, ID: id}, a.Bounce(id): {Kind: mailaddress.Bounce, ID: id},
		"<" + strings.ToUpper(a.Reply(id)) + ">": {Kind: mailaddress.Reply, ID: id},
	} {
		if got, ok := a.Parse(address); !ok || got != want {
			t.Errorf("%s: got %+v, %t, want %+v", address, got, ok, want)
		}
		if local, _, _ := strings.Cut(address, "@"); len(strings.Trim(local, "<")) > 64 {
			t.Errorf("%s: got a local part of more than 64 characters", address)
		}
	}
}

func TestParseRefusesForgedAddresses(t *testing.T) {
	a, theirs := mailaddress.New(hash("ours"), "assistenza.example.it"), mailaddress.New(hash("theirs"), "assistenza.example.it")
	good := a.WithIssue(ticket.LinkIssue{N: 1, Day: 20_786}).Reply(id)
	flipped := []byte(good)
	flipped[5] ^= 1
	for _, address := range []string{
		"", "@", "r-@assistenza.example.it", "assistenza@assistenza.example.it", theirs.Reply(id), string(flipped), good[:20] + good[21:],
		good[:27] + string(good[27]^1) + good[28:], // another issue
		strings.Replace(good, "r-", "b-", 1), strings.Replace(good, "r-", "x-", 1), strings.Replace(good, "assistenza.", "", 1), good + ".evil.example",
	} {
		if got, ok := a.Parse(address); ok {
			t.Errorf("%q: got %+v, want a refusal", address, got)
		}
	}
}

// TestAddressesOutliveTheirKey checks that an address that was built with an earlier version of the key is valid as long as that is known.
func TestAddressesOutliveTheirKey(t *testing.T) {
	before := mailaddress.New(hash("first"), "assistenza.example.it")
	both := mailaddress.New(hash("second", "first"), "assistenza.example.it")
	after := mailaddress.New(hash("second"), "assistenza.example.it")
	if _, ok := both.Parse(before.Reply(id)); !ok {
		t.Error("got a refusal of an address of the version before, want none")
	}
	if _, ok := after.Parse(before.Reply(id)); ok {
		t.Error("got no refusal of an address whose key was destroyed")
	}
	if _, ok := after.Parse(both.Reply(id)); !ok {
		t.Error("got an address of the version before, want one of the newest version")
	}
}
