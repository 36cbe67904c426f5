// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accessreport

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"

	"github.com/sol-assistenza/sol/domain/ticket"
)

const (
	// maxInMemory is the number of tickets that a spool holds in memory before it writes them to its files.
	maxInMemory = 20_000
	// buckets is the number of files. All tickets of a person are in one file, which is read into memory.
	buckets = 64
)

// spool collects what was seen of each ticket, in memory up to a limit and otherwise in temporary files, which have no name and are gone with
// the process.
type spool struct {
	limit   int
	memory  map[ticket.ID]*seen
	files   []*os.File // nil: everything fits in memory
	writers []*bufio.Writer
}

func newSpool(limit int) *spool { return &spool{limit: limit, memory: map[ticket.ID]*seen{}} }

// add adds a look.
func (s *spool) add(l look) error {
	t := s.memory[l.ticket]
	if t == nil {
		if len(s.memory) >= s.limit {
			if err := s.flush(); err != nil {
				return err
			}
		}
		t = newSeen(l)
		s.memory[l.ticket] = t
	}
	t.add(l)
	return nil
}

// flush writes what memory holds to the files.
func (s *spool) flush() error {
	if s.files == nil {
		for range buckets {
			f, err := os.CreateTemp("", "sol-access-report-*")
			if err != nil {
				return fmt.Errorf("spool report: %w", err)
			}
			s.files, s.writers = append(s.files, f), append(s.writers, bufio.NewWriter(f))
			if err := os.Remove(f.Name()); err != nil { // the open file stays
				return fmt.Errorf("spool report: %w", err)
			}
		}
	}
	for _, t := range s.memory {
		line, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("spool report: %w", err)
		}
		w := s.writers[bucketOf(t)]
		if _, err := w.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("spool report: %w", err)
		}
	}
	s.memory = map[ticket.ID]*seen{}
	return nil
}

// bucketOf returns the number of the file for a ticket: by its person, or by itself without one.
func bucketOf(t *seen) int {
	h := fnv.New32a()
	key := t.Person
	if key == "" {
		key = string(t.Ticket)
	}
	_, _ = h.Write([]byte(key)) // never an error
	return int(h.Sum32() % buckets)
}

// forEach calls each for all tickets. All tickets of one person follow each other.
func (s *spool) forEach(each func(*seen) error) error {
	if s.files == nil {
		return forEachSorted(s.memory, each)
	}
	if err := s.flush(); err != nil {
		return err
	}
	for n, f := range s.files {
		if err := s.writers[n].Flush(); err != nil {
			return fmt.Errorf("spool report: %w", err)
		}
		merged, err := readBucket(f)
		if err != nil {
			return fmt.Errorf("spool report: %w", err)
		}
		if err := forEachSorted(merged, each); err != nil {
			return err
		}
	}
	return nil
}

// readBucket reads a file from its beginning and merges the lines of the same ticket.
func readBucket(f *os.File) (map[ticket.ID]*seen, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	merged := map[ticket.ID]*seen{}
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		t := newSeen(look{})
		if err := d.Decode(t); errors.Is(err, io.EOF) {
			return merged, nil
		} else if err != nil {
			return nil, err
		}
		if known := merged[t.Ticket]; known != nil {
			known.merge(t)
		} else {
			merged[t.Ticket] = t
		}
	}
}

func forEachSorted(all map[ticket.ID]*seen, each func(*seen) error) error {
	sorted := make([]*seen, 0, len(all))
	for _, t := range all {
		sorted = append(sorted, t)
	}
	slices.SortFunc(sorted, compareSeen)
	for _, t := range sorted {
		if err := each(t); err != nil {
			return err
		}
	}
	return nil
}

// close closes the files.
func (s *spool) close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
