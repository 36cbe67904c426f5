// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package config reads and validates the configuration of sol from environment variables, and makes the loggers.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/securityevents"
)

// Help is the help text of sol: all environment variables with their defaults.
const Help = `SOL Assistenza: requests for help with the on-line health services of Regione Piemonte.

Environment variables configure it. Without any of them, sol runs alone with its own Postgres.

  SOL_ADDR              host:port to listen on (127.0.0.1:8080; port 0: a free port)
  SOL_METRICS_ADDR      host:port on which GET /metrics answers (127.0.0.1:9464, or a free port if another node of this
                        machine has it; off: no metrics)
  SOL_DATABASE_URL      postgres://… ; empty: an embedded Postgres in the data directory
  SOL_DATABASE_DIRECT_URL
                        postgres://… of the same database without PgBouncer, if SOL_DATABASE_URL leads through PgBouncer in
                        transaction mode; empty: SOL_DATABASE_URL
  SOL_VIEWER_DATABASE_URL, SOL_APPEND_DATABASE_URL, SOL_WORKER_DATABASE_URL
                        postgres://… of the same database for the logins sol_viewer, sol_append and sol_worker, which own nothing.
                        Without one of them sol logs in with SOL_DATABASE_URL, as the owner of the tables, and warns
  SOL_OWNER_DATABASE_URL
                        postgres://… of the same database for its owner, who migrates it (SOL_DATABASE_URL). With neither, sol
                        migrates nothing: sol migrate does it elsewhere
  SOL_MAINTENANCE_DATABASE_URL
                        postgres://… of the same database for sol_maintenance, as which sol access months and expire log in; empty:
                        as the owner, who sets the role
  SOL_DATA_DIR          data directory ($XDG_DATA_HOME/sol or ~/.local/share/sol; for root /var/lib/sol, which the
                        unprivileged user that Postgres runs as can access)
  SOL_MASTER_KEY_FILE   file with the key that encrypts personal data (DATA_DIR/master.key, created at first start; keep it outside
                        of the data directory in production). All nodes of a database use the same key. Without it the data
                        cannot be read: keep a copy elsewhere
  SOL_MASTER_KEY        the key itself, 64 hexadecimal digits, in place of a file; during a rotation the new one, a comma and the old one
  SOL_MASTER_KEY_COMMAND
                        command that prints the key, in place of a file, for example one that unwraps it with a key management
                        service; /bin/sh runs it at the start and once a minute, for 20 s at most
  SOL_LAST_SEEN_FILE    what this node last saw of the log (DATA_DIR/last-seen.json). Keep it out of backups of the database:
                        it tells a restored log from the one that was lost
  SOL_HOLD              time in which a public note can be withdrawn, before the citizen sees it (10s)
  SOL_AUTO_CLOSE_AFTER  replaces the catalogue's auto-close delay, for tests, e.g. 90s (FAQ 2.5)
  SOL_CONFIRM_WITHIN    time in which a second administrator must confirm a change of roles or credentials (168h)
  SOL_REVIEW_WITHIN     time in which another administrator must review an emergency access (24h)
  SOL_ASK_BEFORE_TAKEN  codes of ASRs whose connected systems are asked about a citizen who only typed a tax code before an
                        operator has acted on the ticket, e.g. 010301,010203; * for all (none)
  SOL_DURABILITY        what an acknowledged command survives: local (a crash of the database) or standby (its loss, with a
                        synchronous standby); sol refuses to start when the database's settings promise less (local; none
                        for tests: no check)
  SOL_LOG               text or json, and debug, info, warn or error (text,info)
  SOL_LIMIT_FORM, SOL_LIMIT_LOGIN, SOL_LIMIT_SESSION, SOL_LIMIT_PUBLIC
                        requests per minute of one client, or PER_MINUTE/BURST (300/300, 120/200, 3000/600, 600/600);
                        a client is an address, for SESSION an account
  SOL_LIMIT_EMAIL, SOL_LIMIT_TAX_CODE
                        requests without a login with one e-mail address, or one tax code, COUNT/WINDOW (100/1h; with a
                        SOL_LIMIT_FORM over 1000 a tenth of it)
  SOL_TRUSTED_PROXIES   trusted proxies: networks whose X-Forwarded-For header is used, e.g. 10.0.0.0/8,127.0.0.1/32 (none)
  SOL_WORKSTATION_HEADER
                        header in which a trusted proxy tells the client's workstation, for access records, e.g. X-Workstation (none)
  SOL_ACCESS_MONTHS     months for which access records are kept, at least 24 (24); sol access expire drops older ones
  SOL_ACCESS_KEY_FILE   key that signs the roots of the months that sol access expire drops; it may be on another machine than the
                        database and the nodes (SOL_DATA_DIR/access.key)
  SOL_SECURITY_EVENTS   where security events are sent: stdout, a file by its absolute path, or a syslog server, syslog+tls://host:6514,
                        syslog+tcp://host:601 or syslog+udp://host:514 (none)
  SOL_SECURITY_EVENTS_CA, SOL_SECURITY_EVENTS_CERT, SOL_SECURITY_EVENTS_KEY
                        PEM files for syslog+tls: certificates that vouch for the server (those of the system), and certificate
                        and key that sol shows to it (none); read again for each connection
  SOL_PG_BIN            directory of the Postgres server programs; empty: the usual directories` + sessionHelp + clamdHelp + externalHelp

