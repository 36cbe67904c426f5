// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
)

// NodeConfig is the configuration of a node.
type NodeConfig struct {
	Dir         string   // data directory; StartNode creates it
	DatabaseURL string   // on a server that asks nobody for a password
	Env         []string // further settings
}

// Node is a running sol serve of this program.
type Node struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// startTimeout is the time within which a node must answer.
const startTimeout = 2 * time.Minute

// StartNode starts a node and returns when it answers.
func StartNode(ctx context.Context, c NodeConfig) (*Node, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a free port, which nobody else takes in the next moment
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	n := &Node{cmd: exec.Command(program, "serve"), ended: make(chan struct{})}
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "SOL_") {
			n.cmd.Env = append(n.cmd.Env, setting)
		}
	}
	n.cmd.Env = append(n.cmd.Env, "SOL_DATA_DIR="+c.Dir, "SOL_ADDR="+address)
	n.cmd.Env = append(append(n.cmd.Env, config.TrustedVariables(c.DatabaseURL)...), c.Env...)
	n.cmd.Stderr = os.Stderr
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = n.cmd.Wait() // how it ended does not matter
		close(n.ended)
	}()
	if err := n.waitUntilUp(ctx, "http://"+address+"/status"); err != nil {
		n.End()
		return nil, err
	}
	return n, nil
}

// waitUntilUp waits until the node answers.
func (n *Node) waitUntilUp(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-n.ended:
			return errors.New("the node has ended")
		case <-ctx.Done():
			return fmt.Errorf("the node does not answer: %w", ctx.Err())
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			continue
		}
		_ = response.Body.Close() // only the status counts
		if response.StatusCode == http.StatusOK {
			return nil
		}
	}
}

// Process returns the process of the node.
func (n *Node) Process() *os.Process { return n.cmd.Process }

// End kills the node, also a frozen one, and waits for its end.
func (n *Node) End() {
	_ = n.cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	<-n.ended
}
