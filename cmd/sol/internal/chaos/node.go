// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/dbproxy"
)

// node is one sol serve with its proxies to the two servers of the pair.
type node struct {
	name    string
	program string
	address string
	metrics string            // host and port of the metrics
	proxies [2]*dbproxy.Proxy // by the slots of the installation's servers
	env     []string
	output  *os.File
	cmd     *exec.Cmd
	ended   chan struct{} // closed when the process has ended
	frozen  atomic.Bool   // by SIGSTOP
}

// newNode prepares a node. env holds what all nodes share.
func newNode(program, dir, name string, sockets [2]string, env []string) (*node, error) {
	n := &node{name: name, program: program}
	var err error
	for _, address := range []*string{&n.address, &n.metrics} {
		if *address, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	for slot, socket := range sockets {
		if n.proxies[slot], err = dbproxy.New(socket); err != nil {
			return nil, err
		}
	}
	if n.output, err = os.Create(filepath.Join(dir, name+".log")); err != nil {
		return nil, err
	}
	n.env = append(append([]string{}, env...), "SOL_ADDR="+n.address, "SOL_METRICS_ADDR="+n.metrics, "SOL_DATA_DIR="+filepath.Join(dir, name))
	n.env = append(n.env, config.TrustedVariables(n.databaseURL())...)
	return n, nil
}

// databaseURL names both servers; the node connects to the one that accepts writes.
func (n *node) databaseURL() string {
	return fmt.Sprintf("postgres:///sol?user=sol&host=127.0.0.1,127.0.0.1&port=%d,%d&target_session_attrs=read-write&sslmode=disable",
		n.proxies[0].Port(), n.proxies[1].Port())
}

// freeAddress returns an address at which nobody listens. Its port is below the range for outgoing connections, so nobody else gets it
// while the node is down.
func freeAddress() (string, error) {
	for {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			return "", err
		}
		return listener.Addr().String(), listener.Close()
	}
}

// start starts the process.
func (n *node) start() error {
	n.cmd = exec.Command(n.program, "serve")
	n.cmd.Env, n.cmd.Stdout, n.cmd.Stderr = n.env, n.output, n.output
	if err := n.cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", n.name, err)
	}
	ended, cmd := make(chan struct{}), n.cmd
	n.ended = ended
	go func() {
		_ = cmd.Wait() // a killed process is no error
		close(ended)
	}()
	return nil
}

// signal sends a signal to the process.
func (n *node) signal(s syscall.Signal) error { return n.cmd.Process.Signal(s) }

// end sends a signal that ends the process, and waits for its end.
func (n *node) end(ctx context.Context, s syscall.Signal) error {
	_ = n.signal(s) // it may have ended before
	select {
	case <-n.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s does not end after %s: %w", n.name, s, ctx.Err())
	}
}

// hasEnded reports whether the process has ended.
func (n *node) hasEnded() bool {
	select {
	case <-n.ended:
		return true
	default:
		return false
	}
}

// lastOutput returns the end of the node's output.
func (n *node) lastOutput() string {
	text, err := os.ReadFile(n.output.Name())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// setMode sets what the node's connections to the database do.
func (n *node) setMode(mode dbproxy.Mode) {
	for _, p := range n.proxies {
		p.SetMode(mode)
	}
}

// get returns the body of a page at an address of the node, and whether it answered 200.
func (n *node) get(ctx context.Context, address, path string) (body []byte, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return nil, false
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, false
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	return body, err == nil && response.StatusCode == http.StatusOK
}

// isUp reports whether the node answers that it can read the log.
func (n *node) isUp(ctx context.Context) bool {
	_, ok := n.get(ctx, n.address, "/status")
	return ok
}

// runningConsumer matches the metric of a consumer that a node runs.
var runningConsumer = regexp.MustCompile(`(?m)^sol_consumer_lag_events\{consumer="([^"]+)"`)

// consumers returns the names of the consumers that the node runs.
func (n *node) consumers(ctx context.Context) (names []string) {
	metrics, _ := n.get(ctx, n.metrics, "/metrics")
	for _, match := range runningConsumer.FindAllSubmatch(metrics, -1) {
		names = append(names, string(match[1]))
	}
	return names
}

// stop kills the process and closes what the node used.
func (n *node) stop() error {
	if n.cmd != nil && n.cmd.Process != nil {
		_ = n.cmd.Process.Kill() // it may have ended before
		<-n.ended
	}
	for _, p := range n.proxies {
		p.Close()
	}
	return n.output.Close()
}

// environment returns the environment of this process without the settings of sol, and with the given ones.
func environment(settings ...string) []string {
	var all []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SOL_") || strings.HasPrefix(v, "SOL_PG_BIN=") {
			all = append(all, v)
		}
	}
	return append(all, settings...)
}

// wait waits until a condition holds, and returns an error that names it when ctx ends or after timeout.
func wait(ctx context.Context, timeout time.Duration, what string, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}