// DefaultMetricsAddr is the address of the metrics if none is set. Other machines cannot reach it.
const DefaultMetricsAddr = "127.0.0.1:9464"

// Config is the validated configuration.
type Config struct {
	Addr           string
	MetricsAddr    string        // empty: no metrics
	DatabaseURL    string        // empty: that of OwnerURL and Logins, or the embedded Postgres
	DirectURL      string        // of the same database without a pooler; empty: DatabaseURL
	OwnerURL       string        // for migrations; empty: DirectURL
	Logins         pgpool.Logins // of the login roles; those that are missing use DatabaseURL and DirectURL
	DataDir        string        // absolute
	MasterKey      *masterkey.Source
	LastSeenFile   string // path
	Hold           time.Duration
	AutoCloseAfter time.Duration        // replaces the delay of the catalogue; 0: the catalogue's
	AskBeforeTaken []catalog.EntityCode // see catalog.ChecksRule
	Periods        account.Periods      // zero: the defaults of the rules
	Durability     pgpool.Durability
	Log            LogConfig
	Limits         middleware.Limits
	Forms          formlimit.Config
	TrustedProxies []netip.Prefix
	SecurityEvents securityevents.Receiver // zero: none
	AccessLog      AccessLog
	FileScan       FileScan
	Sessions       Sessions
	External       External
}

