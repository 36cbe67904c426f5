// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connectTimeout is the time for opening a connection, for each address of the URL, and for its settings.
const connectTimeout = 5 * time.Second

// Limits of TCP, for both ends of a connection. They end a connection whose other end vanished without closing it, within 11 s if it was
// silent and within 8 s if it owes an acknowledgement.
const (
	keepAliveIdle     = 5 * time.Second
	keepAliveInterval = 2 * time.Second
	keepAliveCount    = 3
	tcpUserTimeout    = 8 * time.Second
)

// dialer opens connections with the limits of TCP on this end.
var dialer = net.Dialer{
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepAliveIdle, Interval: keepAliveInterval, Count: keepAliveCount},
	Control:         setUserTimeout,
}

// config returns the configuration of a pool on a database. In transaction mode its connections get no settings, because other clients
// of PgBouncer would share them, and no named statements, because the next transaction may run on another connection.
func (s Spec) config(url string, tracer pgx.QueryTracer, inTransactionMode bool) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	c.MaxConns, c.MinConns = s.Conns, min(s.Min, s.Conns)
	conn := c.ConnConfig
	conn.ConnectTimeout = cmp.Or(conn.ConnectTimeout, connectTimeout)
	conn.DialFunc = dialer.DialContext
	conn.Tracer = newTracer(s.Wait, tracer)
	c.PrepareConn = func(_ context.Context, conn *pgx.Conn) (bool, error) { return isAlive(conn), nil }
	if s.Answer > 0 {
		conn.AfterNetConnect = limitSilence(s.Answer)
	}
	if s.Durable {
		conn.OnNotice = markDoubtful
		c.AfterRelease = func(conn *pgx.Conn) bool { return !IsDoubtful(conn) }
	}
	if inTransactionMode {
		conn.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	} else {
		c.AfterConnect = s.applySettings
	}
	return c, nil
}

// applySettings sets role and settings of a new connection. They are statements and not start-up parameters, because PgBouncer refuses
// start-up parameters that it does not know.
//
// A login role sets its own role, which changes nothing. Without a login of its own (see Logins) "reset role" returns to the owner of the
// tables.
func (s Spec) applySettings(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	settings := s.settings()
	maps.Copy(settings, map[string]string{
		"application_name":        "sol " + string(s.Name),
		"tcp_keepalives_idle":     seconds(keepAliveIdle),
		"tcp_keepalives_interval": seconds(keepAliveInterval),
		"tcp_keepalives_count":    strconv.Itoa(keepAliveCount),
		"tcp_user_timeout":        milliseconds(tcpUserTimeout),
	})
	maps.Copy(settings, s.Settings)
	sql := setStatements("set", settings)
	if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil { // not traced: tracers count the queries of callers
		return fmt.Errorf("settings of the connection: %w", err)
	}
	delete(conn.PgConn().CustomData(), doubtful) // a warning before the first commit is about none, e.g. of a collation's version
	if s.Check != nil {
		return s.Check(ctx, conn)
	}
	return nil
}

// settings returns role, commit mode and time limits of the spec.
func (s Spec) settings() map[string]string {
	commit := "local"
	switch {
	case s.withoutDiskWait:
		commit = "off"
	case s.Durable:
		commit = "on"
	}
	return map[string]string{
		"role":                                s.Role,
		"synchronous_commit":                  commit,
		"lock_timeout":                        milliseconds(s.Lock),
		"statement_timeout":                   milliseconds(s.Statement),
		"idle_in_transaction_session_timeout": milliseconds(s.Idle),
	}
}

// setStatements returns the statements, by the command "set" or "set local", for the settings.
func setStatements(command string, settings map[string]string) string {
	var sql strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&sql, "%s %s = '%s';", command, name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	return sql.String()
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
