// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package masterkey

import (
	"errors"
	"io/fs"
	"slices"
	"sync"
	"time"
)

// Variables that name a source. At most one is set.
const (
	FileVariable    = "SOL_MASTER_KEY_FILE"
	TextVariable    = "SOL_MASTER_KEY"
	CommandVariable = "SOL_MASTER_KEY_COMMAND"
)

// Source is where the master keys of a node come from: a file, the environment or a command. Its methods may be called from any goroutine.
type Source struct {
	file, text, command string // one is not empty
	commandTimeout      time.Duration
	commandInterval     time.Duration

	mu   sync.Mutex // of what follows, and held while the command runs
	keys [][]byte   // that the command printed last; nil: it did not run yet
	ran  time.Time  // when it did
}

// commandTimeout is the time after which the command is killed. A node that reads its keys again waits for it, and must not be silent for a
// minute (keyring). commandInterval is the time for which the keys that the command printed are used without running it again.
const (
	commandTimeout  = 20 * time.Second
	commandInterval = time.Minute
)

// InFile returns the source of a key file.
func InFile(path string) *Source { return &Source{file: path} }

// InText returns the source of keys that the environment holds, separated by commas or spaces, the newest first.
func InText(text string) *Source { return &Source{text: text} }

// FromCommand returns the source of a command that prints the keys, for example one that unwraps them with a key management service.
func FromCommand(command string) *Source {
	return &Source{command: command, commandTimeout: commandTimeout, commandInterval: commandInterval}
}

// FromEnvironment returns the source that the variables name, and a key file for none. Error: several are set.
func FromEnvironment(env func(string) string, defaultFile string) (*Source, error) {
	file, text, command := env(FileVariable), env(TextVariable), env(CommandVariable)
	set := slices.DeleteFunc([]string{file, text, command}, func(value string) bool { return value == "" })
	switch {
	case len(set) > 1:
		return nil, errors.New(FileVariable + ", " + TextVariable + ", " + CommandVariable + ": want one of them, so that it is clear which key is used")
	case text != "":
		return InText(text), nil
	case command != "":
		return FromCommand(command), nil
	case file != "":
		return InFile(file), nil
	}
	return InFile(defaultFile), nil
}

// Read returns the master keys of 32 bytes, the newest first. There are several only while the master key is rotated. Errors name the source
// and hold no key.
func (s *Source) Read() ([][]byte, error) {
	switch {
	case s.command != "":
		return s.readCommand()
	case s.text != "":
		return parse(splitText(s.text), TextVariable)
	}
	return readFile(s.file)
}

// ReadNewest returns the newest key.
func (s *Source) ReadNewest() ([]byte, error) {
	keys, err := s.Read()
	if err != nil {
		return nil, err
	}
	return keys[0], nil
}

// File returns the path of the key file, and "" for another source.
func (s *Source) File() string { return s.file }

// IsMissing reports whether an error of Read means that there is no key file yet. Keys of other sources are made by those who keep them.
func (s *Source) IsMissing(err error) bool { return s.file != "" && errors.Is(err, fs.ErrNotExist) }

// String returns the source for messages: the path of the file, or the name of the variable.
func (s *Source) String() string {
	switch {
	case s.command != "":
		return CommandVariable
	case s.text != "":
		return TextVariable
	}
	return s.file
}
