// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lastseen

import (
	"context"
	"fmt"
	"strings"
)

// WentBackError says that the database does not go on from what was seen of its log. A person must decide: connect the right database, or
// accept the loss with sol restore --accept.
type WentBackError struct {
	Seen, Now Log
	Where     string // where the seen log is remembered, for the message
	Reasons   []string
}

func (e *WentBackError) Error() string {
	return fmt.Sprintf("the log went back (%s): %s. If a backup was restored or a standby without the last events was promoted, and the right "+
		"database cannot be brought back, run sol restore --accept: it begins a new epoch of the log. Otherwise stop and connect the right database",
		e.Where, strings.Join(e.Reasons, "; "))
}

// OtherLogError says that the database holds another log than the one that was seen.
type OtherLogError struct {
	Seen, Now Log
	Where     string
}

func (e *OtherLogError) Error() string {
	return fmt.Sprintf("this database holds the log %s, and %s remembers the log %s: connect its database, or use another data directory "+
		"(SOL_DATA_DIR). If the other log is not needed any more, delete the file", e.Now.ID, e.Where, e.Seen.ID)
}

// Compare returns an error if the log that the database holds now does not go on from the seen one: *OtherLogError for another log,
// *WentBackError for one that lost events or is on another server. A zero seen log is one of which nothing is known. where names the place
// that remembers the seen log.
//
// A promoted standby has the system identifier of its primary and a later timeline: it goes on, if it holds the last event that was seen. An
// epoch later than the seen one was accepted by a person.
func Compare(ctx context.Context, db Querier, seen, now Log, where string) error {
	if seen.ID != "" && seen.ID != now.ID {
		return &OtherLogError{seen, now, where}
	}
	if now.Epoch > seen.Epoch && seen.Epoch > 0 {
		return nil
	}
	var reasons []string
	refuse := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }
	switch {
	case now.Epoch < seen.Epoch:
		refuse("it is in epoch %d, and epoch %d was seen", now.Epoch, seen.Epoch)
	case now.Position < seen.Position:
		refuse("it ends at %s, and %s of %s was seen: %d events are missing", now.Head(), seen.Head(), seen.RecordedAt.Format("2006-01-02 15:04:05 MST"),
			seen.Position-now.Position)
	case seen.Hash != "":
		hash := now.Hash
		if now.Position > seen.Position {
			var err error
			if hash, err = hashAt(ctx, db, seen.Position); err != nil {
				return err
			}
		}
		if hash != seen.Hash {
			refuse("the event at %s is another one than was seen", seen.Head())
		}
	}
	if seen.SystemIdentifier != "" && now.SystemIdentifier != "" {
		switch {
		case now.SystemIdentifier != seen.SystemIdentifier:
			refuse("its server has system identifier %s, and system identifier %s was seen", now.SystemIdentifier, seen.SystemIdentifier)
		case now.Timeline < seen.Timeline:
			refuse("its server is on timeline %d, and %d was seen", now.Timeline, seen.Timeline)
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return &WentBackError{seen, now, where, reasons}
}
