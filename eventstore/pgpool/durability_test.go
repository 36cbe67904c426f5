// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"strings"
	"testing"
)

// The start is refused by the name of the setting that promises less than the configuration. A promoted server may have no standby yet.
func TestDurabilityNamesTheSetting(t *testing.T) {
	for name, c := range map[string]struct {
		durability Durability
		server     serverSettings
		want       string // in the error; "": none
	}{
		"all is well":          {DurableOnStandby, serverSettings{fsync: "on", commit: "on", standbys: "a"}, ""},
		"remote apply":         {DurableOnStandby, serverSettings{fsync: "on", commit: "remote_apply", standbys: "a"}, ""},
		"not checked":          {NotChecked, serverSettings{fsync: "off", commit: "off"}, ""},
		"local needs no other": {DurableLocally, serverSettings{fsync: "on", commit: "local"}, ""},
		"no fsync":             {DurableLocally, serverSettings{fsync: "off", commit: "on"}, "fsync = off"},
		"no wait for the disk": {DurableLocally, serverSettings{fsync: "on", commit: "off"}, "synchronous_commit = off"},
		"wait for memory":      {DurableOnStandby, serverSettings{fsync: "on", commit: "remote_write", standbys: "a"}, "synchronous_commit = remote_write"},
		"no standby":           {DurableOnStandby, serverSettings{fsync: "on", commit: "on"}, "synchronous_standby_names"},
		"promoted":             {DurableOnStandby, serverSettings{fsync: "on", commit: "on", promoted: true}, ""},
	} {
		err := c.durability.check(c.server)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
