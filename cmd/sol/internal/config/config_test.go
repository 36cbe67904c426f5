// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/inbound"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/handlers/securityevents"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

func TestConfigDefaults(t *testing.T) {
	c, err := Load(func(name string) string { return map[string]string{"HOME": "/home/mela"}[name] })
	if err != nil {
		t.Fatal(err)
	}
	dir := "/home/mela/.local/share/sol"
	if os.Geteuid() == 0 {
		dir = "/var/lib/sol"
	}
	want := Config{Addr: "127.0.0.1:8080", MetricsAddr: DefaultMetricsAddr, DataDir: dir, MasterKey: masterkey.InFile(filepath.Join(dir, "master.key")), LastSeenFile: filepath.Join(dir, "last-seen.json"), Hold: 10 * time.Second,
		Durability: pgpool.DurableLocally, AccessLog: AccessLog{Months: 24, KeyFile: filepath.Join(dir, "access.key")}, External: External{MailDomain: "localhost", MailPerMinute: 600, LinkDays: 180}}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v, want %+v", c, want)
	}
}

func TestConfig(t *testing.T) {
	set := map[string]string{
		"SOL_ADDR": ":0", "SOL_METRICS_ADDR": "10.0.0.7:9000", "SOL_DATABASE_URL": "postgres://u@db/sol", "SOL_DATABASE_DIRECT_URL": "postgres://u@direct/sol",
		"SOL_OWNER_DATABASE_URL": "postgres://o@db/sol", "SOL_WORKER_DATABASE_URL": "postgres://sol_worker@db/sol", "SOL_DATA_DIR": "/srv/sol", "SOL_MASTER_KEY_FILE": "/etc/sol.key",
		"SOL_LAST_SEEN_FILE":   "/srv/other/last-seen.json",
		"SOL_ASK_BEFORE_TAKEN": "010301, 010203", "SOL_HOLD": "0s", "SOL_CONFIRM_WITHIN": "72h", "SOL_REVIEW_WITHIN": "4h", "SOL_DURABILITY": "standby", "SOL_AUTO_CLOSE_AFTER": "90s", "SOL_LOG": "json,debug", "SOL_LIMIT_FORM": "60/5", "SOL_LIMIT_LOGIN": "7", "SOL_LIMIT_EMAIL": "5/10m",
		"SOL_TRUSTED_PROXIES": "10.0.0.0/8, ::1/128", "SOL_SECURITY_EVENTS": "/var/log/sol/security.jsonl",
		"SOL_WORKSTATION_HEADER": "x-workstation", "SOL_ACCESS_MONTHS": "36", "SOL_ACCESS_KEY_FILE": "/etc/sol/access.key",
		"SOL_PLAYBOOKS_DIR": "/etc/sol/playbooks", "SOL_CONNECTORS": "/etc/sol/connectors.json",
		"SOL_PUBLIC_URL": "https://assistenza.example.it/",
		"SOL_SMTP_URL":   "smtps://u:p@mail.example.it", "SOL_MAIL_LISTEN": ":25", "SOL_MAIL_LIMIT_PEER": "500", "SOL_MAIL_RELAYS": "10.1.0.0/16", "SOL_MAIL_PER_MINUTE": "90", "SOL_LINK_DAYS": "30", "SOL_MAIL_TRUSTED_SERVERS": "mx.example.it, mx2.example.it", "SOL_MAIL_CERTIFIED_DOMAINS": "pec.example.it",
		"SOL_MAIL_TLS_CERT": "/etc/sol/mail.crt", "SOL_MAIL_TLS_KEY": "/etc/sol/mail.key",
		"SOL_PRIVACY_URL": "https://example.it/privacy", "SOL_ACCESSIBILITY_URL": "https://form.agid.gov.it/view/x",
		"SOL_FEEDBACK_URL": "mailto:barriere@example.it",
	}
	c, err := Load(func(name string) string { return set[name] })
	if err != nil {
		t.Fatal(err)
	}
	relay, err := mail.ParseRelay(set["SOL_SMTP_URL"])
	if err != nil {
		t.Fatal(err)
	}
	events, err := securityevents.ParseReceiver(set["SOL_SECURITY_EVENTS"], securityevents.TLSFiles{})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Addr: ":0", MetricsAddr: "10.0.0.7:9000", DatabaseURL: "postgres://u@db/sol", DirectURL: "postgres://u@direct/sol", OwnerURL: "postgres://o@db/sol",
		Logins: pgpool.Logins{"sol_worker": "postgres://sol_worker@db/sol"}, DataDir: "/srv/sol", MasterKey: masterkey.InFile("/etc/sol.key"), LastSeenFile: "/srv/other/last-seen.json",
		AutoCloseAfter: 90 * time.Second, AskBeforeTaken: []catalog.EntityCode{"010301", "010203"}, Periods: account.Periods{Request: 72 * time.Hour, Review: 4 * time.Hour}, Durability: pgpool.DurableOnStandby, Log: LogConfig{JSON: true, Level: slog.LevelDebug},
		Limits:         middleware.Limits{Form: middleware.Rate{PerMinute: 60, Burst: 5}, Login: middleware.Rate{PerMinute: 7, Burst: 7}},
		Forms:          formlimit.Config{Email: formlimit.Bound{Count: 5, Window: 10 * time.Minute}},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		SecurityEvents: events,
		AccessLog:      AccessLog{WorkstationHeader: "X-Workstation", Months: 36, KeyFile: "/etc/sol/access.key"},
		External: External{
			PlaybooksDir: "/etc/sol/playbooks", ConnectorsFile: "/etc/sol/connectors.json", PublicURL: "https://assistenza.example.it",
			Relay: relay, MailPerMinute: 90, MailDomain: "assistenza.example.it", MailListen: ":25",
			MailTLSCert: "/etc/sol/mail.crt", MailTLSKey: "/etc/sol/mail.key",
			LinkDays: 30, MailLimits: inbound.Limits{PeerMessages: 500, Relays: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}},
			MailTrustedServers: []string{"mx.example.it", "mx2.example.it"}, MailCertifiedDomains: []string{"pec.example.it"},
			Documents: ui.Documents{
				Privacy: "https://example.it/privacy", Accessibility: "https://form.agid.gov.it/view/x", Feedback: "mailto:barriere@example.it",
			},
		},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v, want %+v", c, want)
	}
}

