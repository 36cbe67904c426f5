// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// port is only a part of the socket's name: the server does not listen on a network.
const port = "5432"

// defaultSettings returns settings for a machine with a few gigabytes of memory that the server shares with sol.
func defaultSettings() map[string]string {
	return map[string]string{
		"port":                    port,
		"listen_addresses":        "",
		"unix_socket_permissions": "0700",
		"max_connections":         "100",

		"fsync":              "on",
		"synchronous_commit": "on",
		"full_page_writes":   "on",
		"wal_level":          "replica",
		"wal_compression":    "on",
		"min_wal_size":       "256MB",
		"max_wal_size":       "2GB",
		"checkpoint_timeout": "15min",

		"shared_buffers":       "256MB",
		"effective_cache_size": "1GB",
		"work_mem":             "16MB",
		"maintenance_work_mem": "128MB",
		"random_page_cost":     "1.1", // solid-state disks
		"jit":                  "off", // short queries

		"timezone":            "UTC",
		"log_timezone":        "UTC",
		"password_encryption": "scram-sha-256",

		// Logs of one week, then overwritten. They contain no personal data: no statement, no parameter, no failing row.
		"logging_collector":                 "on",
		"log_directory":                     "log",
		"log_filename":                      "postgresql-%a.log",
		"log_truncate_on_rotation":          "on",
		"log_rotation_age":                  "1d",
		"log_rotation_size":                 "0",
		"log_line_prefix":                   "%m [%p] %q%u@%d ",
		"log_min_messages":                  "warning",
		"log_min_error_statement":           "panic",
		"log_error_verbosity":               "terse",
		"log_parameter_max_length":          "0",
		"log_parameter_max_length_on_error": "0",
	}
}

// settings returns the defaults, the unsafe settings if Config.Unsafe is set, and Config.Settings; later ones override earlier
// ones.
func (s *Server) settings() map[string]string {
	all := defaultSettings()
	all["unix_socket_directories"] = `"` + s.socketDir + `"`
	if s.cfg.Unsafe {
		maps.Copy(all, map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"shared_buffers": "64MB", "logging_collector": "off",
		})
	}
	maps.Copy(all, s.cfg.Settings)
	return all
}

// writeConfig writes the server's configuration files and reports whether they had the same content before. Every connection is
// trusted, because only the server's user and root can enter the directory of the socket.
func (s *Server) writeConfig() (same bool, err error) {
	var conf strings.Builder
	conf.WriteString("# Written by sol at each start. Put settings of your own into local.conf.\n")
	all := s.settings()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&conf, "%s = '%s'\n", name, strings.ReplaceAll(all[name], "'", "''"))
	}
	conf.WriteString("include 'local.conf'\n")
	if _, err := os.Lstat(filepath.Join(s.dataDir, "local.conf")); errors.Is(err, os.ErrNotExist) {
		const initial = "# Settings of your own, for the next start. Unlike postgresql.conf, sol leaves this file alone.\n"
		if _, err := s.replaceFile("local.conf", initial); err != nil {
			return false, err
		}
	}
	sameConf, err := s.replaceFile("postgresql.conf", conf.String())
	if err != nil {
		return false, err
	}
	sameAccess, err := s.replaceFile("pg_hba.conf", "# Written by sol at each start.\nlocal all all trust\nlocal replication all trust\n")
	return sameConf && sameAccess, err
}

// replaceFile writes a file of the cluster in one step, by a rename. It reports whether the file had the same content before.
func (s *Server) replaceFile(name, content string) (same bool, err error) {
	path := filepath.Join(s.dataDir, name)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, []byte(content)) {
		return true, nil
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(content), 0o600); err != nil {
		return false, err
	}
	if err := s.account.chown(fresh); err != nil {
		return false, err
	}
	return false, os.Rename(fresh, path)
}
