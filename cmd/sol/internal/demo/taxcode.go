// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// taxCode returns the codice fiscale of a person (DM 23 December 1976).
func taxCode(given, family string, born time.Time, female bool, town string) string {
	day := born.Day()
	if female {
		day += 40
	}
	code := familyLetters(family) + givenLetters(given) +
		fmt.Sprintf("%02d%c%02d%s", born.Year()%100, "ABCDEHLMPRST"[born.Month()-1], day, town)
	return code + string(checkCharacter(code))
}

// letters returns the consonants and the vowels of a name, in upper case.
func letters(name string) (consonants, vowels string) {
	for _, r := range strings.ToUpper(name) {
		switch {
		case strings.ContainsRune("AEIOU", r):
			vowels += string(r)
		case 'A' <= r && r <= 'Z':
			consonants += string(r)
		}
	}
	return consonants, vowels
}

// familyLetters returns the three letters of the family name.
func familyLetters(name string) string {
	consonants, vowels := letters(name)
	return (consonants + vowels + "XXX")[:3]
}

// givenLetters returns the three letters of the given name. It skips the second of four or more consonants.
func givenLetters(name string) string {
	consonants, vowels := letters(name)
	if len(consonants) > 3 {
		return consonants[:1] + consonants[2:4]
	}
	return (consonants + vowels + "XXX")[:3]
}

// oddValues are the values of 0 to 9, and of A to Z, at the first, third, … position.
var oddValues = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// checkCharacter returns the last character of a tax code.
func checkCharacter(code string) byte {
	sum := 0
	for i := range len(code) {
		value := int(code[i] - 'A')
		if code[i] <= '9' {
			value = int(code[i] - '0')
		}
		if i%2 == 0 {
			value = oddValues[value]
		}
		sum += value
	}
	return byte('A' + sum%26)
}

// townCodes are cadastral codes of Torino, Novara, Cuneo, Asti, Alessandria, Biella, Vercelli.
var townCodes = []string{"L219", "F952", "D205", "A479", "A182", "A859", "L750"}

// citizen is a fictitious citizen who sends requests.
type citizen struct {
	given, family, taxCode, email, phone string
}

func newCitizen(r *rand.Rand) citizen {
	river, family := pick(r, rivers), pick(r, citizenFamilies)
	born := time.Date(randomInt(r, 1935, 2004), time.Month(randomInt(r, 1, 12)), randomInt(r, 1, 28), 0, 0, 0, 0, time.UTC)
	return citizen{
		given: river.name, family: family,
		taxCode: taxCode(river.name, family, born, river.female, pick(r, townCodes)),
		email:   fmt.Sprintf("%s.%s%02d@example.org", strings.ToLower(river.name), strings.ToLower(family), born.Year()%100),
		phone:   fmt.Sprintf("011 555%04d", r.IntN(10000)),
	}
}