// TestConfigRefuses: the error names all invalid variables and contains no password.
func TestConfigRefuses(t *testing.T) {
	set := map[string]string{
		"SOL_ADDR": "8080", "SOL_METRICS_ADDR": "on", "SOL_DATABASE_URL": "mysql://u:secret@db", "SOL_HOLD": "ten", "SOL_AUTO_CLOSE_AFTER": "-1s", "SOL_LOG": "xml",
		"SOL_ASK_BEFORE_TAKEN": "torino", "SOL_LIMIT_SESSION": "many", "SOL_LIMIT_EMAIL": "30", "SOL_LIMIT_TAX_CODE": "0/1h", "SOL_TRUSTED_PROXIES": "localhost", "SOL_SECURITY_EVENTS": "security.jsonl", "SOL_WORKSTATION_HEADER": "a b", "SOL_ACCESS_MONTHS": "23",
		"SOL_PUBLIC_URL": "assistenza", "SOL_SMTP_URL": "http://u:secret@mail", "SOL_SMTP_TLS": "always", "SOL_SMTP_CA": "/nowhere/ca.pem", "SOL_MAIL_LISTEN": "25", "SOL_MAIL_LIMIT_NODE": "0", "SOL_MAIL_RELAYS": "mx.example.it", "SOL_MAIL_DOMAIN": "a b", "SOL_MAIL_PER_MINUTE": "0", "SOL_LINK_DAYS": "0", "SOL_MAIL_TRUSTED_SERVERS": "mx@example.it", "SOL_MAIL_CERTIFIED_DOMAINS": "https://pec.example.it",
		"SOL_MAIL_TLS_CERT": "mail.crt", "SOL_PRIVACY_URL": "privacy.html", "SOL_ACCESSIBILITY_URL": "javascript:alert(1)",
		"SOL_FEEDBACK_URL": "mailto:nobody",
	}
	_, err := Load(func(name string) string { return set[name] })
	if err == nil {
		t.Fatal("got no error, want one")
	}
	for name := range set {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("got error %v, want it to name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("got a password in the error: %v", err)
	}
}

// TestInsecureSettingsAreNamed: each setting with which data travels in clear is named, and none when all are set.
func TestInsecureSettingsAreNamed(t *testing.T) {
	all := func(set map[string]string, systems connector.Systems) string {
		t.Helper()
		c, err := Load(func(name string) string { return set[name] })
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(c.External.Insecure(systems))
	}
	if got := all(nil, nil); got != "[public-url]" {
		t.Errorf("defaults: got %s, want the address without https", got)
	}
	in := map[string]string{"SOL_SMTP_URL": "smtp://mail.example.it", "SOL_MAIL_LISTEN": ":25"}
	if got := all(in, connector.Systems{"*": {URL: "http://sistemi.example.it"}}); got != "[public-url smtp mail-listen connectors]" {
		t.Errorf("without TLS: got %s, want each", got)
	}
	in["SOL_SMTP_URL"], in["SOL_MAIL_LISTEN"], in["SOL_PUBLIC_URL"] = "smtp://127.0.0.1:25", "", "https://assistenza.example.it"
	if got := all(in, nil); got != "[]" {
		t.Errorf("a mail server on this machine: got %s, want none", got)
	}
	in = map[string]string{
		"SOL_PUBLIC_URL": "https://assistenza.example.it", "SOL_SMTP_URL": "smtp://mail.example.it", "SOL_SMTP_TLS": "required", "SOL_MAIL_LISTEN": ":25",
		"SOL_MAIL_TLS_CERT": "/etc/sol/mail.crt", "SOL_MAIL_TLS_KEY": "/etc/sol/mail.key",
	}
	if got := all(in, connector.Systems{"*": {URL: "https://sistemi.example.it"}}); got != "[]" {
		t.Errorf("with TLS: got %s, want none", got)
	}
}