// Load reads the configuration from the environment. Its error names every invalid variable.
func Load(env func(string) string) (Config, error) {
	var wrong []error
	refuse := func(name, want string) { wrong = append(wrong, fmt.Errorf("%s=%q: want %s", name, env(name), want)) }
	c := Config{Addr: cmp.Or(env("SOL_ADDR"), "127.0.0.1:8080"), DatabaseURL: env("SOL_DATABASE_URL"), Hold: rules.DefaultHold}
	if _, port, err := net.SplitHostPort(c.Addr); err != nil || !isPort(port) {
		refuse("SOL_ADDR", "host:port, e.g. 127.0.0.1:8080")
	}
	if c.MetricsAddr = cmp.Or(env("SOL_METRICS_ADDR"), DefaultMetricsAddr); c.MetricsAddr == "off" {
		c.MetricsAddr = ""
	} else if _, port, err := net.SplitHostPort(c.MetricsAddr); err != nil || !isPort(port) {
		refuse("SOL_METRICS_ADDR", "host:port, e.g. 127.0.0.1:9464, or off")
	}
	c.DirectURL = env("SOL_DATABASE_DIRECT_URL")
	c.OwnerURL = env("SOL_OWNER_DATABASE_URL")
	for _, role := range pgpool.LoginRoles() {
		if text := env(LoginVariable(role)); text != "" {
			if c.Logins == nil {
				c.Logins = pgpool.Logins{}
			}
			c.Logins[role] = text
		}
	}
	for _, name := range append([]string{"SOL_DATABASE_URL", "SOL_DATABASE_DIRECT_URL", "SOL_OWNER_DATABASE_URL"}, LoginVariables(pgpool.LoginRoles())...) {
		if text := env(name); text != "" && !isDatabaseURL(text) {
			wrong = append(wrong, fmt.Errorf("%s: want postgres://user:password@host/database", name)) // it may hold a password
		}
	}
	if c.DirectURL != "" && c.DatabaseURL == "" {
		wrong = append(wrong, errors.New("SOL_DATABASE_DIRECT_URL: want SOL_DATABASE_URL too, or neither"))
	}
	if missing := c.Logins.Missing(); c.DatabaseURL == "" && (len(c.Logins) > 0 || c.OwnerURL != "") && len(missing) > 0 {
		wrong = append(wrong, fmt.Errorf("%s: want it too, or SOL_DATABASE_URL", LoginVariable(missing[0])))
	}
	dir, err := dataDir(env)
	if err != nil {
		wrong = append(wrong, err)
	}
	c.DataDir = dir
	if c.MasterKey, err = masterkey.FromEnvironment(env, filepath.Join(dir, "master.key")); err != nil {
		wrong = append(wrong, err)
	}
	c.LastSeenFile = cmp.Or(env("SOL_LAST_SEEN_FILE"), filepath.Join(dir, "last-seen.json"))
	loadDurations(env, refuse,
		duration{"SOL_HOLD", 0, 24 * time.Hour, "a duration from 0s to 24h, e.g. 10s", &c.Hold},
		duration{"SOL_AUTO_CLOSE_AFTER", 0, 24 * time.Hour, "a duration from 0s to 24h, e.g. 10s", &c.AutoCloseAfter},
		duration{"SOL_CONFIRM_WITHIN", time.Minute, 90 * 24 * time.Hour, "a duration from 1m to 2160h, e.g. 24h", &c.Periods.Request},
		duration{"SOL_REVIEW_WITHIN", time.Minute, 90 * 24 * time.Hour, "a duration from 1m to 2160h, e.g. 24h", &c.Periods.Review})
	for text := range strings.FieldsFuncSeq(env("SOL_ASK_BEFORE_TAKEN"), func(r rune) bool { return r == ',' || r == ' ' }) {
		c.AskBeforeTaken = append(c.AskBeforeTaken, catalog.EntityCode(text))
	}
	if _, err := catalog.Default().WithAskBeforeTaken(c.AskBeforeTaken...); err != nil {
		refuse("SOL_ASK_BEFORE_TAKEN", "codes of entities with commas between them, e.g. 010301,010203, or *")
	}
	switch c.Durability = pgpool.Durability(cmp.Or(env("SOL_DURABILITY"), string(pgpool.DurableLocally))); c.Durability {
	case pgpool.DurableLocally, pgpool.DurableOnStandby, pgpool.NotChecked:
	default:
		refuse("SOL_DURABILITY", "local, standby or none")
	}
	if c.Log, err = parseLog(env("SOL_LOG")); err != nil {
		wrong = append(wrong, err)
	}
	for name, target := range map[string]*middleware.Rate{
		"SOL_LIMIT_FORM": &c.Limits.Form, "SOL_LIMIT_LOGIN": &c.Limits.Login, "SOL_LIMIT_SESSION": &c.Limits.Session,
		"SOL_LIMIT_PUBLIC": &c.Limits.Public,
	} {
		if text := env(name); text != "" {
			rate, ok := parseRate(text)
			if !ok {
				refuse(name, "requests a minute, e.g. 120, or with a burst, e.g. 120/30")
			}
			*target = rate
		}
	}
	for name, target := range map[string]*formlimit.Bound{"SOL_LIMIT_EMAIL": &c.Forms.Email, "SOL_LIMIT_TAX_CODE": &c.Forms.TaxCode} {
		bound, ok := parseBound(env(name))
		switch {
		case ok:
			*target = bound
		case env(name) != "":
			refuse(name, "a number and a time, e.g. 30/1h")
		case c.Limits.Form.PerMinute > 1000: // a test or a benchmark opens many tickets
			target.Count = c.Limits.Form.PerMinute / 10
		}
	}
	for text := range strings.FieldsFuncSeq(env("SOL_TRUSTED_PROXIES"), func(r rune) bool { return r == ',' || r == ' ' }) {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			refuse("SOL_TRUSTED_PROXIES", "networks with commas between them, e.g. 10.0.0.0/8,127.0.0.1/32")
			break
		}
		c.TrustedProxies = append(c.TrustedProxies, network)
	}
	c.AccessLog, c.FileScan, c.Sessions = loadAccessLog(env, dir, refuse), loadFileScan(env, refuse), loadSessions(env, refuse)
	c.SecurityEvents, err = securityevents.ParseReceiver(env("SOL_SECURITY_EVENTS"), securityevents.TLSFiles{
		CA: env("SOL_SECURITY_EVENTS_CA"), Cert: env("SOL_SECURITY_EVENTS_CERT"), Key: env("SOL_SECURITY_EVENTS_KEY"),
	})
	if err != nil {
		wrong = append(wrong, fmt.Errorf("SOL_SECURITY_EVENTS: %w", err))
	}
	if c.External, err = loadExternal(env, refuse); err != nil {
		wrong = append(wrong, err)
	}
	return c, errors.Join(wrong...)
}

// UsesOwnPostgres reports whether the configuration names no database.
func (c Config) UsesOwnPostgres() bool { return c.DatabaseURL == "" && len(c.Logins) == 0 }

