// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"encoding/base32"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Person is a fictitious person of the demo. Password and PIN are derived from the user name, so they protect nothing.
type Person struct {
	Username, GivenName, FamilyName string
	Password, PIN                   string
	TaxCode                         string // of citizens only
	Placements                      []Placement
}

// Placement is a role at an entity; Entity is empty for the Region's auditor, administrator and citizen.
type Placement struct {
	Role   person.Role
	Entity catalog.EntityCode
}

// People returns the demo's people: two or three operators and a supervisor for every ASR, two operators and a
// supervisor for the Region, two administrators, an auditor and a data protection officer of the Region and of one ASR,
// four citizens. The first supervisor is also an operator of the last ASR: someone with two placements. The last citizen
// works at the ASR with agreements. The same catalogue gives the same people.
func People(c *catalog.Catalog, at time.Time) []Person {
	var all []Person
	add := func(role person.Role, entity catalog.EntityCode) {
		n := len(all)
		all = append(all, newPerson(fruits[n%len(fruits)], staffFamilies[n/len(fruits)], Placement{role, entity}))
	}
	entities := listASRs(c, at)
	for i, e := range entities {
		for range 2 + i%2 {
			add(person.ASROperator, e.Code)
		}
		add(person.ASRSupervisor, e.Code)
	}
	add(person.RegionalOperator, catalog.Region)
	add(person.RegionalOperator, catalog.Region)
	add(person.RegionalSupervisor, catalog.Region)
	add(person.Auditor, "")
	add(person.Administrator, "")
	add(person.Administrator, "") // confirms what the first asks for
	add(person.Auditor, withAgreements)
	add(person.DataProtectionOfficer, withAgreements)
	add(person.DataProtectionOfficer, catalog.Region)
	for i := range all {
		if all[i].Placements[0].Role == person.ASRSupervisor {
			all[i].Placements = append(all[i].Placements, Placement{person.ASROperator, entities[len(entities)-1].Code})
			break
		}
	}
	r := rand.New(rand.NewPCG(1, 0))
	for i := range 4 {
		river := rivers[i*5]
		born := time.Date(randomInt(r, 1950, 1999), time.Month(randomInt(r, 1, 12)), randomInt(r, 1, 28), 0, 0, 0, 0, time.UTC)
		p := newPerson(river.name, "Cittadino", Placement{person.Citizen, ""})
		p.TaxCode = taxCode(river.name, "Cittadino", born, river.female, pick(r, townCodes))
		all = append(all, p)
	}
	employee := &all[len(all)-1]
	employee.Placements = append(employee.Placements, Placement{person.ASROperator, withAgreements})
	return all
}

func newPerson(given, family string, placement Placement) Person {
	p := Person{
		Username:  strings.ToLower(given + "." + family),
		GivenName: given, FamilyName: family, Placements: []Placement{placement},
	}
	var seed [32]byte
	copy(seed[:], p.Username)
	r := rand.New(rand.NewChaCha8(seed))
	var bits [5]byte
	for i := range bits {
		bits[i] = byte(r.Uint32())
	}
	p.Password = "prova-" + strings.ToLower(base32.StdEncoding.EncodeToString(bits[:]))
	p.PIN = fmt.Sprintf("%06d", r.IntN(1_000_000))
	return p
}
