// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import "strings"

// known holds for each licence sentences that stand in its text, with one space between words. A text with a word of a licence that
// is not allowed comes first: files may hold several licences.
var known = []struct {
	id        string
	sentences []string
}{
	{"MPL-2.0", []string{"Mozilla Public License", "Version 2.0", "Covered Software"}}, // it names the GNU licences
	{"AGPL-3.0", []string{"GNU AFFERO GENERAL PUBLIC LICENSE"}},
	{"LGPL-3.0", []string{"GNU LESSER GENERAL PUBLIC LICENSE Version"}},
	{"GPL-3.0", []string{"GNU GENERAL PUBLIC LICENSE Version"}},
	{"SSPL-1.0", []string{"Server Side Public License"}},
	{"BUSL-1.1", []string{"Business Source License"}},
	{"Apache-2.0", []string{"Apache License", "Version 2.0, January 2004"}},
	{"Apache-2.0", []string{"Licensed under the Apache License, Version 2.0"}},
	{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms", "either the name"}},
	{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms", "The names of the contributors may not be used"}},
	{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms"}},
	{"MIT", []string{"Permission is hereby granted, free of charge, to any person obtaining a copy", "without restriction"}},
	{"ISC", []string{"Permission to use, copy, modify, and/or distribute this software for any purpose"}},
	{"Unlicense", []string{"This is free and unencumbered software released into the public domain"}},
	{"ISC", []string{"Permission to use, copy, modify, and distribute this software for any purpose"}},
}

// identify returns the SPDX id of a licence text; "" if it is not known.
func identify(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, k := range known {
		found := true
		for _, s := range k.sentences {
			found = found && strings.Contains(strings.ToLower(text), strings.ToLower(s))
		}
		if found {
			return k.id
		}
	}
	return ""
}
