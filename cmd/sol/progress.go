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

// progress displays progress: as a bar on a terminal, elsewhere as a line every progressEvery.
type progress struct {
	out       io.Writer
	label     string
	bar       *progressbar.ProgressBar // nil: not a terminal
	printedAt time.Time
	done      int64
	total     int64
}

// progressEvery is the time between two lines, so that logs stay short.
const progressEvery = 5 * time.Second

// progress returns a progress display on the error output.
func (a *cli) progress(what string) *progress {
	p := &progress{out: a.err, label: what, printedAt: time.Now()}
	if f, ok := a.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

// set updates the display: done of total.
func (p *progress) set(done, total int64) {
	p.done, p.total = done, total
	if p.bar != nil {
		p.bar.ChangeMax64(total)
		_ = p.bar.Set64(done) // a closed terminal must not stop the work
		return
	}
	if time.Since(p.printedAt) >= progressEvery {
		p.printedAt = time.Now()
		fmt.Fprintf(p.out, "%s: %d of %d\n", p.label, done, total)
	}
}

// finish removes the bar.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
