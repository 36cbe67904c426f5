// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// Freeze stops all processes of the test server with SIGSTOP: the server keeps its connections and answers nothing. It calls resume at the
// end of the test unless the test has called it. Tests of a package that run at the same time share the server.
func Freeze(t testing.TB) (resume func()) {
	t.Helper()
	postmaster, err := readPostmaster(testServer.dir + "/pg/data/postmaster.pid")
	if err != nil {
		t.Fatal(err)
	}
	signal := func(s syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(postmaster, s); err != nil { // first: a stopped postmaster starts no further process
			t.Fatal(err)
		}
		children, err := childrenOf(postmaster)
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range children {
			_ = syscall.Kill(pid, s) // it may have ended
		}
	}
	signal(syscall.SIGSTOP)
	resume = sync.OnceFunc(func() { signal(syscall.SIGCONT) })
	t.Cleanup(resume)
	return resume
}

// readPostmaster returns the process id in the first line of a server's postmaster.pid.
func readPostmaster(file string) (int, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	line, _, _ := bytes.Cut(content, []byte("\n"))
	return strconv.Atoi(string(line))
}

// childrenOf returns the ids of the processes whose parent has an id.
func childrenOf(parent int) (children []int, err error) {
	out, err := exec.Command("ps", "-axo", "pid=,ppid=").Output()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var pid, of int
		if _, err := fmt.Sscan(lines.Text(), &pid, &of); err == nil && of == parent {
			children = append(children, pid)
		}
	}
	return children, nil
}
