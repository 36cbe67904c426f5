// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package masterkey

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// keySize is the length of a master key in bytes.
const keySize = 32

// parse returns the keys of texts with 64 hexadecimal digits each. Its errors name the source and tell the length of what is wrong, never the text.
func parse(texts []string, source string) ([][]byte, error) {
	keys := make([][]byte, 0, len(texts))
	for i, text := range texts {
		key, err := hex.DecodeString(text)
		if err != nil || len(key) != keySize {
			return nil, fmt.Errorf("master key: %s holds no key in part %d of %d: want 64 hexadecimal digits, got %d characters; put the copy that was kept of it back",
				source, i+1, len(texts), len(text))
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("master key: %s is empty; put the copy that was kept of it back", source)
	}
	return keys, nil
}

// splitText returns the parts between commas, spaces and line ends.
func splitText(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
}
