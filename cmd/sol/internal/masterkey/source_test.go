// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package masterkey

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	oldKey = strings.Repeat("07", keySize)
	newKey = strings.Repeat("08", keySize)
)

func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Each source gives its keys, the newest first.
func TestSourcesGiveTheirKeys(t *testing.T) {
	for name, s := range map[string]*Source{
		"file":                  InFile(write(t, newKey+"\n"+oldKey+"\n")),
		"file of Windows":       InFile(write(t, newKey+"\r\n"+oldKey+"\r\n\r\n")),
		"environment":           InText(newKey + "," + oldKey),
		"environment of spaces": InText(" " + strings.ToUpper(newKey) + "\n" + oldKey),
		"command":               FromCommand("echo " + newKey + "; echo " + oldKey + "; echo a warning >&2"),
		"command of a pipe":     FromCommand("printf '%s %s' " + newKey + " " + oldKey + " | cat"),
	} {
		keys, err := s.Read()
		if err != nil || len(keys) != 2 || fmt.Sprintf("%x", keys[0]) != newKey || fmt.Sprintf("%x", keys[1]) != oldKey {
			t.Errorf("%s: got %x, %v, want the new key and the old one", name, keys, err)
		}
	}
}

// What is wrong is named without a key, or a part of one.
func TestErrorsNameTheSourceAndHoldNoKey(t *testing.T) {
	slow := FromCommand("echo " + oldKey + "; sleep 600 & sleep 600")
	slow.commandTimeout = 50 * time.Millisecond
	for name, c := range map[string]struct {
		source *Source
		want   string
	}{
		"no file":           {InFile("/nowhere/master.key"), FileVariable},
		"empty file":        {InFile(write(t, "\n")), "empty"},
		"short line":        {InFile(write(t, oldKey+"\n"+oldKey[:62])), "part 2 of 2: want 64 hexadecimal digits, got 62"},
		"long key":          {InText(oldKey + "07"), TextVariable},
		"no hex":            {InText(oldKey[:63] + "g"), "64 hexadecimal digits"},
		"only a comma":      {InText(","), "empty"},
		"command fails":     {FromCommand("echo access denied to " + oldKey + " >&2; echo " + oldKey + "; exit 3"), "exit status 3: \"access denied to …\""},
		"no such command":   {FromCommand("/nowhere/unwrap"), CommandVariable},
		"silent command":    {FromCommand("true"), "empty"},
		"talkative command": {FromCommand("yes " + oldKey), "more than 4096 bytes"},
		"base64":            {FromCommand("echo BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="), "got 44 characters"},
		"slow command":      {slow, "did not end within"},
	} {
		keys, err := c.source.Read()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), oldKey[:16]) || strings.Contains(err.Error(), "BwcH") {
			t.Errorf("%s: got %x, error %v, want one with %q and without a key", name, keys, err, c.want)
		}
		if missing := c.source.IsMissing(err); missing != (name == "no file") {
			t.Errorf("%s: got missing %t, want a key to be made for a file alone", name, missing)
		}
	}
}

// A command does not run each time, and when it fails later the keys of before stay; then it is tried again.
func TestCommandsRunNowAndThen(t *testing.T) {
	dir := t.TempDir()
	ran, broken := filepath.Join(dir, "ran"), filepath.Join(dir, "broken")
	s := FromCommand(fmt.Sprintf("echo x >> %s; test ! -e %s && echo %s", ran, broken, oldKey))
	runs := func() int {
		text, err := os.ReadFile(ran)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "x")
	}
	read := func(ok bool) {
		t.Helper()
		if keys, err := s.Read(); (err == nil) != ok || ok && fmt.Sprintf("%x", keys[0]) != oldKey {
			t.Errorf("got %x, %v, want a key: %t", keys, err, ok)
		}
	}
	read(true)
	read(true)
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.ran = s.ran.Add(-s.commandInterval)
	read(false)
	read(true)
	if n := runs(); n != 2 {
		t.Errorf("got %d runs, want 2", n)
	}
	s.ran = s.ran.Add(-s.commandInterval)
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	read(true)
	if n := runs(); n != 3 {
		t.Errorf("got %d runs, want 3", n)
	}
}

func TestOneSourceIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"none":    {nil, "/data/master.key"},
		"file":    {map[string]string{FileVariable: "/etc/sol/master.key"}, "/etc/sol/master.key"},
		"text":    {map[string]string{TextVariable: oldKey}, TextVariable},
		"command": {map[string]string{CommandVariable: "unwrap"}, CommandVariable},
		"two":     {map[string]string{FileVariable: "/etc/sol/master.key", CommandVariable: "unwrap"}, ""},
	} {
		s, err := FromEnvironment(func(n string) string { return c.env[n] }, "/data/master.key")
		if err != nil && c.want != "" || err == nil && s.String() != c.want {
			t.Errorf("%s: got %v, %v, want %q", name, s, err, c.want)
		}
	}
}

// A key in the data directory, also by a link, and a file that others may read are faults.
func TestFaultsOfCustody(t *testing.T) {
	data := t.TempDir()
	inside := filepath.Join(data, "keys", "master.key")
	if err := os.MkdirAll(filepath.Dir(inside), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inside, []byte(oldKey), 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere, open := write(t, oldKey), write(t, oldKey)
	if err := os.Chmod(open, 0o640); err != nil {
		t.Fatal(err)
	}
	linked, dataLink := filepath.Join(t.TempDir(), "link"), filepath.Join(t.TempDir(), "data")
	for link, target := range map[string]string{linked: inside, dataLink: data} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		source *Source
		dir    string
		want   []string
	}{
		"inside":               {InFile(inside), data, []string{"data directory"}},
		"inside, by a link":    {InFile(linked), data, []string{"data directory"}},
		"linked directory":     {InFile(inside), dataLink, []string{"data directory"}},
		"elsewhere":            {InFile(elsewhere), data, nil},
		"similar name":         {InFile(elsewhere), filepath.Dir(elsewhere)[:len(filepath.Dir(elsewhere))-1], nil},
		"others may read it":   {InFile(open), data, []string{"0600"}},
		"not there":            {InFile(filepath.Join(data, "other.key")), data, nil},
		"environment":          {InText(oldKey), data, nil},
		"command":              {FromCommand("unwrap"), "/", nil},
		"everything is inside": {InFile(elsewhere), "/", []string{"data directory"}},
	} {
		got := c.source.Faults(c.dir)
		if len(got) != len(c.want) || slices.ContainsFunc(c.want, func(want string) bool { return !strings.Contains(strings.Join(got, " "), want) }) {
			t.Errorf("%s: got %q, want sentences with %q", name, got, c.want)
		}
	}
}

// A key is added to the file above the present one. The file keeps its mode, and a link to it stays one.
func TestAddToFile(t *testing.T) {
	path := write(t, oldKey+"\n")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := AddToFile(link); err != nil {
		t.Fatal(err)
	}
	keys, err := InFile(path).Read()
	if err != nil || len(keys) != 2 || fmt.Sprintf("%x", keys[1]) != oldKey {
		t.Errorf("got %x, %v, want a new key above the old one", keys, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("got %v, %v, want the link", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("got mode %v, %v, want 0640", info.Mode(), err)
	}
}
