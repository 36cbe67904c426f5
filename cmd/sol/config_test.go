// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/handlers/api"
)

func TestConfigDefaults(t *testing.T) {
	c, err := loadConfig(func(name string) string { return map[string]string{"HOME": "/home/mela"}[name] })
	if err != nil {
		t.Fatal(err)
	}
	dir := "/home/mela/.local/share/sol"
	if os.Geteuid() == 0 {
		dir = "/var/lib/sol"
	}
	want := config{Addr: "127.0.0.1:8080", DataDir: dir, MasterKey: filepath.Join(dir, "master.key"), Hold: 10 * time.Second}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v, want %+v", c, want)
	}
}

func TestConfig(t *testing.T) {
	set := map[string]string{
		"SOL_ADDR": ":0", "SOL_DATABASE_URL": "postgres://u@db/sol", "SOL_DATA_DIR": "/srv/sol", "SOL_MASTER_KEY_FILE": "/etc/sol.key",
		"SOL_HOLD": "0s", "SOL_AUTO_CLOSE_AFTER": "90s", "SOL_LOG": "json,debug", "SOL_LIMIT_FORM": "60/5", "SOL_LIMIT_LOGIN": "7",
		"SOL_TRUSTED_PROXIES": "10.0.0.0/8, ::1/128",
	}
	c, err := loadConfig(func(name string) string { return set[name] })
	if err != nil {
		t.Fatal(err)
	}
	want := config{
		Addr: ":0", DatabaseURL: "postgres://u@db/sol", DataDir: "/srv/sol", MasterKey: "/etc/sol.key",
		AutoClose: 90 * time.Second, Log: logConfig{JSON: true, Level: slog.LevelDebug},
		Limits:  api.Limits{Form: api.Rate{PerMinute: 60, Burst: 5}, Login: api.Rate{PerMinute: 7, Burst: 7}},
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v, want %+v", c, want)
	}
}

// TestConfigRefuses: everything that is wrong is named at once, and a password is not repeated.
func TestConfigRefuses(t *testing.T) {
	set := map[string]string{
		"SOL_ADDR": "8080", "SOL_DATABASE_URL": "mysql://u:secret@db", "SOL_HOLD": "ten", "SOL_AUTO_CLOSE_AFTER": "-1s", "SOL_LOG": "xml",
		"SOL_LIMIT_SESSION": "many", "SOL_TRUSTED_PROXIES": "localhost",
	}
	_, err := loadConfig(func(name string) string { return set[name] })
	if err == nil {
		t.Fatal("accepted")
	}
	for name := range set {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("a password is repeated: %v", err)
	}
}

// TestMasterKey: made once, kept, never made up beside a database that needs another, and refused when it is none.
func TestMasterKey(t *testing.T) {
	dir := t.TempDir()
	c := config{DataDir: dir, MasterKey: filepath.Join(dir, "master.key")}
	first, err := c.masterKey()
	if err != nil || len(first) != 32 {
		t.Fatal(first, err)
	}
	if again, err := c.masterKey(); err != nil || string(again) != string(first) {
		t.Errorf("read again: %v", err)
	}
	if info, err := os.Stat(c.MasterKey); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	cluster := filepath.Join(c.postgresDir(), "data")
	if err := os.MkdirAll(cluster, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cluster, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(c.MasterKey); err != nil {
		t.Fatal(err)
	}
	if _, err := c.masterKey(); err == nil || !strings.Contains(err.Error(), "SOL_MASTER_KEY_FILE") {
		t.Errorf("a lost key: %v", err)
	}
	if err := os.WriteFile(c.MasterKey, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.masterKey(); err == nil {
		t.Error("a key of five letters was accepted")
	}
}
