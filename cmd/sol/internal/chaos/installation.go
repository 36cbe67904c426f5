// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
)

// installation is the system under test.
type installation struct {
	Config
	pair      *embedpg.Pair
	slots     [2]*embedpg.PairServer // the servers behind the first and the second proxy of each node
	mails     *mailServer
	nodes     []*node
	operators []account // one for each client, and one for probes
	refusals  refusals
	probes    int // number of tickets that probes opened
	env       []string
	keyFile   string
}

// upTimeout is the time within which nodes and servers must answer after a start. It is long, because the machine may be busy.
const upTimeout = 3 * time.Minute

// start starts databases, mail server and nodes, and creates the accounts of the clients.
func start(ctx context.Context, c Config) (_ *installation, err error) {
	in := &installation{Config: c, keyFile: filepath.Join(c.Dir, "master.key")}
	defer func() {
		if err != nil {
			err = errors.Join(err, in.stop())
		}
	}()
	in.pair, err = embedpg.StartPair(ctx, embedpg.Config{Dir: filepath.Join(c.Dir, "postgres"), Unsafe: true, Settings: map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "200",
	}})
	if err != nil {
		return in, err
	}
	in.slots = [2]*embedpg.PairServer{in.pair.Primary(), in.pair.Standby()}
	if in.mails, err = startMailServer(); err != nil {
		return in, err
	}
	in.env = environment("SOL_MASTER_KEY_FILE="+in.keyFile, "SOL_DURABILITY=standby", "SOL_HOLD="+hold.String(),
		"SOL_AUTO_CLOSE_AFTER="+autoCloseAfter.String(), "SOL_SMTP_URL="+in.mails.url(), "SOL_LOG=json,info",
		"SOL_LIMIT_FORM=1000000", "SOL_LIMIT_PUBLIC=1000000", "SOL_LIMIT_SESSION=1000000", "SOL_LIMIT_LOGIN=1000000")
	if _, err := in.runSol(ctx, "migrate"); err != nil {
		return in, err
	}
	for n := range c.Nodes {
		node, err := newNode(c.Program, c.Dir, fmt.Sprintf("node%d", n+1), in.sockets(), in.env)
		if err != nil {
			return in, err
		}
		in.nodes = append(in.nodes, node)
		if err := node.start(); err != nil {
			return in, err
		}
	}
	for n := range c.Clients + 1 {
		a, err := in.createAccount(ctx, n)
		if err != nil {
			return in, err
		}
		in.operators = append(in.operators, a)
	}
	return in, in.waitUntilUp(ctx)
}

// sockets returns the sockets of the servers, by slot.
func (in *installation) sockets() [2]string {
	return [2]string{in.slots[0].Socket(), in.slots[1].Socket()}
}

// stop ends all processes.
func (in *installation) stop() (err error) {
	for _, n := range in.nodes {
		err = errors.Join(err, n.stop())
	}
	if in.mails != nil {
		err = errors.Join(err, in.mails.close())
	}
	if in.pair != nil {
		in.pair.Stop()
	}
	return err
}

// waitUntilUp waits until all nodes can read the log.
func (in *installation) waitUntilUp(ctx context.Context) error {
	for _, n := range in.nodes {
		if err := wait(ctx, upTimeout, n.name+" answers", func() bool { return n.isUp(ctx) || n.hasEnded() }); err != nil {
			return err
		}
		if n.hasEnded() {
			return fmt.Errorf("%s has ended by itself; its output is %s", n.name, n.lastOutput())
		}
	}
	return nil
}

// runSol runs a command of sol beside the nodes and returns its output.
func (in *installation) runSol(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, in.Program, args...)
	cmd.Env = append(append([]string{}, in.env...), "SOL_DATA_DIR="+filepath.Join(in.Dir, "cli"))
	cmd.Env = append(cmd.Env, config.TrustedVariables(in.pair.Primary().URL("sol"))...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return "", fmt.Errorf("sol %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

// entity is the ASR of all tickets and operators.
const entity = "010301"

// account is an operator with the secrets to log in.
type account struct{ username, password, pin string }

// createAccount creates an operator.
func (in *installation) createAccount(ctx context.Context, n int) (account, error) {
	a := account{username: fmt.Sprintf("operatore.prova%d", n+1)}
	out, err := in.runSol(ctx, "user", "add", a.username, "--given-name", "Prova", "--family-name", fmt.Sprintf("Numero %d", n+1),
		"--role", "operatore_asr", "--entity", entity, "--generate", "--permanent")
	if err != nil {
		return a, err
	}
	fields := strings.Fields(out) // password P PIN N added …
	if len(fields) < 4 {
		return a, fmt.Errorf("sol user add printed %q", out)
	}
	a.password, a.pin = fields[1], fields[3]
	return a, nil
}

// query runs a query on the primary, directly, and scans its one row.
func (in *installation) query(ctx context.Context, sql string, arguments []any, targets ...any) (err error) {
	ctx, cancel := context.WithTimeout(ctx, upTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, in.pair.Primary().URL("sol"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return conn.QueryRow(ctx, sql, arguments...).Scan(targets...)
}

// masterKeys reads the keys of the nodes, the newest first.
func (in *installation) masterKeys() ([][]byte, error) { return masterkey.InFile(in.keyFile).Read() }
