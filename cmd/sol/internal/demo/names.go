// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import "math/rand/v2"

// Operators are named after fruits and trees. All family names say that the person is fictitious.
var (
	fruits = []string{
		"Albicocca", "Amarena", "Anguria", "Arancia", "Bergamotto", "Betulla", "Carrubo", "Castagno", "Cedro",
		"Ciliegia", "Cipresso", "Corbezzolo", "Corniolo", "Fico", "Fragola", "Frassino", "Gelso", "Giuggiola", "Lampone",
		"Larice", "Limone", "Mandorlo", "Mela", "Melograno", "Mirtillo", "Mora", "Nespola", "Nocciola", "Olmo", "Pera",
		"Pesca", "Pioppo", "Prugna", "Ribes", "Susina", "Tiglio",
	}
	staffFamilies = []string{"Prova", "Finto", "Esempio", "Campione"}
)

// Citizens are named after Italian rivers.
var (
	rivers = []river{
		{"Dora", true}, {"Sesia", true}, {"Stura", true}, {"Bormida", true}, {"Maira", true}, {"Varaita", true}, {"Trebbia", true},
		{"Secchia", true}, {"Brenta", true}, {"Nera", true}, {"Piave", false}, {"Tanaro", false}, {"Ticino", false}, {"Pellice", false},
		{"Chisone", false}, {"Orco", false}, {"Toce", false}, {"Belbo", false}, {"Elvo", false}, {"Cervo", false}, {"Sangone", false},
		{"Adige", false}, {"Arno", false}, {"Tevere", false}, {"Isonzo", false}, {"Reno", false}, {"Scrivia", true}, {"Agogna", true},
	}
	citizenFamilies = []string{"Prova", "Finto", "Esempio", "Campione", "Modello", "Fittizio", "Immaginario", "Inventato", "Saggio",
		"Simulato"}
)

type river struct {
	name   string
	female bool
}

// pick returns a random element.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// chance returns true with a probability in percent.
func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

// randomInt returns a random number from least to most.
func randomInt(r *rand.Rand, least, most int) int { return least + r.IntN(most-least+1) }