// KnowsOwner reports whether the configuration has a login of the database's owner.
func (c Config) KnowsOwner() bool {
	return c.DatabaseURL != "" || c.OwnerURL != "" || c.UsesOwnPostgres()
}

// LoginVariable returns the variable with the URL of a login role, for example SOL_VIEWER_DATABASE_URL for sol_viewer.
func LoginVariable(role string) string {
	return "SOL_" + strings.ToUpper(strings.TrimPrefix(role, "sol_")) + "_DATABASE_URL"
}

// TrustedVariables returns the settings NAME=VALUE of SOL_DATABASE_URL and of the login roles for a server that asks nobody for a password.
func TrustedVariables(url string) []string {
	settings := []string{"SOL_DATABASE_URL=" + url}
	for role, login := range pgpool.TrustedLogins(url) {
		settings = append(settings, LoginVariable(role)+"="+login)
	}
	return settings
}

// LoginVariables returns the variables with the URLs of login roles.
func LoginVariables(roles []string) (names []string) {
	for _, role := range roles {
		names = append(names, LoginVariable(role))
	}
	return names
}

func isDatabaseURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// dataDir returns the absolute path of the data directory. For root the default is not in the home directory, which the user of Postgres
// cannot enter.
func dataDir(env func(string) string) (string, error) {
	dir := env("SOL_DATA_DIR")
	if dir == "" {
		switch home := env("HOME"); {
		case env("XDG_DATA_HOME") != "":
			dir = filepath.Join(env("XDG_DATA_HOME"), "sol")
		case os.Geteuid() == 0:
			dir = "/var/lib/sol"
		case home == "":
			return "", errors.New("SOL_DATA_DIR: there is no home directory to put the data into; name a directory")
		default:
			dir = filepath.Join(home, ".local", "share", "sol")
		}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("SOL_DATA_DIR: %w", err)
	}
	return abs, nil
}

// parseRate parses PER_MINUTE or PER_MINUTE/BURST.
func parseRate(text string) (middleware.Rate, bool) {
	minute, burst, hasBurst := strings.Cut(text, "/")
	if !hasBurst {
		burst = minute
	}
	m, errMinute := strconv.Atoi(minute)
	b, errBurst := strconv.Atoi(burst)
	return middleware.Rate{PerMinute: m, Burst: b}, errMinute == nil && errBurst == nil && m > 0 && b > 0
}

// parseBound parses COUNT/WINDOW.
func parseBound(text string) (formlimit.Bound, bool) {
	number, window, _ := strings.Cut(text, "/")
	n, errNumber := strconv.Atoi(number)
	d, errWindow := time.ParseDuration(window)
	return formlimit.Bound{Count: n, Window: d}, errNumber == nil && errWindow == nil && n > 0 && d > 0
}

// LogConfig is the format and the lowest level of the log.
type LogConfig struct {
	JSON  bool
	Level slog.Level
}

// parseLog parses SOL_LOG: a format and a level, both optional.
func parseLog(text string) (LogConfig, error) {
	var c LogConfig
	for word := range strings.SplitSeq(text, ",") {
		switch strings.TrimSpace(word) {
		case "", "text":
		case "json":
			c.JSON = true
		case "debug", "info", "warn", "error":
			_ = c.Level.UnmarshalText([]byte(strings.TrimSpace(word))) // these four always parse
		default:
			return c, fmt.Errorf("SOL_LOG=%q: want text or json, and debug, info, warn or error, e.g. json,info", text)
		}
	}
	return c, nil
}

// Catalog returns the catalogue with the settings of the configuration.
func (c Config) Catalog() *catalog.Catalog {
	all, err := catalog.Default().WithAutoCloseAfter(c.AutoCloseAfter).WithAskBeforeTaken(c.AskBeforeTaken...)
	if err != nil {
		panic(err) // cannot happen: Load checks the codes
	}
	return all
}

// DemoInfoFile returns the path of demo.json, which holds the address and the accounts of the demo.
func (c Config) DemoInfoFile() string { return filepath.Join(c.DataDir, "demo.json") }

// PostgresDir returns the directory of the embedded Postgres.
func (c Config) PostgresDir() string { return filepath.Join(c.DataDir, "postgres") }

// WithoutLimits returns the configuration without rate limits, for benchmarks.
func (c Config) WithoutLimits() Config {
	unlimited := middleware.Rate{PerMinute: 1e9, Burst: 1e9}
	c.Forms = formlimit.Config{Email: formlimit.Bound{Count: formlimit.Unlimited}, TaxCode: formlimit.Bound{Count: formlimit.Unlimited}}
	c.Limits = middleware.Limits{Form: unlimited, Login: unlimited, Session: unlimited, Public: unlimited}
	return c
}
