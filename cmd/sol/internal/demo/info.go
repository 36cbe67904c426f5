// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Info is the content of demo.json: address and accounts of the demo. A person with two placements has two entries.
type Info struct {
	Address    string     `json:"address"`
	Metrics    string     `json:"metrics,omitempty"` // URL of the metrics
	Identities []Identity `json:"identities"`
	Systems    string     `json:"systems,omitempty"` // URL of the simulated systems
	Mails      string     `json:"mails,omitempty"`   // directory of the mails to citizens
	MailListen string     `json:"mail_listen"`       // host and port that receive replies by SMTP
}

// Identity is one placement of a person, with the secrets to log in.
type Identity struct {
	Username string             `json:"username"`
	Password string             `json:"password"`
	PIN      string             `json:"pin"`
	Role     person.Role        `json:"role"`
	Entity   catalog.EntityCode `json:"entity"`
	TaxCode  string             `json:"tax_code,omitempty"` // of citizens
}

// NewInfo returns the info of a demo that listens at an address for browsers, and at others for metrics and mail.
func NewInfo(address, metrics, mailListen string, people []Person, b *Backends) Info {
	info := Info{Address: address, Metrics: metrics, Systems: b.ConnectorsURL, Mails: b.MailDir, MailListen: mailListen}
	for _, p := range people {
		for _, placement := range p.Placements {
			info.Identities = append(info.Identities, Identity{Username: p.Username, Password: p.Password, PIN: p.PIN, Role: placement.Role,
				Entity: placement.Entity, TaxCode: p.TaxCode})
		}
	}
	return info
}

// RemoveInfo removes demo.json, which exists only while the demo listens.
func RemoveInfo(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Describe returns the info as text of 120 columns: one identity of each role with its secrets (of auditors and data protection officers
// one of each entity), the user names of each entity, and example requests.
func (info Info) Describe(c config.Config) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nSOL Assistenza is ready at %s. All people are fictitious. Examples:\n\n", info.Address)
	line := func(role, entity, username, password, pin, taxCode string) {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-29s %-10s %-24s %-16s %-6s %s", role, entity, username, password, pin, taxCode), " ") + "\n")
	}
	line("role", "entity", "user name", "password", "PIN", "tax code") // with another one, a citizen asks for another person
	shown := map[Placement]bool{}
	for _, i := range info.Identities {
		kind := Placement{Role: i.Role}
		if i.Role.Audits() { // who audits one entity sees other pages than who audits all
			kind.Entity = i.Entity
		}
		if !shown[kind] {
			shown[kind] = true
			line(string(i.Role), cmp.Or(string(i.Entity), "-"), i.Username, i.Password, i.PIN, i.TaxCode)
		}
	}
	fmt.Fprintf(&b, "\n%s lists all accounts with passwords, PINs and tax codes. The supervisor of each entity comes last:\n\n", c.DemoInfoFile())
	for _, e := range catalog.Default().Entities(time.Now()) {
		operators := info.usernames(e.Code, person.ASROperator, person.RegionalOperator)
		supervisors := info.usernames(e.Code, person.ASRSupervisor, person.RegionalSupervisor)
		fmt.Fprintf(&b, "  %-7s %-26s %s\n", e.Code, e.Short, strings.Join(append(operators, supervisors...), " "))
	}
	for _, role := range []person.Role{person.Auditor, person.Administrator, person.Citizen} {
		fmt.Fprintf(&b, "  %-7s %-26s %s\n", "-", role, strings.Join(info.usernames("", role), " "))
	}
	first := info.Identities[0]
	fmt.Fprintf(&b, `
Try it:
  curl -s %[1]s/api/v1/sessions -H 'Content-Type: application/json' \
    -d '{"username":"%[2]s","password":"%[3]s","pin":"%[4]s"}'
  curl -s %[1]s/api/v1/queues -H "Authorization: Bearer $TOKEN"      # TOKEN: the token of that answer
  curl -s '%[1]s/api/v1/tickets?queue=nuove' -H "Authorization: Bearer $TOKEN"

Ctrl-C stops it. The data stays in %[5]s.
`, info.Address, first.Username, first.Password, first.PIN, c.DataDir)
	return b.String()
}

// usernames returns the user names with one of the roles at an entity.
func (info Info) usernames(entity catalog.EntityCode, roles ...person.Role) []string {
	var names []string
	for _, i := range info.Identities {
		if i.Entity == entity && slices.Contains(roles, i.Role) {
			names = append(names, i.Username)
		}
	}
	return names
}
