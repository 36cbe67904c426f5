// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package idp_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// A file of providers is accepted as a whole or refused with the name of what is wrong.
func TestParseProviders(t *testing.T) {
	const staff = `{"name": "rupar", "label": "Credenziali RUPAR", "audience": "staff", "min_level": 0, "oidc": {}, "mapping": [{"claim": "g", "value": "v", "role": "operatore_asr", "entity": "010301"}]}`
	const citizens = `{"name": "spid", "label": "SPID o CIE", "audience": "citizens", "portal": {}}`
	in := func(entries ...string) string { return `{"providers": [` + strings.Join(entries, ",") + `]}` }
	all, err := idp.Parse([]byte(in(staff, citizens)))
	if err != nil || len(all) != 2 || all[0].Level() != 0 || all[1].Level() != idp.VerifiedLevel || string(all[0].OIDC) != "{}" || all[1].Portal == nil {
		t.Fatalf("got %+v, %v", all, err)
	}
	change := func(entry, old, replacement string) string { return in(strings.Replace(entry, old, replacement, 1)) }
	for text, want := range map[string]string{
		in(staff, staff): "twice", `{}x`: "", `[]`: "", in(staff) + "{}": "nothing after",
		change(staff, "rupar", "RUPAR"): "name", change(staff, `"rupar"`, `""`): "name", change(staff, "Credenziali RUPAR", ""): "label",
		change(staff, `"staff"`, `"all"`): "audience", change(staff, `"oidc": {}`, `"oidc": {}, "portal": {}`): "one of", change(staff, `"oidc": {},`, ""): "one of",
		change(staff, `0`, `4`): "min_level", change(citizens, `"portal"`, `"min_level": 1, "portal"`): "min_level",
		change(citizens, `"portal": {}`, `"portal": {}, "mapping": [{"claim": "g", "value": "v", "role": "operatore_asr", "entity": "010301"}]`): "mapping",
		change(staff, "operatore_asr", "amministratore"): "amministratore", change(staff, `"label"`, `"colour": "red", "label"`): "colour",
	} {
		if _, err := idp.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
}
