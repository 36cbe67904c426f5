// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package progress displays the progress of a command.
package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Display displays progress: as a bar on a terminal, elsewhere as a line every lineInterval.
type Display struct {
	out       io.Writer
	label     string
	bar       *progressbar.ProgressBar // nil: not a terminal
	printedAt time.Time
	done      int64
	total     int64
}

// lineInterval is the time between two lines, so that logs stay short.
const lineInterval = 5 * time.Second

// New returns a display with a label.
func New(out io.Writer, label string) *Display {
	p := &Display{out: out, label: label, printedAt: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(label),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

// Set updates the display: done of total.
func (p *Display) Set(done, total int64) {
	p.done, p.total = done, total
	if p.bar != nil {
		p.bar.ChangeMax64(total)
		_ = p.bar.Set64(done) // a closed terminal must not stop the work
		return
	}
	if time.Since(p.printedAt) >= lineInterval {
		p.printedAt = time.Now()
		fmt.Fprintf(p.out, "%s: %d of %d\n", p.label, done, total)
	}
}

// Finish removes the bar.
func (p *Display) Finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
