// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package attachment

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// TestFilesThatPeopleAttach checks each file of testdata/files, as programs and telephones really write them, against its expect.txt:
// "accepted", or "refused" and the code of the reason.
func TestFilesThatPeopleAttach(t *testing.T) {
	dirs, err := filepath.Glob("testdata/files/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("got %d cases, %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			expect, err := os.ReadFile(filepath.Join(dir, "expect.txt"))
			if err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() == "expect.txt" {
					continue
				}
				content, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				got := "accepted"
				checked, err := Check("files", []FileUpload{{Name: e.Name(), Content: content}})
				var invalid *ticket.InvalidError
				if errors.As(err, &invalid) {
					got = "refused " + string(invalid.Fields[0].Reason.Code)
				} else if err != nil || checked[0].MediaType == "" {
					t.Fatalf("got %v, %v", checked, err)
				}
				if want := strings.TrimSpace(string(expect)); got != want {
					t.Errorf("%s: got %q, %v, want %q", e.Name(), got, err, want)
				}
			}
		})
	}
}
