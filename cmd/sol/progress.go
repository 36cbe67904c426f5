// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows a person how far something has come: a bar on a terminal, a line now and then elsewhere.
type progress struct {
	out       io.Writer
	label     string
	bar       *progressbar.ProgressBar // nil: not a terminal
	printedAt time.Time
	done      int64
	total     int64
}

// progressEvery keeps the lines of a log few.
const progressEvery = 5 * time.Second

func (a *cli) progress(what string) *progress {
	p := &progress{out: a.err, label: what, printedAt: time.Now()}
	if f, ok := a.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

// set tells how much of how much is done.
func (p *progress) set(done, total int64) {
	p.done, p.total = done, total
	if p.bar != nil {
		p.bar.ChangeMax64(total)
		_ = p.bar.Set64(done) // a terminal that is gone is no reason to stop
		return
	}
	if time.Since(p.printedAt) >= progressEvery {
		p.printedAt = time.Now()
		fmt.Fprintf(p.out, "%s: %d of %d\n", p.label, done, total)
	}
}

// finish takes the bar away.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
