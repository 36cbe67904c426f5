// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/handlers/quarantine"
)

const clamdHelp = `
  SOL_CLAMD             clamd that scans every file before anybody can download it: tcp://host:3310 or unix:///run/clamav/clamd.ctl;
                        off: ends the quarantine of all nodes (none: as the database says; no file is scanned before a node had one)
  SOL_CLAMD_TIMEOUT     time after which a scan has failed and is tried again (1m)
  SOL_CLAMD_MAX_SIZE    MiB of the largest file that is sent to it; at most its StreamMaxLength (25)`

// FileScan is the configuration of the virus scanner.
type FileScan struct {
	Clamd quarantine.Clamd // zero: none
	Off   bool             // the quarantine ends
}

// maxClamdSize is the largest value of SOL_CLAMD_MAX_SIZE: clamd takes no larger file.
const maxClamdSize = 2048

func loadFileScan(env func(string) string, refuse func(name, want string)) (f FileScan) {
	text := env("SOL_CLAMD")
	if f.Off = text == "off"; text != "" && !f.Off {
		var err error
		if f.Clamd, err = quarantine.ParseClamd(text); err != nil {
			refuse("SOL_CLAMD", "tcp://host:3310, unix:///path or off")
		}
	}
	loadDurations(env, refuse, duration{"SOL_CLAMD_TIMEOUT", time.Second, time.Hour, "a time from 1s to 1h", &f.Clamd.Timeout})
	if text := env("SOL_CLAMD_MAX_SIZE"); text != "" {
		size, err := strconv.Atoi(text)
		if f.Clamd.MaxSize = int64(size) << 20; err != nil || size < 1 || size > maxClamdSize {
			refuse("SOL_CLAMD_MAX_SIZE", fmt.Sprintf("MiB, from 1 to %d", maxClamdSize))
		}
	}
	return f
}
