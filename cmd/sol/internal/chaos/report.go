// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"
)

// Report is the result of a run. Its JSON holds the counts of all rounds together.
type Report struct {
	Kinds          []KindReport `json:"-"`               // in the order in which they were played first
	Events         int64        `json:"events"`          // in the log at the end
	Mails          int          `json:"mails"`           // that arrived
	Uncertain      int          `json:"uncertain_mails"` // that may have arrived twice, as marked by the nodes
	PendingMails   int          `json:"pending_mails"`   // that were still reserved by a dead node, or postponed, at the end
	Moments        int          `json:"moments"`         // tickets at a moment of the past that were read twice
	ChangedMoments int          `json:"changed_moments"` // of these
	Problems       []string     `json:"problems"`        // everything that contradicts a guarantee, what was lost and doubled included
}

// KindReport is the result of the rounds of one kind. Durations are in seconds.
type KindReport struct {
	Kind         Kind    `json:"kind"`
	Rounds       int     `json:"rounds"`
	Acknowledged int     `json:"acknowledged"` // commands that a client was told to be carried out
	Lost         int     `json:"lost"`         // acknowledged, and not in the log
	Doubled      int     `json:"doubled"`      // more than once in the log
	Unconfirmed  int     `json:"unconfirmed"`  // acknowledged while no standby could confirm
	Takeovers    int     `json:"takeovers"`    // consumers, outboxes and timers whose takeover was measured
	TakeoverP50  float64 `json:"takeover_p50"` // until what each of them had to do is done
	TakeoverMax  float64 `json:"takeover_max"`
	Slowest      string  `json:"slowest"`  // the one that took longest
	Stuck        int     `json:"stuck"`    // rounds in which one of them was not done while the fault lasted
	DownP50      float64 `json:"down_p50"` // until a new write is acknowledged
	DownMax      float64 `json:"down_max"`
	RefusalMax   float64 `json:"refusal_max"` // until an answer 503
	Late         int     `json:"late"`        // requests that got no answer within five seconds
	Reads        int     `json:"reads"`       // log-ins and reads while the standby was lost
	ReadsFailed  int     `json:"reads_failed"`

	takeovers, downs []time.Duration
}

// kind returns the report of a kind.
func (r *Report) kind(k Kind) *KindReport {
	i := slices.IndexFunc(r.Kinds, func(o KindReport) bool { return o.Kind == k })
	if i < 0 {
		r.Kinds = append(r.Kinds, KindReport{Kind: k})
		i = len(r.Kinds) - 1
	}
	return &r.Kinds[i]
}

// addRound adds the measurements of a round.
func (r *Report) addRound(k Kind, m roundResult) {
	o := r.kind(k)
	o.Rounds++
	for _, t := range m.takeovers {
		if o.takeovers = append(o.takeovers, t.Time); t.Time >= slices.Max(o.takeovers) {
			o.Slowest = t.Part
		}
	}
	o.downs = append(o.downs, m.down)
	o.Takeovers = len(o.takeovers)
	o.TakeoverP50, o.TakeoverMax = medianAndMax(o.takeovers)
	o.DownP50, o.DownMax = medianAndMax(o.downs)
	o.RefusalMax = max(o.RefusalMax, seconds(m.slowest))
	o.Late += m.late
	o.Reads, o.ReadsFailed = o.Reads+m.reads, o.ReadsFailed+m.readsFailed
	o.Unconfirmed += m.unconfirmed
	if m.stuck {
		o.Stuck++
	}
	r.Problems = append(r.Problems, m.problems...)
}

// logRound adds a line about a round to rounds.log in Config.Dir, beside the logs of the nodes: when it began, the time from the fault until a new
// write was acknowledged, and how long each takeover took.
func (in *installation) logRound(k Kind, begun time.Time, m roundResult) error {
	f, err := os.OpenFile(filepath.Join(in.Dir, "rounds.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s %s down %s stuck %t takeovers %v\n", begun.UTC().Format(time.RFC3339Nano), k, m.down, m.stuck, m.takeovers)
	return errors.Join(err, f.Close())
}

// medianAndMax returns the median and the maximum of durations, in seconds.
func medianAndMax(all []time.Duration) (median, maximum float64) {
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return seconds(all[(len(all)-1)/2]), seconds(all[len(all)-1])
}

// seconds returns a duration in seconds, rounded to milliseconds.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

// WriteJSON writes a line for each kind of fault, and one for all.
func (r *Report) WriteJSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	for _, k := range r.Kinds {
		if err := encoder.Encode(k); err != nil {
			return err
		}
	}
	return encoder.Encode(r)
}

// WriteTable writes the report for people.
func (r *Report) WriteTable(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "kind\trounds\tacknowledged\tlost\tdoubled\tunconfirmed\ttakeovers\tp50/max\tslowest\tstuck\tdown p50/max\trefusal max\tlate\treads failed")
	for _, k := range r.Kinds {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f/%.1f s\t%s\t%d\t%.1f/%.1f s\t%.1f s\t%d\t%d of %d\n", k.Kind, k.Rounds, k.Acknowledged, k.Lost,
			k.Doubled, k.Unconfirmed, k.Takeovers, k.TakeoverP50, k.TakeoverMax, k.Slowest, k.Stuck, k.DownP50, k.DownMax, k.RefusalMax, k.Late, k.ReadsFailed, k.Reads)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d events; %d mails, %d of them uncertain; %d mails pending; %d moments read again, %d of them changed\n", r.Events, r.Mails,
		r.Uncertain, r.PendingMails, r.Moments, r.ChangedMoments)
	for _, p := range r.Problems {
		fmt.Fprintln(out, "problem:", p)
	}
	return nil
}
