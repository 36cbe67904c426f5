// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package clientcert

import (
	"fmt"
	"os"
)

// file is a file whose content is parsed again when it has changed. It is not safe for concurrent use.
type file[T any] struct {
	path   string
	parse  func([]byte) (T, error)
	info   os.FileInfo // of the content; nil: not parsed
	parsed T
}

// read returns the content. If the file cannot be read or parsed, it returns an error and not the content of before: a certificate that the new
// list revokes must not pass.
func (f *file[T]) read() (T, error) {
	var none T
	info, err := os.Stat(f.path)
	if err != nil {
		return none, err
	}
	if f.info != nil && os.SameFile(f.info, info) && f.info.ModTime().Equal(info.ModTime()) && f.info.Size() == info.Size() {
		return f.parsed, nil
	}
	f.info = nil
	content, err := os.ReadFile(f.path)
	if err != nil {
		return none, err
	}
	parsed, err := f.parse(content)
	if err != nil {
		return none, fmt.Errorf("%s: %w", f.path, err)
	}
	f.info, f.parsed = info, parsed // a change while it was read has a later time than info
	return parsed, nil
}
