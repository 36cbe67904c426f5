// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package calendar

// easter returns Easter Sunday of the Gregorian calendar as a day of March (32 is 1 April). It is the "anonymous" computus of 1876, from
// Meeus, Astronomical Algorithms, chapter 8.
func easter(year int) int {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	return h + l - 7*m + 22
}
